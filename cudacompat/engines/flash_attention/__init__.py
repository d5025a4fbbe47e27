"""flash-attention 2, whose setup.py writes its own gencode flags."""

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
    Hazard,
    Knob,
    LogName,
    Marker,
    Proof,
    Ptx,
    Recipe,
    RequiredSetting,
    Rewrite,
    Window,
)
from cudacompat.domain.words.versions import ToolkitVersion
from cudacompat.engines.record import EngineRecord
from cudacompat.engines.torch_builds import TORCH_PINS, torch_builds

if TYPE_CHECKING:
    from cudacompat.domain.logs.signature import LogLines

_SETUP = "setup.py of Dao-AILab/flash-attention at 0251105a (2.8.4) and its tags from v2.7.3 on"

_RELEASED = Window("2.7.3", "2.8.4")
# whose facts are known here (engines/torch_extension)
_NEWEST_TORCH = Version("2.14.1")
_FAMILIES = Window("2.8.4")
_READER = "flash-attention's setup.py, which knows these numbers and silently ignores others"


def _log_lines() -> LogLines:
    from cudacompat.engines.flash_attention.log_lines import LINES

    return LINES


def _torch(_version: Version | None, numbers: Sequence[int], arm: bool) -> tuple[FrameworkBuild, ...]:
    return torch_builds(None, numbers, arm=arm, newest=_NEWEST_TORCH)


ENGINE = EngineRecord(
    name="flash-attention",
    title="flash-attention 2",
    aliases=("flash-attn", "flash_attn", "fa2"),
    system=BuildSystem.PIP,
    packages=("flash-attn",),
    repositories=("dao-ailab/flash-attention", "hazyresearch/flash-attention"),
    current="2.8.3",  # released, as 2.8.3.post2 on the index; the sources have called themselves 2.8.4 since
    ahead=True,
    source=_SETUP,
    unset="80;90;100;120 (from 2.8.4 on 110 as well); and pip takes a prebuilt wheel of the project where one fits",
    knobs=(
        Knob(
            "FLASH_ATTN_CUDA_ARCHS",
            Channel.ENVIRONMENT,
            Grammar.NUMBERS,
            _READER,
            _SETUP + ": add_cuda_gencodes; run for CUDA 12.8, 12.9 and 13.0",
            _FAMILIES,
            ptx=Ptx.NEWEST,
            suffixes="",
            known=(80, 90, 100, 110, 120),
            stands_in=True,
            stops=False,
        ),
        Knob(
            "FLASH_ATTN_CUDA_ARCHS",
            Channel.ENVIRONMENT,
            Grammar.NUMBERS,
            _READER,
            "setup.py:179-191 of Dao-AILab/flash-attention at v2.8.3 and v2.8.3.post1",
            _RELEASED,
            ptx=Ptx.NEVER,
            suffixes="",
            known=(80, 90, 100, 120),
            stands_in=True,
            stops=False,
        ),
    ),
    rewrites=tuple(
        Rewrite(
            major,
            "f",
            _SETUP + ": arch=compute_120f,code=sm_120; nvcc 13.5 makes sm_120f of it",
            _FAMILIES,
            of_ptx=False,
            cuda=ToolkitVersion(12, 9),
        )
        for major in (10, 11, 12)
    ),
    fixed=(
        RequiredSetting(
            "FLASH_ATTENTION_FORCE_BUILD",
            "TRUE",
            Channel.ENVIRONMENT,
            "flash-attention's setup.py",
            "without it a prebuilt wheel of the project is taken where one fits, with its own list",
            _SETUP + ": CachedWheelsCommand",
            against_wheel=True,
        ),
    ),
    dead=(
        DeadSetting(
            "TORCH_CUDA_ARCH_LIST",
            "setup.py gives nvcc flags with `arch` in them, and cpp_extension then adds none itself",
            _SETUP,
            "other extensions of PyTorch",
        ),
        DeadSetting("CMAKE_CUDA_ARCHITECTURES", "CMake is not run", _SETUP, "CMake projects"),
    ),
    hazards=(
        Hazard(
            "NVCC_APPEND_FLAGS",
            "a plain compute_100, 110 or 120 with the family targets of this build is `nvcc fatal: The same GPU code "
            "generated for non family-specific and family-specific GPU arch` (CUDA 12.9 and newer)",
            "run with nvcc 13.0 and 13.5",
            (10, 11, 12),
            _FAMILIES,
        ),
    ),
    caches=(
        Cache(
            "build",
            "setuptools leaves an object that is newer than its source, whatever it was compiled for",
            ("cmake", "-E", "rm", "-rf", "build"),
            "torch/utils/cpp_extension.py",
        ),
    ),
    products=("dist/flash_attn-*.whl", "**/flash_attn_2_cuda*.so"),
    markers=(
        Marker(
            "flash_attn/__init__.py",
            r"__version__",
            r"__version__ = \"(\d+)\.(\d+)\.(\d+)",
            beside="setup.py",
        ),
    ),
    # cpp_extension wants nvcc of the major release of CUDA that PyTorch was built with.
    recipe=Recipe(
        packages=("g++", "git", "ninja-build"),
        configure=(
            "sh",
            "-c",
            "pip install {framework} && pip install ninja packaging psutil setuptools wheel",
        ),
        build=(("pip", "wheel", "--no-build-isolation", "."),),
        runtime_packages=("libgomp1",),
        python_packages=("torch",),
    ),
    framework=ExtendedFramework(title="PyTorch", package="torch", pins=TORCH_PINS, builds=_torch),
    proved=(("env", Proof.DOCUMENTED),),
    log_lines=_log_lines,
    log_names=(LogName(pattern=r"flash[-_]attn", rank=80, source="logs of it in public issues"),),
)
