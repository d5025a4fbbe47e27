"""`ci-cache-key`: a cache that survives a change of the list."""

from __future__ import annotations

from tests.helpers.lint_case import LintCase

CASES = (
    LintCase(
        bad={
            "Cargo.toml": """\
[package]
name = "scribe"
[dependencies]
whisper-rs = "0.16.0"
""",
            ".github/workflows/build.yml": """\
name: build
on: push
env:
  CMAKE_CUDA_ARCHITECTURES: 86-real;120-real;90-virtual
jobs:
  cuda:
    runs-on: ubuntu-24.04
    steps:
      - uses: actions/cache@v4
        with:
          path: |
            ~/.cargo/registry
            target/
          key: ${{ runner.os }}-${{ hashFiles('**/Cargo.lock') }}
      - run: cargo build --release --features cuda
""",
        },
        good={
            "Cargo.toml": """\
[package]
name = "scribe"
[dependencies]
whisper-rs = "0.16.0"
""",
            ".github/workflows/build.yml": """\
name: build
on: push
env:
  CMAKE_CUDA_ARCHITECTURES: 86-real;120-real;90-virtual
jobs:
  cuda:
    runs-on: ubuntu-24.04
    steps:
      - uses: actions/cache@v4
        with:
          path: |
            ~/.cargo/registry
            target/
          key: ${{ runner.os }}-${{ hashFiles('**/Cargo.lock') }}-${{ env.CMAKE_CUDA_ARCHITECTURES }}
      - run: cargo build --release --features cuda
""",
        },
        line="key: ${{ runner.os }}",
    ),
    LintCase(
        bad={
            "Cargo.toml": """\
[package]
name = "scribe"
[dependencies]
whisper-rs = "0.16.0"
""",
            ".github/workflows/build.yml": """\
name: build
on: push
env:
  CMAKE_CUDA_ARCHITECTURES: 86-real;120-real;90-virtual
jobs:
  cuda:
    runs-on: ubuntu-24.04
    steps:
      - uses: actions/cache@v4
        with:
          path: |
            ~/.cargo/registry
            target/
          key: cuda-${{ github.sha }}
          restore-keys: cuda-
      - run: cargo build --release --features cuda
""",
        },
        good={
            "Cargo.toml": """\
[package]
name = "scribe"
[dependencies]
whisper-rs = "0.16.0"
""",
            ".github/workflows/build.yml": """\
name: build
on: push
env:
  CMAKE_CUDA_ARCHITECTURES: 86-real;120-real;90-virtual
jobs:
  cuda:
    runs-on: ubuntu-24.04
    steps:
      - uses: actions/cache@v4
        with:
          path: |
            ~/.cargo/registry
            target/
          key: cuda-${{ github.sha }}
      - run: cargo build --release --features cuda
""",
        },
    ),
    LintCase(
        bad={
            "Cargo.toml": """\
[package]
name = "scribe"
[dependencies]
whisper-rs = "0.16.0"
""",
            ".github/workflows/build.yml": """\
name: build
on: push
jobs:
  cuda:
    runs-on: ubuntu-24.04
    steps:
      - uses: Swatinem/rust-cache@v2
      - run: CMAKE_CUDA_ARCHITECTURES='86-real;120-real;90-virtual' cargo build --features cuda
""",
        },
        good={
            "Cargo.toml": """\
[package]
name = "scribe"
[dependencies]
whisper-rs = "0.16.0"
""",
            ".github/workflows/build.yml": """\
name: build
on: push
env:
  CMAKE_CUDA_ARCHITECTURES: 86-real;120-real;90-virtual
jobs:
  cuda:
    runs-on: ubuntu-24.04
    steps:
      - uses: Swatinem/rust-cache@v2
      - run: cargo build --release --features cuda
""",
        },
        line="rust-cache",
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
      - uses: actions/setup-python@v5
        with:
          python-version: '3.12'
          cache: pip
      - run: |
          CMAKE_ARGS="-DGGML_CUDA=on -DGGML_NATIVE=OFF -DCMAKE_CUDA_ARCHITECTURES=86-real;120-real;90-virtual" \\
            pip install llama-cpp-python
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
      - uses: actions/setup-python@v5
        with:
          python-version: '3.12'
      - run: |
          CMAKE_ARGS="-DGGML_CUDA=on -DGGML_NATIVE=OFF -DCMAKE_CUDA_ARCHITECTURES=86-real;120-real;90-virtual" \\
            pip install llama-cpp-python
""",
        },
    ),
    LintCase(
        bad={
            "Cargo.toml": """\
[package]
name = "scribe"
[dependencies]
whisper-rs = "0.16.0"
""",
            ".gitlab-ci.yml": """\
build:
  variables:
    CMAKE_CUDA_ARCHITECTURES: 86-real;120-real;90-virtual
  cache:
    key: cargo
    paths: [target]
  script:
    - cargo build --features cuda
""",
        },
        good={
            "Cargo.toml": """\
[package]
name = "scribe"
[dependencies]
whisper-rs = "0.16.0"
""",
            ".gitlab-ci.yml": """\
build:
  variables:
    CMAKE_CUDA_ARCHITECTURES: 86-real;120-real;90-virtual
  cache:
    key: cargo
    paths: [target]
  script:
    - cargo clean -p whisper-rs-sys
    - cargo build --features cuda
""",
        },
    ),
)
