"""vLLM, which takes PyTorch's list and gives each source file the part of it that the file has code for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from packaging.version import Version

from cudacompat.domain.builds.engine import (
    BuildSystem,
    Cache,
    Channel,
    DeadSetting,
    ExtendedFramework,
    FrameworkBuild,
    Grammar,
    Knob,
    Limit,
    Marker,
    Proof,
    Ptx,
    Window,
)
from cudacompat.domain.project.prebuilt_wheels import Prebuilt
from cudacompat.domain.wheels.required import asked_of_framework, pinned_by_releases
from cudacompat.domain.words.versions import ToolkitVersion
from cudacompat.engines.record import EngineRecord
from cudacompat.engines.torch_builds import TORCH_PINS, torch_builds

if TYPE_CHECKING:
    from cudacompat.domain.logs.signature import LogLines

_CMAKE = "CMakeLists.txt (000a1ee; 0.33.0) and cmake/utils.cmake (00c1d95) of vllm-project/vllm"

_ALWAYS = (75, 80, 86, 87, 89, 90, 100, 120)
_OLDEST, _12_8, _12_9, _13 = (ToolkitVersion(*each) for each in ((9, 0), (12, 8), (12, 9), (13, 0)))
# The other numbers of CUDA_SUPPORTED_ARCHS by the release that has them first: from one release of CUDA on, before
# another. CMakeLists.txt of the sources on the package index: 0.9.2, 0.12.0, 0.16.0 to 0.21.0, 0.26.0 to 0.33.0.
_KNOWN: tuple[tuple[str | None, tuple[tuple[int, ToolkitVersion, ToolkitVersion | None], ...]], ...] = (
    (None, ((70, _OLDEST, _13), (72, _OLDEST, _13), (110, _13, None))),
    ("0.19", ((70, _OLDEST, _13), (72, _OLDEST, _13), (121, _12_9, None), (110, _13, None))),
    ("0.20", ((70, _OLDEST, _12_8), (103, _12_9, _13), (121, _12_9, _13), (110, _13, None))),
    (
        "0.27",
        (
            (70, _OLDEST, _12_8),
            (103, _12_9, _13),
            (121, _12_9, _13),
            (110, _13, None),
            (107, ToolkitVersion(13, 4), None),
        ),
    ),
)


def _log_lines() -> LogLines:
    from cudacompat.engines.vllm.log_lines import LINES

    return LINES


def _torch(version: Version | None, numbers: Sequence[int], arm: bool) -> tuple[FrameworkBuild, ...]:
    """The builds of the PyTorch that this release pins, for `None` those of all that a release pins."""
    pins = pinned_by_releases("vllm")
    asked = list(asked_of_framework("vllm", version) or ()) if version is not None else []
    wanted = [Version(each.version) for each in asked if each.operator == "=="] if asked else sorted(pins, reverse=True)
    return tuple(build for torch in wanted for build in torch_builds(torch, numbers, arm=arm, newest=torch))


def _asking(torch: Version) -> Version | None:
    return pinned_by_releases("vllm").get(torch)


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
    knobs=tuple(
        Knob(
            "TORCH_CUDA_ARCH_LIST",
            Channel.ENVIRONMENT,
            Grammar.SPACED,
            "find_package(Torch), whose flags vLLM's CMakeLists takes away again and gives to each file in part; "
            "+PTX is lost on that way",
            _CMAKE + ": clear_cuda_arches, cuda_archs_loose_intersection",
            window=Window(since, until),
            ptx=Ptx.NEVER,
            suffixes="",
            known=tuple(sorted({*_ALWAYS, *(number for number, _, _ in rows)})),
            known_by_cuda=rows,
            stands_in=True,
        )
        for (since, rows), until in zip(_KNOWN, (*(since for since, _ in _KNOWN[1:]), None), strict=True)
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
    framework=ExtendedFramework(title="PyTorch", package="torch", pins=TORCH_PINS, builds=_torch, asking=_asking),
    proved=(("env", Proof.DOCUMENTED),),
    log_lines=_log_lines,
    wheels=(Prebuilt("vllm", "its kernels", "pypi.org/project/vllm"),),
)
