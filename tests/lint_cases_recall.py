"""Mistakes in the shapes in which users have them: other kinds of files and other spellings than a rule's first case."""

from __future__ import annotations

from tests.lint_case import LintCase

_DEVEL = "FROM nvidia/cuda:12.8.1-devel-ubuntu24.04"
_LIST = '"-DCMAKE_CUDA_ARCHITECTURES=86-real;120-real"'
_PLAIN = """\
cmake_minimum_required(VERSION 3.24)
{before}project(kernels LANGUAGES CXX CUDA)
add_library(kernels kernels.cu)
"""
_IMAGE = f"""\
{_DEVEL}
RUN apt-get update && apt-get install -y cmake g++
COPY . /src
WORKDIR /src
"""
_RUST_IMAGE = f"""\
{_DEVEL}
RUN apt-get update && apt-get install -y cmake clang curl
RUN curl -sSf https://sh.rustup.rs | sh -s -- -y
ENV PATH=/root/.cargo/bin:$PATH
WORKDIR /src
COPY . .
"""


def _crate(dependency: str = 'whisper-rs = { version = "0.14.3", features = ["cuda"] }') -> str:
    return f'[package]\nname = "asr"\nversion = "0.1.0"\nedition = "2021"\n\n[dependencies]\n{dependency}\n'


def _plain(before: str = "") -> str:
    return _PLAIN.format(before=before)


def _job(*lines: str, container: str = "nvidia/cuda:12.8.1-devel-ubuntu24.04") -> str:
    steps = "\n".join(f"      {line}" for line in lines)
    return f"""\
on: push
jobs:
  build:
    runs-on: ubuntu-24.04
    container: {container}
    steps:
{steps}
"""


_NATIVE = (
    LintCase(
        "native-in-image-build",
        {"Dockerfile": f"{_DEVEL}\nCOPY kernels.cu .\nRUN nvcc -arch=native -O3 kernels.cu -o kernels\n"},
        {"Dockerfile": f"{_DEVEL}\nCOPY kernels.cu .\nRUN nvcc -arch=sm_86 -O3 kernels.cu -o kernels\n"},
        line="-arch=native",
    ),
    LintCase(
        "native-in-image-build",
        {
            "Dockerfile": f"{_DEVEL}\nCOPY . /src\nWORKDIR /src\nRUN make -j\n",
            "Makefile": "NVCCFLAGS = -O3 -arch=native\n\nkernels: kernels.cu\n\tnvcc $(NVCCFLAGS) -o $@ $<\n",
        },
        {
            "Dockerfile": f"{_DEVEL}\nCOPY . /src\nWORKDIR /src\nRUN make -j\n",
            "Makefile": "ifeq ($(GPU),here)\nARCH = -arch=native\nelse\nARCH = -arch=sm_86\nendif\n"
            "kernels: kernels.cu\n\tnvcc $(ARCH) -o $@ $<\n",
        },
        line="-arch=native",
    ),
    LintCase(
        "native-in-image-build",
        {
            "CMakeLists.txt": _plain("set(CMAKE_CUDA_ARCHITECTURES native)\n"),
            "Dockerfile": _IMAGE + "RUN cmake -B build && cmake --build build\n",
        },
        {
            "CMakeLists.txt": _plain(
                "if(NOT DEFINED CMAKE_CUDA_ARCHITECTURES)\n  set(CMAKE_CUDA_ARCHITECTURES native)\nendif()\n"
            ),
            "Dockerfile": _IMAGE + f"RUN cmake -B build {_LIST} && cmake --build build\n",
        },
        line="native",
    ),
    LintCase(
        "native-in-image-build",
        {
            "CMakeLists.txt": _plain(),
            "CMakePresets.json": '{"version": 6, "configurePresets": [{"name": "release", "binaryDir": "build",\n'
            ' "cacheVariables": {"CMAKE_CUDA_ARCHITECTURES": "native"}}]}\n',
            "Dockerfile": _IMAGE + "RUN cmake --preset release && cmake --build build\n",
        },
        {
            "CMakeLists.txt": _plain(),
            "CMakePresets.json": '{"version": 6, "configurePresets": [{"name": "release", "binaryDir": "build",\n'
            ' "cacheVariables": {"CMAKE_CUDA_ARCHITECTURES": "86-real;120-real"}}]}\n',
            "Dockerfile": _IMAGE + "RUN cmake --preset release && cmake --build build\n",
        },
        line="native",
    ),
    LintCase(
        "native-in-ci",
        {
            ".github/workflows/build.yml": _job(
                "- run: |",
                "    git clone https://github.com/ggml-org/whisper.cpp",
                "    cd whisper.cpp",
                "    cmake -B build -DGGML_CUDA=1",
            )
        },
        {
            ".github/workflows/build.yml": _job(
                "- run: |",
                "    git clone https://github.com/ggml-org/whisper.cpp",
                "    cd whisper.cpp",
                f"    cmake -B build -DGGML_CUDA=1 {_LIST}",
            )
        },
        line="cmake -B",
    ),
)

_TARGETS = (
    LintCase(
        "target-missing",
        {"CMakeLists.txt": _plain("set(CMAKE_CUDA_ARCHITECTURES 75-real 86-real)\n")},
        {"CMakeLists.txt": _plain("set(CMAKE_CUDA_ARCHITECTURES 75-real 86-real 120-real)\n")},
        line="75-real",
        gpu=("RTX 5070 Ti",),
    ),
    LintCase(
        "target-missing",
        {"CMakeLists.txt": _plain("set(CMAKE_CUDA_ARCHITECTURES 75-real)\n")},
        {
            "CMakeLists.txt": _plain(
                "set(CMAKE_CUDA_ARCHITECTURES 75-real)\n"
                "if(CMAKE_CUDA_COMPILER_VERSION VERSION_GREATER_EQUAL 12.8)\n"
                "  list(APPEND CMAKE_CUDA_ARCHITECTURES 120-real)\nendif()\n"
            )
        },
        line="75-real",
        gpu=("RTX 5070 Ti",),
    ),
    LintCase(
        "target-missing",
        {"Makefile": "kernels: kernels.cu\n\tnvcc -gencode arch=compute_86,code=sm_86 -o $@ $<\n"},
        {
            "Makefile": "kernels: kernels.cu\n\tnvcc -gencode arch=compute_86,code=sm_86 "
            "-gencode arch=compute_120,code=sm_120 -o $@ $<\n"
        },
        line="compute_86",
        gpu=("RTX 5070 Ti",),
    ),
    LintCase(
        "target-missing",
        {
            "Cargo.toml": _crate(),
            ".cargo/config.toml": '[env]\nCMAKE_CUDA_ARCHITECTURES = "80-real;86-real"\n',
        },
        {
            "Cargo.toml": _crate(),
            ".cargo/config.toml": '[env]\nCMAKE_CUDA_ARCHITECTURES = "80-real;86-real;120-real"\n',
        },
        line="80-real",
        gpu=("RTX 5070 Ti",),
    ),
    LintCase(
        "image-cannot-build-target",
        {
            "CMakeLists.txt": _plain("set(CMAKE_CUDA_ARCHITECTURES 86 120)\n"),
            "Dockerfile": _IMAGE.replace("12.8.1", "12.4.1").replace("24.04", "22.04") + "RUN cmake -B build\n",
        },
        {
            "CMakeLists.txt": _plain("set(CMAKE_CUDA_ARCHITECTURES 86 120)\n"),
            "Dockerfile": _IMAGE + "RUN cmake -B build\n",
        },
        line="86 120",
    ),
    LintCase(
        "image-cannot-build-target",
        {
            "Dockerfile": "FROM nvidia/cuda:13.0.1-devel-ubuntu24.04\nCOPY . /src\nRUN make -C /src\n",
            "Makefile": "GENCODE = -gencode arch=compute_61,code=sm_61 -gencode arch=compute_86,code=sm_86\n"
            "kernels: kernels.cu\n\tnvcc $(GENCODE) -o $@ $<\n",
        },
        {
            "Dockerfile": "FROM nvidia/cuda:13.0.1-devel-ubuntu24.04\nCOPY . /src\nRUN make -C /src\n",
            "Makefile": "GENCODE = -gencode arch=compute_75,code=sm_75 -gencode arch=compute_86,code=sm_86\n"
            "kernels: kernels.cu\n\tnvcc $(GENCODE) -o $@ $<\n",
        },
        line="compute_61",
    ),
)

_CARGO = (
    LintCase(
        "fpic-lost",
        {"Cargo.toml": _crate(), ".cargo/config.toml": '[env]\nCMAKE_CUDA_FLAGS = "-ccbin=/usr/bin/g++-13"\n'},
        {
            "Cargo.toml": _crate(),
            ".cargo/config.toml": '[env]\nCMAKE_CUDA_FLAGS = "-ccbin=/usr/bin/g++-13 -Xcompiler=-fPIC"\n',
        },
        line="CMAKE_CUDA_FLAGS",
    ),
    LintCase(
        "feature-gone",
        {
            "Cargo.toml": '[package]\nname = "asr"\nversion = "0.1.0"\n\n[dependencies.whisper-rs]\nversion = "0.14"\n'
            'features = [\n  "raw-api",\n  "opencl",\n]\n'
        },
        {
            "Cargo.toml": '[package]\nname = "asr"\nversion = "0.1.0"\n\n[dependencies.whisper-rs]\nversion = "0.14"\n'
            'features = [\n  "raw-api",\n  "cuda",\n]\n'
        },
        line="opencl",
    ),
    LintCase(
        "cpu-half-native",
        {
            "Cargo.toml": _crate('whisper-rs = { version = "0.16.0", features = ["cuda"] }'),
            "Dockerfile": _RUST_IMAGE + 'ENV CMAKE_CUDA_ARCHITECTURES="86-real;120-real"\nRUN cargo build --release\n',
        },
        {
            "Cargo.toml": _crate('whisper-rs = { version = "0.16.0", features = ["cuda"] }'),
            "Dockerfile": _RUST_IMAGE
            + 'ENV CMAKE_CUDA_ARCHITECTURES="86-real;120-real" GGML_NATIVE=OFF\nRUN cargo build --release\n',
        },
        line="cargo build",
    ),
    LintCase(
        "stale-cache-mount",
        {
            "Cargo.toml": _crate(),
            "Dockerfile": _RUST_IMAGE + 'ENV CMAKE_CUDA_ARCHITECTURES="86-real;120-real" CARGO_TARGET_DIR=/cache/out\n'
            "RUN --mount=type=cache,target=/cache/out cargo build --release && cp /cache/out/release/asr /asr\n",
        },
        {
            "Cargo.toml": _crate(),
            "Dockerfile": _RUST_IMAGE + 'ENV CMAKE_CUDA_ARCHITECTURES="86-real;120-real" CARGO_TARGET_DIR=/cache/out\n'
            "RUN --mount=type=cache,target=/root/.cargo/registry cargo build --release\n",
        },
        line="cargo build",
    ),
)

_CONTAINERS = (
    LintCase(
        "visible-devices-in-image",
        {"run.sh": "docker run --rm --gpus all -e CUDA_VISIBLE_DEVICES=all me/asr:cuda\n"},
        {"run.sh": "docker run --rm --gpus all -e CUDA_VISIBLE_DEVICES=0 me/asr:cuda\n"},
        line="docker run",
    ),
    LintCase(
        "visible-devices-in-image",
        {"run.sh": "podman run --device nvidia.com/gpu=all --env=CUDA_VISIBLE_DEVICES=all me/asr:cuda\n"},
        {"run.sh": "podman run --device nvidia.com/gpu=all --env=NVIDIA_VISIBLE_DEVICES=all me/asr:cuda\n"},
        line="podman run",
    ),
    LintCase(
        "compat-shadows-driver",
        {
            "compose.yaml": "services:\n  asr:\n    image: me/asr:cuda\n    gpus: all\n    environment:\n"
            "      - LD_LIBRARY_PATH=/usr/local/cuda/compat:/usr/local/cuda/lib64\n"
        },
        {
            "compose.yaml": "services:\n  asr:\n    image: me/asr:cuda\n    gpus: all\n    environment:\n"
            "      - LD_LIBRARY_PATH=/usr/local/cuda/lib64\n"
        },
        line="compat",
    ),
    LintCase(
        "stub-at-runtime",
        {
            "compose.yaml": "services:\n  asr:\n    image: me/asr:cuda\n    gpus: all\n    environment:\n"
            "      LD_LIBRARY_PATH: /usr/local/cuda/lib64/stubs\n"
        },
        {"compose.yaml": "services:\n  asr:\n    image: me/asr:cuda\n    gpus: all\n"},
        line="stubs",
    ),
)

LINT_CASES: tuple[LintCase, ...] = (*_NATIVE, *_TARGETS, *_CARGO, *_CONTAINERS)
