"""`feature-gone`: a cargo feature that this version does not have."""

from __future__ import annotations

from tests.helpers.lint_case import LintCase, NearMiss

CASES = (
    LintCase(
        bad={
            "Cargo.toml": """\
[package]
name = "subtitles"
version = "0.1.0"
edition = "2021"

[dependencies]
anyhow = "1"
whisper-rs = { version = "0.13.2", features = ["opencl"] }
""",
            "Dockerfile": """\
FROM nvidia/cuda:12.8.1-devel-ubuntu24.04
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
whisper-rs = { version = "0.13.2", features = ["cuda"] }
""",
            "Dockerfile": """\
FROM nvidia/cuda:12.8.1-devel-ubuntu24.04
ENV CMAKE_CUDA_ARCHITECTURES="86-real;120-real"
COPY . /app
WORKDIR /app
RUN cargo build --release
""",
        },
        line="opencl",
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
gpu = ["whisper-rs/cublas"]
""",
            "Dockerfile": """\
FROM nvidia/cuda:12.8.1-devel-ubuntu24.04
ENV CMAKE_CUDA_ARCHITECTURES="86-real;120-real"
COPY . /app
WORKDIR /app
RUN cargo build --release --features gpu
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
gpu = ["whisper-rs/cuda"]
""",
            "Dockerfile": """\
FROM nvidia/cuda:12.8.1-devel-ubuntu24.04
ENV CMAKE_CUDA_ARCHITECTURES="86-real;120-real"
COPY . /app
WORKDIR /app
RUN cargo build --release --features gpu
""",
        },
        line="whisper-rs/cublas",
    ),
    LintCase(
        bad={
            "Cargo.toml": """\
[package]
name = "asr"
version = "0.1.0"

[dependencies.whisper-rs]
version = "0.14"
features = [
  "raw-api",
  "opencl",
]
""",
        },
        good={
            "Cargo.toml": """\
[package]
name = "asr"
version = "0.1.0"

[dependencies.whisper-rs]
version = "0.14"
features = [
  "raw-api",
  "cuda",
]
""",
        },
        line="opencl",
    ),
)

NEAR_MISSES = (
    NearMiss(
        "a feature of the version",
        {
            "Cargo.toml": """\
[dependencies]
whisper-rs = { version = "0.12.1", features = ["opencl"] }
""",
        },
    ),
    NearMiss(
        "a feature of another crate",
        {
            "Cargo.toml": """\
[dependencies]
whisper-rs = "0.14"
other = { version = "1", features = ["opencl"] }
""",
        },
    ),
)
