"""`variable-not-forwarded`: a setting for CMake that stays in the environment."""

from __future__ import annotations

from tests.helpers.lint_case import LintCase

CASES = (
    LintCase(
        bad={
            "Dockerfile": """\
FROM nvidia/cuda:12.8.1-devel-ubuntu24.04 AS build
ENV CMAKE_CUDA_ARCHITECTURES="86;120"
RUN apt-get update && apt-get install -y cmake g++ git
RUN git clone --branch v1.9.3 https://github.com/ggml-org/whisper.cpp /src
WORKDIR /src
RUN cmake -B build -DGGML_CUDA=ON -DGGML_NATIVE=OFF  \\
    && cmake --build build -j
""",
        },
        good={
            "Dockerfile": """\
FROM nvidia/cuda:12.8.1-devel-ubuntu24.04 AS build
ENV CUDAARCHS="86;120"
RUN apt-get update && apt-get install -y cmake g++ git
RUN git clone --branch v1.9.3 https://github.com/ggml-org/whisper.cpp /src
WORKDIR /src
RUN cmake -B build -DGGML_CUDA=ON -DGGML_NATIVE=OFF  \\
    && cmake --build build -j
""",
        },
        line="ENV CMAKE_CUDA_ARCHITECTURES",
    ),
    LintCase(
        bad={
            "Dockerfile": """\
FROM nvidia/cuda:12.8.1-devel-ubuntu24.04 AS build
ARG CMAKE_CUDA_ARCHITECTURES="86;120"
RUN apt-get update && apt-get install -y cmake g++ git
RUN git clone --branch v1.9.3 https://github.com/ggml-org/whisper.cpp /src
WORKDIR /src
RUN cmake -B build -DGGML_CUDA=ON -DGGML_NATIVE=OFF  \\
    && cmake --build build -j
""",
        },
        good={
            "Dockerfile": """\
FROM nvidia/cuda:12.8.1-devel-ubuntu24.04 AS build
ARG CMAKE_CUDA_ARCHITECTURES="86;120"
RUN apt-get update && apt-get install -y cmake g++ git
RUN git clone --branch v1.9.3 https://github.com/ggml-org/whisper.cpp /src
WORKDIR /src
RUN cmake -B build -DGGML_CUDA=ON -DGGML_NATIVE=OFF -DCMAKE_CUDA_ARCHITECTURES=${CMAKE_CUDA_ARCHITECTURES} \\
    && cmake --build build -j
""",
        },
    ),
    LintCase(
        bad={
            ".github/workflows/build.yml": """\
name: build
on: push
env:
  CMAKE_CUDA_ARCHITECTURES: 86;120
jobs:
  cuda:
    runs-on: ubuntu-24.04
    steps:
      - run: git clone --branch v1.9.3 https://github.com/ggml-org/whisper.cpp . # the engine
      - run: cmake -B build -DGGML_CUDA=ON -DGGML_NATIVE=OFF\x20
""",
        },
        good={
            ".github/workflows/build.yml": """\
name: build
on: push
jobs:
  cuda:
    runs-on: ubuntu-24.04
    steps:
      - run: git clone --branch v1.9.3 https://github.com/ggml-org/whisper.cpp . # the engine
      - run: cmake -B build -DGGML_CUDA=ON -DGGML_NATIVE=OFF "-DCMAKE_CUDA_ARCHITECTURES=86;120-real"
""",
        },
        line="CMAKE_CUDA_ARCHITECTURES: 86;120",
    ),
    LintCase(
        bad={
            "build.sh": 'GGML_CUDA=1 pip install --no-binary llama-cpp-python "llama-cpp-python==0.3.16"\n',
        },
        good={
            "build.sh": """\
CMAKE_ARGS="-DGGML_CUDA=1" pip install --no-binary llama-cpp-python llama-cpp-python
""",
        },
    ),
    LintCase(
        bad={
            "CMakeLists.txt": """\
cmake_minimum_required(VERSION 3.24)
project(kernels LANGUAGES CXX CUDA)
add_library(kernels kernels.cu)
""",
            "CMakePresets.json": """\
{"version": 6, "configurePresets": [{"name": "release", "binaryDir": "build",
 "environment": {"CMAKE_CUDA_ARCHITECTURES": "86;120"}}]}
""",
        },
        good={
            "CMakeLists.txt": """\
cmake_minimum_required(VERSION 3.24)
project(kernels LANGUAGES CXX CUDA)
add_library(kernels kernels.cu)
""",
            "CMakePresets.json": """\
{"version": 6, "configurePresets": [{"name": "release", "binaryDir": "build",
 "environment": {"CUDAARCHS": "86;120"}}]}
""",
        },
        line="environment",
    ),
)
