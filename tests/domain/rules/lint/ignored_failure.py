"""`ignored-failure`: a CUDA build that may fail unnoticed."""

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
RUN cmake -B build -DGGML_CUDA=ON -DGGML_NATIVE=OFF "-DCMAKE_CUDA_ARCHITECTURES=86;120" \\
    && cmake --build build -j || :
""",
        },
        good={
            "Dockerfile": """\
FROM nvidia/cuda:12.8.1-devel-ubuntu24.04 AS build
RUN apt-get update && apt-get install -y cmake g++ git
RUN git clone --branch v1.9.3 https://github.com/ggml-org/whisper.cpp /src
WORKDIR /src
RUN cmake -B build -DGGML_CUDA=ON -DGGML_NATIVE=OFF "-DCMAKE_CUDA_ARCHITECTURES=86;120" \\
    && cmake --build build -j
RUN rm -rf /var/lib/apt/lists/* || true
""",
        },
        line="cmake -B build",
    ),
    LintCase(
        bad={
            ".github/workflows/build.yml": """\
name: build
on: push
jobs:
  cuda:
    runs-on: ubuntu-24.04
    steps:
      - run: git clone --branch v1.9.3 https://github.com/ggml-org/whisper.cpp . # the engine
      - run: cmake -B build -DGGML_CUDA=ON -DGGML_NATIVE=OFF "-DCMAKE_CUDA_ARCHITECTURES=86;120-real"
      - run: cmake --build build -j 4 || true
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
      - run: cmake --build build -j 4 || exit 1
""",
        },
        line="cmake --build",
    ),
)
