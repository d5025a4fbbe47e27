"""tiny-cuda-nn by CMake, as programs embed it. It installs nothing, so there is no recipe for an image."""

from __future__ import annotations

from cudacompat.domain.builds.engine import (
    BuildSystem,
    Cache,
    Channel,
    DeadSetting,
    Grammar,
    Knob,
    Marker,
    Proof,
    Window,
)
from cudacompat.engines.record import EngineRecord

_LISTS = "CMakeLists.txt:42,144-221 of NVlabs/tiny-cuda-nn at 6ee3546"
_CONFIGURED = f"{_LISTS}; configured with CMake 4.4 and nvcc 13.5: 14 CUDA sources"
_BINDINGS = "bindings/torch/setup.py:47-55,135 of NVlabs/tiny-cuda-nn at 6ee3546"
# The versions that their CMakeLists say, read at the tags v1.1 to v2.0; from 1.6 on a number above the highest is taken
# out of the list, with a warning. The variable came with v1.2, which calls itself 1.1; the -D of its name with 1.6.
_OLDEST = Window("1.3", "1.6")
_NUMBERS: tuple[tuple[Window, tuple[int, int]], ...] = (
    (_OLDEST, (50, 999)),
    (Window("1.6", "2.0"), (50, 90)),
    (Window("2.0"), (50, 120)),
)


def _knob(channel: Channel, window: Window, numbers: tuple[int, int]) -> Knob:
    """Its list, by one of its ways in."""
    env = channel is Channel.ENVIRONMENT
    return Knob(
        "TCNN_CUDA_ARCHITECTURES",
        channel,
        Grammar.CMAKE,
        "its CMakeLists, before the -D of the same name; its PyTorch bindings take numbers alone (86;120)"
        if env
        else "its CMakeLists, which puts it in CMAKE_CUDA_ARCHITECTURES' place",
        f"{_CONFIGURED}, with this variable; {_BINDINGS}" if env else _CONFIGURED,
        window,
        numbers=numbers,
        suffixes="",
        stops=None if window is _OLDEST else False,
    )


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
        *(_knob(Channel.DEFINE, window, numbers) for window, numbers in _NUMBERS if window is not _OLDEST),
        _knob(Channel.ENVIRONMENT, _OLDEST, _NUMBERS[0][1]),
    ),
    env_knobs=tuple(_knob(Channel.ENVIRONMENT, window, numbers) for window, numbers in _NUMBERS),
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
    markers=(
        Marker(
            "CMakeLists.txt",
            r"(?i)project\(\s*tiny-cuda-nn\b",
            r"(?i)project\(\s*tiny-cuda-nn\s+VERSION\s+(\d+)\.(\d+)",
        ),
    ),
    proved=(("cmake", Proof.CONFIGURED), ("env", Proof.CONFIGURED)),
)
