"""`ccache-append-flags`: architectures that ccache does not see."""

from __future__ import annotations

from tests.helpers.lint_case import LintCase

CASES = (
    LintCase(
        bad={
            "CMakeLists.txt": """\
cmake_minimum_required(VERSION 3.24)
project(kernels LANGUAGES CXX CUDA)
""",
            "build.sh": """\
export NVCC_APPEND_FLAGS="-gencode arch=compute_89,code=sm_89"
cmake -B build -DCMAKE_CUDA_COMPILER_LAUNCHER=ccache
""",
        },
        good={
            "CMakeLists.txt": """\
cmake_minimum_required(VERSION 3.24)
project(kernels LANGUAGES CXX CUDA)
""",
            "build.sh": """\
export NVCC_APPEND_FLAGS="-gencode arch=compute_89,code=sm_89"
cmake -B build -DCMAKE_CXX_COMPILER_LAUNCHER=ccache
""",
        },
        line="NVCC_APPEND_FLAGS",
    ),
    LintCase(
        bad={
            ".github/workflows/build.yml": """\
name: build
on: push
env:
  NVCC_APPEND_FLAGS: -gencode arch=compute_89,code=sm_89
jobs:
  cuda:
    runs-on: ubuntu-24.04
    steps:
      - uses: hendrikmuys/ccache-action@v1.2
      - run: sudo apt-get install -y ccache
      - run: git clone --branch v1.9.3 https://github.com/ggml-org/whisper.cpp . # the engine
      - run: cmake -B build -DGGML_CUDA=ON -DGGML_CUDA_F16=OFF\x20
""",
        },
        good={
            ".github/workflows/build.yml": """\
name: build
on: push
env:
  NVCC_APPEND_FLAGS: -lineinfo
jobs:
  cuda:
    runs-on: ubuntu-24.04
    steps:
      - run: sudo apt-get install -y ccache
      - run: git clone --branch v1.9.3 https://github.com/ggml-org/whisper.cpp . # the engine
      - run: cmake -B build -DGGML_CUDA=ON -DGGML_NATIVE=OFF "-DCMAKE_CUDA_ARCHITECTURES=89"
""",
        },
    ),
)
