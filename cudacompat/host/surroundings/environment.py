"""CUDA's environment variables: the ones that change what is built, what is loaded, or which GPU is seen.

A fixed list and no prefixes: `NVIDIA_API_KEY` begins like the others, and is a secret.
"""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Mapping

from cudacompat.domain.words.nvcc_variables import COMPILER_SETTINGS, FLAG_VARIABLES

# The driver and the runtime: https://docs.nvidia.com/cuda/cuda-programming-guide/05-appendices/environment-variables.html
# and, for MPS, https://docs.nvidia.com/deploy/mps/appendix-tools-and-interface-reference.html
_RUNNING = (
    "CUDA_AUTO_BOOST",
    "CUDA_BINARY_LOADER_THREAD_COUNT",
    "CUDA_CACHE_DISABLE",
    "CUDA_CACHE_MAXSIZE",
    "CUDA_CACHE_PATH",
    "CUDA_DEVICE_MAX_CONNECTIONS",
    "CUDA_DEVICE_ORDER",
    "CUDA_DISABLE_JIT",
    "CUDA_DISABLE_PTX_JIT",
    "CUDA_FORCE_JIT",
    "CUDA_FORCE_PTX_JIT",
    "CUDA_LAUNCH_BLOCKING",
    "CUDA_LOG_FILE",
    "CUDA_MANAGED_FORCE_DEVICE_ALLOC",
    "CUDA_MODULE_DATA_LOADING",
    "CUDA_MODULE_LOADING",
    "CUDA_MPS_ACTIVE_THREAD_PERCENTAGE",
    "CUDA_MPS_LOG_DIRECTORY",
    "CUDA_MPS_PIPE_DIRECTORY",
    "CUDA_VISIBLE_DEVICES",
    "NVIDIA_TF32_OVERRIDE",
)
# nvcc: https://docs.nvidia.com/cuda/cuda-compiler-driver-nvcc/#nvcc-environment-variables
# CMake: https://cmake.org/cmake/help/latest/manual/cmake-env-variables.7.html and FindCUDAToolkit
_BUILDING = (
    "CMAKE_CUDA_ARCHITECTURES",
    "CMAKE_CUDA_COMPILER",
    "CMAKE_CUDA_FLAGS",
    "CUDAARCHS",
    "CUDACXX",
    "CUDAFLAGS",
    "CUDAToolkit_ROOT",
    "CUDA_ARCHITECTURES",
    "CUDA_HOME",
    "CUDA_PATH",
    "CUDA_ROOT",
    "CUDA_TOOLKIT_ROOT_DIR",
    "CUDA_VERSION",
    *FLAG_VARIABLES,
    *COMPILER_SETTINGS,
)
# Containers: https://docs.nvidia.com/datacenter/cloud-native/container-toolkit/latest/docker-specialized.html
_CONTAINERS = (
    "NVIDIA_DISABLE_REQUIRE",
    "NVIDIA_DRIVER_CAPABILITIES",
    "NVIDIA_REQUIRE_CUDA",
    "NVIDIA_VISIBLE_DEVICES",
)

NAMES = frozenset(_RUNNING + _BUILDING + _CONTAINERS)

# The Windows installer sets one for each release: CUDA_PATH_V12_8.
_RELEASE_PATH = re.compile(r"CUDA_PATH_V\d+_\d+")


def cuda_variables(
    environment: Mapping[str, str] | None = None, also: Collection[str] = frozenset()
) -> tuple[tuple[str, str], ...]:
    """Return the variables of the list, and `also`, that are set (this process's, if none are given), by name."""
    names = NAMES.union(also)
    values = os.environ if environment is None else environment
    return tuple(
        (name, values[name]) for name in sorted(values) if name in names or _RELEASE_PATH.fullmatch(name) is not None
    )
