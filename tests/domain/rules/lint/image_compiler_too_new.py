"""`image-compiler-too-new`: a host compiler too new for the image's CUDA."""

from __future__ import annotations

from tests.helpers.lint_case import LintCase

CASES = (
    LintCase(
        bad={
            "Dockerfile": """\
FROM nvidia/cuda:12.8.1-devel-ubuntu24.04 AS build
RUN apt-get update && apt-get install -y cmake g++ git
RUN git clone --branch v1.9.3 https://github.com/ggml-org/whisper.cpp /src
WORKDIR /src
ENV CUDAHOSTCXX=g++-15
RUN cmake -B build -DGGML_CUDA=ON -DGGML_NATIVE=OFF "-DCMAKE_CUDA_ARCHITECTURES=86;120" && cmake --build build -j \
"$(nproc)"
""",
        },
        good={
            "Dockerfile": """\
FROM nvidia/cuda:12.8.1-devel-ubuntu24.04 AS build
RUN apt-get update && apt-get install -y cmake g++ git
RUN git clone --branch v1.9.3 https://github.com/ggml-org/whisper.cpp /src
WORKDIR /src
ENV CUDAHOSTCXX=g++-14
RUN cmake -B build -DGGML_CUDA=ON -DGGML_NATIVE=OFF "-DCMAKE_CUDA_ARCHITECTURES=86;120" && cmake --build build -j \
"$(nproc)"
""",
        },
        line="CUDAHOSTCXX",
    ),
    LintCase(
        bad={
            "Dockerfile": """\
FROM debian:trixie-slim AS build
RUN apt-get update && apt-get install -y cmake g++ git cuda-toolkit-12-6
RUN git clone --branch v1.9.3 https://github.com/ggml-org/whisper.cpp /src
WORKDIR /src
RUN cmake -B build -DGGML_CUDA=ON -DGGML_NATIVE=OFF "-DCMAKE_CUDA_ARCHITECTURES=86" && cmake --build build -j \
"$(nproc)"
""",
        },
        good={
            "Dockerfile": """\
FROM debian:trixie-slim AS build
RUN apt-get update && apt-get install -y cmake g++ git cuda-toolkit-12-8
RUN git clone --branch v1.9.3 https://github.com/ggml-org/whisper.cpp /src
WORKDIR /src
RUN cmake -B build -DGGML_CUDA=ON -DGGML_NATIVE=OFF "-DCMAKE_CUDA_ARCHITECTURES=86" && cmake --build build -j \
"$(nproc)"
""",
        },
        line="g++ git",
    ),
)
