"""C++ and CUDA extensions of PyTorch: by torch.utils.cpp_extension, or by CMake with find_package(Torch)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from packaging.version import Version

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
    Ptx,
    Recipe,
)
from cudacompat.domain.words.versions import ToolkitVersion
from cudacompat.engines.record import EngineRecord

if TYPE_CHECKING:
    from cudacompat.domain.logs.signature import LogLines

_PYTHON = "torch/utils/cpp_extension.py of the torch 2.13.0 and 2.14.1 wheels, _get_cuda_arch_flags; run with both"
_CMAKE = "share/cmake/Caffe2/public/cuda.cmake and utils.cmake of the torch 2.14.1 wheel; configured with CMake 4.4"

# The numbers of _get_cuda_arch_flags in 2.14.1; another one is a ValueError.
_KNOWN = (35, 37, 50, 52, 53, 60, 61, 62, 70, 72, 75, 80, 86, 87, 89, 90, 100, 103, 107, 110, 120, 121)


def _log_lines() -> LogLines:
    from cudacompat.engines.torch_extension.log_lines import LINES

    return LINES


_CURRENT = "2.14.1"


def _published(version: Version | None) -> frozenset[ToolkitVersion]:
    """The CUDA releases for which PyTorch's own indexes have this version, of the newest for `None`."""
    from cudacompat.domain.wheels.table import torch_rows

    wanted = version or Version(_CURRENT)
    rows = (row for row in torch_rows() if row.version.release[:2] == wanted.release[:2] and row.cuda is not None)
    return frozenset(ToolkitVersion.parse(row.cuda) for row in rows if row.cuda is not None)


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
        Knob(
            "TORCH_CUDA_ARCH_LIST",
            Channel.ENVIRONMENT,
            Grammar.TORCH,
            "torch.utils.cpp_extension, and find_package(Torch) where no -D of this name is given",
            f"{_PYTHON}; {_CMAKE}",
            ptx=Ptx.WITH_CODE,
            suffixes="a",
            known=_KNOWN,
            anywhere=True,
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
            "a flag that contains `arch` in extra_compile_args",
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
        Marker("setup.py", r"\bCUDAExtension\b|torch\.utils\.cpp_extension|torch\.utils import cpp_extension"),
        Marker("CMakeLists.txt", r"(?im)^[ \t]*find_package\s*\(\s*Torch\b"),
    ),
    # PyTorch's index has a folder for each CUDA release that it is built with; cpp_extension wants the same major.
    recipe=Recipe(
        packages=("g++", "git", "ninja-build"),
        configure=(
            "sh",
            "-c",
            "pip install torch --index-url https://download.pytorch.org/whl/cu{cuda} && pip install setuptools wheel",
        ),
        build=(("pip", "install", "--no-build-isolation", "."),),
        python_packages=("torch",),
    ),
    proved=(("env", Proof.BUILT), ("cmake", Proof.CONFIGURED)),
    published=_published,
    log_lines=_log_lines,
)
