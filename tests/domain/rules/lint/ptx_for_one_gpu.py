"""`ptx-for-one-gpu`: the only PTX serves no other GPU."""

from __future__ import annotations

from tests.helpers.lint_case import LintCase

CASES = (
    LintCase(
        bad={
            "Dockerfile": """\
FROM nvidia/cuda:12.8.1-devel-ubuntu24.04 AS build
RUN apt-get update && apt-get install -y cmake g++ git
RUN git clone --branch v1.9.3 https://github.com/ggml-org/whisper.cpp /src
WORKDIR /src
RUN cmake -B build -DGGML_CUDA=ON -DGGML_NATIVE=OFF "-DCMAKE_CUDA_ARCHITECTURES=86-real;120" \\
    && cmake --build build -j
""",
        },
        good={
            "Dockerfile": """\
FROM nvidia/cuda:12.8.1-devel-ubuntu24.04 AS build
RUN apt-get update && apt-get install -y cmake g++ git
RUN git clone --branch v1.9.3 https://github.com/ggml-org/whisper.cpp /src
WORKDIR /src
RUN cmake -B build -DGGML_CUDA=ON -DGGML_NATIVE=OFF "-DCMAKE_CUDA_ARCHITECTURES=86-real;120-real;80-virtual" \\
    && cmake --build build -j
""",
        },
        line="86-real;120",
    ),
    LintCase(
        bad={
            "CMakeLists.txt": """\
cmake_minimum_required(VERSION 3.24)
set(CMAKE_CUDA_ARCHITECTURES 80-real 90a)
project(fluid LANGUAGES CXX CUDA)
add_library(fluid STATIC src/solver.cu)
""",
        },
        good={
            "CMakeLists.txt": """\
cmake_minimum_required(VERSION 3.24)
set(CMAKE_CUDA_ARCHITECTURES 80 90a)
project(fluid LANGUAGES CXX CUDA)
add_library(fluid STATIC src/solver.cu)
""",
        },
        line="90a",
    ),
    LintCase(
        bad={
            "setup.py": """\
from setuptools import setup
from torch.utils.cpp_extension import BuildExtension, CUDAExtension

setup(
    name="fused_norm",
    ext_modules=[CUDAExtension("fused_norm._C", ["csrc/norm.cpp", "csrc/norm_cuda.cu"])],
    cmdclass={"build_ext": BuildExtension},
)
""",
            "Dockerfile": """\
FROM nvidia/cuda:12.8.1-devel-ubuntu24.04
RUN apt-get update && apt-get install -y python3-pip ninja-build
RUN pip install torch --index-url https://download.pytorch.org/whl/cu128
ENV TORCH_CUDA_ARCH_LIST="8.0;9.0a+PTX"
WORKDIR /src
COPY . .
RUN pip install --no-build-isolation .
""",
        },
        good={
            "setup.py": """\
from setuptools import setup
from torch.utils.cpp_extension import BuildExtension, CUDAExtension

setup(
    name="fused_norm",
    ext_modules=[CUDAExtension("fused_norm._C", ["csrc/norm.cpp", "csrc/norm_cuda.cu"])],
    cmdclass={"build_ext": BuildExtension},
)
""",
            "Dockerfile": """\
FROM nvidia/cuda:12.8.1-devel-ubuntu24.04
RUN apt-get update && apt-get install -y python3-pip ninja-build
RUN pip install torch --index-url https://download.pytorch.org/whl/cu128
ENV TORCH_CUDA_ARCH_LIST="8.0+PTX;9.0a"
WORKDIR /src
COPY . .
RUN pip install --no-build-isolation .
""",
        },
        line="9.0a+PTX",
    ),
)
