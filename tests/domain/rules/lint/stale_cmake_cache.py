"""`stale-cmake-cache`: a configured folder that remembers another list."""

from __future__ import annotations

from tests.helpers.lint_case import LintCase

_FILES = "cmake_minimum_required(VERSION 3.24)\n{}project(a LANGUAGES CXX CUDA)\nadd_library(a STATIC a.cu)\n"
_CACHE = "CMAKE_CUDA_ARCHITECTURES:STRING={}\n"

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
    *(
        LintCase(  # the build directory decides, whether the files have a list or none
            bad={"CMakeLists.txt": _FILES.format(listed), "build/CMakeCache.txt": _CACHE.format("86-real")},
            good={"CMakeLists.txt": _FILES.format(listed), "build/CMakeCache.txt": _CACHE.format("86;120")},
            line="CMAKE_CUDA_ARCHITECTURES:STRING",
            gpu=("RTX 5070 Ti", "RTX 3090"),
        )
        for listed in ("", "set(CMAKE_CUDA_ARCHITECTURES 86 120)\n")
    ),
)
