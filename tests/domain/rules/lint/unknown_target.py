"""`unknown-target`: a target that no GPU and no compiler has."""

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
RUN cmake -B build -DGGML_CUDA=ON -DGGML_NATIVE=OFF "-DCMAKE_CUDA_ARCHITECTURES=75;84;86" \\
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
        line="75;84;86",
    ),
    LintCase(
        bad={
            "Dockerfile": """\
FROM nvidia/cuda:12.8.1-devel-ubuntu24.04 AS build
RUN apt-get update && apt-get install -y cmake g++ git
RUN git clone --branch v1.9.3 https://github.com/ggml-org/whisper.cpp /src
WORKDIR /src
RUN cmake -B build -DGGML_CUDA=ON -DGGML_NATIVE=OFF "-DCMAKE_CUDA_ARCHITECTURES=80a-real" \\
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
        line="80a",
    ),
    LintCase(
        bad={
            "Dockerfile": """\
FROM nvidia/cuda:12.8.1-devel-ubuntu24.04 AS build
RUN apt-get update && apt-get install -y cmake g++ git
RUN git clone --branch v1.9.3 https://github.com/ggml-org/whisper.cpp /src
WORKDIR /src
RUN cmake -B build -DGGML_CUDA=ON -DGGML_NATIVE=OFF -DCMAKE_CUDA_ARCHITECTURES=12 \\
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
        line="URES=12",
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
ENV TORCH_CUDA_ARCH_LIST="8.5"
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
ENV TORCH_CUDA_ARCH_LIST="8.6"
WORKDIR /src
COPY . .
RUN pip install --no-build-isolation .
""",
        },
        line="8.5",
    ),
    LintCase(
        bad={
            "build.sh": "nvcc -gencode arch=compute_84,code=sm_84 -c kernels.cu -o kernels.o\n",
        },
        good={
            "build.sh": "nvcc -gencode arch=compute_86,code=sm_86 -c kernels.cu -o kernels.o\n",
        },
        line="compute_84",
    ),
)
