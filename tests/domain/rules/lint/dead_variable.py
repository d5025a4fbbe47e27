"""`dead-variable`: a variable for architectures that nothing reads."""

from __future__ import annotations

from tests.helpers.lint_case import LintCase, NearMiss

_CRATE = {
    "Cargo.toml": """\
[package]
name = "app"
[dependencies]
whisper-rs = { version = "0.14.3", features = ["cuda"] }
""",
    # a submodule, or a crate in the workspace: the option is read by these very sources
    "whisper.cpp/ggml/CMakeLists.txt": """\
option(GGML_CUDA "ggml: use CUDA" OFF)
if(GGML_CUDA)
  add_subdirectory(src/ggml-cuda)
endif()
""",
}

_OLD = {
    "Cargo.toml": '[package]\nname = "a"\n[dependencies]\nwhisper-rs = { version = "0.12.0", features = ["cuda"] }\n'
}
_INVENTED = "FROM nvidia/cuda:12.8.1-devel-ubuntu24.04\n{0}COPY . /src\nWORKDIR /src\nRUN cargo build --release\n"
_PRESETS = """\
{"version": 3, "configurePresets": [{
  "name": "a",
  %s: {"GGML_CUDA_COMPUTE_CAPABILITY": "no known program reads it"},
  "cacheVariables": {"CMAKE_CUDA_ARCHITECTURES": "86;120"}
}]}
"""

# A library that CMake builds and an extension of PyTorch that pip builds, both of the top folder.
_TWO_BUILDS = {
    "CMakeLists.txt": """\
cmake_minimum_required(VERSION 3.24)
project(kernels LANGUAGES CXX CUDA)
add_library(kernels SHARED kernels.cu)
""",
    "setup.py": """\
from setuptools import setup
from torch.utils.cpp_extension import BuildExtension, CUDAExtension
setup(name="x", ext_modules=[CUDAExtension("x", ["x.cu"])], cmdclass={"build_ext": BuildExtension})
""",
    "Dockerfile": """\
FROM nvidia/cuda:12.8.1-devel-ubuntu22.04
RUN apt-get update && apt-get install -y cmake g++
COPY . /src
WORKDIR /src
RUN cmake -B build -DCMAKE_CUDA_ARCHITECTURES="86;89;120" && cmake --build build -j
""",
}
_BY_PIP = """\
FROM nvidia/cuda:12.8.1-devel-ubuntu22.04
ENV TORCH_CUDA_ARCH_LIST="8.6+PTX"
{}COPY . /src
WORKDIR /src
RUN pip install torch==2.7.1 --index-url https://download.pytorch.org/whl/cu128 && pip install --no-build-isolation .
"""

CASES = (
    LintCase(  # a name that nobody has, of a kind of which the build script hands all to CMake
        bad={**_OLD, "Dockerfile": _INVENTED.format("ENV WHISPER_CUDA_ARCHITECTURES=120\n")},
        good={**_OLD, "Dockerfile": _INVENTED.format("ENV WHISPER_CUDA_F16=ON\n")},
        line="ENV WHISPER_CUDA_ARCHITECTURES",
    ),
    LintCase(
        bad={
            **_CRATE,
            "Dockerfile": """\
FROM nvidia/cuda:12.8.1-devel-ubuntu24.04 AS build
ENV GGML_CUDA=ON
COPY . /src
WORKDIR /src
RUN CMAKE_CUDA_ARCHITECTURES=120 cargo build --release
""",
        },
        good={
            **_CRATE,
            "Dockerfile": """\
FROM nvidia/cuda:12.8.1-devel-ubuntu24.04 AS build
COPY . /src
WORKDIR /src
RUN CMAKE_CUDA_ARCHITECTURES=120 cargo build --release
""",
        },
        line="ENV GGML_CUDA=ON",
    ),
    LintCase(
        bad={
            "Dockerfile": """\
FROM nvidia/cuda:12.8.1-devel-ubuntu24.04 AS build
RUN apt-get update && apt-get install -y cmake g++ git
RUN git clone --depth 1 --branch v1.5.4 https://github.com/ggml-org/whisper.cpp /src
WORKDIR /src
RUN cmake -B build -DWHISPER_CUBLAS=ON "-DCMAKE_CUDA_ARCHITECTURES=86;120"
""",
        },
        good={
            "Dockerfile": """\
FROM nvidia/cuda:12.8.1-devel-ubuntu24.04 AS build
RUN apt-get update && apt-get install -y cmake g++ git
RUN git clone --depth 1 --branch v1.5.4 https://github.com/ggml-org/whisper.cpp /src
WORKDIR /src
RUN cmake -B build -DWHISPER_CUBLAS=ON "-DGGML_CUDA_ARCHITECTURES=86;90"
""",
        },
        line="-DCMAKE_CUDA_ARCHITECTURES",
    ),
    LintCase(
        bad={
            "Dockerfile": """\
FROM nvidia/cuda:12.8.1-devel-ubuntu24.04 AS build
RUN apt-get update && apt-get install -y cmake g++ git
RUN git clone --depth 1 --branch 0.45.0 https://github.com/bitsandbytes-foundation/bitsandbytes /src
WORKDIR /src
RUN cmake -S . -DCOMPUTE_BACKEND=cuda "-DCMAKE_CUDA_ARCHITECTURES=86;120" && make
""",
        },
        good={
            "Dockerfile": """\
FROM nvidia/cuda:12.8.1-devel-ubuntu24.04 AS build
RUN apt-get update && apt-get install -y cmake g++ git
RUN git clone --depth 1 --branch 0.45.0 https://github.com/bitsandbytes-foundation/bitsandbytes /src
WORKDIR /src
RUN cmake -S . -DCOMPUTE_BACKEND=cuda "-DCOMPUTE_CAPABILITY=86;120" && make
""",
        },
    ),
    LintCase(
        bad={
            "setup.py": """\
from setuptools import setup
from torch.utils.cpp_extension import BuildExtension, CUDAExtension

setup(
    name="scale",
    ext_modules=[CUDAExtension("scale", ["scale.cpp", "scale_kernel.cu"])],
    cmdclass={"build_ext": BuildExtension},
)
""",
            "build.sh": """\
export CMAKE_CUDA_ARCHITECTURES='86;120'
pip install -v .
""",
        },
        good={
            "setup.py": """\
from setuptools import setup
from torch.utils.cpp_extension import BuildExtension, CUDAExtension

setup(
    name="scale",
    ext_modules=[CUDAExtension("scale", ["scale.cpp", "scale_kernel.cu"])],
    cmdclass={"build_ext": BuildExtension},
)
""",
            "build.sh": """\
export TORCH_CUDA_ARCH_LIST='8.6;12.0'
pip install -v .
""",
        },
    ),
    LintCase(
        bad={
            "Cargo.toml": """\
[package]
name = "subtitles"
version = "0.1.0"
edition = "2021"

[dependencies]
anyhow = "1"
whisper-rs = { version = "0.12.1", features = ["cuda"] }
""",
            "Dockerfile": """\
FROM nvidia/cuda:12.8.1-devel-ubuntu24.04
ENV CMAKE_CUDA_ARCHITECTURES="86-real;120-real"
COPY . /app
WORKDIR /app
RUN cargo build --release
""",
        },
        good={
            "Cargo.toml": """\
[package]
name = "subtitles"
version = "0.1.0"
edition = "2021"

[dependencies]
anyhow = "1"
whisper-rs = { version = "0.13.2", features = ["cuda"] }
""",
            "Dockerfile": """\
FROM nvidia/cuda:12.8.1-devel-ubuntu24.04
ENV CMAKE_CUDA_ARCHITECTURES="86-real;120-real"
COPY . /app
WORKDIR /app
RUN cargo build --release
""",
        },
        line="CMAKE_CUDA_ARCHITECTURES",
    ),
    LintCase(
        bad={
            "Cargo.toml": """\
[package]
name = "subtitles"
version = "0.1.0"
edition = "2021"

[dependencies]
anyhow = "1"
whisper-rs = { version = "0.12.1", features = ["cuda"] }
""",
            "Dockerfile": """\
FROM nvidia/cuda:12.8.1-devel-ubuntu24.04
COPY . /app
WORKDIR /app
RUN cargo build --release
""",
            ".cargo/config.toml": """\
[env]
CMAKE_CUDA_ARCHITECTURES = "86;120"
""",
        },
        good={
            "Cargo.toml": """\
[package]
name = "subtitles"
version = "0.1.0"
edition = "2021"

[dependencies]
anyhow = "1"
whisper-rs = { version = "0.13.2", features = ["cuda"] }
""",
            "Dockerfile": """\
FROM nvidia/cuda:12.8.1-devel-ubuntu24.04
COPY . /app
WORKDIR /app
RUN cargo build --release
""",
            ".cargo/config.toml": """\
[env]
CMAKE_CUDA_ARCHITECTURES = "86;120"
""",
        },
        line="CMAKE_CUDA_ARCHITECTURES",
        also=frozenset({"native-in-image-build"}),
    ),
    LintCase(
        bad={
            "CMakeLists.txt": """\
cmake_minimum_required(VERSION 3.24)
set(CMAKE_CUDA_ARCHITECTURES 86 120)
project(ops LANGUAGES CXX CUDA)
find_package(Torch REQUIRED)
add_library(ops SHARED ops.cu)
target_link_libraries(ops PRIVATE ${TORCH_LIBRARIES})
""",
        },
        good={
            "CMakeLists.txt": """\
cmake_minimum_required(VERSION 3.24)
project(ops LANGUAGES CXX CUDA)
find_package(Torch REQUIRED)
set(CMAKE_CUDA_ARCHITECTURES 86 120)
add_library(ops SHARED ops.cu)
target_link_libraries(ops PRIVATE ${TORCH_LIBRARIES})
""",
        },
        line="set(CMAKE_CUDA_ARCHITECTURES 86 120)",
    ),
    LintCase(
        bad={
            "Cargo.toml": """\
[package]
name = "subtitles"
version = "0.1.0"
edition = "2021"

[dependencies]
anyhow = "1"
whisper-rs = { version = "0.14.3", features = ["cuda"] }
""",
            "Dockerfile": """\
FROM nvidia/cuda:12.8.1-devel-ubuntu24.04
ENV CMAKE_CUDA_ARCHITECTURES="86-real;120-real"
ENV GGML_NATIVE=OFF
COPY . /app
WORKDIR /app
RUN cargo build --release
""",
        },
        good={
            "Cargo.toml": """\
[package]
name = "subtitles"
version = "0.1.0"
edition = "2021"

[dependencies]
anyhow = "1"
whisper-rs = { version = "0.16.0", features = ["cuda"] }
""",
            "Dockerfile": """\
FROM nvidia/cuda:12.8.1-devel-ubuntu24.04
ENV CMAKE_CUDA_ARCHITECTURES="86-real;120-real"
ENV GGML_NATIVE=OFF
COPY . /app
WORKDIR /app
RUN cargo build --release
""",
        },
        line="GGML_NATIVE",
    ),
    LintCase(
        bad={
            "Dockerfile": """\
FROM nvidia/cuda:12.8.1-devel-ubuntu24.04 AS build
ENV TORCH_CUDA_ARCH_LIST="12.0"
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
        line="TORCH_CUDA",
    ),
    LintCase(
        bad={
            "Dockerfile": """\
FROM nvidia/cuda:12.8.1-devel-ubuntu24.04 AS build
ENV TORCH_CUDA_ARCH_LIST="12.0" CC=gcc
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
ENV CC=gcc
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
            ".env": "GGML_CUDA_COMPUTE_CAPABILITY=12.0\n",
        },
        good={
            ".env": "GGML_CUDA_COMPUTE_CAPABILITY=12.0\n",
            "run.sh": 'echo "$GGML_CUDA_COMPUTE_CAPABILITY"\n',
        },
    ),
    LintCase(
        bad={
            "Dockerfile": """\
FROM nvidia/cuda:12.8.1-devel-ubuntu24.04 AS build
ARG CUDA_DOCKER_ARCH=all
ENV CUDA_DOCKER_ARCH=${CUDA_DOCKER_ARCH}
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
        line="ARG CUDA_DOCKER_ARCH",
    ),
    # what one engine of a repository does not read, another one's command line does
    LintCase(
        bad={
            "rust/Cargo.toml": """\
[package]
name = "asr"
version = "0.1.0"
edition = "2021"

[dependencies]
whisper-rs = { version = "0.14.3", features = ["cuda"] }
""",
            "Dockerfile": """\
FROM nvidia/cuda:12.8.1-devel-ubuntu24.04
RUN apt-get update && apt-get install -y cmake g++ git
RUN git clone https://github.com/ggml-org/whisper.cpp /w
ENV TORCH_CUDA_ARCH_LIST="8.6;12.0"
RUN cmake -S /w -B /b -DGGML_CUDA=ON -DGGML_NATIVE=OFF "-DCMAKE_CUDA_ARCHITECTURES=86-real;120-real"
""",
        },
        good={
            "rust/Cargo.toml": """\
[package]
name = "asr"
version = "0.1.0"
edition = "2021"

[dependencies]
whisper-rs = { version = "0.14.3", features = ["cuda"] }
""",
            "Dockerfile": """\
FROM nvidia/cuda:12.8.1-devel-ubuntu24.04
RUN apt-get update && apt-get install -y cmake g++ git
RUN git clone https://github.com/ggml-org/whisper.cpp /w
RUN cmake -S /w -B /b -DGGML_CUDA=ON -DGGML_NATIVE=OFF "-DCMAKE_CUDA_ARCHITECTURES=86-real;120-real"
""",
        },
        line="TORCH_CUDA_ARCH_LIST",
    ),
    LintCase(
        bad={
            "CMakeLists.txt": """\
cmake_minimum_required(VERSION 3.24)
project(ops LANGUAGES CXX CUDA)
find_package(Torch REQUIRED)
add_library(ops ops.cu)
target_link_libraries(ops PRIVATE ${TORCH_LIBRARIES})
""",
            "Dockerfile": """\
FROM nvidia/cuda:12.8.1-devel-ubuntu24.04
RUN apt-get update && apt-get install -y cmake g++
COPY . /src
WORKDIR /src
RUN cmake -B build "-DCMAKE_CUDA_ARCHITECTURES=86"
""",
        },
        good={
            "CMakeLists.txt": """\
cmake_minimum_required(VERSION 3.24)
project(ops LANGUAGES CXX CUDA)
find_package(Torch REQUIRED)
add_library(ops ops.cu)
target_link_libraries(ops PRIVATE ${TORCH_LIBRARIES})
""",
            "Dockerfile": """\
FROM nvidia/cuda:12.8.1-devel-ubuntu24.04
RUN apt-get update && apt-get install -y cmake g++
COPY . /src
WORKDIR /src
RUN TORCH_CUDA_ARCH_LIST=8.6 cmake -B build
""",
        },
        line="-DCMAKE_CUDA",
    ),
    LintCase(  # a wheel of the framework is installed as it is, and reads nothing
        bad={
            "Dockerfile": """\
FROM nvidia/cuda:12.8.1-devel-ubuntu22.04
RUN apt-get update && apt-get install -y python3-pip git
ENV TORCH_CUDA_ARCH_LIST="8.6;12.0"
RUN pip install torch==2.7.1 torchvision --index-url https://download.pytorch.org/whl/cu128
RUN pip install git+https://github.com/NVlabs/tiny-cuda-nn/#subdirectory=bindings/torch
"""
        },
        good={  # what a list of packages builds is not known
            "Dockerfile": """\
FROM nvidia/cuda:12.8.1-devel-ubuntu22.04
RUN apt-get update && apt-get install -y python3-pip git
ENV TORCH_CUDA_ARCH_LIST="8.6;12.0"
RUN pip install torch==2.7.1 -r requirements.txt --index-url https://download.pytorch.org/whl/cu128
RUN pip install git+https://github.com/NVlabs/tiny-cuda-nn/#subdirectory=bindings/torch
"""
        },
        line="TORCH_CUDA_ARCH_LIST",
    ),
    LintCase(  # what CMake does not interpret in a preset is no setting
        bad={"CMakePresets.json": _PRESETS % '"environment"'},
        good={"CMakePresets.json": _PRESETS % '"vendor"'},
        line="GGML_CUDA_COMPUTE_CAPABILITY",
    ),
    LintCase(  # of one folder that pip and CMake build, what CMake reads is no longer read where PyTorch is looked for
        bad={**_TWO_BUILDS, "CMakeLists.txt": _TWO_BUILDS["CMakeLists.txt"] + "find_package(Torch REQUIRED)\n"},
        good=_TWO_BUILDS,
        line="-DCMAKE_CUDA_ARCHITECTURES",
    ),
    LintCase(  # what CMake reads as an option only, for pip
        bad={**_TWO_BUILDS, "Dockerfile": _BY_PIP.format("ENV CMAKE_CUDA_ARCHITECTURES=86\n")},
        good={**_TWO_BUILDS, "Dockerfile": _BY_PIP.format("")},
        line="ENV CMAKE",
    ),
)

NEAR_MISSES = (
    NearMiss(
        "setup.py hands it to the CMake files beside it",
        {
            "setup.py": "import torch.utils.cpp_extension as t\nargs = ['-DCMAKE_CUDA_ARCHITECTURES=OFF']\n"
            "setup(ext_modules=[t.CUDAExtension('x', ['x.cu'])])\n",
            "CMakeLists.txt": "project(x)\nif(WITH_CUDA)\n  enable_language(CUDA)\nendif()\n",
        },
    ),
    NearMiss("setup.py and CMakeLists.txt in one folder", _TWO_BUILDS),
    NearMiss(
        "setup.py and CMakeLists.txt in one folder, by a script",
        {**_TWO_BUILDS, "build.sh": "cmake -B build -DCMAKE_CUDA_ARCHITECTURES='86;120'\n"},
    ),
)
