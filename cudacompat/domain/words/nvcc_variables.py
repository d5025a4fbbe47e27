"""Variables that nvcc reads, and those that name its host compiler.

Sources: https://docs.nvidia.com/cuda/cuda-compiler-driver-nvcc/#nvcc-environment-variables and CMake's
cmake-env-variables(7), CUDAHOSTCXX.
"""

from __future__ import annotations

# Options that nvcc adds to every command line, behind and before its own: what is behind holds.
FLAG_VARIABLES = ("NVCC_APPEND_FLAGS", "NVCC_PREPEND_FLAGS")

# What names the host compiler in the environment: to CMake, and to nvcc itself.
CMAKES_COMPILER, NVCCS_COMPILER = "CUDAHOSTCXX", "NVCC_CCBIN"
COMPILER_IN_ENVIRONMENT = (CMAKES_COMPILER, NVCCS_COMPILER)
# The same and CMake's own setting, which comes before them.
COMPILER_SETTINGS = (*COMPILER_IN_ENVIRONMENT, "CMAKE_CUDA_HOST_COMPILER")
