"""`wrong-grammar`: a list that its reader does not understand."""

from __future__ import annotations

from tests.helpers.lint_case import LintCase, NearMiss

_ALONE = """\
FROM nvidia/cuda:12.8.1-devel-ubuntu24.04
RUN cmake -S /src -B /b -DCMAKE_CUDA_ARCHITECTURES={0} && cmake --build /b
"""
_FETCHED = """\
FROM nvidia/cuda:12.8.1-devel-ubuntu24.04
RUN git clone https://example.com/renderer.git /src
RUN cmake -S /src -B /b -DCMAKE_CUDA_ARCHITECTURES={0} && cmake --build /b
"""

_CMAKE = """\
cmake_minimum_required(VERSION 3.24)
set(CMAKE_CUDA_ARCHITECTURES {})
project(kernels LANGUAGES CXX CUDA)
add_library(kernels kernels.cu)
"""

CASES = (
    # no file shows what is built: CMake reads its list the same way in every project
    *(
        LintCase(
            bad={"Dockerfile": text.format(wrong)},
            good={"Dockerfile": text.format('"86;120"')},
            line=wrong,
        )
        for text, wrong in (
            (_ALONE, '"sm_86;sm_120"'),
            (_ALONE, "86,120"),
            (_ALONE, '"8.6;12.0"'),
            (_FETCHED, '"sm_89;sm_120"'),
            (_FETCHED, "89,120"),
        )
    ),
    LintCase(
        bad={
            "Dockerfile": """\
FROM nvidia/cuda:12.8.1-devel-ubuntu24.04 AS build
RUN apt-get update && apt-get install -y cmake g++ git
RUN git clone --branch v1.9.3 https://github.com/ggml-org/whisper.cpp /src
WORKDIR /src
RUN cmake -B build -DGGML_CUDA=ON -DGGML_NATIVE=OFF -DCMAKE_CUDA_ARCHITECTURES="8.6;12.0" \\
    && cmake --build build -j
""",
        },
        good={
            "Dockerfile": """\
FROM nvidia/cuda:12.8.1-devel-ubuntu24.04 AS build
RUN apt-get update && apt-get install -y cmake g++ git
RUN git clone --branch v1.9.3 https://github.com/ggml-org/whisper.cpp /src
WORKDIR /src
RUN cmake -B build -DGGML_CUDA=ON -DGGML_NATIVE=OFF -DCMAKE_CUDA_ARCHITECTURES="86;120" \\
    && cmake --build build -j
""",
        },
        line="8.6;12.0",
    ),
    LintCase(
        bad={
            "Dockerfile": """\
FROM nvidia/cuda:12.8.1-devel-ubuntu24.04 AS build
RUN apt-get update && apt-get install -y cmake g++ git
RUN git clone --branch v1.9.3 https://github.com/ggml-org/whisper.cpp /src
WORKDIR /src
RUN cmake -B build -DGGML_CUDA=ON -DGGML_NATIVE=OFF -DCMAKE_CUDA_ARCHITECTURES=86,120 \\
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
        line="86,120",
    ),
    LintCase(
        bad={
            "Dockerfile": """\
FROM nvidia/cuda:12.8.1-devel-ubuntu24.04 AS build
RUN apt-get update && apt-get install -y cmake g++ git
RUN git clone --branch v1.9.3 https://github.com/ggml-org/whisper.cpp /src
WORKDIR /src
RUN cmake -B build -DGGML_CUDA=ON -DGGML_NATIVE=OFF "-DCMAKE_CUDA_ARCHITECTURES=86 120" \\
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
        line="86 120",
    ),
    LintCase(
        bad={
            "Dockerfile": """\
FROM nvidia/cuda:12.8.1-devel-ubuntu24.04 AS build
RUN apt-get update && apt-get install -y cmake g++ git
RUN git clone --branch v1.9.3 https://github.com/ggml-org/whisper.cpp /src
WORKDIR /src
RUN cmake -B build -DGGML_CUDA=ON -DGGML_NATIVE=OFF "-DCMAKE_CUDA_ARCHITECTURES=86; 120" \\
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
        line="86; 120",
    ),
    LintCase(
        bad={
            "Dockerfile": """\
FROM nvidia/cuda:12.8.1-devel-ubuntu24.04 AS build
RUN apt-get update && apt-get install -y cmake g++ git
RUN git clone --branch v1.9.3 https://github.com/ggml-org/whisper.cpp /src
WORKDIR /src
RUN cmake -B build -DGGML_CUDA=ON -DGGML_NATIVE=OFF "-DCMAKE_CUDA_ARCHITECTURES=sm_86;sm_120" \\
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
        line="sm_86",
    ),
    LintCase(
        bad={
            "Dockerfile": """\
FROM nvidia/cuda:12.8.1-devel-ubuntu24.04 AS build
RUN apt-get update && apt-get install -y cmake g++ git
RUN git clone --branch v1.9.3 https://github.com/ggml-org/whisper.cpp /src
WORKDIR /src
RUN cmake -B build -DGGML_CUDA=ON -DGGML_NATIVE=OFF "-DCMAKE_CUDA_ARCHITECTURES=86;120+PTX" \\
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
        line="+PTX",
    ),
    LintCase(
        bad={
            "Dockerfile": """\
FROM nvidia/cuda:12.8.1-devel-ubuntu24.04 AS build
RUN apt-get update && apt-get install -y cmake g++ git
RUN git clone --branch v1.9.3 https://github.com/ggml-org/whisper.cpp /src
WORKDIR /src
RUN cmake -B build -DGGML_CUDA=ON -DGGML_NATIVE=OFF -DCMAKE_CUDA_ARCHITECTURES=auto \\
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
        line="auto",
    ),
    LintCase(
        bad={
            "CMakeLists.txt": """\
cmake_minimum_required(VERSION 3.24)
set(CMAKE_CUDA_ARCHITECTURES 8.6 12.0)
project(fluid LANGUAGES CXX CUDA)
add_library(fluid STATIC src/solver.cu)
""",
        },
        good={
            "CMakeLists.txt": """\
cmake_minimum_required(VERSION 3.24)
set(CMAKE_CUDA_ARCHITECTURES 86 120)
project(fluid LANGUAGES CXX CUDA)
add_library(fluid STATIC src/solver.cu)
""",
        },
        line="8.6 12.0",
    ),
    LintCase(
        bad={
            "CMakeLists.txt": """\
cmake_minimum_required(VERSION 3.24)
set(CMAKE_CUDA_ARCHITECTURES "86 120")
project(fluid LANGUAGES CXX CUDA)
add_library(fluid STATIC src/solver.cu)
""",
        },
        good={
            "CMakeLists.txt": """\
cmake_minimum_required(VERSION 3.24)
set(CMAKE_CUDA_ARCHITECTURES "86" "120")
project(fluid LANGUAGES CXX CUDA)
add_library(fluid STATIC src/solver.cu)
""",
        },
        line="86 120",
    ),
    LintCase(
        bad={
            "CMakeLists.txt": """\
cmake_minimum_required(VERSION 3.24)

project(fluid LANGUAGES CXX CUDA)
add_library(fluid STATIC src/solver.cu)
""",
            "CMakePresets.json": """\
{"version": 6, "configurePresets": [{"name": "gpu", "cacheVariables": {"CMAKE_CUDA_ARCHITECTURES": "8.0;9.0"}}]}
""",
        },
        good={
            "CMakeLists.txt": """\
cmake_minimum_required(VERSION 3.24)

project(fluid LANGUAGES CXX CUDA)
add_library(fluid STATIC src/solver.cu)
""",
            "CMakePresets.json": """\
{"version": 6, "configurePresets": [{"name": "gpu", "cacheVariables": {"CMAKE_CUDA_ARCHITECTURES": {"type": \
"STRING", "value": "80;90"}}}]}
""",
        },
        line="8.0;9.0",
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
ENV TORCH_CUDA_ARCH_LIST="86;120"
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
ENV TORCH_CUDA_ARCH_LIST="8.6;12.0+PTX"
WORKDIR /src
COPY . .
RUN pip install --no-build-isolation .
""",
        },
        line="86;120",
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
ENV TORCH_CUDA_ARCH_LIST=8.6,12.0
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
ENV TORCH_CUDA_ARCH_LIST="8.6 12.0"
WORKDIR /src
COPY . .
RUN pip install --no-build-isolation .
""",
        },
        line="8.6,12.0",
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
ENV TORCH_CUDA_ARCH_LIST="sm_86"
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
ENV TORCH_CUDA_ARCH_LIST="8.0; 8.6 12.0"
WORKDIR /src
COPY . .
RUN pip install --no-build-isolation .
""",
        },
        line="sm_86",
    ),
    LintCase(
        bad={
            "Cargo.toml": """\
[dependencies]
candle-core = { version = "0.11.0", features = ["cuda"] }
""",
            ".github/workflows/ci.yml": """\
on: push
env:
  CUDA_COMPUTE_CAP: '8.9'
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - run: cargo build --release
""",
        },
        good={
            "Cargo.toml": """\
[dependencies]
candle-core = { version = "0.11.0", features = ["cuda"] }
""",
            ".github/workflows/ci.yml": """\
on: push
env:
  CUDA_COMPUTE_CAP: 89
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - run: cargo build --release
""",
        },
        line="8.9",
    ),
    LintCase(
        bad={
            "Cargo.toml": """\
[dependencies]
candle-core = { version = "0.11.0", features = ["cuda"] }
""",
            "build.sh": 'CUDA_COMPUTE_CAP="80;89" cargo build --release\n',
        },
        good={
            "Cargo.toml": """\
[dependencies]
candle-core = { version = "0.11.0", features = ["cuda"] }
""",
            "build.sh": "CUDA_COMPUTE_CAP=90a cargo build --release\n",
        },
        line="80;89",
    ),
    LintCase(
        bad={
            "CMakeLists.txt": """\
cmake_minimum_required(VERSION 3.24)

project(fluid LANGUAGES CXX CUDA)
add_library(fluid STATIC src/solver.cu)
""",
            "compose.yaml": """\
services:
  solver:
    build:
      context: .
      args:
        - CUDAARCHS="86;120"
""",
        },
        good={
            "CMakeLists.txt": """\
cmake_minimum_required(VERSION 3.24)

project(fluid LANGUAGES CXX CUDA)
add_library(fluid STATIC src/solver.cu)
""",
            "compose.yaml": """\
services:
  solver:
    build:
      context: .
      args:
        - CUDAARCHS=86;120
""",
        },
        line="CUDAARCHS",
    ),
    LintCase(
        bad={
            "CMakeLists.txt": """\
cmake_minimum_required(VERSION 3.24)
if(FLUID_BLACKWELL)
  list(APPEND CMAKE_CUDA_ARCHITECTURES sm_100 sm_120)
endif()
project(fluid LANGUAGES CXX CUDA)
add_library(fluid STATIC src/solver.cu)
""",
        },
        good={
            "CMakeLists.txt": """\
cmake_minimum_required(VERSION 3.24)
if(FLUID_BLACKWELL)
  list(APPEND CMAKE_CUDA_ARCHITECTURES 100-real 120-real)
endif()
project(fluid LANGUAGES CXX CUDA)
add_library(fluid STATIC src/solver.cu)
""",
        },
        line="sm_100",
    ),
    LintCase(
        bad={
            "CMakeLists.txt": """\
cmake_minimum_required(VERSION 3.24)

project(fluid LANGUAGES CXX CUDA)
add_library(fluid STATIC src/solver.cu)
""",
            "build.sh": "cmake -B b -DCMAKE_CUDA_ARCHITECTURES=8.9 .\n",
        },
        good={
            "CMakeLists.txt": """\
cmake_minimum_required(VERSION 3.24)

project(fluid LANGUAGES CXX CUDA)
add_library(fluid STATIC src/solver.cu)
""",
            "build.sh": """\
git clone https://github.com/some/placer && cd placer
cmake -B b -DCMAKE_CUDA_ARCHITECTURES=8.9 .
""",
        },
        line="8.9",
    ),
    LintCase(
        bad={
            "build.sh": "docker build --build-arg CUDA_DOCKER_ARCH=12.0 -t asr .\n",
            "Dockerfile": """\
FROM nvidia/cuda:12.8.1-devel-ubuntu24.04
RUN apt-get update && apt-get install -y cmake git
RUN git clone https://github.com/ggml-org/llama.cpp /llama
ARG CUDA_DOCKER_ARCH=default
RUN cmake -S /llama -B /b -DGGML_CUDA=ON -DGGML_NATIVE=OFF -DCMAKE_CUDA_ARCHITECTURES=$CUDA_DOCKER_ARCH
""",
        },
        good={
            "build.sh": "docker build --build-arg CUDA_DOCKER_ARCH=120 -t asr .\n",
            "Dockerfile": """\
FROM nvidia/cuda:12.8.1-devel-ubuntu24.04
RUN apt-get update && apt-get install -y cmake git
RUN git clone https://github.com/ggml-org/llama.cpp /llama
ARG CUDA_DOCKER_ARCH=default
RUN cmake -S /llama -B /b -DGGML_CUDA=ON -DGGML_NATIVE=OFF -DCMAKE_CUDA_ARCHITECTURES=$CUDA_DOCKER_ARCH
""",
        },
        line="12.0",
    ),
    LintCase(
        bad={
            "CMakeLists.txt": """\
cmake_minimum_required(VERSION 3.24)
project(kernels LANGUAGES CXX CUDA)
add_library(kernels kernels.cu)
""",
            "compose.yaml": """\
services:
  asr:
    build:
      context: .
      args:
        - CUDA_ARCHS="86;120"
    gpus: all
""",
            "Dockerfile": """\
FROM nvidia/cuda:12.8.1-devel-ubuntu24.04
RUN apt-get update && apt-get install -y cmake g++
COPY . /src
WORKDIR /src
ARG CUDA_ARCHS
RUN cmake -B build "-DCMAKE_CUDA_ARCHITECTURES=${CUDA_ARCHS}"
""",
        },
        good={
            "CMakeLists.txt": """\
cmake_minimum_required(VERSION 3.24)
project(kernels LANGUAGES CXX CUDA)
add_library(kernels kernels.cu)
""",
            "compose.yaml": """\
services:
  asr:
    build:
      context: .
      args:
        - CUDA_ARCHS=86;120
    gpus: all
""",
            "Dockerfile": """\
FROM nvidia/cuda:12.8.1-devel-ubuntu24.04
RUN apt-get update && apt-get install -y cmake g++
COPY . /src
WORKDIR /src
ARG CUDA_ARCHS
RUN cmake -B build "-DCMAKE_CUDA_ARCHITECTURES=${CUDA_ARCHS}"
""",
        },
        line="CUDA_ARCHS=",
    ),
    *(  # each as CMake 3.25 and 4.4 refuse it at project()
        LintCase(bad={"CMakeLists.txt": _CMAKE.format(bad)}, good={"CMakeLists.txt": _CMAKE.format(good)}, line=bad)
        for bad, good in (
            ("all-major 120", "all-major"),
            ('"native;86"', "native"),
            ('"86;all"', '"86;120"'),
            ('"OFF;86"', "OFF"),
            ("all-real", "all"),
        )
    ),
    LintCase(  # nvcc stops at compute_native
        bad={
            "CMakeLists.txt": _CMAKE.format("86")
            + 'set_target_properties(kernels PROPERTIES CUDA_ARCHITECTURES "native;86")\n'
        },
        good={
            "CMakeLists.txt": _CMAKE.format("86")
            + "set_target_properties(kernels PROPERTIES CUDA_ARCHITECTURES native)\n"
        },
        line="native;86",
    ),
    LintCase(
        bad={"CMakeLists.txt": _CMAKE.format("86"), "build.sh": "cmake -B b -DCMAKE_CUDA_ARCHITECTURES='all;120'\n"},
        good={"CMakeLists.txt": _CMAKE.format("86"), "build.sh": "cmake -B b -DCMAKE_CUDA_ARCHITECTURES=all\n"},
        line="all;120",
    ),
)

NEAR_MISSES = (
    NearMiss(
        "a fetched project, which may hand the list to FindCUDA's function",
        {"build.sh": "git clone https://example.com/r.git s\ncmake -S s -B b -DCMAKE_CUDA_ARCHITECTURES='8.6;12.0'\n"},
    ),
    NearMiss("an item that only the build knows", {"CMakeLists.txt": _CMAKE.format('"native;${MORE}"')}),
)
