"""`native-in-ci`: a hosted job that asks for a GPU."""

from __future__ import annotations

from tests.helpers.lint_case import LintCase, NearMiss

_MADE = """\
on: push
jobs:
  cuda:
    runs-on: ubuntu-24.04
    container: nvidia/cuda:12.8.1-devel-ubuntu22.04
    steps:
      - run: git clone -b v1.5.4 https://github.com/ggerganov/whisper.cpp .
      - run: WHISPER_CUBLAS=1 make -j {}
"""

_PLAIN = "cmake_minimum_required(VERSION 3.24)\nproject(kernels LANGUAGES CXX CUDA)\n"
_ASKED = """\
on: push
jobs:
  cuda:
    runs-on: ubuntu-24.04
    steps:
      - run: cmake -B build "-DCMAKE_CUDA_ARCHITECTURES={}"
"""

CASES = (
    LintCase(
        bad={
            ".github/workflows/build.yml": _ASKED.format("$(nvidia-smi --query-gpu=compute_cap --format=csv,noheader)"),
            "CMakeLists.txt": _PLAIN,
        },
        good={".github/workflows/build.yml": _ASKED.format("120"), "CMakeLists.txt": _PLAIN},
        line="cmake",
    ),
    LintCase(
        bad={".github/workflows/build.yml": _MADE.format("")},
        good={".github/workflows/build.yml": _MADE.format("CUDA_ARCH_FLAG=all")},
        line="make",
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
      - run: cmake -B build -DGGML_CUDA=ON
      - uses: actions/upload-artifact@v4
        with:
          path: build/bin
""",
        },
        good={
            ".github/workflows/build.yml": """\
name: build
on: push
jobs:
  cuda:
    runs-on: [self-hosted, gpu]
    steps:
      - run: git clone --branch v1.9.3 https://github.com/ggml-org/whisper.cpp . # the engine
      - run: cmake -B build -DGGML_CUDA=ON
      - uses: actions/upload-artifact@v4
        with:
          path: build/bin
""",
        },
        line="cmake -B build",
    ),
    LintCase(
        bad={
            "CMakeLists.txt": """\
cmake_minimum_required(VERSION 3.24)
project(kernels LANGUAGES CXX CUDA)
""",
            ".github/workflows/build.yml": """\
name: build
on: push
jobs:
  cuda:
    runs-on: ubuntu-24.04
    steps:
      - run: cmake -B build -DCMAKE_CUDA_ARCHITECTURES=native
""",
        },
        good={
            "CMakeLists.txt": """\
cmake_minimum_required(VERSION 3.24)
project(kernels LANGUAGES CXX CUDA)
""",
            ".github/workflows/build.yml": """\
name: build
on: push
jobs:
  cuda:
    runs-on: ubuntu-24.04
    steps:
      - run: cmake -B build -DCMAKE_CUDA_ARCHITECTURES=89
""",
        },
    ),
    LintCase(
        bad={
            ".github/workflows/build.yml": """\
on: push
jobs:
  build:
    runs-on: ubuntu-24.04
    container: nvidia/cuda:12.8.1-devel-ubuntu24.04
    steps:
      - run: |
          git clone https://github.com/ggml-org/whisper.cpp
          cd whisper.cpp
          cmake -B build -DGGML_CUDA=1
""",
        },
        good={
            ".github/workflows/build.yml": """\
on: push
jobs:
  build:
    runs-on: ubuntu-24.04
    container: nvidia/cuda:12.8.1-devel-ubuntu24.04
    steps:
      - run: |
          git clone https://github.com/ggml-org/whisper.cpp
          cd whisper.cpp
          cmake -B build -DGGML_CUDA=1 "-DCMAKE_CUDA_ARCHITECTURES=86-real;120-real"
""",
        },
        line="cmake -B",
    ),
)

NEAR_MISSES = (
    NearMiss(
        "ggml asks for `native` from CUDA 11.6 on",
        {
            ".github/workflows/build.yml": """\
on: push
jobs:
  build:
    runs-on: ubuntu-24.04
    steps:
      - uses: Jimver/cuda-toolkit@v0.2.21
        with:
          cuda: '11.4.4'
      - run: |
          git clone https://github.com/ggml-org/whisper.cpp
          cd whisper.cpp
          cmake -B build -DGGML_CUDA=1
"""
        },
    ),
)
