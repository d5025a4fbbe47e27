"""`undeclared-build-argument`: a build argument that goes nowhere."""

from __future__ import annotations

from tests.helpers.lint_case import LintCase

CASES = (
    LintCase(
        bad={
            "Dockerfile": """\
FROM nvidia/cuda:12.8.1-devel-ubuntu24.04 AS build
ARG CUDA_ARCHS
RUN apt-get update && apt-get install -y cmake g++ git
RUN git clone --branch v1.9.3 https://github.com/ggml-org/whisper.cpp /src
WORKDIR /src
RUN cmake -B build -DGGML_CUDA=ON -DGGML_NATIVE=OFF "-DCMAKE_CUDA_ARCHITECTURES=$CUDA_ARCHS" \\
    && cmake --build build -j
""",
            "compose.yaml": """\
services:
  whisper:
    build:
      context: .
      args:
        CUDA_DOCKER_ARCH: "86;120"
""",
        },
        good={
            "Dockerfile": """\
FROM nvidia/cuda:12.8.1-devel-ubuntu24.04 AS build
ARG CUDA_ARCHS
RUN apt-get update && apt-get install -y cmake g++ git
RUN git clone --branch v1.9.3 https://github.com/ggml-org/whisper.cpp /src
WORKDIR /src
RUN cmake -B build -DGGML_CUDA=ON -DGGML_NATIVE=OFF "-DCMAKE_CUDA_ARCHITECTURES=$CUDA_ARCHS" \\
    && cmake --build build -j
""",
            "compose.yaml": """\
services:
  whisper:
    build:
      context: .
      args:
        CUDA_ARCHS: "86;120"
""",
        },
        line="CUDA_DOCKER_ARCH",
    ),
    LintCase(
        bad={
            "Dockerfile": """\
FROM nvidia/cuda:12.8.1-devel-ubuntu24.04 AS build
ARG CUDA_ARCHS
RUN apt-get update && apt-get install -y cmake g++ git
RUN git clone --branch v1.9.3 https://github.com/ggml-org/whisper.cpp /src
WORKDIR /src
RUN cmake -B build -DGGML_CUDA=ON -DGGML_NATIVE=OFF "-DCMAKE_CUDA_ARCHITECTURES=$CUDA_ARCHS" \\
    && cmake --build build -j
""",
            "ci/image.sh": 'docker build -t me/whisper --build-arg CMAKE_CUDA_ARCHITECTURES="86;120" .\n',
        },
        good={
            "Dockerfile": """\
FROM nvidia/cuda:12.8.1-devel-ubuntu24.04 AS build
ARG CUDA_ARCHS
RUN apt-get update && apt-get install -y cmake g++ git
RUN git clone --branch v1.9.3 https://github.com/ggml-org/whisper.cpp /src
WORKDIR /src
RUN cmake -B build -DGGML_CUDA=ON -DGGML_NATIVE=OFF "-DCMAKE_CUDA_ARCHITECTURES=$CUDA_ARCHS" \\
    && cmake --build build -j
""",
            "ci/image.sh": """\
docker build -t me/whisper --build-arg HTTP_PROXY=x --build-arg CUDA_ARCHS="86;120" .
""",
        },
    ),
    LintCase(
        bad={
            "Dockerfile": """\
FROM nvidia/cuda:12.8.1-devel-ubuntu24.04 AS build
ARG CUDA_ARCHS
RUN apt-get update && apt-get install -y cmake g++ git
RUN git clone --branch v1.9.3 https://github.com/ggml-org/whisper.cpp /src
WORKDIR /src
RUN cmake -B build -DGGML_CUDA=ON -DGGML_NATIVE=OFF "-DCMAKE_CUDA_ARCHITECTURES=$CUDA_ARCHS" \\
    && cmake --build build -j
""",
            "docker-bake.hcl": """\
target "gpu" {
  args = {
    CUDA_VERSION = "12.9.1"
  }
}
""",
        },
        good={
            "Dockerfile": """\
FROM nvidia/cuda:12.8.1-devel-ubuntu24.04 AS build
ARG CUDA_ARCHS
RUN apt-get update && apt-get install -y cmake g++ git
RUN git clone --branch v1.9.3 https://github.com/ggml-org/whisper.cpp /src
WORKDIR /src
RUN cmake -B build -DGGML_CUDA=ON -DGGML_NATIVE=OFF "-DCMAKE_CUDA_ARCHITECTURES=$CUDA_ARCHS" \\
    && cmake --build build -j
""",
            "docker-bake.hcl": """\
target "gpu" {
  args = { CUDA_ARCHS = "86;120" }
}
""",
        },
        line="CUDA_VERSION",
    ),
)
