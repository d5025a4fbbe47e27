"""`no-ptx`: nothing for the GPUs that come."""

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
RUN cmake -B build -DGGML_CUDA=ON -DGGML_NATIVE=OFF "-DCMAKE_CUDA_ARCHITECTURES=86-real;120-real" \\
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
RUN cmake -B build -DGGML_CUDA=ON -DGGML_NATIVE=OFF "-DCMAKE_CUDA_ARCHITECTURES=86-real;120-real;86-virtual" \\
    # the CPU half is portable
    && cmake --build build -j
""",
        },
        line="86-real;120-real",
    ),
    LintCase(
        bad={
            "setup.py": "from torch.utils.cpp_extension import CUDAExtension\n",
            "Dockerfile": """\
FROM pytorch/pytorch:2.7.0-cuda12.8-cudnn9-devel
ENV TORCH_CUDA_ARCH_LIST='8.6;12.0'
COPY . .
RUN pip install --no-build-isolation .
""",
        },
        good={
            "setup.py": "from torch.utils.cpp_extension import CUDAExtension\n",
            "Dockerfile": """\
FROM pytorch/pytorch:2.7.0-cuda12.8-cudnn9-devel
ENV TORCH_CUDA_ARCH_LIST='8.6;12.0+PTX'
COPY . .
RUN pip install --no-build-isolation .
""",
        },
        line="TORCH_CUDA_ARCH_LIST",
    ),
)
