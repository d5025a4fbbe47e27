"""bitsandbytes, whose CMakeLists makes CMake's list from its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cudacompat.domain.builds.engine import (
    BuildSystem,
    Cache,
    Channel,
    DeadSetting,
    Grammar,
    Knob,
    Marker,
    Proof,
    Ptx,
    Switch,
    Window,
)
from cudacompat.domain.machine.loaders import OneForRelease, OnSomeGpus, PackageLoading
from cudacompat.domain.project.prebuilt_wheels import Prebuilt
from cudacompat.engines.bitsandbytes.costs import SIZES
from cudacompat.engines.record import EngineRecord

if TYPE_CHECKING:
    from cudacompat.domain.logs.signature import LogLines

_CMAKE = "CMakeLists.txt:206-232 of bitsandbytes-foundation/bitsandbytes at 0.50.1 and its tags from 0.43.0 on"
_CONFIGURED = "configured with CMake 4.4 and nvcc 13.5"
_OLDER_GPUS = "_nocublaslt"
_BY_GPU = "cuda_setup/main.py, evaluate_cuda_setup, in the wheels of 0.41.3 and 0.42.0; cextension.py in that of 0.44.1"
_BY_WHEEL = Window("0.47.0")  # scikit-build-core runs CMake for setup.py


def _log_lines() -> LogLines:
    from cudacompat.engines.bitsandbytes.log_lines import LINES

    return LINES


ENGINE = EngineRecord(
    name="bitsandbytes",
    title="bitsandbytes",
    aliases=("bnb",),
    system=BuildSystem.CMAKE,
    packages=("bitsandbytes",),
    repositories=("bitsandbytes-foundation/bitsandbytes", "timdettmers/bitsandbytes"),
    current="0.50.1",
    source=f"{_CMAKE}; {_CONFIGURED}",
    unset="every number that the toolkit knows, as machine code, and the newest as PTX too",
    # Its device code is linked by nvlink (CUDA_SEPARABLE_COMPILATION): the PTX of the newest target that it asks for
    # stays in __nv_relfatbin, where no driver loads it. Read in the wheel of 0.50.2.
    knobs=(
        Knob(
            "COMPUTE_CAPABILITY",
            Channel.DEFINE,
            Grammar.NUMBERS,
            "bitsandbytes' CMakeLists, which overwrites CMake's own list with it",
            f"{_CMAKE}; {_CONFIGURED}",
            Window("0.43.0"),
            ptx=Ptx.NEVER,
            suffixes="",
        ),
    ),
    switches=(
        Switch(
            name="COMPUTE_BACKEND",
            channel=Channel.DEFINE,
            reader="bitsandbytes' CMakeLists",
            source="CMakeLists.txt:69 of bitsandbytes-foundation/bitsandbytes at 0.50.1",
            value="cuda",
            on=("cuda",),
        ),
        Switch(
            name="COMPUTE_BACKEND",
            channel=Channel.CMAKE_ARGS,
            reader="bitsandbytes' CMakeLists",
            source="CMakeLists.txt:69 of bitsandbytes-foundation/bitsandbytes at 0.50.1",
            value="cuda",
            on=("cuda",),
            window=_BY_WHEEL,
        ),
    ),
    env_knobs=(
        Knob(
            "COMPUTE_CAPABILITY",
            Channel.CMAKE_ARGS,
            Grammar.NUMBERS,
            "scikit-build-core, which hands CMAKE_ARGS to CMake where pip builds the wheel",
            "setup.py and pyproject.toml of bitsandbytes-foundation/bitsandbytes from 0.47.0 on",
            _BY_WHEEL,
            ptx=Ptx.NEVER,
            suffixes="",
        ),
    ),
    dead=(
        DeadSetting(
            "CMAKE_CUDA_ARCHITECTURES",
            "the CMakeLists overwrites it, even as -D",
            f"{_CMAKE}; {_CONFIGURED}: all targets were built in spite of it",
        ),
        DeadSetting("CUDAARCHS", "the CMakeLists overwrites the list that it fills", _CMAKE, "CMake 3.20 and newer"),
        DeadSetting.unread("TORCH_CUDA_ARCH_LIST", _CMAKE, "PyTorch and its extensions"),
    ),
    caches=(
        Cache(
            "CMakeCache.txt",
            "CMake takes COMPUTE_CAPABILITY from its cache once it is there",
            ("cmake", "-E", "rm", "-rf", "build"),
            _CONFIGURED,
        ),
    ),
    # CMakeLists.txt at 02188cc8: its first lines, and LIBRARY_OUTPUT_DIRECTORY; build/ holds objects alone
    steps=(("cmake", "-B", "build", "{settings}", "."), ("cmake", "--build", "build")),
    made_in="bitsandbytes/",
    products=("bitsandbytes/libbitsandbytes_cuda*.so", "dist/bitsandbytes-*.whl"),
    markers=(
        Marker(
            "bitsandbytes/__init__.py",
            r"__version__",
            r"__version__ = \"(\d+)\.(\d+)\.(\d+)",
            beside="CMakeLists.txt",
        ),
    ),
    proved=(("cmake", Proof.CONFIGURED),),
    log_lines=_log_lines,
    sizes=SIZES,
    wheels=(
        Prebuilt(
            "bitsandbytes",
            "libbitsandbytes_cudaNNN.so, one for each CUDA release",
            "pypi.org/project/bitsandbytes",
        ),
    ),
    loading=(
        PackageLoading(
            "bitsandbytes",
            (
                *(
                    OneForRelease(
                        files=rf"bitsandbytes/libbitsandbytes_cuda(\d{{3}}){kind}\.(?:so|dll)",
                        told_by="torch/version.py",
                        told=r"^cuda\b[^=\n]*=\s*['\"](\d+)\.(\d+)",
                        loaded_by="the one for the CUDA release of torch is loaded",
                        source="bitsandbytes/cextension.py, get_cuda_bnb_library_path, at 0.50.0, and the wheel of "
                        "0.50.2",
                        variable="BNB_CUDA_VERSION",
                        nearest_since="0.50.0",
                        exact_before=True,  # get_native_library at 0.42.0 to 0.49.2: the one for the CPU, or an error
                    )
                    for kind in ("", _OLDER_GPUS)
                ),
                OnSomeGpus(
                    files=r"bitsandbytes/(libbitsandbytes_cuda\d{3})\.(so|dll)",
                    beside=rf"\1{_OLDER_GPUS}.\2",
                    numbers=((75, 999),),
                    loaded_by=f"below 7.5 bitsandbytes loads the library whose name ends in {_OLDER_GPUS}",
                    source=_BY_GPU,
                    by_own_package=True,
                ),
                OnSomeGpus(
                    files=rf"bitsandbytes/(libbitsandbytes_cuda\d{{3}}){_OLDER_GPUS}\.(so|dll)",
                    beside=r"\1.\2",
                    numbers=((0, 74),),
                    loaded_by=f"bitsandbytes loads the library whose name ends in {_OLDER_GPUS} below 7.5 only",
                    source=_BY_GPU,
                    by_own_package=True,
                ),
            ),
        ),
    ),
)
