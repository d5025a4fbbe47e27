"""`ci-toolkit-cannot-build`: a job's toolkit cannot build the list."""

from __future__ import annotations

from tests.helpers.lint_case import LintCase

_PACKAGED = """\
on: push
jobs:
  cuda:
    runs-on: ubuntu-22.04
    steps:
      - uses: actions/checkout@v5
      - run: sudo apt-get update && sudo apt-get install -y nvidia-cuda-toolkit
      - run: cmake -B build "-DCMAKE_CUDA_ARCHITECTURES=75;89" && cmake --build build
"""
_LISTS = "cmake_minimum_required(VERSION 3.18)\nproject(x LANGUAGES CXX CUDA)\nadd_library(x SHARED k.cu)\n"

_CONTAINERS = """\
on: push
jobs:
  cuda:
    runs-on: ubuntu-24.04
    strategy:
      matrix:
        cuda: [{0}]
    container: nvidia/cuda:${{{{ matrix.cuda }}}}-devel-ubuntu22.04
    steps:
      - uses: actions/checkout@v5
      - run: cmake -B build "-DCMAKE_CUDA_ARCHITECTURES=70;86;120" && cmake --build build
"""

CASES = (
    *(
        LintCase(  # the container of each value of a matrix
            bad={".github/workflows/build.yml": _CONTAINERS.format(releases), "CMakeLists.txt": _LISTS},
            good={".github/workflows/build.yml": _CONTAINERS.format("12.8.1, 12.9.1"), "CMakeLists.txt": _LISTS},
            line="cmake -B build",
        )
        for releases in ("11.8.0", "11.8.0, 12.8.1, 13.0.1")
    ),
    LintCase(  # the nvcc of the runner's distribution
        bad={".github/workflows/build.yml": _PACKAGED, "CMakeLists.txt": _LISTS},
        good={".github/workflows/build.yml": _PACKAGED.replace("22.04", "24.04"), "CMakeLists.txt": _LISTS},
        line="cmake -B build",
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
      - uses: Jimver/cuda-toolkit@v0.2.30
        with:
          cuda: 12.4.1
      - run: git clone --branch v1.9.3 https://github.com/ggml-org/whisper.cpp . # the engine
      - run: cmake -B build -DGGML_CUDA=ON -DGGML_NATIVE=OFF "-DCMAKE_CUDA_ARCHITECTURES=86;120-real"
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
      - uses: Jimver/cuda-toolkit@v0.2.30
        with:
          cuda: 12.8.1
      - run: git clone --branch v1.9.3 https://github.com/ggml-org/whisper.cpp . # the engine
      - run: cmake -B build -DGGML_CUDA=ON -DGGML_NATIVE=OFF "-DCMAKE_CUDA_ARCHITECTURES=86;120-real"
""",
        },
        line="cmake -B build",
    ),
    LintCase(
        bad={
            ".github/workflows/build.yml": """\
name: build
on: push
jobs:
  cuda:
    runs-on: ubuntu-24.04
    strategy:
      matrix:
        cuda: ['12.4.1', '12.8.1']
    steps:
      - uses: Jimver/cuda-toolkit@v0.2.30
        with:
          cuda: ${{ matrix.cuda }}
      - run: git clone --branch v1.9.3 https://github.com/ggml-org/whisper.cpp . # the engine
      - run: cmake -B build -DGGML_CUDA=ON -DGGML_NATIVE=OFF "-DCMAKE_CUDA_ARCHITECTURES=86;120-real"
""",
        },
        good={
            ".github/workflows/build.yml": """\
name: build
on: push
jobs:
  cuda:
    runs-on: ubuntu-24.04
    strategy:
      matrix:
        cuda: ['12.8.1', '12.9.1']
    steps:
      - uses: Jimver/cuda-toolkit@v0.2.30
        with:
          cuda: ${{ matrix.cuda }}
      - run: git clone --branch v1.9.3 https://github.com/ggml-org/whisper.cpp . # the engine
      - run: cmake -B build -DGGML_CUDA=ON -DGGML_NATIVE=OFF "-DCMAKE_CUDA_ARCHITECTURES=86;120-real"
""",
        },
    ),
    LintCase(
        bad={
            ".github/workflows/build.yml": """\
name: build
on: push
jobs:
  cuda:
    runs-on: ubuntu-24.04
    container: nvidia/cuda:13.0.0-devel-ubuntu24.04
    steps:
      - run: git clone --branch v1.9.3 https://github.com/ggml-org/whisper.cpp . # the engine
      - run: cmake -B build -DGGML_CUDA=ON -DGGML_NATIVE=OFF "-DCMAKE_CUDA_ARCHITECTURES=70;86"
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
      - run: sudo apt-get install -y cuda-toolkit-12-9
      - run: git clone --branch v1.9.3 https://github.com/ggml-org/whisper.cpp . # the engine
      - run: cmake -B build -DGGML_CUDA=ON -DGGML_NATIVE=OFF "-DCMAKE_CUDA_ARCHITECTURES=70;86"
""",
        },
    ),
)
