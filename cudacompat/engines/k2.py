"""k2, which has a list of its own and, with PyTorch, takes PyTorch's as well."""

from __future__ import annotations

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
)
from cudacompat.engines.record import EngineRecord

_CMAKE = "CMakeLists.txt:213-302 and cmake/torch.cmake of k2-fsa/k2 at a741ae88 (1.24.4)"
_TORCH = "share/cmake/Caffe2/public/cuda.cmake of the torch 2.14.1 wheel"

ENGINE = EngineRecord(
    name="k2",
    title="k2",
    aliases=("k2-fsa",),
    system=BuildSystem.PIP,
    packages=("k2",),
    repositories=("k2-fsa/k2",),
    current="1.24.4",
    source=f"{_CMAKE}; {_TORCH}",
    unset=(
        "its own candidates, 5.0 to 9.0 without 8.9: those that the GPUs there have, or without a GPU all of them, as "
        "machine code alone where PyTorch is used; CUDA 13 cannot build the oldest"
    ),
    knobs=(
        Knob(
            "TORCH_CUDA_ARCH_LIST",
            Channel.ENVIRONMENT,
            Grammar.TORCH,
            "find_package(Torch), whose flags come to those of k2's own candidates, which nothing takes away",
            f"{_CMAKE}; {_TORCH}",
            ptx=Ptx.WITH_CODE,
        ),
    ),
    dead=(
        DeadSetting(
            "CMAKE_CUDA_ARCHITECTURES",
            "k2 does put it after its own list, but find_package(Torch), which comes later, sets the list to OFF",
            f"{_CMAKE}; {_TORCH}",
            "k2 without PyTorch (K2_USE_PYTORCH=OFF)",
        ),
        DeadSetting.unread("CUDA_ARCH_LIST", _CMAKE, "CTranslate2, only as -D"),
    ),
    hazards=(
        Hazard(
            "CUDA 13",
            "k2's own candidates 5.0, 6.0, 6.1 and 7.0 stay on nvcc's line, and CUDA 13 has none of them",
            _CMAKE,
        ),
    ),
    caches=(
        Cache(
            "build",
            "CMake's cache is in build/temp.*",
            ("cmake", "-E", "rm", "-rf", "build"),
            "setup.py of k2-fsa/k2 at a741ae88",
        ),
    ),
    products=("dist/k2-*.whl", "**/_k2*.so", "**/libk2*.so"),
    markers=(
        Marker(
            "CMakeLists.txt",
            r"(?m)^project\(k2\b",
            r"set\(K2_VERSION \"(\d+)\.(\d+)(?:\.(\d+))?",
        ),
    ),
    proved=(("env", Proof.DOCUMENTED),),
)
