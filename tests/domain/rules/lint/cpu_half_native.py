"""`cpu-half-native`: a build for many GPUs whose CPU half is for one CPU."""

from __future__ import annotations

from tests.helpers.lint_case import LintCase, NearMiss

CASES = (
    LintCase(
        bad={
            "Dockerfile": """\
FROM nvidia/cuda:12.8.1-devel-ubuntu24.04 AS build
RUN apt-get update && apt-get install -y cmake g++ git
RUN git clone --depth 1 --branch v1.9.3 https://github.com/ggml-org/whisper.cpp /src
WORKDIR /src
RUN cmake -B build -DGGML_CUDA=ON "-DCMAKE_CUDA_ARCHITECTURES=86;120" && cmake --build build -j
""",
        },
        good={
            "Dockerfile": """\
FROM nvidia/cuda:12.8.1-devel-ubuntu24.04 AS build
RUN apt-get update && apt-get install -y cmake g++ git
RUN git clone --depth 1 --branch v1.9.3 https://github.com/ggml-org/whisper.cpp /src
WORKDIR /src
RUN cmake -B build -DGGML_CUDA=ON -DGGML_NATIVE=OFF "-DCMAKE_CUDA_ARCHITECTURES=86;120" && cmake --build build -j
""",
        },
        line="RUN cmake -B build",
    ),
    LintCase(
        bad={
            ".github/workflows/release.yml": """\
name: release
on: {push: {tags: ['v*']}}
jobs:
  linux:
    runs-on: ubuntu-24.04
    container: nvidia/cuda:12.8.1-devel-ubuntu24.04
    steps:
      - run: git clone --branch v1.9.3 https://github.com/ggml-org/whisper.cpp .
      - run: |
          cmake -B build -DGGML_CUDA=ON "-DCMAKE_CUDA_ARCHITECTURES=86;120"
          cmake --build build -j
""",
        },
        good={
            ".github/workflows/release.yml": """\
name: release
on: {push: {tags: ['v*']}}
jobs:
  linux:
    runs-on: ubuntu-24.04
    container: nvidia/cuda:12.8.1-devel-ubuntu24.04
    steps:
      - run: git clone --branch v1.9.3 https://github.com/ggml-org/whisper.cpp .
      - run: |
          SOURCE_DATE_EPOCH=1 cmake -B build -DGGML_CUDA=ON "-DCMAKE_CUDA_ARCHITECTURES=86;120"
          cmake --build build -j
""",
        },
        line="cmake -B build -DGGML_CUDA=ON",
    ),
    LintCase(
        bad={
            "Cargo.toml": """\
[package]
name = "asr"
version = "0.1.0"
edition = "2021"

[dependencies]
whisper-rs = { version = "0.16.0", features = ["cuda"] }
""",
            "Dockerfile": """\
FROM nvidia/cuda:12.8.1-devel-ubuntu24.04
RUN apt-get update && apt-get install -y cmake clang curl
RUN curl -sSf https://sh.rustup.rs | sh -s -- -y
ENV PATH=/root/.cargo/bin:$PATH
WORKDIR /src
COPY . .
ENV CMAKE_CUDA_ARCHITECTURES="86-real;120-real"
RUN cargo build --release
""",
        },
        good={
            "Cargo.toml": """\
[package]
name = "asr"
version = "0.1.0"
edition = "2021"

[dependencies]
whisper-rs = { version = "0.16.0", features = ["cuda"] }
""",
            "Dockerfile": """\
FROM nvidia/cuda:12.8.1-devel-ubuntu24.04
RUN apt-get update && apt-get install -y cmake clang curl
RUN curl -sSf https://sh.rustup.rs | sh -s -- -y
ENV PATH=/root/.cargo/bin:$PATH
WORKDIR /src
COPY . .
ENV CMAKE_CUDA_ARCHITECTURES="86-real;120-real" GGML_NATIVE=OFF
RUN cargo build --release
""",
        },
        line="cargo build",
    ),
)

NEAR_MISSES = (
    NearMiss(
        "every variant of the CPU",
        {
            "Dockerfile": """\
FROM nvidia/cuda:12.8.1-devel-ubuntu24.04
RUN git clone --branch v1.9.3 https://github.com/ggml-org/whisper.cpp /src
WORKDIR /src
ARG EXTRA
RUN cmake -B build -DGGML_CPU_ALL_VARIANTS=ON -DGGML_CUDA=1 "-DCMAKE_CUDA_ARCHITECTURES=86"
""",
        },
    ),
    NearMiss(
        "a build for this machine",
        {
            "build.sh": """\
git clone https://github.com/ggml-org/whisper.cpp
cmake -B b -DGGML_CUDA=1 "-DCMAKE_CUDA_ARCHITECTURES=86"
""",
        },
    ),
)
