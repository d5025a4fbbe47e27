"""`setting-after-use`: a setting that the build cannot see."""

from __future__ import annotations

from tests.helpers.lint_case import LintCase

CASES = (
    LintCase(
        bad={
            "Dockerfile": """\
FROM nvidia/cuda:12.8.1-devel-ubuntu24.04 AS build
RUN apt-get update && apt-get install -y cmake clang curl g++
WORKDIR /src
COPY . .
RUN cargo build --release --features cuda
ENV CMAKE_CUDA_ARCHITECTURES="86;120"
""",
            "Cargo.toml": """\
[package]
name = "transcribe"
version = "0.1.0"

[dependencies]
whisper-rs = { version = "0.16.0", features = ["cuda"] }
""",
        },
        good={
            "Dockerfile": """\
FROM nvidia/cuda:12.8.1-devel-ubuntu24.04 AS build
RUN apt-get update && apt-get install -y cmake clang curl g++
WORKDIR /src
COPY . .
ENV CMAKE_CUDA_ARCHITECTURES="86;120"
RUN cargo build --release --features cuda
""",
            "Cargo.toml": """\
[package]
name = "transcribe"
version = "0.1.0"

[dependencies]
whisper-rs = { version = "0.16.0", features = ["cuda"] }
""",
        },
        line="ENV CMAKE_CUDA_ARCHITECTURES",
    ),
    LintCase(
        bad={
            "Dockerfile": """\
ARG ARCHS="86;120"
FROM nvidia/cuda:12.8.1-devel-ubuntu24.04 AS build
RUN apt-get update && apt-get install -y cmake g++ git
RUN git clone --branch v1.9.3 https://github.com/ggml-org/whisper.cpp /src
WORKDIR /src
RUN cmake -B build -DGGML_CUDA=ON -DGGML_NATIVE=OFF "-DCMAKE_CUDA_ARCHITECTURES=${ARCHS}" && cmake --build build -j \
"$(nproc)"
""",
        },
        good={
            "Dockerfile": """\
ARG ARCHS="86;120"
FROM nvidia/cuda:12.8.1-devel-ubuntu24.04 AS build
ARG ARCHS
RUN apt-get update && apt-get install -y cmake g++ git
RUN git clone --branch v1.9.3 https://github.com/ggml-org/whisper.cpp /src
WORKDIR /src
RUN cmake -B build -DGGML_CUDA=ON -DGGML_NATIVE=OFF "-DCMAKE_CUDA_ARCHITECTURES=${ARCHS}" && cmake --build build -j \
"$(nproc)"
""",
        },
        line="cmake -B build",
    ),
    LintCase(
        bad={
            "CMakeLists.txt": """\
cmake_minimum_required(VERSION 3.24)
project(kernels LANGUAGES CXX CUDA)
add_library(kernels kernels.cu)
""",
            "Dockerfile": """\
FROM nvidia/cuda:12.8.1-devel-ubuntu24.04
RUN apt-get update && apt-get install -y cmake g++
COPY . /src
WORKDIR /src
RUN cmake -B build "-DCMAKE_CUDA_ARCHITECTURES=${ARCHS}"
ARG ARCHS="86;120"
""",
        },
        good={
            "CMakeLists.txt": """\
cmake_minimum_required(VERSION 3.24)
project(kernels LANGUAGES CXX CUDA)
add_library(kernels kernels.cu)
""",
            "Dockerfile": """\
FROM nvidia/cuda:12.8.1-devel-ubuntu24.04
RUN apt-get update && apt-get install -y cmake g++
COPY . /src
WORKDIR /src
ARG ARCHS="86;120"
RUN cmake -B build "-DCMAKE_CUDA_ARCHITECTURES=${ARCHS}"
""",
        },
        line="${ARCHS}",
    ),
)
