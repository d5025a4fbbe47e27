"""`cpu-only-build`: an engine built without CUDA in an image for CUDA."""

from __future__ import annotations

from tests.helpers.lint_case import LintCase, NearMiss

_CLONED = """\
FROM nvidia/cuda:12.8.1-devel-ubuntu24.04
WORKDIR /src
COPY Makefile .
RUN git clone https://github.com/ggml-org/llama.cpp
{0}
"""

CASES = (
    *(
        LintCase(  # the clone's own Makefile, though the project has one as well
            bad={"Dockerfile": _CLONED.format(line), "Makefile": "all:\n\ttrue\n"},
            good={"Dockerfile": _CLONED.format("RUN make"), "Makefile": "all:\n\ttrue\n"},
            line="make",
        )
        for line in ("RUN cd llama.cpp && make", "RUN cd /src/llama.cpp && make -j8")
    ),
    LintCase(
        bad={
            "Dockerfile": """\
FROM nvidia/cuda:12.8.1-devel-ubuntu24.04 AS build
RUN apt-get update && apt-get install -y cmake g++ git
RUN git clone --depth 1 --branch v1.9.3 https://github.com/ggml-org/whisper.cpp /src
WORKDIR /src
RUN cmake -B build && cmake --build build -j
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
        line="cmake -B",
    ),
    LintCase(
        bad={
            "Dockerfile": """\
FROM nvidia/cuda:12.8.1-devel-ubuntu24.04
RUN apt-get update && apt-get install -y python3-pip
RUN pip install --no-cache-dir llama-cpp-python==0.3.16
""",
        },
        good={
            "Dockerfile": """\
FROM nvidia/cuda:12.8.1-devel-ubuntu24.04
RUN apt-get update && apt-get install -y python3-pip
RUN pip install --no-cache-dir --extra-index-url https://abetlen.github.io/llama-cpp-python/whl/cu124 \
llama-cpp-python==0.3.16
""",
        },
        line="pip install",
    ),
    LintCase(
        bad={
            "Cargo.toml": """\
[package]
name = "subtitles"
version = "0.1.0"
edition = "2021"

[dependencies]
anyhow = "1"
whisper-rs = { version = "0.14.3", features = [] }
""",
            "Dockerfile": """\
FROM nvidia/cuda:12.8.1-devel-ubuntu24.04
ENV CMAKE_CUDA_ARCHITECTURES="86-real;120-real"
COPY . /app
WORKDIR /app
RUN cargo build --release
""",
        },
        good={
            "Cargo.toml": """\
[package]
name = "subtitles"
version = "0.1.0"
edition = "2021"

[dependencies]
anyhow = "1"
whisper-rs = { version = "0.14.3", features = ["cuda"] }
""",
            "Dockerfile": """\
FROM nvidia/cuda:12.8.1-devel-ubuntu24.04
ENV CMAKE_CUDA_ARCHITECTURES="86-real;120-real"
COPY . /app
WORKDIR /app
RUN cargo build --release
""",
        },
        line="cargo build --release",
    ),
    LintCase(
        bad={
            "Cargo.toml": """\
[package]
name = "subtitles"
version = "0.1.0"
edition = "2021"

[dependencies]
anyhow = "1"
whisper-rs = { version = "0.14.3", features = [] }

[features]
cuda = ["whisper-rs/cuda"]
""",
            "Dockerfile": """\
FROM nvidia/cuda:12.8.1-devel-ubuntu24.04
ENV CMAKE_CUDA_ARCHITECTURES="86-real;120-real"
COPY . /app
WORKDIR /app
RUN cargo build --release
""",
        },
        good={
            "Cargo.toml": """\
[package]
name = "subtitles"
version = "0.1.0"
edition = "2021"

[dependencies]
anyhow = "1"
whisper-rs = { version = "0.14.3", features = [] }

[features]
cuda = ["whisper-rs/cuda"]
""",
            "Dockerfile": """\
FROM nvidia/cuda:12.8.1-devel-ubuntu24.04
ENV CMAKE_CUDA_ARCHITECTURES="86-real;120-real"
COPY . /app
WORKDIR /app
RUN cargo build --release --features cuda
""",
        },
    ),
)

NEAR_MISSES = (
    NearMiss(
        "make is the project's own, which lies beside the clone",
        {"Dockerfile": _CLONED.format("RUN make"), "Makefile": "all:\n\t./configure-and-build llama.cpp\n"},
    ),
    NearMiss(
        "options that only the build knows",
        {
            "Dockerfile": """\
FROM nvidia/cuda:12.8.1-devel-ubuntu24.04
RUN git clone --branch v1.9.3 https://github.com/ggml-org/whisper.cpp /src
WORKDIR /src
ARG EXTRA
RUN cmake -B build $EXTRA
""",
        },
    ),
    NearMiss(
        "another kind of GPU",
        {
            "Dockerfile": """\
FROM nvidia/cuda:12.8.1-devel-ubuntu24.04
RUN git clone --branch v1.9.3 https://github.com/ggml-org/whisper.cpp /src
WORKDIR /src
ARG EXTRA
RUN cmake -B build -DGGML_VULKAN=1
""",
        },
    ),
    NearMiss(
        "an image without CUDA",
        {
            "Dockerfile": """\
FROM ubuntu:24.04
RUN git clone --branch v1.9.3 https://github.com/ggml-org/whisper.cpp /src
WORKDIR /src
ARG EXTRA
RUN cmake -B build\x20
""",
        },
    ),
    NearMiss(
        "CUDA beside it",
        {
            "Dockerfile": """\
FROM nvidia/cuda:12.8.1-devel-ubuntu24.04
RUN git clone --branch v1.9.3 https://github.com/ggml-org/whisper.cpp /src
WORKDIR /src
ARG EXTRA
RUN cmake -B build -DGGML_CUDA=ON
RUN cmake -B build-cpu
""",
        },
    ),
)
