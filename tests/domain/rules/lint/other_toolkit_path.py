"""`other-toolkit-path`: a path to another CUDA release."""

from __future__ import annotations

from tests.helpers.lint_case import LintCase

CASES = (
    LintCase(
        bad={
            "Dockerfile": """\
FROM nvidia/cuda:12.8.1-devel-ubuntu24.04 AS build
ENV CUDA_HOME=/usr/local/cuda-12.4
RUN apt-get update && apt-get install -y cmake g++ git
RUN git clone --branch v1.9.3 https://github.com/ggml-org/whisper.cpp /src
WORKDIR /src
RUN cmake -B build -DGGML_CUDA=ON -DGGML_NATIVE=OFF "-DCMAKE_CUDA_ARCHITECTURES=86;120" \\
    && cmake --build build -j
""",
        },
        good={
            "Dockerfile": """\
FROM nvidia/cuda:12.8.1-devel-ubuntu24.04 AS build
ENV CUDA_HOME=/usr/local/cuda PATH=/usr/local/cuda-12.8/bin:$PATH
RUN apt-get update && apt-get install -y cmake g++ git
RUN git clone --branch v1.9.3 https://github.com/ggml-org/whisper.cpp /src
WORKDIR /src
RUN cmake -B build -DGGML_CUDA=ON -DGGML_NATIVE=OFF "-DCMAKE_CUDA_ARCHITECTURES=86;120" \\
    && cmake --build build -j
""",
        },
        line="CUDA_HOME",
    ),
    LintCase(
        bad={
            "Dockerfile": """\
FROM nvidia/cuda:12.8.1-devel-ubuntu24.04 AS build
RUN apt-get update && apt-get install -y cmake g++ git
RUN git clone --branch v1.9.3 https://github.com/ggml-org/whisper.cpp /src
WORKDIR /src
RUN cmake -B build -DGGML_CUDA=ON -DGGML_NATIVE=OFF "-DCMAKE_CUDA_ARCHITECTURES=86;120" \
-DCMAKE_CUDA_COMPILER=/usr/local/cuda-12.4/bin/nvcc \\
    && cmake --build build -j
""",
        },
        good={
            "Dockerfile": """\
FROM nvidia/cuda:12.8.1-devel-ubuntu24.04 AS build
RUN apt-get install -y cuda-nvcc-12-9
RUN apt-get update && apt-get install -y cmake g++ git
RUN git clone --branch v1.9.3 https://github.com/ggml-org/whisper.cpp /src
WORKDIR /src
RUN cmake -B build -DGGML_CUDA=ON -DGGML_NATIVE=OFF "-DCMAKE_CUDA_ARCHITECTURES=86;120" \
-DCMAKE_CUDA_COMPILER=/usr/local/cuda-12.9/bin/nvcc \\
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
  CUDA_PATH: /usr/local/cuda-11.8
jobs:
  cuda:
    runs-on: ubuntu-24.04
    container: nvidia/cuda:12.8.1-devel-ubuntu24.04
    steps:
      - run: make
""",
        },
        good={
            ".github/workflows/build.yml": """\
name: build
on: push
env:
  CUDA_PATH: /usr/local/cuda-11.8
jobs:
  cuda:
    runs-on: ubuntu-24.04
    steps:
      - run: make
""",
        },
    ),
)
