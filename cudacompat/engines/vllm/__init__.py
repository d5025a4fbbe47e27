"""vLLM, which takes PyTorch's list and gives each source file the part of it that the file has code for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cudacompat.domain.builds.engine import (
    BuildSystem,
    Cache,
    Channel,
    DeadSetting,
    Grammar,
    Knob,
    Limit,
    Marker,
    Proof,
    Ptx,
)
from cudacompat.domain.project.prebuilt_wheels import Prebuilt
from cudacompat.domain.words.versions import ToolkitVersion
from cudacompat.engines.record import EngineRecord

if TYPE_CHECKING:
    from cudacompat.domain.logs.signature import LogLines

_CMAKE = "CMakeLists.txt (000a1ee) and cmake/utils.cmake (00c1d95) of vllm-project/vllm"


def _log_lines() -> LogLines:
    from cudacompat.engines.vllm.log_lines import LINES

    return LINES


ENGINE = EngineRecord(
    name="vllm",
    title="vLLM",
    aliases=(),
    system=BuildSystem.PIP,
    packages=("vllm",),
    repositories=("vllm-project/vllm",),
    current=None,
    source=_CMAKE,
    unset="PyTorch's own choice: the GPUs of the machine that builds, or without one a list of all that it knows",
    knobs=(
        Knob(
            "TORCH_CUDA_ARCH_LIST",
            Channel.ENVIRONMENT,
            Grammar.SPACED,
            "find_package(Torch), whose flags vLLM's CMakeLists takes away again and gives to each file in part; "
            "+PTX is lost on that way",
            _CMAKE + ": clear_cuda_arches, cuda_archs_loose_intersection",
            ptx=Ptx.NEVER,
            suffixes="",
            known=(75, 80, 86, 87, 89, 90, 100, 103, 107, 110, 120, 121),
            known_by_cuda=(
                (103, ToolkitVersion(12, 9), ToolkitVersion(13, 0)),
                (121, ToolkitVersion(12, 9), ToolkitVersion(13, 0)),
                (110, ToolkitVersion(13, 0), None),
                (107, ToolkitVersion(13, 4), None),
            ),
            stands_in=True,
        ),
    ),
    limits=(
        Limit(
            "before CUDA 13 its kernels with a suffix (FP4, some of MoE) are built for 12.0a, which runs on 12.0 alone",
            "CMakeLists.txt of 0.33.0: CUDA_SUPPORTED_ARCHS",
            numbers=(121,),
            before=ToolkitVersion(13, 0),
        ),
    ),
    dead=(
        DeadSetting(
            "CMAKE_CUDA_ARCHITECTURES",
            "find_package(Torch) sets it to OFF, with a warning",
            "share/cmake/Caffe2/public/cuda.cmake of the torch 2.14.1 wheel",
            "CMake projects without PyTorch",
            overwritten_by=r"find_package\s*\(\s*Torch\b",
        ),
        DeadSetting.unread("CUDA_ARCH_LIST", _CMAKE, "CTranslate2, only as -D"),
        DeadSetting("FLASH_ATTN_CUDA_ARCHS", "vLLM builds its own fork of it", _CMAKE, "flash-attention"),
    ),
    caches=(
        Cache(
            "build and .deps",
            "CMake's cache, and what FetchContent built for the old list",
            ("cmake", "-E", "rm", "-rf", "build", ".deps"),
            _CMAKE + ": FETCHCONTENT_BASE_DIR",
        ),
    ),
    products=("dist/vllm-*.whl", "vllm/_C*.so", "vllm/_moe_C*.so", "vllm/vllm_flash_attn/*.so"),
    markers=(Marker("CMakeLists.txt", r"project\(vllm_extensions"),),
    proved=(("env", Proof.DOCUMENTED),),
    log_lines=_log_lines,
    wheels=(Prebuilt("vllm", "its kernels", "pypi.org/project/vllm"),),
)
