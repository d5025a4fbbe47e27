"""Cases of the rules about what a list of architectures says to its reader."""

from __future__ import annotations

from tests.helpers.lint_case import LintCase

_WHISPER = """\
FROM nvidia/cuda:12.8.1-devel-ubuntu24.04 AS build
{setting}RUN apt-get update && apt-get install -y cmake g++ git
RUN git clone --branch v1.9.3 https://github.com/ggml-org/whisper.cpp /src
WORKDIR /src
RUN cmake -B build -DGGML_CUDA=ON -DGGML_NATIVE=OFF {list} \\
    && cmake --build build -j
"""
_GOOD = '"-DCMAKE_CUDA_ARCHITECTURES=86-real;120-real;80-virtual"'
_GENCODE_120 = '"-gencode arch=compute_120,code=sm_120"'


def _whisper(list_: str = _GOOD, setting: str = "") -> dict[str, str]:
    return {"Dockerfile": _WHISPER.format(list=list_, setting=setting)}


_LLAMA = """\
FROM nvidia/cuda:12.9.1-devel-ubuntu24.04
RUN apt-get update && apt-get install -y cmake g++ git libcurl4-openssl-dev
RUN git clone --depth 1 --branch {tag} https://github.com/ggml-org/llama.cpp /src
WORKDIR /src
RUN cmake -B build -DGGML_CUDA=ON -DGGML_NATIVE=OFF "-DCMAKE_CUDA_ARCHITECTURES={list}" && cmake --build build -j
"""


def _llama(tag: str, list_: str) -> dict[str, str]:
    return {"Dockerfile": _LLAMA.format(tag=tag, list=list_)}


_SETUP = """\
from setuptools import setup
from torch.utils.cpp_extension import BuildExtension, CUDAExtension

setup(
    name="fused_norm",
    ext_modules=[CUDAExtension("fused_norm._C", ["csrc/norm.cpp", "csrc/norm_cuda.cu"])],
    cmdclass={"build_ext": BuildExtension},
)
"""


def _extension(list_: str) -> dict[str, str]:
    return {
        "setup.py": _SETUP,
        "Dockerfile": f"""\
FROM nvidia/cuda:12.8.1-devel-ubuntu24.04
RUN apt-get update && apt-get install -y python3-pip ninja-build
RUN pip install torch --index-url https://download.pytorch.org/whl/cu128
ENV TORCH_CUDA_ARCH_LIST={list_}
WORKDIR /src
COPY . .
RUN pip install --no-build-isolation .
""",
    }


_CMAKE = """\
cmake_minimum_required(VERSION 3.24)
{before}
project(fluid LANGUAGES CXX CUDA)
add_library(fluid STATIC src/solver.cu)
"""


def _cmake(before: str, **files: str) -> dict[str, str]:
    return {"CMakeLists.txt": _CMAKE.format(before=before)} | {
        name.replace("__", "/").replace("_dot_", "."): text for name, text in files.items()
    }


def _candle(**files: str) -> dict[str, str]:
    return {"Cargo.toml": '[dependencies]\ncandle-core = { version = "0.11.0", features = ["cuda"] }\n'} | files


_SET = "set(CMAKE_CUDA_ARCHITECTURES {})"

_GRAMMAR = (
    LintCase(
        "wrong-grammar",
        _whisper('-DCMAKE_CUDA_ARCHITECTURES="8.6;12.0"'),
        _whisper('-DCMAKE_CUDA_ARCHITECTURES="86;120"'),
        line="8.6;12.0",
    ),
    LintCase("wrong-grammar", _whisper("-DCMAKE_CUDA_ARCHITECTURES=86,120"), _whisper(), line="86,120"),
    LintCase("wrong-grammar", _whisper('"-DCMAKE_CUDA_ARCHITECTURES=86 120"'), _whisper(), line="86 120"),
    LintCase("wrong-grammar", _whisper('"-DCMAKE_CUDA_ARCHITECTURES=86; 120"'), _whisper(), line="86; 120"),
    LintCase("wrong-grammar", _whisper('"-DCMAKE_CUDA_ARCHITECTURES=sm_86;sm_120"'), _whisper(), line="sm_86"),
    LintCase("wrong-grammar", _whisper('"-DCMAKE_CUDA_ARCHITECTURES=86;120+PTX"'), _whisper(), line="+PTX"),
    LintCase("wrong-grammar", _whisper("-DCMAKE_CUDA_ARCHITECTURES=auto"), _whisper(), line="auto"),
    LintCase(
        "wrong-grammar",
        _cmake(_SET.format("8.6 12.0")),
        _cmake(_SET.format("86 120")),
        line="8.6 12.0",
    ),
    LintCase("wrong-grammar", _cmake(_SET.format('"86 120"')), _cmake(_SET.format('"86" "120"')), line="86 120"),
    LintCase(
        "wrong-grammar",
        _cmake(
            "",
            CMakePresets_dot_json='{"version": 6, "configurePresets": [{"name": "gpu", "cacheVariables": '
            '{"CMAKE_CUDA_ARCHITECTURES": "8.0;9.0"}}]}\n',
        ),
        _cmake(
            "",
            CMakePresets_dot_json='{"version": 6, "configurePresets": [{"name": "gpu", "cacheVariables": '
            '{"CMAKE_CUDA_ARCHITECTURES": {"type": "STRING", "value": "80;90"}}}]}\n',
        ),
        line="8.0;9.0",
    ),
    LintCase("wrong-grammar", _extension('"86;120"'), _extension('"8.6;12.0+PTX"'), line="86;120"),
    LintCase("wrong-grammar", _extension("8.6,12.0"), _extension('"8.6 12.0"'), line="8.6,12.0"),
    LintCase("wrong-grammar", _extension('"sm_86"'), _extension('"8.0; 8.6 12.0"'), line="sm_86"),
    LintCase(
        "wrong-grammar",
        {
            "Cargo.toml": '[dependencies]\ncandle-core = { version = "0.11.0", features = ["cuda"] }\n',
            ".github/workflows/ci.yml": "on: push\nenv:\n  CUDA_COMPUTE_CAP: '8.9'\njobs:\n  test:\n"
            "    runs-on: ubuntu-latest\n    steps:\n      - run: cargo build --release\n",
        },
        {
            "Cargo.toml": '[dependencies]\ncandle-core = { version = "0.11.0", features = ["cuda"] }\n',
            ".github/workflows/ci.yml": "on: push\nenv:\n  CUDA_COMPUTE_CAP: 89\njobs:\n  test:\n"
            "    runs-on: ubuntu-latest\n    steps:\n      - run: cargo build --release\n",
        },
        line="8.9",
    ),
    LintCase(
        "wrong-grammar",
        _candle(**{"build.sh": 'CUDA_COMPUTE_CAP="80;89" cargo build --release\n'}),
        _candle(**{"build.sh": "CUDA_COMPUTE_CAP=90a cargo build --release\n"}),
        line="80;89",
    ),
    LintCase(
        "wrong-grammar",
        _cmake(
            "",
            compose_dot_yaml="services:\n  solver:\n    build:\n      context: .\n      args:\n"
            '        - CUDAARCHS="86;120"\n',
        ),
        _cmake(
            "",
            compose_dot_yaml="services:\n  solver:\n    build:\n      context: .\n      args:\n"
            "        - CUDAARCHS=86;120\n",
        ),
        line="CUDAARCHS",
    ),
)

_WORKFLOW = """\
on: push
jobs:
  wheel:
    runs-on: ubuntu-24.04
    container: nvidia/cuda:12.8.1-devel-ubuntu24.04
    env:
      TORCH_CUDA_ARCH_LIST: {list}
    steps:
      - uses: actions/checkout@v4
      - run: pip install torch --index-url https://download.pytorch.org/whl/cu128
      - run: pip wheel --no-build-isolation .
"""
_APPENDING = "if(FLUID_BLACKWELL)\n  list(APPEND CMAKE_CUDA_ARCHITECTURES {})\nendif()"

_TARGETS = (
    LintCase(
        "number-loses-zero",
        {"setup.py": _SETUP, ".github/workflows/wheel.yml": _WORKFLOW.format(list="12.0")},
        {"setup.py": _SETUP, ".github/workflows/wheel.yml": _WORKFLOW.format(list="'12.0'")},
        line="12.0",
    ),
    LintCase(
        "wrong-grammar",
        _cmake(_APPENDING.format("sm_100 sm_120")),
        _cmake(_APPENDING.format("100-real 120-real")),
        line="sm_100",
    ),
    LintCase(
        "wrong-grammar",
        _cmake("", build_dot_sh="cmake -B b -DCMAKE_CUDA_ARCHITECTURES=8.9 .\n"),
        _cmake(
            "",
            build_dot_sh="git clone https://github.com/some/placer && cd placer\n"
            "cmake -B b -DCMAKE_CUDA_ARCHITECTURES=8.9 .\n",
        ),
        line="8.9",
    ),
    LintCase("unknown-target", _whisper('"-DCMAKE_CUDA_ARCHITECTURES=75;84;86"'), _whisper(), line="75;84;86"),
    LintCase("unknown-target", _whisper('"-DCMAKE_CUDA_ARCHITECTURES=80a-real"'), _whisper(), line="80a"),
    LintCase("unknown-target", _whisper("-DCMAKE_CUDA_ARCHITECTURES=12"), _whisper(), line="URES=12"),
    LintCase("unknown-target", _extension('"8.5"'), _extension('"8.6"'), line="8.5"),
    LintCase(
        "unknown-target",
        {"build.sh": "nvcc -gencode arch=compute_84,code=sm_84 -c kernels.cu -o kernels.o\n"},
        {"build.sh": "nvcc -gencode arch=compute_86,code=sm_86 -c kernels.cu -o kernels.o\n"},
        line="compute_84",
    ),
    LintCase("duplicate-target", _whisper('"-DCMAKE_CUDA_ARCHITECTURES=86;120;86"'), _whisper(), line="86;120;86"),
    LintCase("duplicate-target", _cmake(_SET.format("80 80-real 90")), _cmake(_SET.format("80 90")), line="80-real"),
    LintCase("duplicate-target", _extension('"8.0 8.6 8.0"'), _extension('"9.0 9.0a"'), line="8.0 8.6"),
    LintCase(
        "plain-and-family",
        _cmake(_SET.format("90-real 120-real 120f-real")),
        _cmake(_SET.format("90-real 120-virtual 120f-real")),
        line="120f",
    ),
    LintCase("suffix-needed", _llama("b7540", "86;120"), _llama("b7540", "86;120a"), line="86;120"),
    LintCase("suffix-needed", _llama("b7540", "89-real;120-real"), _llama("b7600", "89-real;120-real"), line="120-r"),
)

_PTX = (
    LintCase("ptx-for-one-gpu", _whisper('"-DCMAKE_CUDA_ARCHITECTURES=86-real;120"'), _whisper(), line="86-real;120"),
    LintCase("ptx-for-one-gpu", _cmake(_SET.format("80-real 90a")), _cmake(_SET.format("80 90a")), line="90a"),
    LintCase("ptx-for-one-gpu", _extension('"8.0;9.0a+PTX"'), _extension('"8.0+PTX;9.0a"'), line="9.0a+PTX"),
    LintCase("only-ptx", _whisper("-DCMAKE_CUDA_ARCHITECTURES=80-virtual"), _whisper(), line="80-virtual"),
    LintCase(
        "target-missing",
        _whisper('"-DCMAKE_CUDA_ARCHITECTURES=75-real;86-real"'),
        _whisper('"-DCMAKE_CUDA_ARCHITECTURES=75-real;86-real;120-real"'),
        line="75-real;86-real",
        gpu=("RTX 5070 Ti", "RTX 4090"),
    ),
    LintCase(
        "target-missing",
        _whisper("-DCMAKE_CUDA_ARCHITECTURES=86"),
        _whisper("-DCMAKE_CUDA_ARCHITECTURES=86", f"ENV NVCC_PREPEND_FLAGS={_GENCODE_120.replace('120', '100')}\n"),
        line="URES=86",
        gpu=("10.0",),
    ),
    LintCase(
        "target-missing",
        _extension('"8.0 8.6"'),
        _extension('"8.0 8.6 12.0"'),
        line="8.0 8.6",
        gpu=("12.0",),
    ),
)

_SETTINGS = (
    LintCase(
        "flag-breaks-build",
        _whisper('"-DCMAKE_CUDA_ARCHITECTURES=86;120"', f"ENV NVCC_APPEND_FLAGS={_GENCODE_120}\n"),
        _whisper(
            '"-DCMAKE_CUDA_ARCHITECTURES=86;120"', f"ENV NVCC_APPEND_FLAGS={_GENCODE_120.replace('120', '120a')}\n"
        ),
        line="NVCC_APPEND_FLAGS",
    ),
    LintCase(
        "flag-breaks-build",
        _whisper(f"{_GOOD} -DCMAKE_CUDA_FLAGS={_GENCODE_120}"),
        _whisper(f'{_GOOD} -DCMAKE_CUDA_FLAGS="-O3 --use_fast_math"'),
        line="-DCMAKE_CUDA_FLAGS",
    ),
    LintCase(
        "two-arch-settings",
        _whisper(setting='ENV NVCC_APPEND_FLAGS="-gencode arch=compute_89,code=sm_89"\n'),
        _whisper(setting='ENV NVCC_APPEND_FLAGS="--threads 2"\n'),
        line="NVCC_APPEND_FLAGS",
    ),
    LintCase(
        "two-arch-settings",
        _whisper(setting="ENV CUDAARCHS=75\n"),
        _whisper(setting="ENV CUDAARCHS=86-real;120-real;80-virtual\n"),
        line="CUDAARCHS",
    ),
    LintCase(
        "two-arch-settings",
        _cmake("", build_dot_sh="cmake -B b -DCMAKE_CUDA_ARCHITECTURES=80 -GNinja -DCMAKE_CUDA_ARCHITECTURES=90 .\n"),
        _cmake("", build_dot_sh="cmake -B b -DCMAKE_CUDA_ARCHITECTURES=80 -GNinja .\n"),
        line="URES=80",
    ),
)

_CT2 = """\
FROM nvidia/cuda:12.8.1-cudnn-devel-ubuntu24.04
RUN apt-get update && apt-get install -y cmake g++ git libopenblas-dev
RUN git clone --recursive --branch v4.8.1 https://github.com/OpenNMT/CTranslate2 /src
RUN cmake -S /src -B /build -DWITH_CUDA=ON -DWITH_MKL=OFF -DWITH_OPENBLAS=ON {list} && cmake --build /build -j4
"""
_FLASH = """\
FROM nvidia/cuda:12.8.1-devel-ubuntu24.04
RUN apt-get update && apt-get install -y python3-pip ninja-build
RUN pip install torch packaging psutil --index-url https://download.pytorch.org/whl/cu128
ENV FLASH_ATTENTION_FORCE_BUILD=TRUE
RUN FLASH_ATTN_CUDA_ARCHS="{list}" pip install --no-build-isolation flash-attn==2.8.3
"""
_LLAMA_PYTHON = """\
FROM nvidia/cuda:12.8.1-devel-ubuntu24.04
RUN apt-get update && apt-get install -y python3-pip g++
{before}
RUN {given} pip install {options} --no-binary llama-cpp-python llama-cpp-python==0.3.35
"""


def _llama_python(before: str = "", given: str = "", options: str = "--no-cache-dir") -> dict[str, str]:
    return {"Dockerfile": _LLAMA_PYTHON.format(before=before, given=given, options=options)}


_WHISPER_PYTHON = """\
FROM nvidia/cuda:12.8.1-devel-ubuntu24.04
RUN apt-get update && apt-get install -y python3-pip g++ git cmake
ENV GGML_CUDA=1 GGML_NATIVE=OFF {given}
RUN pip install --no-binary pywhispercpp pywhispercpp==1.5.0
"""
_LISTED = "-DGGML_CUDA=on -DGGML_NATIVE=OFF -DCMAKE_CUDA_ARCHITECTURES=86-real;120-real"

_WAYS = (
    LintCase(
        "list-split-on-the-way",
        _llama_python(f'ENV SKBUILD_CMAKE_ARGS="{_LISTED.replace(" -D", ";-D")}"'),
        _llama_python(f'ENV CMAKE_ARGS="{_LISTED}"'),
        line="SKBUILD_CMAKE_ARGS",
    ),
    LintCase(
        "list-split-on-the-way",
        _llama_python(options=f'-C cmake.args="{_LISTED.replace(" -D", ";-D")}"'),
        _llama_python(given=f'CMAKE_ARGS="{_LISTED}"'),
        line="cmake.args",
    ),
    LintCase(
        "list-split-on-the-way",
        {"Dockerfile": _WHISPER_PYTHON.format(given="CMAKE_ARGS='-DCMAKE_CUDA_ARCHITECTURES=\"86;120\"'")},
        {"Dockerfile": _WHISPER_PYTHON.format(given="CMAKE_CUDA_ARCHITECTURES='86-real;120-real'")},
        line="CMAKE_ARGS",
    ),
    LintCase(
        "engine-does-not-take",
        {"Dockerfile": _CT2.format(list='-DCUDA_ARCH_LIST="8.6;12.0"')},
        {
            "Dockerfile": _CT2.format(
                list='"-DCUDA_NVCC_FLAGS=-gencode=arch=compute_120,code=sm_120" -DCUDA_ARCH_LIST="8.6"'
            )
        },
        line="12.0",
    ),
    LintCase(
        "engine-does-not-take",
        {"Dockerfile": _CT2.format(list='-DCUDA_ARCH_LIST="120"')},
        {"Dockerfile": _CT2.format(list='-DCUDA_ARCH_LIST="8.6+PTX"')},
        line="120",
    ),
    LintCase(
        "engine-does-not-take",
        {"Dockerfile": _FLASH.format(list="80;86;120")},
        {"Dockerfile": _FLASH.format(list="80;120")},
        line="80;86;120",
    ),
    LintCase(
        "engine-does-not-take",
        {"Dockerfile": _FLASH.format(list="75")},
        {"Dockerfile": _FLASH.format(list="80")},
        line='"75"',
    ),
    LintCase(
        "engine-does-not-take",
        _candle(**{"build.sh": "CUDA_COMPUTE_CAP=120f cargo build --release\n"}),
        _candle(**{"build.sh": "CUDA_COMPUTE_CAP=sm_120a cargo build --release\n"}),
        line="120f",
    ),
    LintCase(
        "cmake-too-old-for-list",
        _whisper('"-DCMAKE_CUDA_ARCHITECTURES=86;100f"').copy()
        | {"Dockerfile": _whisper('"-DCMAKE_CUDA_ARCHITECTURES=86;100f"')["Dockerfile"].replace("12.8.1", "12.9.1")},
        {
            "Dockerfile": _whisper('"-DCMAKE_CUDA_ARCHITECTURES=86;100f"')["Dockerfile"]
            .replace("12.8.1", "12.9.1")
            .replace("install -y cmake g++ git", "install -y python3-pip g++ git && pip install cmake")
        },
        line="100f",
    ),
    LintCase(
        "cmake-too-old-for-list",
        {"Dockerfile": _whisper()["Dockerfile"].replace("12.8.1-devel-ubuntu24.04", "12.8.1-devel-ubuntu20.04")},
        {"Dockerfile": _whisper()["Dockerfile"].replace("12.8.1-devel-ubuntu24.04", "12.8.1-devel-ubuntu22.04")},
        line="86-real",
    ),
    LintCase(
        "flags-disable-list",
        _extension('"12.0"')
        | {
            "setup.py": _SETUP.replace(
                '.cu"]',
                '.cu"],\n        extra_compile_args={"nvcc": ["-O3", "-gencode", "arch=compute_80,code=sm_80"]}',
            )
        },
        _extension('"12.0"')
        | {
            "setup.py": _SETUP.replace(
                '.cu"]', '.cu"],\n        extra_compile_args={"nvcc": ["-O3", "--use_fast_math"]}  # no "-gencode" here'
            )
        },
        line="TORCH_CUDA_ARCH_LIST",
    ),
)

_MAKEFILE = """\
NVCC ?= nvcc
NVCCFLAGS = -O3 {flags}

kernels.o: kernels.cu
\t$(NVCC) $(NVCCFLAGS) -c $< -o $@
"""


def _make(flags: str) -> dict[str, str]:
    return {"Makefile": _MAKEFILE.format(flags=flags)}


_FLAGS = (
    LintCase(
        "gencode-wrong",
        _make("-gencode arch=sm_80,code=sm_80 -gencode arch=compute_86,code=sm_86"),
        _make("-gencode arch=compute_80,code=sm_80 -gencode arch=compute_86,code=sm_86"),
        line="arch=sm_80",
    ),
    LintCase(
        "gencode-wrong",
        _make("-gencode=arch=compute_80,code=sm_80,compute_80"),
        _make("-gencode=arch=compute_80,code=[sm_80,compute_80]"),
        line="sm_80,compute_80",
    ),
    LintCase(
        "gencode-wrong",
        _make("-gencode arch=compute_90,code=sm_80"),
        _make("-gencode arch=compute_80,code=sm_90"),
        line="compute_90,code=sm_80",
    ),
    LintCase(
        "gencode-wrong",
        _make("-gencode arch=compute_90a,code=sm_90"),
        _make("-gencode arch=compute_90a,code=sm_90a"),
        line="compute_90a",
    ),
    LintCase(
        "gencode-wrong",
        _make("-gencode arch=compute_80,code=compute_86"),
        _make("-gencode arch=compute_86,code=compute_86"),
        line="compute_80",
    ),
    LintCase(
        "gencode-wrong",
        _make("-gencode arch=compute_80,code=80"),
        _make("# -gencode arch=sm_80,code=sm_80"),
        line="code=80",
    ),
    LintCase(
        "gencode-wrong",
        {
            "setup.py": _SETUP.replace(
                '.cu"]',
                '.cu"],\n        extra_compile_args={"nvcc": [\n            '
                '"-gencode",\n            "arch=sm_80,code=sm_80"]}',
            )
        },
        {
            "setup.py": _SETUP.replace(
                '.cu"]',
                '.cu"],\n        extra_compile_args={"nvcc": [\n            '
                '"-gencode",\n            "arch=compute_80,code=sm_80"]}',
            )
        },
        line="arch=sm_80",
    ),
    LintCase(
        "gencode-wrong",
        {"build.sh": "nvcc -arch=sm_80 -code=sm_80 -c kernels.cu -o kernels.o\n"},
        {"build.sh": "nvcc -arch=compute_80 -code=sm_80,compute_80 -c kernels.cu -o kernels.o\n"},
        line="-code=sm_80",
    ),
    LintCase(
        "gencode-wrong",
        {"build.sh": "nvcc -arch=80 -c kernels.cu -o kernels.o\n"},
        {"build.sh": "nvcc -arch=sm_80 -c kernels.cu -o kernels.o\n"},
        line="-arch=80",
    ),
    LintCase(
        "gencode-wrong",
        {"build.sh": "nvcc -arch sm_80 -arch sm_90 -c kernels.cu -o kernels.o\n"},
        {"build.sh": "nvcc -arch sm_80 -gencode arch=compute_90,code=sm_90 -c kernels.cu -o kernels.o\n"},
        line="sm_90",
    ),
    LintCase(
        "gencode-wrong",
        _whisper(setting='ENV NVCC_APPEND_FLAGS="-arch=89"\n'),
        _whisper(),
        line="-arch=89",
    ),
)

LINT_CASES: tuple[LintCase, ...] = (*_GRAMMAR, *_TARGETS, *_PTX, *_SETTINGS, *_WAYS, *_FLAGS)
