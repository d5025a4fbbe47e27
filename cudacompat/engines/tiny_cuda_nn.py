"""tiny-cuda-nn by CMake, as programs embed it. It installs nothing, so there is no recipe for an image."""

from __future__ import annotations

from cudacompat.domain.builds.engine import BuildSystem, Cache, Channel, DeadSetting, Grammar, Knob, Marker, Proof
from cudacompat.engines.record import EngineRecord

_LISTS = "CMakeLists.txt:42,144-221 of NVlabs/tiny-cuda-nn at 6ee3546"
_CONFIGURED = f"{_LISTS}; configured with CMake 4.4 and nvcc 13.5: 14 CUDA sources"
_BINDINGS = "bindings/torch/setup.py:47-55,135 of NVlabs/tiny-cuda-nn at 6ee3546"
_NEWEST = 120  # a higher number is taken out of the list, with a warning

ENGINE = EngineRecord(
    name="tiny-cuda-nn",
    title="tiny-cuda-nn",
    aliases=("tinycudann", "tcnn"),
    system=BuildSystem.CMAKE,
    repositories=("nvlabs/tiny-cuda-nn",),
    current="2.0",
    source=_CONFIGURED,
    unset="it asks the GPUs of the machine; where there is none it takes the newest number that it knows, 120",
    knobs=(
        Knob(
            "TCNN_CUDA_ARCHITECTURES",
            Channel.DEFINE,
            Grammar.CMAKE,
            "its CMakeLists, which puts it in CMAKE_CUDA_ARCHITECTURES' place",
            _CONFIGURED,
            numbers=(50, _NEWEST),
            suffixes="",
            stops=False,
        ),
    ),
    env_knobs=(
        Knob(
            "TCNN_CUDA_ARCHITECTURES",
            Channel.ENVIRONMENT,
            Grammar.CMAKE,
            "its CMakeLists, before the -D of the same name; its PyTorch bindings take numbers alone (86;120)",
            f"{_CONFIGURED}, with this variable; {_BINDINGS}",
            numbers=(50, _NEWEST),
            suffixes="",
            stops=False,
        ),
    ),
    dead=(
        DeadSetting(
            "CMAKE_CUDA_ARCHITECTURES",
            "its CMakeLists sets this itself, from TCNN_CUDA_ARCHITECTURES or from the GPUs of the machine",
            _LISTS,
        ),
        DeadSetting("CUDAARCHS", "its CMakeLists sets CMake's list itself", _LISTS, "CMake 3.20 and newer"),
        DeadSetting("TORCH_CUDA_ARCH_LIST", "its bindings empty it", _BINDINGS, "PyTorch and its extensions"),
    ),
    caches=(
        Cache(
            "CMakeCache.txt",
            "CMake keeps the list from its cache once the cache exists",
            ("cmake", "-E", "rm", "-rf", "build"),
            "run with CMake 3.25 and 4.4",
        ),
    ),
    products=("**/libtiny-cuda-nn.a",),
    markers=(Marker("CMakeLists.txt", r"project\(\s*tiny-cuda-nn\b"),),
    proved=(("cmake", Proof.CONFIGURED), ("env", Proof.CONFIGURED)),
)
