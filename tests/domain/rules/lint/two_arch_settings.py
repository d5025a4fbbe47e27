"""`two-arch-settings`: two settings with architectures in one build."""

from __future__ import annotations

from tests.helpers.lint_case import LintCase, NearMiss

CASES = (
    LintCase(
        bad={
            "Dockerfile": """\
FROM nvidia/cuda:12.8.1-devel-ubuntu24.04 AS build
ENV NVCC_APPEND_FLAGS="-gencode arch=compute_89,code=sm_89"
RUN apt-get update && apt-get install -y cmake g++ git
RUN git clone --branch v1.9.3 https://github.com/ggml-org/whisper.cpp /src
WORKDIR /src
RUN cmake -B build -DGGML_CUDA=ON -DGGML_NATIVE=OFF "-DCMAKE_CUDA_ARCHITECTURES=86-real;120-real;80-virtual" \\
    && cmake --build build -j
""",
        },
        good={
            "Dockerfile": """\
FROM nvidia/cuda:12.8.1-devel-ubuntu24.04 AS build
ENV NVCC_APPEND_FLAGS="--threads 2"
RUN apt-get update && apt-get install -y cmake g++ git
RUN git clone --branch v1.9.3 https://github.com/ggml-org/whisper.cpp /src
WORKDIR /src
RUN cmake -B build -DGGML_CUDA=ON -DGGML_NATIVE=OFF "-DCMAKE_CUDA_ARCHITECTURES=86-real;120-real;80-virtual" \\
    && cmake --build build -j
""",
        },
        line="NVCC_APPEND_FLAGS",
    ),
    LintCase(
        bad={
            "Dockerfile": """\
FROM nvidia/cuda:12.8.1-devel-ubuntu24.04 AS build
ENV CUDAARCHS=75
RUN apt-get update && apt-get install -y cmake g++ git
RUN git clone --branch v1.9.3 https://github.com/ggml-org/whisper.cpp /src
WORKDIR /src
RUN cmake -B build -DGGML_CUDA=ON -DGGML_NATIVE=OFF "-DCMAKE_CUDA_ARCHITECTURES=86-real;120-real;80-virtual" \\
    && cmake --build build -j
""",
        },
        good={
            "Dockerfile": """\
FROM nvidia/cuda:12.8.1-devel-ubuntu24.04 AS build
ENV CUDAARCHS=86-real;120-real;80-virtual
RUN apt-get update && apt-get install -y cmake g++ git
RUN git clone --branch v1.9.3 https://github.com/ggml-org/whisper.cpp /src
WORKDIR /src
RUN cmake -B build -DGGML_CUDA=ON -DGGML_NATIVE=OFF "-DCMAKE_CUDA_ARCHITECTURES=86-real;120-real;80-virtual" \\
    && cmake --build build -j
""",
        },
        line="CUDAARCHS",
    ),
    LintCase(
        bad={
            "CMakeLists.txt": """\
cmake_minimum_required(VERSION 3.24)

project(fluid LANGUAGES CXX CUDA)
add_library(fluid STATIC src/solver.cu)
""",
            "build.sh": "cmake -B b -DCMAKE_CUDA_ARCHITECTURES=80 -GNinja -DCMAKE_CUDA_ARCHITECTURES=90 .\n",
        },
        good={
            "CMakeLists.txt": """\
cmake_minimum_required(VERSION 3.24)

project(fluid LANGUAGES CXX CUDA)
add_library(fluid STATIC src/solver.cu)
""",
            "build.sh": "cmake -B b -DCMAKE_CUDA_ARCHITECTURES=80 -GNinja .\n",
        },
        line="URES=80",
    ),
    LintCase(
        bad={
            "CMakeLists.txt": """\
cmake_minimum_required(VERSION 3.24)
set(CMAKE_CUDA_ARCHITECTURES 86 120)
set(CMAKE_CUDA_FLAGS "${CMAKE_CUDA_FLAGS} -gencode arch=compute_89,code=sm_89")
project(kernels LANGUAGES CXX CUDA)
add_library(kernels kernels.cu)
""",
        },
        good={
            "CMakeLists.txt": """\
cmake_minimum_required(VERSION 3.24)
set(CMAKE_CUDA_ARCHITECTURES 86 89 120)
set(CMAKE_CUDA_FLAGS "${CMAKE_CUDA_FLAGS} -lineinfo")
project(kernels LANGUAGES CXX CUDA)
add_library(kernels kernels.cu)
""",
        },
        line="compute_89",
    ),
    LintCase(
        bad={
            "CMakeLists.txt": """\
cmake_minimum_required(VERSION 3.24)
project(kernels LANGUAGES CXX CUDA)
add_library(kernels kernels.cu)
set_target_properties(kernels PROPERTIES CUDA_ARCHITECTURES "86;120")
target_compile_options(kernels PRIVATE $<$<COMPILE_LANGUAGE:CUDA>:-arch=sm_89>)
""",
        },
        good={
            "CMakeLists.txt": """\
cmake_minimum_required(VERSION 3.24)
project(kernels LANGUAGES CXX CUDA)
add_library(kernels kernels.cu)
set_target_properties(kernels PROPERTIES CUDA_ARCHITECTURES "86;89;120")
target_compile_options(kernels PRIVATE $<$<COMPILE_LANGUAGE:CUDA>:-lineinfo>)
""",
        },
        line="sm_89",
    ),
)

NEAR_MISSES = (
    NearMiss(
        "flags that are the only list add to no other",
        {
            "Dockerfile": """\
FROM nvidia/cuda:12.8.1-devel-ubuntu24.04 AS build
ENV NVCC_APPEND_FLAGS="-gencode arch=compute_89,code=sm_89"
RUN apt-get update && apt-get install -y cmake g++ git
RUN git clone --branch v1.9.3 https://github.com/ggml-org/whisper.cpp /src
WORKDIR /src
RUN cmake -B build -DGGML_CUDA=ON -DGGML_NATIVE=OFF && cmake --build build -j
""",
        },
    ),
)
