"""Cases of the first rules of `lint`."""

from __future__ import annotations

from tests.helpers.lint_case import LintCase

_WHISPER = """\
FROM nvidia/cuda:12.8.1-{flavour}-ubuntu24.04 AS build
{setting}RUN apt-get update && apt-get install -y cmake g++ git
RUN git clone --branch v1.9.3 https://github.com/ggml-org/whisper.cpp /src
WORKDIR /src
RUN cmake -B build -DGGML_CUDA=ON -DGGML_NATIVE=OFF {list} \\
    # the CPU half is portable
    && cmake --build build -j
"""
_LIST = '"-DCMAKE_CUDA_ARCHITECTURES=86;120"'


def _whisper(flavour: str = "devel", setting: str = "", list_: str = _LIST) -> dict[str, str]:
    return {"Dockerfile": _WHISPER.format(flavour=flavour, setting=setting, list=list_)}


LINT_CASES: tuple[LintCase, ...] = (
    LintCase(
        "unquoted-semicolon",
        _whisper(list_="-DCMAKE_CUDA_ARCHITECTURES=86;120"),
        _whisper(),
        line="-DCMAKE_CUDA_ARCHITECTURES=86;120",
    ),
    LintCase(
        "unquoted-semicolon",
        {"build.sh": "cmake -S . -B build -DCMAKE_CUDA_ARCHITECTURES=86-real;120-real;120-virtual -GNinja\n"},
        {"build.sh": "cmake -S . -B build -DCMAKE_CUDA_ARCHITECTURES='86;120'; echo done\n"},
    ),
    LintCase("dead-variable", _whisper(setting='ENV TORCH_CUDA_ARCH_LIST="12.0"\n'), _whisper(), line="TORCH_CUDA"),
    LintCase(
        "dead-variable", _whisper(setting='ENV TORCH_CUDA_ARCH_LIST="12.0" CC=gcc\n'), _whisper(setting="ENV CC=gcc\n")
    ),
    LintCase(
        "dead-variable",
        {".env": "GGML_CUDA_COMPUTE_CAPABILITY=12.0\n"},
        {".env": "GGML_CUDA_COMPUTE_CAPABILITY=12.0\n", "run.sh": 'echo "$GGML_CUDA_COMPUTE_CAPABILITY"\n'},
    ),
    LintCase(
        "dead-variable",
        _whisper(setting="ARG CUDA_DOCKER_ARCH=all\nENV CUDA_DOCKER_ARCH=${CUDA_DOCKER_ARCH}\n"),
        _whisper(),
        line="ARG CUDA_DOCKER_ARCH",
    ),
    LintCase(
        "no-ptx",
        _whisper(list_='"-DCMAKE_CUDA_ARCHITECTURES=86-real;120-real"'),
        _whisper(list_='"-DCMAKE_CUDA_ARCHITECTURES=86-real;120-real;86-virtual"'),
        line="86-real;120-real",
    ),
    LintCase(
        "no-ptx",
        {
            "setup.py": "from torch.utils.cpp_extension import CUDAExtension\n",
            "Dockerfile": (
                "FROM pytorch/pytorch:2.7.0-cuda12.8-cudnn9-devel\nENV TORCH_CUDA_ARCH_LIST='8.6;12.0'\n"
                "COPY . .\nRUN pip install --no-build-isolation .\n"
            ),
        },
        {
            "setup.py": "from torch.utils.cpp_extension import CUDAExtension\n",
            "Dockerfile": (
                "FROM pytorch/pytorch:2.7.0-cuda12.8-cudnn9-devel\nENV TORCH_CUDA_ARCH_LIST='8.6;12.0+PTX'\n"
                "COPY . .\nRUN pip install --no-build-isolation .\n"
            ),
        },
        line="TORCH_CUDA_ARCH_LIST",
    ),
    LintCase("no-nvcc-in-image", _whisper("runtime"), _whisper(), line="cmake -B build"),
    LintCase(
        "no-nvcc-in-image",
        _whisper("base"),
        _whisper("base", "RUN apt-get install -y cuda-nvcc-12-8 cuda-cudart-dev-12-8\n"),
    ),
)
