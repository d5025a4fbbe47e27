"""C++ and CUDA extensions of PyTorch: by torch.utils.cpp_extension, or by CMake with find_package(Torch)."""

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
    Marker,
    Proof,
    Ptx,
    Recipe,
    Window,
)
from cudacompat.domain.builds.engine_facts import OWN_TARGETS
from cudacompat.engines.record import EngineRecord
from cudacompat.engines.torch_builds import TORCH_PINS, torch_builds

if TYPE_CHECKING:
    from cudacompat.domain.logs.signature import LogLines

_PYTHON = "torch/utils/cpp_extension.py of the torch 2.13.0 and 2.14.1 wheels, _get_cuda_arch_flags; run with both"
_CMAKE = "share/cmake/Caffe2/public/cuda.cmake and utils.cmake of the torch 2.14.1 wheel; configured with CMake 4.4"

# The numbers of _get_cuda_arch_flags by the release that has them first, the newest last; another one is a ValueError.
# Read in the wheels of 1.13.1, 2.0.1, 2.2.2, 2.4.1, 2.5.1, 2.6.0, 2.7.1, 2.8.0, 2.9.1, 2.10.0 to 2.15.0 (PyPI).
_OLDEST = (35, 37, 50, 52, 53, 60, 61, 62, 70, 72, 75, 80, 86)
_KNOWN: tuple[tuple[str | None, tuple[int, ...]], ...] = (
    (None, _OLDEST),
    ("2", (*_OLDEST, 89, 90)),
    ("2.1", (*_OLDEST, 87, 89, 90)),
    ("2.6", (*_OLDEST, 87, 89, 90, 100)),
    ("2.7", (*_OLDEST, 87, 89, 90, 100, 101, 120)),
    ("2.8", (*_OLDEST, 87, 89, 90, 100, 101, 103, 120, 121)),
    ("2.9", (*_OLDEST, 87, 89, 90, 100, 103, 110, 120, 121)),
    ("2.14", (*_OLDEST, 87, 89, 90, 100, 103, 107, 110, 120, 121)),
)


def _log_lines() -> LogLines:
    from cudacompat.engines.torch_extension.log_lines import LINES

    return LINES


_CURRENT = "2.14.1"
_EXTENSION = r"\bCUDAExtension\b|torch\.utils\.cpp_extension|torch\.utils import cpp_extension"


def _torch(version: Version | None, numbers: Sequence[int], arm: bool) -> tuple[FrameworkBuild, ...]:
    return torch_builds(version, numbers, arm=arm, newest=Version(_CURRENT))


ENGINE = EngineRecord(
    name="torch-extension",
    title="a C++/CUDA extension of PyTorch",
    aliases=("pytorch-extension", "torch_extension", "cpp_extension", "torch-ext"),
    system=BuildSystem.PIP,
    current=_CURRENT,
    source=f"{_PYTHON}; {_CMAKE}; a version is PyTorch's",
    unset="the GPUs of the machine that builds, with PTX of the newest; without one cpp_extension ends in `IndexError: "
    "list index out of range`, and find_package(Torch) takes a list that begins with 5.0: CUDA 13 cannot build it",
    stops_unset="cpp_extension finds no GPU to build for and ends in `IndexError: list index out of range`",
    knobs=(
        *(
            Knob(
                "TORCH_CUDA_ARCH_LIST",
                Channel.ENVIRONMENT,
                Grammar.TORCH,
                "torch.utils.cpp_extension, and find_package(Torch) where no -D of this name is given",
                f"{_PYTHON}; {_CMAKE}",
                window=Window(since, until),
                ptx=Ptx.WITH_CODE,
                suffixes="a",
                known=known,
                anywhere=True,
            )
            for (since, known), until in zip(_KNOWN, (*(since for since, _ in _KNOWN[1:]), None), strict=True)
        ),
    ),
    file_knobs=(
        Knob(
            "TORCH_CUDA_ARCH_LIST",
            Channel.DEFINE,
            Grammar.TORCH,
            "find_package(Torch), before the variable of this name in the environment",
            _CMAKE,
            ptx=Ptx.WITH_CODE,
        ),
    ),
    dead=(
        DeadSetting(
            "CMAKE_CUDA_ARCHITECTURES",
            "find_package(Torch) sets it to OFF, with a warning; cpp_extension does not run CMake",
            _CMAKE,
            "CMake projects without PyTorch",
            overwritten_by=r"find_package\s*\(\s*Torch\b",
        ),
        DeadSetting(
            "CUDAARCHS", "find_package(Torch) sets the list that it fills to OFF", _CMAKE, "CMake 3.20 and newer"
        ),
        DeadSetting.unread("CUDA_ARCH_LIST", _PYTHON, "CTranslate2, only as -D"),
        DeadSetting("GGML_CUDA_COMPUTE_CAPABILITY", "no known program reads it", _PYTHON),
    ),
    hazards=(
        Hazard(
            OWN_TARGETS,
            "cpp_extension then adds no target, whatever TORCH_CUDA_ARCH_LIST says",
            _PYTHON,
        ),
        Hazard(
            "NVCC_APPEND_FLAGS",
            "it would add every target a second time, next to PyTorch's flags",
            "nvcc's manual, NVCC_APPEND_FLAGS; run with nvcc 13.0",
        ),
    ),
    caches=(
        Cache(
            "build and *.egg-info",
            "setuptools leaves an object that is newer than its source, whatever it was compiled for",
            ("cmake", "-E", "rm", "-rf", "build"),
            _PYTHON,
        ),
        Cache(
            "~/.cache/torch_extensions (TORCH_EXTENSIONS_DIR)",
            "extensions compiled at run time (cpp_extension.load) are kept there by name",
            ("sh", "-c", 'rm -rf "${TORCH_EXTENSIONS_DIR:-$HOME/.cache/torch_extensions}"'),
            _PYTHON,
        ),
    ),
    products=("dist/*.whl", "build/lib*/**/*.so"),
    markers=(
        Marker("setup.py", _EXTENSION),
        Marker("build.py", _EXTENSION, beside="pyproject.toml"),  # what Poetry runs
        Marker("CMakeLists.txt", r"(?im)^[ \t]*find_package\s*\(\s*Torch\b"),
    ),
    # cpp_extension wants nvcc of the major release of CUDA that PyTorch was built with.
    recipe=Recipe(
        packages=("g++", "git", "ninja-build"),
        configure=(
            "sh",
            "-c",
            "pip install {framework} && pip install setuptools wheel",
        ),
        build=(("pip", "install", "--no-build-isolation", "."),),
        python_packages=("torch",),
    ),
    proved=(("env", Proof.BUILT), ("cmake", Proof.CONFIGURED)),
    framework=ExtendedFramework(title="PyTorch", package="torch", pins=TORCH_PINS, builds=_torch),
    version_of_framework=True,
    log_lines=_log_lines,
)
