"""PyTorch itself, built from source."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cudacompat.domain.builds.engine import (
    BuildSystem,
    Cache,
    Channel,
    DeadSetting,
    Grammar,
    Knob,
    LogName,
    Marker,
    Proof,
    Ptx,
)
from cudacompat.domain.project.prebuilt_wheels import Prebuilt
from cudacompat.engines.record import EngineRecord

if TYPE_CHECKING:
    from cudacompat.domain.logs.signature import LogLines
    from cudacompat.domain.runs.signs import RunSign

_CMAKE = (
    "cmake/public/cuda.cmake, cmake/public/utils.cmake and cmake/Modules_CUDA_fix/upstream/FindCUDA/"
    "select_compute_arch.cmake of pytorch/pytorch, as the torch 2.14.1 wheel carries them"
)


def _log_lines() -> LogLines:
    from cudacompat.engines.pytorch.log_lines import LINES

    return LINES


def _run_signs() -> tuple[RunSign, ...]:
    from cudacompat.engines.pytorch.run_signs import SIGNS

    return SIGNS


ENGINE = EngineRecord(
    name="pytorch",
    title="PyTorch, from source",
    aliases=("torch",),
    system=BuildSystem.PIP,
    # no packages: PyPI has no sources of torch, so that pip never builds it
    repositories=("pytorch/pytorch",),
    current=None,
    source=_CMAKE,
    unset="the GPUs of the machine that builds, or without one all that its CMake module lists for the CUDA release",
    knobs=(
        Knob(
            "TORCH_CUDA_ARCH_LIST",
            Channel.ENVIRONMENT,
            Grammar.TORCH,
            "PyTorch's CMake files, where no -D of this name is given",
            _CMAKE,
            ptx=Ptx.WITH_CODE,
        ),
    ),
    file_knobs=(
        Knob(
            "TORCH_CUDA_ARCH_LIST",
            Channel.DEFINE,
            Grammar.TORCH,
            "PyTorch's CMake files, before the variable of this name in the environment",
            _CMAKE,
            ptx=Ptx.WITH_CODE,
        ),
    ),
    dead=(
        DeadSetting(
            "CMAKE_CUDA_ARCHITECTURES", "PyTorch sets it to OFF, with a warning", _CMAKE, "other CMake projects"
        ),
        DeadSetting("CUDAARCHS", "PyTorch sets the list that it fills to OFF", _CMAKE, "CMake 3.20 and newer"),
        DeadSetting.unread("CUDA_ARCH_LIST", _CMAKE, "CTranslate2, only as -D"),
    ),
    caches=(
        Cache(
            "build",
            "the list is in CMake's flags there",
            ("cmake", "-E", "rm", "-rf", "build"),
            _CMAKE,
        ),
    ),
    products=("dist/torch-*.whl", "torch/lib/libtorch_cuda*.so"),
    markers=(Marker("CMakeLists.txt", r"(?m)^project\(Torch\b"),),
    proved=(("env", Proof.DOCUMENTED), ("cmake", Proof.DOCUMENTED)),
    log_lines=_log_lines,
    run_signs=_run_signs,
    log_names=(LogName(pattern=r"torch", rank=90, source="logs of it in public issues"),),
    wheels=(Prebuilt("torch", "libtorch_cuda.so", "pypi.org/project/torch"),),
)
