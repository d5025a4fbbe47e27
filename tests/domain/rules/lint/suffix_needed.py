"""`suffix-needed`: a plain target where the build demands its suffix."""

from __future__ import annotations

from tests.helpers.lint_case import LintCase

CASES = (
    LintCase(
        bad={
            "Dockerfile": """\
FROM nvidia/cuda:12.9.1-devel-ubuntu24.04
RUN apt-get update && apt-get install -y cmake g++ git libcurl4-openssl-dev
RUN git clone --depth 1 --branch b7540 https://github.com/ggml-org/llama.cpp /src
WORKDIR /src
RUN cmake -B build -DGGML_CUDA=ON -DGGML_NATIVE=OFF "-DCMAKE_CUDA_ARCHITECTURES=86;120" && cmake --build build -j
""",
        },
        good={
            "Dockerfile": """\
FROM nvidia/cuda:12.9.1-devel-ubuntu24.04
RUN apt-get update && apt-get install -y cmake g++ git libcurl4-openssl-dev
RUN git clone --depth 1 --branch b7540 https://github.com/ggml-org/llama.cpp /src
WORKDIR /src
RUN cmake -B build -DGGML_CUDA=ON -DGGML_NATIVE=OFF "-DCMAKE_CUDA_ARCHITECTURES=86;120a" && cmake --build build -j
""",
        },
        line="86;120",
    ),
    LintCase(
        bad={
            "Dockerfile": """\
FROM nvidia/cuda:12.9.1-devel-ubuntu24.04
RUN apt-get update && apt-get install -y cmake g++ git libcurl4-openssl-dev
RUN git clone --depth 1 --branch b7540 https://github.com/ggml-org/llama.cpp /src
WORKDIR /src
RUN cmake -B build -DGGML_CUDA=ON -DGGML_NATIVE=OFF "-DCMAKE_CUDA_ARCHITECTURES=89-real;120-real" && cmake --build \
build -j
""",
        },
        good={
            "Dockerfile": """\
FROM nvidia/cuda:12.9.1-devel-ubuntu24.04
RUN apt-get update && apt-get install -y cmake g++ git libcurl4-openssl-dev
RUN git clone --depth 1 --branch b7600 https://github.com/ggml-org/llama.cpp /src
WORKDIR /src
RUN cmake -B build -DGGML_CUDA=ON -DGGML_NATIVE=OFF "-DCMAKE_CUDA_ARCHITECTURES=89-real;120-real" && cmake --build \
build -j
""",
        },
        line="120-r",
    ),
)
