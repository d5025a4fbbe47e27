"""`no-nvcc-in-image`: a CUDA build in an image without a compiler."""

from __future__ import annotations

from tests.helpers.lint_case import LintCase, NearMiss

CASES = (
    LintCase(
        bad={
            ".github/workflows/build.yml": """\
name: build
on: push
jobs:
  cuda:
    runs-on: ubuntu-24.04
    container: nvidia/cuda:12.8.1-runtime-ubuntu24.04
    steps:
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
    container: nvidia/cuda:12.8.1-devel-ubuntu24.04
    steps:
      - run: git clone --branch v1.9.3 https://github.com/ggml-org/whisper.cpp . # the engine
      - run: cmake -B build -DGGML_CUDA=ON -DGGML_NATIVE=OFF "-DCMAKE_CUDA_ARCHITECTURES=86;120-real"
""",
        },
        line="cmake -B build",
    ),
    LintCase(
        bad={
            ".gitlab-ci.yml": """\
build:
  image: nvidia/cuda:12.8.1-base-ubuntu24.04
  script:
    - nvcc -arch=sm_86 -o a a.cu
""",
        },
        good={
            ".gitlab-ci.yml": """\
build:
  image: nvidia/cuda:12.8.1-base-ubuntu24.04
  script:
    - apt-get install -y cuda-nvcc-12-8
    - nvcc -arch=sm_86 -o a a.cu
""",
        },
    ),
    LintCase(
        bad={
            "Dockerfile": """\
FROM nvidia/cuda:12.8.1-runtime-ubuntu24.04 AS build
RUN apt-get update && apt-get install -y cmake g++ git
RUN git clone --branch v1.9.3 https://github.com/ggml-org/whisper.cpp /src
WORKDIR /src
RUN cmake -B build -DGGML_CUDA=ON -DGGML_NATIVE=OFF "-DCMAKE_CUDA_ARCHITECTURES=86;120" \\
    # the CPU half is portable
    && cmake --build build -j
""",
        },
        good={
            "Dockerfile": """\
FROM nvidia/cuda:12.8.1-devel-ubuntu24.04 AS build
RUN apt-get update && apt-get install -y cmake g++ git
RUN git clone --branch v1.9.3 https://github.com/ggml-org/whisper.cpp /src
WORKDIR /src
RUN cmake -B build -DGGML_CUDA=ON -DGGML_NATIVE=OFF "-DCMAKE_CUDA_ARCHITECTURES=86;120" \\
    # the CPU half is portable
    && cmake --build build -j
""",
        },
        line="cmake -B build",
    ),
    LintCase(
        bad={
            "Dockerfile": """\
FROM nvidia/cuda:12.8.1-base-ubuntu24.04 AS build
RUN apt-get update && apt-get install -y cmake g++ git
RUN git clone --branch v1.9.3 https://github.com/ggml-org/whisper.cpp /src
WORKDIR /src
RUN cmake -B build -DGGML_CUDA=ON -DGGML_NATIVE=OFF "-DCMAKE_CUDA_ARCHITECTURES=86;120" \\
    # the CPU half is portable
    && cmake --build build -j
""",
        },
        good={
            "Dockerfile": """\
FROM nvidia/cuda:12.8.1-base-ubuntu24.04 AS build
RUN apt-get install -y cuda-nvcc-12-8 cuda-cudart-dev-12-8
RUN apt-get update && apt-get install -y cmake g++ git
RUN git clone --branch v1.9.3 https://github.com/ggml-org/whisper.cpp /src
WORKDIR /src
RUN cmake -B build -DGGML_CUDA=ON -DGGML_NATIVE=OFF "-DCMAKE_CUDA_ARCHITECTURES=86;120" \\
    # the CPU half is portable
    && cmake --build build -j
""",
        },
    ),
    LintCase(
        bad={
            "setup.py": """\
from setuptools import setup
from torch.utils.cpp_extension import BuildExtension, CUDAExtension

setup(
    name="ops",
    ext_modules=[CUDAExtension("ops", ["ops.cu"])],
    cmdclass={"build_ext": BuildExtension},
)
""",
            "Dockerfile": """\
FROM pytorch/pytorch:2.7.0-cuda12.8-cudnn9-runtime
COPY . /ops
RUN TORCH_CUDA_ARCH_LIST="8.6;12.0" pip install --no-build-isolation /ops
""",
        },
        good={
            "setup.py": """\
from setuptools import setup
from torch.utils.cpp_extension import BuildExtension, CUDAExtension

setup(
    name="ops",
    ext_modules=[CUDAExtension("ops", ["ops.cu"])],
    cmdclass={"build_ext": BuildExtension},
)
""",
            "Dockerfile": """\
FROM pytorch/pytorch:2.7.0-cuda12.8-cudnn9-devel
COPY . /ops
RUN TORCH_CUDA_ARCH_LIST="8.6;12.0" pip install --no-build-isolation /ops
""",
        },
        line="pip install",
    ),
    LintCase(
        bad={
            "CMakeLists.txt": """\
cmake_minimum_required(VERSION 3.24)
project(kernels LANGUAGES CXX CUDA)
add_library(kernels kernels.cu)
""",
            ".gitlab-ci.yml": """\
build:
  image: nvidia/cuda:12.8.1-runtime-ubuntu24.04
  script:
    - apt-get update && apt-get install -y cmake g++
    - cmake -B build "-DCMAKE_CUDA_ARCHITECTURES=86-real;120-real"
""",
        },
        good={
            "CMakeLists.txt": """\
cmake_minimum_required(VERSION 3.24)
project(kernels LANGUAGES CXX CUDA)
add_library(kernels kernels.cu)
""",
            ".gitlab-ci.yml": """\
build:
  image: nvidia/cuda:12.8.1-devel-ubuntu24.04
  script:
    - apt-get update && apt-get install -y cmake g++
    - cmake -B build "-DCMAKE_CUDA_ARCHITECTURES=86-real;120-real"
""",
        },
        line="cmake -B",
    ),
)

_SETUP = """import os
from setuptools import setup
from torch.utils.cpp_extension import BuildExtension, CUDAExtension
parts = [CUDAExtension("a._C", ["a/kernels.cu"])] if os.getenv("A_BUILD_CUDA", "1") == "1" else []
setup(name="a", ext_modules=parts, cmdclass={"build_ext": BuildExtension})
"""
NEAR_MISSES = (
    NearMiss(
        "a switch of its own leaves the CUDA code out",
        {
            "Dockerfile": "FROM pytorch/pytorch:2.5.1-cuda12.1-cudnn9-runtime\nENV A_BUILD_CUDA=0\nCOPY . /a\n"
            "WORKDIR /a\nRUN pip install -e .\n",
            "setup.py": _SETUP,
        },
    ),
)
