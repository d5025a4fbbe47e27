"""`list-after-language`: a list of architectures that comes too late."""

from __future__ import annotations

from tests.helpers.lint_case import LintCase, NearMiss

CASES = (
    LintCase(
        bad={
            "CMakeLists.txt": """\
cmake_minimum_required(VERSION 3.24)
project(
  kernels
  VERSION 1.2
  LANGUAGES CXX CUDA)
if(NOT DEFINED CMAKE_CUDA_ARCHITECTURES)
  set(CMAKE_CUDA_ARCHITECTURES 80 90 120)
endif()
add_library(kernels STATIC src/scale.cu)
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
        line="  set(CMAKE_CUDA_ARCH",
    ),
    LintCase(
        bad={
            "CMakeLists.txt": """\
cmake_minimum_required(VERSION 3.24)
project(
  kernels
  VERSION 1.2
  LANGUAGES CXX CUDA)
set(CMAKE_CUDA_ARCHITECTURES "80;120" CACHE STRING "for these GPUs")
add_library(kernels STATIC src/scale.cu)
""",
        },
        good={
            "CMakeLists.txt": """\
cmake_minimum_required(VERSION 3.24)
set(CMAKE_CUDA_ARCHITECTURES "80;120" CACHE STRING "for these GPUs")
project(
  kernels
  VERSION 1.2
  LANGUAGES CXX CUDA)
add_library(kernels STATIC src/scale.cu)
""",
        },
        line='CACHE STRING "for these GPUs"',
    ),
    LintCase(
        bad={
            "CMakeLists.txt": """\
cmake_minimum_required(VERSION 3.24)
project(
  kernels
  VERSION 1.2
  LANGUAGES CXX CUDA)
add_library(kernels STATIC src/scale.cu)
set(CMAKE_CUDA_ARCHITECTURES 86 120)
""",
        },
        good={
            "CMakeLists.txt": """\
cmake_minimum_required(VERSION 3.24)
project(
  kernels
  VERSION 1.2
  LANGUAGES CXX CUDA)
set(CMAKE_CUDA_ARCHITECTURES 86 120)
add_library(kernels STATIC src/scale.cu)
""",
        },
        line="set(CMAKE_CUDA_ARCHITECTURES 86 120)",
    ),
    LintCase(
        bad={
            "CMakeLists.txt": """\
cmake_minimum_required(VERSION 3.18...3.28)
project(app CXX)
option(USE_CUDA "with CUDA" ON)
if(USE_CUDA)
  enable_language(CUDA)
  if(NOT DEFINED CMAKE_CUDA_ARCHITECTURES)
  set(CMAKE_CUDA_ARCHITECTURES 80 90 120)
endif()

endif()
add_subdirectory(src)
""",
        },
        good={
            "CMakeLists.txt": """\
cmake_minimum_required(VERSION 3.18...3.28)
project(app CXX)
option(USE_CUDA "with CUDA" ON)
if(USE_CUDA)
  if(NOT DEFINED CMAKE_CUDA_ARCHITECTURES)
  set(CMAKE_CUDA_ARCHITECTURES 80 90 120)
endif()
enable_language(CUDA)
\x20\x20
endif()
add_subdirectory(src)
""",
        },
    ),
    # the old policy leaves the variable undefined, so the guard is taken
    LintCase(
        bad={
            "CMakeLists.txt": """\
cmake_minimum_required(VERSION 3.24)
project(
  kernels
  VERSION 1.2
  LANGUAGES CXX CUDA)
add_library(kernels STATIC src/scale.cu)
""",
            "src/CMakeLists.txt": """\
if(NOT DEFINED CMAKE_CUDA_ARCHITECTURES)
  set(CMAKE_CUDA_ARCHITECTURES 80 90 120)
endif()
add_library(more STATIC more.cu)
""",
        },
        good={
            "CMakeLists.txt": """\
cmake_minimum_required(VERSION 3.16)
project(
  kernels
  VERSION 1.2
  LANGUAGES CXX CUDA)
add_library(kernels STATIC src/scale.cu)
""",
            "src/CMakeLists.txt": """\
if(NOT DEFINED CMAKE_CUDA_ARCHITECTURES)
  set(CMAKE_CUDA_ARCHITECTURES 80 90 120)
endif()
add_library(more STATIC more.cu)
""",
        },
        line="set(CMAKE_CUDA_ARCHITECTURES",
    ),
)

NEAR_MISSES = (
    NearMiss(
        "the old policy by a range",
        {
            "CMakeLists.txt": """\
cmake_minimum_required(VERSION 3.10...3.17)
project(a LANGUAGES CXX CUDA)
add_library(a a.cu)
if(NOT DEFINED CMAKE_CUDA_ARCHITECTURES)
  set(CMAKE_CUDA_ARCHITECTURES 80 90)
endif()
""",
        },
    ),
    NearMiss(
        "a function that is called before",
        {
            "CMakeLists.txt": """\
cmake_minimum_required(VERSION 3.24)
project(a LANGUAGES CXX CUDA)
add_library(a a.cu)
function(pick)
if(NOT DEFINED CMAKE_CUDA_ARCHITECTURES)
  set(CMAKE_CUDA_ARCHITECTURES 80 90)
endif()
endfunction()
""",
        },
    ),
    NearMiss(
        "targets with lists of their own",
        {
            "CMakeLists.txt": """\
cmake_minimum_required(VERSION 3.24)
project(a LANGUAGES CXX CUDA)
add_library(a a.cu)
set_property(TARGET a PROPERTY CUDA_ARCHITECTURES 80)
set(CMAKE_CUDA_ARCHITECTURES 90)
""",
        },
    ),
)

NEAR_MISSES += (
    NearMiss(
        "another branch enables CUDA, and this one does so behind its list",
        {
            "CMakeLists.txt": """\
cmake_minimum_required(VERSION 3.24)
project(k LANGUAGES CXX)
if(GPU STREQUAL "cuda")
  enable_language(CUDA)
elseif(GPU STREQUAL "cuda-clang")
  if(NOT DEFINED CMAKE_CUDA_ARCHITECTURES)
    set(CMAKE_CUDA_ARCHITECTURES 80 120)
  endif()
  enable_language(CUDA)
endif()
add_library(k src/k.cu)
""",
        },
    ),
)
