"""`prebuilt-wheel`: build settings for a package that is not built."""

from __future__ import annotations

from tests.helpers.lint_case import LintCase

CASES = (
    LintCase(
        bad={
            "Dockerfile": """\
FROM python:3.12
RUN TORCH_CUDA_ARCH_LIST="8.6 12.0" pip install --no-cache-dir torch
""",
        },
        good={
            "Dockerfile": """\
FROM python:3.12
RUN pip install --no-cache-dir torch
""",
        },
        line="TORCH_CUDA_ARCH_LIST",
    ),
    LintCase(
        bad={
            "install.sh": """\
CMAKE_ARGS="-DGGML_CUDA=on" pip install llama-cpp-python --extra-index-url \
https://abetlen.github.io/llama-cpp-python/whl/cu124
""",
        },
        good={
            "install.sh": 'CMAKE_ARGS="-DGGML_CUDA=on" pip install llama-cpp-python\n',
        },
    ),
    LintCase(
        bad={
            "install.sh": """\
CMAKE_ARGS="-DGGML_CUDA=on" pip install -i https://abetlen.github.io/llama-cpp-python/whl/cu124 \
llama-cpp-python==0.3.4
""",
        },
        good={
            "install.sh": """\
CMAKE_ARGS="-DGGML_CUDA=on" python3 -m pip install --no-binary llama-cpp-python llama-cpp-python --extra-index-url \
https://abetlen.github.io/llama-cpp-python/whl/cu124
""",
        },
    ),
    LintCase(
        bad={
            "Dockerfile": """\
FROM nvidia/cuda:12.8.1-devel-ubuntu24.04
RUN apt-get update && apt-get install -y python3-pip
ENV CMAKE_ARGS="-DGGML_CUDA=on -DCMAKE_CUDA_ARCHITECTURES=120"
RUN pip install llama-cpp-python --extra-index-url https://abetlen.github.io/llama-cpp-python/whl/cu124
""",
        },
        good={
            "Dockerfile": """\
FROM nvidia/cuda:12.8.1-devel-ubuntu24.04
RUN apt-get update && apt-get install -y python3-pip
ENV CMAKE_ARGS="-DGGML_CUDA=on -DCMAKE_CUDA_ARCHITECTURES=120"
RUN pip install --no-binary llama-cpp-python llama-cpp-python
""",
        },
        line="CMAKE_ARGS",
    ),
)
