"""`jit-variable-shipped`: a test's variable in what is shipped."""

from __future__ import annotations

from tests.helpers.lint_case import LintCase

CASES = (
    LintCase(
        bad={
            "Dockerfile": """\
FROM nvidia/cuda:12.8.1-devel-ubuntu24.04 AS build
ENV CUDA_FORCE_PTX_JIT=1
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
ENV CUDA_FORCE_PTX_JIT=0
RUN apt-get update && apt-get install -y cmake g++ git
RUN git clone --branch v1.9.3 https://github.com/ggml-org/whisper.cpp /src
WORKDIR /src
RUN cmake -B build -DGGML_CUDA=ON -DGGML_NATIVE=OFF "-DCMAKE_CUDA_ARCHITECTURES=86;120" \\
    && cmake --build build -j
""",
        },
        line="CUDA_FORCE_PTX_JIT",
    ),
    LintCase(
        bad={
            "compose.yaml": """\
services:
  a:
    image: me/a
    environment:
      - CUDA_CACHE_DISABLE=1
""",
        },
        good={
            "compose.yaml": """\
services:
  a:
    image: me/a
    environment:
      - CUDA_CACHE_PATH=/cache
""",
        },
    ),
)
