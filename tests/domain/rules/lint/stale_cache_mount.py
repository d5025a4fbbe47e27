"""`stale-cache-mount`: a cache mount that brings back code for other GPUs."""

from __future__ import annotations

from tests.helpers.lint_case import LintCase, NearMiss

_CRATE = """\
[package]
name = "asr"
version = "0.1.0"
edition = "2021"

[dependencies]
whisper-rs = { version = "0.14.3", features = ["cuda"] }
"""

CASES = (
    LintCase(
        bad={
            "Dockerfile": """\
FROM nvidia/cuda:12.8.1-devel-ubuntu24.04 AS build
RUN apt-get update && apt-get install -y cmake clang curl g++
WORKDIR /src
COPY . .
ENV CMAKE_CUDA_ARCHITECTURES="86;120"
RUN --mount=type=cache,target=/src/target cargo build --release --features cuda
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
RUN --mount=type=cache,target=/src/target cargo clean --release -p whisper-rs-sys && cargo build --release \
--features cuda
""",
            "Cargo.toml": """\
[package]
name = "transcribe"
version = "0.1.0"

[dependencies]
whisper-rs = { version = "0.16.0", features = ["cuda"] }
""",
        },
        line="cargo build",
    ),
    LintCase(
        bad={
            "Dockerfile": """\
FROM nvidia/cuda:12.8.1-devel-ubuntu24.04
RUN apt-get update && apt-get install -y python3-pip g++
RUN --mount=type=cache,target=/root/.cache/pip \\
    CMAKE_ARGS="-DGGML_CUDA=on -DGGML_NATIVE=OFF -DCMAKE_CUDA_ARCHITECTURES=86" pip install llama-cpp-python
CMD ["python3", "-m", "llama_cpp.server"]
""",
        },
        good={
            "Dockerfile": """\
FROM nvidia/cuda:12.8.1-devel-ubuntu24.04
RUN apt-get update && apt-get install -y python3-pip g++
RUN --mount=type=cache,target=/root/.cache/pip \\
    CMAKE_ARGS="-DGGML_CUDA=on -DGGML_NATIVE=OFF -DCMAKE_CUDA_ARCHITECTURES=86" pip install --no-cache-dir \
llama-cpp-python
CMD ["python3", "-m", "llama_cpp.server"]
""",
        },
        line="pip install llama-cpp-python",
    ),
    LintCase(
        bad={
            "Cargo.toml": _CRATE,
            "Dockerfile": """\
FROM nvidia/cuda:12.8.1-devel-ubuntu24.04
RUN apt-get update && apt-get install -y cmake clang curl
RUN curl -sSf https://sh.rustup.rs | sh -s -- -y
ENV PATH=/root/.cargo/bin:$PATH
WORKDIR /src
COPY . .
ENV CMAKE_CUDA_ARCHITECTURES="86-real;120-real" CARGO_TARGET_DIR=/cache/out
RUN --mount=type=cache,target=/cache/out cargo build --release && cp /cache/out/release/asr /asr
""",
        },
        good={
            "Cargo.toml": _CRATE,
            "Dockerfile": """\
FROM nvidia/cuda:12.8.1-devel-ubuntu24.04
RUN apt-get update && apt-get install -y cmake clang curl
RUN curl -sSf https://sh.rustup.rs | sh -s -- -y
ENV PATH=/root/.cargo/bin:$PATH
WORKDIR /src
COPY . .
ENV CMAKE_CUDA_ARCHITECTURES="86-real;120-real" CARGO_TARGET_DIR=/cache/out
RUN --mount=type=cache,target=/root/.cargo/registry cargo build --release
""",
        },
        line="cargo build",
    ),
)

_BUILD = """\
FROM nvidia/cuda:12.8.1-devel-ubuntu24.04
RUN apt-get update && apt-get install -y cmake clang curl
RUN curl -sSf https://sh.rustup.rs | sh -s -- -y
ENV PATH=/root/.cargo/bin:$PATH
WORKDIR /src
COPY . .
ENV CMAKE_CUDA_ARCHITECTURES="86-real;120-real"
"""

NEAR_MISSES = (
    NearMiss(
        "the folder is called by the list, which only the build knows",
        {
            "Cargo.toml": _CRATE,
            "Dockerfile": _BUILD
            + """\
RUN --mount=type=cache,target=/var/cache/target \\
    CARGO_TARGET_DIR="/var/cache/target/$(printenv CMAKE_CUDA_ARCHITECTURES | sha256sum | cut -c1-16)" \\
    && export CARGO_TARGET_DIR && cargo build --release
""",
        },
    ),
    NearMiss(
        "cargo writes to another folder than the mount",
        {
            "Cargo.toml": _CRATE,
            "Dockerfile": _BUILD
            + """\
ENV CARGO_TARGET_DIR=/out
RUN --mount=type=cache,target=/src/target cargo build --release
""",
        },
    ),
)
CASES += (
    LintCase(
        bad={
            "Cargo.toml": _CRATE,
            "Dockerfile": _BUILD
            + """\
ENV CARGO_TARGET_DIR=/cache/of/cargo
RUN --mount=type=cache,target=/cache cargo build --release && cp /cache/of/cargo/release/asr /asr
""",
        },
        good={
            "Cargo.toml": _CRATE,
            "Dockerfile": _BUILD
            + """\
ENV CARGO_TARGET_DIR=/cache/of/cargo
RUN --mount=type=cache,target=/cache/of/pip cargo build --release && cp /cache/of/cargo/release/asr /asr
""",
        },
        line="cargo build",
    ),
)
