"""`stale-cmake-cache`: a configured folder that remembers another list."""

from __future__ import annotations

from tests.helpers.lint_case import LintCase

CASES = (
    LintCase(
        bad={
            "CMakeLists.txt": """\
cmake_minimum_required(VERSION 3.24)
if(NOT DEFINED CMAKE_CUDA_ARCHITECTURES)
  set(CMAKE_CUDA_ARCHITECTURES 80 90 120)
endif()
project(
  kernels
  VERSION 1.2
  LANGUAGES CXX CUDA)
add_library(kernels STATIC src/scale.cu)
""",
            "build/CMakeCache.txt": """\
# This is the CMakeCache file.
CMAKE_BUILD_TYPE:STRING=Release
CMAKE_CUDA_ARCHITECTURES:STRING=80;90
CMAKE_HOME_DIRECTORY:INTERNAL=/src
""",
        },
        good={
            "CMakeLists.txt": """\
cmake_minimum_required(VERSION 3.24)
if(NOT DEFINED CMAKE_CUDA_ARCHITECTURES)
  set(CMAKE_CUDA_ARCHITECTURES 80 90 120)
endif()
project(
  kernels
  VERSION 1.2
  LANGUAGES CXX CUDA)
add_library(kernels STATIC src/scale.cu)
""",
            "build/CMakeCache.txt": """\
# This is the CMakeCache file.
CMAKE_BUILD_TYPE:STRING=Release
CMAKE_CUDA_ARCHITECTURES:STRING=120;80;90
CMAKE_HOME_DIRECTORY:INTERNAL=/src
""",
        },
        line="CMAKE_CUDA_ARCHITECTURES:STRING=80;90",
    ),
)
