"""`fpic-lost`: a variable that takes the place of needed flags."""

from __future__ import annotations

from tests.helpers.lint_case import LintCase

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
whisper-rs = { version = "0.14.3", features = ["cuda"] }
""",
            "Dockerfile": """\
FROM nvidia/cuda:12.8.1-devel-ubuntu24.04
ENV CMAKE_CUDA_ARCHITECTURES="86-real;120-real"
ENV CMAKE_CUDA_FLAGS="-O3"
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
ENV CMAKE_CUDA_FLAGS="-O3 -Xcompiler=-fPIC"
COPY . /app
WORKDIR /app
RUN cargo build --release
""",
        },
        line="ENV CMAKE_CUDA_FLAGS",
    ),
    LintCase(
        bad={
            "Cargo.toml": """\
[package]
name = "asr"
version = "0.1.0"
edition = "2021"

[dependencies]
whisper-rs = { version = "0.14.3", features = ["cuda"] }
""",
            ".cargo/config.toml": """\
[env]
CMAKE_CUDA_FLAGS = "-ccbin=/usr/bin/g++-13"
""",
        },
        good={
            "Cargo.toml": """\
[package]
name = "asr"
version = "0.1.0"
edition = "2021"

[dependencies]
whisper-rs = { version = "0.14.3", features = ["cuda"] }
""",
            ".cargo/config.toml": """\
[env]
CMAKE_CUDA_FLAGS = "-ccbin=/usr/bin/g++-13 -Xcompiler=-fPIC"
""",
        },
        line="CMAKE_CUDA_FLAGS",
    ),
)
