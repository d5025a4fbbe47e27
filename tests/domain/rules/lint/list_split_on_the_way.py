"""`list-split-on-the-way`: a list that is cut before it arrives."""

from __future__ import annotations

from tests.helpers.lint_case import LintCase

CASES = (
    LintCase(
        bad={
            "Dockerfile": """\
FROM nvidia/cuda:12.8.1-devel-ubuntu24.04
RUN apt-get update && apt-get install -y python3-pip g++
ENV SKBUILD_CMAKE_ARGS="-DGGML_CUDA=on;-DGGML_NATIVE=OFF;-DCMAKE_CUDA_ARCHITECTURES=86-real;120-real"
RUN  pip install --no-cache-dir --no-binary llama-cpp-python llama-cpp-python==0.3.35
""",
        },
        good={
            "Dockerfile": """\
FROM nvidia/cuda:12.8.1-devel-ubuntu24.04
RUN apt-get update && apt-get install -y python3-pip g++
ENV CMAKE_ARGS="-DGGML_CUDA=on -DGGML_NATIVE=OFF -DCMAKE_CUDA_ARCHITECTURES=86-real;120-real"
RUN  pip install --no-cache-dir --no-binary llama-cpp-python llama-cpp-python==0.3.35
""",
        },
        line="SKBUILD_CMAKE_ARGS",
    ),
    LintCase(
        bad={
            "Dockerfile": """\
FROM nvidia/cuda:12.8.1-devel-ubuntu24.04
RUN apt-get update && apt-get install -y python3-pip g++

RUN  pip install -C cmake.args="-DGGML_CUDA=on;-DGGML_NATIVE=OFF;-DCMAKE_CUDA_ARCHITECTURES=86-real;120-real" \
--no-binary llama-cpp-python llama-cpp-python==0.3.35
""",
        },
        good={
            "Dockerfile": """\
FROM nvidia/cuda:12.8.1-devel-ubuntu24.04
RUN apt-get update && apt-get install -y python3-pip g++

RUN CMAKE_ARGS="-DGGML_CUDA=on -DGGML_NATIVE=OFF -DCMAKE_CUDA_ARCHITECTURES=86-real;120-real" pip install \
--no-cache-dir --no-binary llama-cpp-python llama-cpp-python==0.3.35
""",
        },
        line="cmake.args",
    ),
    LintCase(
        bad={
            "Dockerfile": """\
FROM nvidia/cuda:12.8.1-devel-ubuntu24.04
RUN apt-get update && apt-get install -y python3-pip g++ git cmake
ENV GGML_CUDA=1 GGML_NATIVE=OFF CMAKE_ARGS='-DCMAKE_CUDA_ARCHITECTURES="86;120"'
RUN pip install --no-binary pywhispercpp pywhispercpp==1.5.0
""",
        },
        good={
            "Dockerfile": """\
FROM nvidia/cuda:12.8.1-devel-ubuntu24.04
RUN apt-get update && apt-get install -y python3-pip g++ git cmake
ENV GGML_CUDA=1 GGML_NATIVE=OFF CMAKE_CUDA_ARCHITECTURES='86-real;120-real'
RUN pip install --no-binary pywhispercpp pywhispercpp==1.5.0
""",
        },
        line="CMAKE_ARGS",
    ),
)
