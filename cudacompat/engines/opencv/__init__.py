"""OpenCV with the CUDA modules of opencv_contrib: two lists of its own, one for machine code and one for PTX."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cudacompat.domain.builds.engine import (
    BuildSystem,
    Cache,
    Channel,
    DeadSetting,
    Grammar,
    Hazard,
    Knob,
    Marker,
    Proof,
    Switch,
)
from cudacompat.engines.record import EngineRecord

if TYPE_CHECKING:
    from cudacompat.domain.logs.signature import LogLines

_CMAKE = "cmake/OpenCVDetectCUDAUtils.cmake of opencv/opencv at 0fecb18"


def _log_lines() -> LogLines:
    from cudacompat.engines.opencv.log_lines import LINES

    return LINES


ENGINE = EngineRecord(
    name="opencv",
    title="OpenCV, CUDA modules",
    aliases=("opencv-cuda", "opencv_contrib"),
    system=BuildSystem.CMAKE,
    repositories=("opencv/opencv",),
    options=("CUDA_ARCH_BIN", r"WITH_CUDA|OPENCV_\w+"),
    current=None,
    source=_CMAKE,
    unset=(
        "every number that nvcc takes, tried one by one, and PTX of the last; CUDA_GENERATION=Auto asks the GPUs that "
        "are there and does the same without one"
    ),
    knobs=(
        Knob(
            "CUDA_ARCH_BIN",
            Channel.DEFINE,
            Grammar.DOTTED,
            "OpenCV's CMake files, for machine code (CUDA_ARCH_PTX for PTX); CMAKE_CUDA_ARCHITECTURES and "
            "CUDA_GENERATION would win over them",
            _CMAKE + ": ocv_set_cuda_arch_bin_and_ptx",
            ptx_name="CUDA_ARCH_PTX",
            yields_to=("CMAKE_CUDA_ARCHITECTURES", "CUDA_GENERATION"),
            suffixes="",
        ),
    ),
    switches=(
        Switch(
            name="WITH_CUDA",
            channel=Channel.DEFINE,
            reader="OpenCV's CMakeLists, which wants the module cudev of opencv_contrib (OPENCV_EXTRA_MODULES_PATH) "
            "for it",
            source="CMakeLists.txt of opencv/opencv",
            often_off=True,
        ),
    ),
    dead=(
        DeadSetting(
            "CMAKE_CUDA_ARCHITECTURES in the environment",
            "CMake does not read a variable of this name from the environment",
            "run with CMake 3.25 and 4.4",
        ),
        DeadSetting.unread("TORCH_CUDA_ARCH_LIST", _CMAKE, "PyTorch and its extensions"),
        DeadSetting.unread("CUDA_ARCH_LIST", _CMAKE, "CTranslate2, only as -D"),
    ),
    hazards=(
        Hazard(
            "CMAKE_CUDA_ARCHITECTURES=native, all, all-major",
            "OpenCV warns and ignores these words, and every architecture that nvcc takes is built",
            _CMAKE + ": ocv_check_for_cmake_cuda_architectures",
        ),
    ),
    caches=(
        Cache(
            "CMakeCache.txt",
            "CMake takes both lists from its cache, and OpenCV keeps what it found out about nvcc and the GPUs there "
            "(OPENCV_CACHE_CUDA_*)",
            ("cmake", "-E", "rm", "-rf", "build"),
            _CMAKE,
        ),
    ),
    products=("**/libopencv_cuda*.so*", "**/libopencv_world.so*"),
    markers=(
        Marker(
            "modules/core/include/opencv2/core/version.hpp",
            r"CV_VERSION_MAJOR",
            r"CV_VERSION_MAJOR\s+(\d+)\s+#define CV_VERSION_MINOR\s+(\d+)\s+#define CV_VERSION_REVISION\s+(\d+)",
        ),
    ),
    proved=(("cmake", Proof.DOCUMENTED),),
    log_lines=_log_lines,
)
