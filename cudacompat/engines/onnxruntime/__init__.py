"""ONNX Runtime, which tidies CMake's list up before it enables CUDA."""

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
    LogName,
    Marker,
    Proof,
    Rewrite,
    Switch,
)
from cudacompat.domain.machine.loaders import CudaLibraries, PackageLoading
from cudacompat.domain.project.prebuilt_wheels import Prebuilt
from cudacompat.engines.onnxruntime.costs import SIZES
from cudacompat.engines.record import EngineRecord

if TYPE_CHECKING:
    from cudacompat.domain.logs.signature import LogLines
    from cudacompat.domain.runs.signs import RunSign

_CMAKE = "cmake/external/cuda_configuration.cmake of microsoft/onnxruntime at 096d680"


def _log_lines() -> LogLines:
    from cudacompat.engines.onnxruntime.log_lines import LINES

    return LINES


def _run_signs() -> tuple[RunSign, ...]:
    from cudacompat.engines.onnxruntime.run_signs import SIGNS

    return SIGNS


ENGINE = EngineRecord(
    name="onnxruntime",
    title="ONNX Runtime, CUDA provider",
    aliases=("ort", "onnxruntime-gpu", "onnx-runtime"),
    system=BuildSystem.CMAKE,
    packages=("onnxruntime-gpu",),
    repositories=("microsoft/onnxruntime",),
    current=None,
    source=_CMAKE,
    unset=(
        "60;70;75;80;86;89;90;100;120 with CUDA 12.8 and newer, machine code alone and no PTX; `native` without a GPU "
        "falls back to that list"
    ),
    knobs=(
        Knob(
            "CMAKE_CUDA_ARCHITECTURES",
            Channel.DEFINE,
            Grammar.CMAKE_SPLIT,
            "ONNX Runtime's CMake files: a bare number loses its PTX, and of several -virtual the last one stays; "
            "build.sh accepts it after --cmake_extra_defines, without -D",
            _CMAKE + ": setup_cuda_architectures, run alone with CMake 4.4",
            suffixes="a",
            stops=True,
        ),
    ),
    switches=(
        Switch(
            name="onnxruntime_USE_CUDA",
            channel=Channel.DEFINE,
            reader="ONNX Runtime's CMakeLists; build.sh --use_cuda sets it, with the places of CUDA and cuDNN",
            source="cmake/CMakeLists.txt and tools/ci_build/build.py of microsoft/onnxruntime",
        ),
    ),
    rewrites=(
        Rewrite(9, "a", _CMAKE + ": ARCHITECTURES_WITH_ACCEL", numbers=(90,), of_ptx=False),
        Rewrite(10, "a", _CMAKE + ": ARCHITECTURES_WITH_ACCEL", numbers=(100, 101), of_ptx=False),
        Rewrite(12, "a", _CMAKE + ": ARCHITECTURES_WITH_ACCEL", numbers=(120,), of_ptx=False),
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
            "a target with the suffix f",
            "the build stops: Unrecognized CUDA architecture",
            _CMAKE + ": setup_cuda_architectures, run alone with CMake 4.4",
        ),
    ),
    caches=(
        Cache(
            "build",
            "CMake takes the list from its cache once it is there; build.sh --clean does the same",
            ("cmake", "-E", "rm", "-rf", "build"),
            "run with CMake 3.25 and 4.4",
        ),
    ),
    products=("**/libonnxruntime_providers_cuda*.so", "**/onnxruntime_gpu-*.whl"),
    markers=(
        Marker("VERSION_NUMBER", r"^\d+\.\d+\.\d+", r"^(\d+)\.(\d+)\.(\d+)", beside="onnxruntime/__init__.py"),
        Marker("CMakeLists.txt", r"(?m)^project\(onnxruntime\b"),
    ),
    proved=(("cmake", Proof.DOCUMENTED),),
    log_lines=_log_lines,
    run_signs=_run_signs,
    log_names=(LogName(pattern=r"onnxruntime", rank=50, source="logs of it in public issues"),),
    sizes=SIZES,
    wheels=(
        Prebuilt("onnxruntime-gpu", "libonnxruntime_providers_cuda.so", "pypi.org/project/onnxruntime-gpu"),
        Prebuilt(
            "sherpa-onnx",
            "its libraries and ONNX Runtime's",
            "k2-fsa.github.io/sherpa/onnx/cuda.html",
            "/onnx/cuda",
        ),
    ),
    loading=(
        PackageLoading(
            "onnxruntime-gpu",
            (
                CudaLibraries(
                    optional=r"onnxruntime/capi/libonnxruntime_providers_(?!cuda)\w+\.so",
                    looks_into_packages=False,
                    reached_by="call onnxruntime.preload_dlls()",
                    reached_since="1.21",
                    extras=("cuda", "cudnn"),
                    extras_since="1.23.2",
                    source="onnxruntime/__init__.py and METADATA in the wheel of 1.31.1; "
                    "github.com/microsoft/onnxruntime/pull/23744; onnxruntime.ai, CUDA Execution Provider",
                ),
            ),
        ),
    ),
)
