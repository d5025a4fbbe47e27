"""`find-cuda-removed`: CMake's old module for CUDA."""

from __future__ import annotations

from tests.helpers.lint_case import LintCase, NearMiss

CASES = (
    LintCase(
        bad={
            "CMakeLists.txt": """\
cmake_minimum_required(VERSION 3.10)
project(sgemm CXX)
find_package(CUDA REQUIRED)
cuda_add_library(sgemm STATIC sgemm.cu OPTIONS -gencode arch=compute_86,code=sm_86)
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
        },
        line="find_package(CUDA",
    ),
    LintCase(
        bad={
            "CMakeLists.txt": """\
cmake_minimum_required(VERSION 3.27)
project(sgemm CXX)
find_package(CUDA REQUIRED)
cuda_add_library(sgemm STATIC sgemm.cu OPTIONS -gencode arch=compute_86,code=sm_86)
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
        },
    ),
)

NEAR_MISSES = (
    NearMiss(
        "a module of its own",
        {
            "CMakeLists.txt": "find_package(CUDA)\n",
            "cmake/FindCUDA.cmake": "message(STATUS own)\n",
        },
    ),
    NearMiss(
        "for an old CMake",
        {
            "CMakeLists.txt": """\
if(CMAKE_VERSION VERSION_LESS 3.18)
  find_package(CUDA)
endif()
""",
        },
    ),
)
