"""CuPy, whose setup gives nvcc the pairs that a variable holds; most of its kernels are compiled at run time."""

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
    Recipe,
    Window,
)
from cudacompat.domain.machine.loaders import CudaLibraries, PackageLoading
from cudacompat.engines.record import EngineRecord

if TYPE_CHECKING:
    from cudacompat.domain.logs.signature import LogLines

_SETUP = "install/cupy_builder/_compiler.py of cupy/cupy at v14.2.0 and 6b6d956"


def _log_lines() -> LogLines:
    from cudacompat.engines.cupy.log_lines import LINES

    return LINES


ENGINE = EngineRecord(
    name="cupy",
    title="CuPy",
    aliases=("cupy-cuda12x", "cupy-cuda13x"),
    system=BuildSystem.PIP,
    packages=("cupy",),
    repositories=("cupy/cupy",),
    current="14.2.0",
    source=_SETUP,
    unset=(
        "machine code of every number of the CUDA release, 10.0 and 12.0 as families from CUDA 12.9 on, and PTX of the "
        "newest. Its wheels are built that way, and nearly all kernels are compiled at run time by NVRTC for the GPU "
        "that is there"
    ),
    knobs=(
        Knob(
            "CUPY_NVCC_GENERATE_CODE",
            Channel.ENVIRONMENT,
            Grammar.CUPY,
            "CuPy's setup, which hands each pair to nvcc as --generate-code",
            f"{_SETUP}: _nvcc_gencode_options; cupy_setup_build.py at v7.0.0 to v9.6.0, read at each minor tag",
            Window("7.0.0"),
        ),
    ),
    dead=(
        DeadSetting("CMAKE_CUDA_ARCHITECTURES", "CuPy's setup does not run CMake", _SETUP, "CMake projects"),
        DeadSetting.unread("TORCH_CUDA_ARCH_LIST", _SETUP, "PyTorch and its extensions"),
    ),
    hazards=(
        Hazard(
            "NVCC_APPEND_FLAGS",
            "where CUPY_NVCC_GENERATE_CODE is not set, a plain compute_100 or 120 with CuPy's own families is `nvcc "
            "fatal: The same GPU code generated for non family-specific and family-specific GPU arch` (CUDA 12.9 on)",
            "run with nvcc 13.0 and 13.5",
        ),
    ),
    caches=(
        Cache(
            "build",
            "setuptools leaves an object that is newer than its source, whatever it was compiled for",
            ("cmake", "-E", "rm", "-rf", "build"),
            "install/cupy_builder of cupy/cupy at v14.2.0",
        ),
        Cache(
            "~/.cupy/kernel_cache (CUPY_CACHE_DIR)",
            "what NVRTC compiled at run time is kept there",
            ("sh", "-c", 'rm -rf "${CUPY_CACHE_DIR:-$HOME/.cupy/kernel_cache}"'),
            "docs/source/reference/environment.rst of cupy/cupy at v14.2.0",
        ),
    ),
    products=("dist/cupy-*.whl", "cupy/**/*.so"),
    # where its setup stands from 10.1, in 10.0, and before
    markers=tuple(
        Marker("cupy/_version.py", r"__version__", r"__version__ = '(\d+)\.(\d+)\.(\d+)", beside=setup)
        for setup in (
            "install/cupy_builder/_compiler.py",
            "install/cupy_builder/cupy_setup_build.py",
            "cupy_setup_build.py",
        )
    ),
    recipe=Recipe(
        packages=("g++", "git"),
        configure=(),
        build=(("pip", "install", "."),),
    ),
    proved=(("env", Proof.DOCUMENTED),),
    log_lines=_log_lines,
    loading=tuple(
        PackageLoading(
            package,
            (
                CudaLibraries(
                    opens=(nvrtc,),
                    looks_since="14",  # with cuda-pathfinder; before, the loader alone
                    looks_into_toolkits=True,
                    optional=r"cupy(?:_backends)?/(?:.+/)?(?:cutensor|cusparselt|nccl|jitify|nvtx)\..+",
                    extras=("ctk",),
                    extras_since="14",
                    by_toolkit=True,
                    source="the wheel of 14.2.0: METADATA, cupy/_environment.py, cupy_backends/cuda/libs/nvrtc; it "
                    "was imported and run without the other libraries, which what calls them asks for; 12.3.0, 13.0.0 "
                    "and 13.6.0 were imported beside NVIDIA's wheels, and found them by LD_LIBRARY_PATH only",
                ),
            ),
        )
        for package, nvrtc in (
            ("cupy-cuda11x", "libnvrtc.so.11.2"),
            ("cupy-cuda12x", "libnvrtc.so.12"),
            ("cupy-cuda13x", "libnvrtc.so.13"),
        )
    ),
)
