"""`target-missing`: a list that does not serve the GPU."""

from __future__ import annotations

from tests.helpers.lint_case import LintCase, NearMiss

_CLONED = """\
FROM nvidia/cuda:{0}-devel-ubuntu22.04
RUN apt-get update && apt-get install -y git build-essential cmake
RUN git clone --branch {1} https://github.com/ggml-org/whisper.cpp /src
WORKDIR /src
RUN cmake -B build -DGGML_CUDA=ON {2} && cmake --build build -j
"""

_JOB = """\
on: push
jobs:
  build:
    runs-on: ubuntu-24.04
    container: nvidia/cuda:12.8.1-devel-ubuntu24.04
    steps:
      - run: apt-get update && apt-get install -y cmake g++ git
      - run: git clone --branch {0} https://github.com/ggml-org/whisper.cpp
      - run: |
          cmake -S whisper.cpp -B build -DGGML_CUDA=ON -DGGML_NATIVE=OFF
          cmake --build build
      - uses: actions/upload-artifact@v4
        with:
          path: build/bin
"""

_CT2 = """\
FROM nvidia/cuda:12.8.1-devel-ubuntu24.04
RUN git clone --branch v4.5.0 --recursive https://github.com/OpenNMT/CTranslate2 /src
WORKDIR /src
RUN cmake -S . -B build -DWITH_CUDA=ON {0}&& cmake --build build -j
"""

_OPENCV = """\
FROM nvidia/cuda:12.8.0-cudnn-devel-ubuntu22.04
RUN git clone https://github.com/opencv/opencv && git clone https://github.com/opencv/opencv_contrib
RUN cmake -S opencv -B b -D WITH_CUDA=ON -D CUDA_ARCH_BIN={0} {1}-D OPENCV_DNN_CUDA=ON && make -C b -j8 install
"""

# How Makefiles give nvcc its target besides -gencode.
_ARCH_MAKEFILES = (
    "k: k.cu\n\tnvcc -arch={} -o $@ $<\n",
    "k: k.cu\n\t@$(NVCC) --gpu-architecture={} -c $< -o $@\n",
    "NVCCFLAGS=-arch={}\nk: k.cu\n\tnvcc $(NVCCFLAGS) -o k k.cu\n",
    "GPU ?= {}\nNVCCFLAGS += -O3 -arch=$(GPU)\n%.o: %.cu\n\t$(NVCC) $(NVCCFLAGS) -c -o $@ $<\n",
    "NVCC_FLAGS := -O3 \\\n  -arch {} \\\n  -lineinfo\n%.o: %.cu\n\t$(NVCC) $(NVCC_FLAGS) -c -o $@ $<\n",
    "GPU = {}\n%.o: %.cu\n\t$(NVCC) -arch=$(GPU) \\\n\t  -c -o $@ $<\n",
    "release: override FLAGS += -arch={}\nrelease: k\nk: k.cu\n\tnvcc $(FLAGS) -o k k.cu\n",
)

_PAIR_MAKEFILE = "{0} = -gencode arch=compute_{1},code=sm_{1}\nk: k.cu\n\tnvcc $({0}) -o k k.cu\n"

_OF_TARGETS = """\
cmake_minimum_required(VERSION 3.24)
set(CMAKE_CUDA_ARCHITECTURES {0})
project(grid LANGUAGES CXX CUDA)
add_library(grid SHARED grid.cu)
{1}
set_target_properties(grid PROPERTIES CUDA_ARCHITECTURES "{2}")
"""
_OWN_LISTS = """\
cmake_minimum_required(VERSION 3.24)
set(CMAKE_CUDA_ARCHITECTURES 86 120)
project(grid LANGUAGES CXX CUDA)
add_library(grid SHARED grid.cu)
add_library({0} OBJECT other.cu)
{1}
"""

_OLD_CRATE = """\
[package]
name = "a"
[dependencies]
whisper-rs = {{ version = "{0}", features = ["cuda"] }}
"""
_OLD_IMAGE = "FROM nvidia/cuda:12.8.1-devel-ubuntu24.04\n{0}COPY . /src\nWORKDIR /src\nRUN cargo build --release\n"
_GENCODE = "ENV NVCC_APPEND_FLAGS='-gencode=arch=compute_120,code=sm_120'\n"

_SWITCHED = """\
cmake_minimum_required(VERSION 3.18)
project(x C CXX)
option({0} "build it for GPUs" OFF)
option(FAST "for one GPU" OFF)
if({0})
  if(NOT DEFINED CMAKE_CUDA_ARCHITECTURES)
    set(CMAKE_CUDA_ARCHITECTURES "{1}")
  endif()
  enable_language(CUDA)
endif()
add_library(x a.cu)
"""

CASES = (
    LintCase(  # a list for FindCUDA and flags, neither of them for the GPU
        bad={"a.cmake": 'set(CUDA_ARCH_LIST "7.0")\nset(CUDA_NVCC_FLAGS "-gencode=arch=compute_100,code=sm_100")\n'},
        good={"a.cmake": 'set(CUDA_ARCH_LIST "6.1")\nset(CUDA_NVCC_FLAGS "-gencode=arch=compute_100,code=sm_100")\n'},
        line="CUDA_NVCC_FLAGS",
        gpu=("6.1", "10.0"),
    ),
    *(
        LintCase(  # whoever asks about a GPU has the switch on in whose branch CUDA becomes a language
            bad={"CMakeLists.txt": _SWITCHED.format(switch, "52;61;70")},
            good={"CMakeLists.txt": _SWITCHED.format(switch, "52;61;120")},
            line="set(",
            gpu=("RTX 5070 Ti",),
        )
        for switch in ("USE_CUBLAS", "WITH_CUDA", "ACCELERATED")
    ),
    *(
        LintCase(  # whisper.cpp 1.5.4, 1.5.5 and 1.7.1 by their own lists
            bad={"Cargo.toml": _OLD_CRATE.format(version), "Dockerfile": _OLD_IMAGE.format("")},
            good={"Cargo.toml": _OLD_CRATE.format(version), "Dockerfile": _OLD_IMAGE.format(given)},
            line="cargo build",
            gpu=("RTX 5070 Ti",),
        )
        for version, given in (
            ("0.11.1", _GENCODE),
            ("0.12.0", _GENCODE),
            ("0.13.2", "ENV CMAKE_CUDA_ARCHITECTURES=120\n"),
        )
    ),
    *(
        LintCase(
            bad={"Makefile": text.format("sm_90")},
            good={"Makefile": text.format("sm_86")},
            line="arch" if "GPU" in text else "sm_90",
            gpu=("RTX 3090",),
        )
        for text in _ARCH_MAKEFILES
    ),
    *(
        LintCase(
            bad={"Makefile": _PAIR_MAKEFILE.format(name, 90)},
            good={"Makefile": _PAIR_MAKEFILE.format(name, 86)},
            line="-gencode",
            gpu=("RTX 3090",),
        )
        for name in ("NVCC_FLAGS", "NVCC_OPTS", "FLAGS")
    ),
    LintCase(
        bad={"Makefile": "FLAGS = -arch=compute_75 -code=sm_90\nk: k.cu\n\tnvcc $(FLAGS) -o k k.cu\n"},
        good={"Makefile": "FLAGS = -arch=compute_75 -code=sm_86,sm_90\nk: k.cu\n\tnvcc $(FLAGS) -o k k.cu\n"},
        line="-code",
        gpu=("RTX 3090",),
    ),
    LintCase(
        bad={"Dockerfile": _OPENCV.format("8.6", "")},
        good={"Dockerfile": _OPENCV.format("8.6,12.0", "")},
        line="CUDA_ARCH_BIN=8.6",
        gpu=("RTX 5070 Ti",),
    ),
    LintCase(
        bad={"build.sh": 'cmake -S opencv -B b -D WITH_CUDA=ON -D CUDA_ARCH_BIN="8.6" -D CUDA_ARCH_PTX=""\n'},
        good={"build.sh": 'cmake -S opencv -B b -D WITH_CUDA=ON -D CUDA_ARCH_BIN="8.6 12.0" -D CUDA_ARCH_PTX=""\n'},
        line="8.6",
        gpu=("RTX 5070 Ti",),
    ),
    LintCase(
        bad={
            "Dockerfile": """\
FROM nvidia/cuda:12.8.1-devel-ubuntu22.04
COPY . /src
RUN cmake -S /src -B /b -D CMAKE_CUDA_ARCHITECTURES=86-real && cmake --build /b
""",
        },
        good={
            "Dockerfile": """\
FROM nvidia/cuda:12.8.1-devel-ubuntu22.04
COPY . /src
RUN cmake -S /src -B /b -D "CMAKE_CUDA_ARCHITECTURES=86-real;120-real" && cmake --build /b
""",
        },
        line="86-real",
        gpu=("RTX 5070 Ti",),
    ),
    # the common targets of CMake's FindCUDA, without a list and without a GPU
    LintCase(
        bad={"Dockerfile": _CT2.format("")},
        good={"Dockerfile": _CT2.format('"-DCUDA_ARCH_LIST=8.0;9.0" ')},
        line="cmake -S",
        gpu=("9.0",),
    ),
    # no file of the project shows what it is: its command names the list
    LintCase(
        bad={
            "Dockerfile": """\
FROM nvidia/cuda:12.8.1-devel-ubuntu24.04
COPY . .
RUN cmake -B build "-DCMAKE_CUDA_ARCHITECTURES=86-real" && cmake --build build
""",
        },
        good={
            "Dockerfile": """\
FROM nvidia/cuda:12.8.1-devel-ubuntu24.04
COPY . .
RUN cmake -B build "-DCMAKE_CUDA_ARCHITECTURES=86-real;120-real" && cmake --build build
""",
        },
        gpu=("12.0",),
    ),
    LintCase(
        bad={"build.sh": "cmake -S . -B build -DCMAKE_CUDA_ARCHITECTURES:STRING=86-real\n"},
        good={"build.sh": "cmake -S . -B build -DCMAKE_CUDA_ARCHITECTURES:STRING=120-real\n"},
        gpu=("12.0",),
    ),
    # nvcc itself, whose calls may each be for another GPU
    LintCase(
        bad={
            "Dockerfile": """\
FROM nvidia/cuda:12.8.1-devel-ubuntu24.04
RUN nvcc -gencode arch=compute_80,code=sm_80 a.cu -o a80
RUN nvcc -gencode arch=compute_86,code=sm_86 a.cu -o a86
""",
        },
        good={
            "Dockerfile": """\
FROM nvidia/cuda:12.8.1-devel-ubuntu24.04
RUN nvcc -gencode arch=compute_86,code=sm_86 a.cu -o a86
RUN nvcc -gencode arch=compute_120,code=sm_120 a.cu -o a120
""",
        },
        gpu=("12.0",),
    ),
    LintCase(
        bad={"build.sh": "nvcc -arch=sm_86 a.cu -o a\n"},
        good={"build.sh": "nvcc -arch=sm_120 a.cu -o a\n", "tests/build.sh": "nvcc -arch=sm_86 a.cu -o a\n"},
        gpu=("12.0",),
    ),
    # PowerShell
    LintCase(
        bad={
            "build.ps1": """\
git clone --branch v1.9.3 https://github.com/ggml-org/whisper.cpp .
cmake -B build -DGGML_CUDA=ON -DGGML_NATIVE=OFF "-DCMAKE_CUDA_ARCHITECTURES=75-real;86-real"
cmake --build build --config Release
""",
        },
        good={
            "build.ps1": """\
git clone --branch v1.9.3 https://github.com/ggml-org/whisper.cpp .
cmake -B build -DGGML_CUDA=ON -DGGML_NATIVE=OFF "-DCMAKE_CUDA_ARCHITECTURES=86-real;120-real"
cmake --build build --config Release
""",
        },
        gpu=("12.0",),
    ),
    # a property of a target
    LintCase(
        bad={
            "CMakeLists.txt": """\
cmake_minimum_required(VERSION 3.24)
project(mix LANGUAGES CXX CUDA)
add_library(mix SHARED mix.cu)
set_target_properties(mix PROPERTIES CUDA_ARCHITECTURES "75-real;86-real")
""",
        },
        good={
            "CMakeLists.txt": """\
cmake_minimum_required(VERSION 3.24)
project(mix LANGUAGES CXX CUDA)
add_library(mix SHARED mix.cu)
set_target_properties(mix PROPERTIES CUDA_ARCHITECTURES "86-real;120-real")
""",
        },
        gpu=("12.0",),
    ),
    # the own list of one target, beside a variable that serves the GPU: by machine code, and by PTX alone
    *(
        LintCase(
            bad={"CMakeLists.txt": _OF_TARGETS.format(shared, others, "86-real")},
            good={"CMakeLists.txt": _OF_TARGETS.format(shared, others, "86-real;120-real")},
            line='grid PROPERTIES CUDA_ARCHITECTURES "86-real"',
            gpu=("12.0",),
        )
        for shared, others in (
            ("86 120", "add_library(mesh SHARED mesh.cu)"),
            ("80-real 90-virtual", "add_executable(tool main.cpp)"),
            ("75", "set_property(TARGET mesh PROPERTY CUDA_ARCHITECTURES 86-real 120-real)"),
        )
    ),
    # one job of a matrix serves the GPU, or none does
    LintCase(
        bad={
            ".github/workflows/wheels.yml": """\
name: wheels
on:
  push:
    tags: ["v*"]
jobs:
  wheel:
    runs-on: ubuntu-24.04
    container: nvidia/cuda:12.8.1-devel-ubuntu24.04
    strategy:
      matrix:
        archs: ["75-real", "86-real"]
    steps:
      - run: git clone --branch v1.9.3 https://github.com/ggml-org/whisper.cpp .
      - run: cmake -B build -DGGML_CUDA=ON -DGGML_NATIVE=OFF "-DCMAKE_CUDA_ARCHITECTURES=${{ matrix.archs }}"
      - run: cmake --build build
      - uses: actions/upload-artifact@v4
        with: {name: whisper, path: build/bin}
""",
        },
        good={
            ".github/workflows/wheels.yml": """\
name: wheels
on:
  push:
    tags: ["v*"]
jobs:
  wheel:
    runs-on: ubuntu-24.04
    container: nvidia/cuda:12.8.1-devel-ubuntu24.04
    strategy:
      matrix:
        archs: ["86-real", "120-real"]
    steps:
      - run: git clone --branch v1.9.3 https://github.com/ggml-org/whisper.cpp .
      - run: cmake -B build -DGGML_CUDA=ON -DGGML_NATIVE=OFF "-DCMAKE_CUDA_ARCHITECTURES=${{ matrix.archs }}"
      - run: cmake --build build
      - uses: actions/upload-artifact@v4
        with: {name: whisper, path: build/bin}
""",
        },
        gpu=("12.0",),
    ),
    # one branch of a script serves the GPU, or none does
    LintCase(
        bad={
            "build.sh": """\
set -e
git clone --branch v1.9.3 https://github.com/ggml-org/whisper.cpp .
case "$1" in
  old) archs="61-real;70-real" ;;
  *) archs="75-real;86-real" ;;
esac
cmake -B build -DGGML_CUDA=ON -DGGML_NATIVE=OFF "-DCMAKE_CUDA_ARCHITECTURES=$archs"
cmake --build build
""",
        },
        good={
            "build.sh": """\
set -e
git clone --branch v1.9.3 https://github.com/ggml-org/whisper.cpp .
case "$1" in
  old) archs="61-real;70-real" ;;
  *) archs="86-real;120-real" ;;
esac
cmake -B build -DGGML_CUDA=ON -DGGML_NATIVE=OFF "-DCMAKE_CUDA_ARCHITECTURES=$archs"
cmake --build build
""",
        },
        gpu=("12.0",),
    ),
    LintCase(
        bad={
            "build-wheel.sh": """\
#!/usr/bin/env bash
set -e
python3 -m pip install torch==2.9.0
export TORCH_CUDA_ARCH_LIST="8.0 8.6"
python3 setup.py bdist_wheel
""",
            "setup.py": """\
from setuptools import setup
from torch.utils.cpp_extension import BuildExtension, CUDAExtension

setup(name="pool", ext_modules=[CUDAExtension("pool", ["pool.cu"])], cmdclass={"build_ext": BuildExtension})
""",
        },
        good={
            "build-wheel.sh": """\
#!/usr/bin/env bash
set -e
python3 -m pip install torch==2.9.0
if [[ "$TORCH_VERSION" == 2.2.* ]]; then
  export TORCH_CUDA_ARCH_LIST="8.0 8.6"
fi
python3 setup.py bdist_wheel
""",
            "setup.py": """\
from setuptools import setup
from torch.utils.cpp_extension import BuildExtension, CUDAExtension

setup(name="pool", ext_modules=[CUDAExtension("pool", ["pool.cu"])], cmdclass={"build_ext": BuildExtension})
""",
        },
        line="TORCH_CUDA_ARCH_LIST",
        gpu=("12.0",),
    ),
    LintCase(
        bad={
            "build-wheel.sh": """\
#!/usr/bin/env bash
set -e
python3 -m pip install torch==2.9.0
export TORCH_CUDA_ARCH_LIST="8.0 8.6"
python3 setup.py bdist_wheel
""",
            "setup.py": """\
from setuptools import setup
from torch.utils.cpp_extension import BuildExtension, CUDAExtension

setup(name="pool", ext_modules=[CUDAExtension("pool", ["pool.cu"])], cmdclass={"build_ext": BuildExtension})
""",
        },
        good={
            "build-wheel.sh": """\
#!/usr/bin/env bash
set -e
python3 -m pip install torch==2.9.0
[ "$TORCH_VERSION" = 2.2.0 ] && export TORCH_CUDA_ARCH_LIST="8.0 8.6"
python3 setup.py bdist_wheel
""",
            "setup.py": """\
from setuptools import setup
from torch.utils.cpp_extension import BuildExtension, CUDAExtension

setup(name="pool", ext_modules=[CUDAExtension("pool", ["pool.cu"])], cmdclass={"build_ext": BuildExtension})
""",
        },
        line="TORCH_CUDA_ARCH_LIST",
        gpu=("12.0",),
    ),
    LintCase(
        bad={
            "build-wheel.sh": """\
#!/usr/bin/env bash
set -e
python3 -m pip install torch==2.9.0
export TORCH_CUDA_ARCH_LIST="8.0 8.6"
python3 setup.py bdist_wheel
""",
            "setup.py": """\
from setuptools import setup
from torch.utils.cpp_extension import BuildExtension, CUDAExtension

setup(name="pool", ext_modules=[CUDAExtension("pool", ["pool.cu"])], cmdclass={"build_ext": BuildExtension})
""",
        },
        good={
            "build-wheel.sh": """\
#!/usr/bin/env bash
set -e
python3 -m pip install torch==2.9.0
case "$CUDA_VERSION" in
  12.8)
    export TORCH_CUDA_ARCH_LIST="8.0 9.0 12.0"
    ;;
  12.6)
    export TORCH_CUDA_ARCH_LIST="8.0 8.6"
    ;;
esac
python3 setup.py bdist_wheel
""",
            "setup.py": """\
from setuptools import setup
from torch.utils.cpp_extension import BuildExtension, CUDAExtension

setup(name="pool", ext_modules=[CUDAExtension("pool", ["pool.cu"])], cmdclass={"build_ext": BuildExtension})
""",
        },
        line="TORCH_CUDA_ARCH_LIST",
        gpu=("12.0",),
    ),
    LintCase(
        bad={
            ".github/workflows/build.yml": """\
name: build
on: push
jobs:
  compiles:
    runs-on: ubuntu-24.04
    container: nvidia/cuda:12.8.1-devel-ubuntu24.04
    steps:
      - run: git clone --branch v1.9.3 https://github.com/ggml-org/whisper.cpp .
      - run: cmake -B build -DGGML_CUDA=ON -DGGML_NATIVE=OFF -DCMAKE_CUDA_ARCHITECTURES=89-real
      - run: cmake --build build
      - uses: actions/upload-artifact@v4
        with: {name: whisper, path: build/bin}
  binaries:
    runs-on: ubuntu-24.04
    steps:
      - run: echo windows
      - uses: actions/upload-artifact@v4
        with: {name: other, path: other}
""",
        },
        good={
            ".github/workflows/build.yml": """\
name: build
on: push
jobs:
  compiles:
    runs-on: ubuntu-24.04
    container: nvidia/cuda:12.8.1-devel-ubuntu24.04
    steps:
      - run: git clone --branch v1.9.3 https://github.com/ggml-org/whisper.cpp .
      - run: cmake -B build -DGGML_CUDA=ON -DGGML_NATIVE=OFF "-DCMAKE_CUDA_ARCHITECTURES=89-real;120-real"
      - run: cmake --build build
  binaries:
    runs-on: ubuntu-24.04
    steps:
      - run: echo windows
      - uses: actions/upload-artifact@v4
        with: {name: other, path: other}
""",
        },
        line="89-real",
        gpu=("12.0",),
    ),
    LintCase(
        bad={
            "Dockerfile_llama": """\
FROM nvidia/cuda:12.8.1-devel-ubuntu24.04 AS build
ARG LLAMA_VERSION=b6000
ARG CUDA=ON
RUN apt-get update && apt-get install -y build-essential cmake
ADD https://github.com/ggml-org/llama.cpp/archive/refs/tags/${LLAMA_VERSION}.tar.gz /src/
RUN cd /src && tar -xzf ${LLAMA_VERSION}.tar.gz --strip-components=1 \\
    && cmake -B build -DGGML_NATIVE=OFF -DGGML_CUDA=ON "-DCMAKE_CUDA_ARCHITECTURES=86-real;90-real" && cmake \
--build build
""",
        },
        good={
            "Dockerfile_llama": """\
FROM nvidia/cuda:12.8.1-devel-ubuntu24.04 AS build
ARG LLAMA_VERSION=b6000
ARG CUDA=ON
RUN apt-get update && apt-get install -y build-essential cmake
ADD https://github.com/ggml-org/llama.cpp/archive/refs/tags/${LLAMA_VERSION}.tar.gz /src/
RUN cd /src && tar -xzf ${LLAMA_VERSION}.tar.gz --strip-components=1 \\
    && cmake -B build -DGGML_NATIVE=OFF -DGGML_CUDA=ON "-DCMAKE_CUDA_ARCHITECTURES=86-real;120-real" && cmake \
--build build
""",
        },
        line="CMAKE_CUDA_ARCHITECTURES",
        gpu=("12.0",),
    ),
    LintCase(
        bad={
            "Dockerfile": """\
FROM nvidia/cuda:12.8.1-devel-ubuntu24.04 AS build
ARG LLAMA_VERSION=b6000
ARG CUDA=ON
RUN apt-get update && apt-get install -y build-essential cmake
ADD https://github.com/ggml-org/llama.cpp/archive/refs/tags/${LLAMA_VERSION}.tar.gz /src/
RUN cd /src && tar -xzf ${LLAMA_VERSION}.tar.gz --strip-components=1 \\
    && cmake -B build -DGGML_NATIVE=OFF -DGGML_CUDA=${CUDA} "-DCMAKE_CUDA_ARCHITECTURES=86-real;90-real" && cmake \
--build build
""",
        },
        good={
            "Dockerfile": """\
FROM nvidia/cuda:12.8.1-devel-ubuntu24.04 AS build
ARG LLAMA_VERSION=b6000
ARG CUDA=ON
RUN apt-get update && apt-get install -y build-essential cmake
ADD https://github.com/ggml-org/llama.cpp/archive/refs/tags/${LLAMA_VERSION}.tar.gz /src/
RUN cd /src && tar -xzf ${LLAMA_VERSION}.tar.gz --strip-components=1 \\
    && cmake -B build -DGGML_NATIVE=OFF -DGGML_CUDA=OFF "-DCMAKE_CUDA_ARCHITECTURES=86-real;90-real" && cmake \
--build build
""",
        },
        gpu=("12.0",),
    ),
    LintCase(
        bad={
            "build.sh": """\
set -e
git clone https://github.com/ggml-org/llama.cpp
curl -LO https://github.com/ccache/ccache/releases/download/v4.11/ccache-4.11-linux-x86_64.tar.xz
cmake -S . -B build -DGGML_CUDA=ON -DGGML_NATIVE=OFF "-DCMAKE_CUDA_ARCHITECTURES=86-real"
cmake --build build
""",
        },
        good={
            "build.sh": """\
set -e
git clone https://github.com/ggml-org/llama.cpp
curl -LO https://github.com/openucx/ucx/archive/refs/tags/v1.19.0.tar.gz
cmake -S . -B build -DGGML_CUDA=ON -DGGML_NATIVE=OFF "-DCMAKE_CUDA_ARCHITECTURES=86-real"
cmake --build build
""",
        },
        gpu=("12.0",),
    ),
    # each stage goes on with what its own ancestors fetched
    LintCase(
        bad={
            "Dockerfile": """\
FROM nvidia/cuda:12.8.1-devel-ubuntu24.04 AS base
RUN apt-get update && apt-get install -y build-essential cmake git

FROM base AS first
RUN git clone https://github.com/ggml-org/llama.cpp /src
WORKDIR /src

FROM first AS second
RUN cmake -B build -DGGML_NATIVE=OFF -DGGML_CUDA=ON "-DCMAKE_CUDA_ARCHITECTURES=86-real" && cmake --build build
""",
        },
        good={
            "Dockerfile": """\
FROM nvidia/cuda:12.8.1-devel-ubuntu24.04 AS base
RUN apt-get update && apt-get install -y build-essential cmake git

FROM base AS first
RUN git clone https://github.com/ggml-org/llama.cpp /src
WORKDIR /src

FROM base AS second
RUN cmake -B build -DGGML_NATIVE=OFF -DGGML_CUDA=ON "-DCMAKE_CUDA_ARCHITECTURES=86-real" && cmake --build build
""",
        },
        gpu=("12.0",),
    ),
    LintCase(
        bad={
            "Dockerfile": """\
FROM nvidia/cuda:12.8.1-devel-ubuntu24.04 AS build
RUN apt-get update && apt-get install -y cmake g++ git
RUN git clone --branch v1.9.3 https://github.com/ggml-org/whisper.cpp /src
WORKDIR /src
RUN cmake -B build -DGGML_CUDA=ON -DGGML_NATIVE=OFF "-DCMAKE_CUDA_ARCHITECTURES=75-real;86-real" \\
    && cmake --build build -j
""",
        },
        good={
            "Dockerfile": """\
FROM nvidia/cuda:12.8.1-devel-ubuntu24.04 AS build
RUN apt-get update && apt-get install -y cmake g++ git
RUN git clone --branch v1.9.3 https://github.com/ggml-org/whisper.cpp /src
WORKDIR /src
RUN cmake -B build -DGGML_CUDA=ON -DGGML_NATIVE=OFF "-DCMAKE_CUDA_ARCHITECTURES=75-real;86-real;120-real" \\
    && cmake --build build -j
""",
        },
        line="75-real;86-real",
        gpu=("RTX 5070 Ti", "RTX 4090"),
    ),
    LintCase(
        bad={
            "Dockerfile": """\
FROM nvidia/cuda:12.8.1-devel-ubuntu24.04 AS build
RUN apt-get update && apt-get install -y cmake g++ git
RUN git clone --branch v1.9.3 https://github.com/ggml-org/whisper.cpp /src
WORKDIR /src
RUN cmake -B build -DGGML_CUDA=ON -DGGML_NATIVE=OFF -DCMAKE_CUDA_ARCHITECTURES=86 \\
    && cmake --build build -j
""",
        },
        good={
            "Dockerfile": """\
FROM nvidia/cuda:12.8.1-devel-ubuntu24.04 AS build
ENV NVCC_PREPEND_FLAGS="-gencode arch=compute_100,code=sm_100"
RUN apt-get update && apt-get install -y cmake g++ git
RUN git clone --branch v1.9.3 https://github.com/ggml-org/whisper.cpp /src
WORKDIR /src
RUN cmake -B build -DGGML_CUDA=ON -DGGML_NATIVE=OFF -DCMAKE_CUDA_ARCHITECTURES=86 \\
    && cmake --build build -j
""",
        },
        line="URES=86",
        gpu=("10.0",),
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
ENV TORCH_CUDA_ARCH_LIST="8.0 8.6"
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
ENV TORCH_CUDA_ARCH_LIST="8.0 8.6 12.0"
WORKDIR /src
COPY . .
RUN pip install --no-build-isolation .
""",
        },
        line="8.0 8.6",
        gpu=("12.0",),
    ),
    LintCase(
        bad={
            "CMakeLists.txt": """\
cmake_minimum_required(VERSION 3.24)
set(CMAKE_CUDA_ARCHITECTURES 75-real 86-real)
project(kernels LANGUAGES CXX CUDA)
add_library(kernels kernels.cu)
""",
        },
        good={
            "CMakeLists.txt": """\
cmake_minimum_required(VERSION 3.24)
set(CMAKE_CUDA_ARCHITECTURES 75-real 86-real 120-real)
project(kernels LANGUAGES CXX CUDA)
add_library(kernels kernels.cu)
""",
        },
        line="75-real",
        gpu=("RTX 5070 Ti",),
    ),
    LintCase(
        bad={
            "CMakeLists.txt": """\
cmake_minimum_required(VERSION 3.24)
set(CMAKE_CUDA_ARCHITECTURES 75-real)
project(kernels LANGUAGES CXX CUDA)
add_library(kernels kernels.cu)
""",
        },
        good={
            "CMakeLists.txt": """\
cmake_minimum_required(VERSION 3.24)
set(CMAKE_CUDA_ARCHITECTURES 75-real)
if(CMAKE_CUDA_COMPILER_VERSION VERSION_GREATER_EQUAL 12.8)
  list(APPEND CMAKE_CUDA_ARCHITECTURES 120-real)
endif()
project(kernels LANGUAGES CXX CUDA)
add_library(kernels kernels.cu)
""",
        },
        line="75-real",
        gpu=("RTX 5070 Ti",),
    ),
    LintCase(  # a variable that goes on in further lines is one list
        bad={
            "Makefile": """\
GENCODE := -gencode arch=compute_70,code=sm_70 \\
\t-gencode arch=compute_86,code=sm_86
kernels: kernels.cu
\t$(NVCC) $(GENCODE) -o $@ $<
""",
        },
        good={
            "Makefile": """\
GENCODE := -gencode arch=compute_70,code=sm_70 \\
\t-gencode arch=compute_86,code=sm_86 \\
\t-gencode=arch=compute_120,code=sm_120
kernels: kernels.cu
\t$(NVCC) $(GENCODE) -o $@ $<
""",
        },
        line="compute_70",
        gpu=("RTX 5070 Ti",),
    ),
    LintCase(
        bad={
            "Makefile": """\
kernels: kernels.cu
\tnvcc -gencode arch=compute_86,code=sm_86 -o $@ $<
""",
        },
        good={
            "Makefile": """\
kernels: kernels.cu
\tnvcc -gencode arch=compute_86,code=sm_86 -gencode arch=compute_120,code=sm_120 -o $@ $<
""",
        },
        line="compute_86",
        gpu=("RTX 5070 Ti",),
    ),
    LintCase(
        bad={
            "Cargo.toml": """\
[package]
name = "asr"
version = "0.1.0"
edition = "2021"

[dependencies]
whisper-rs = { version = "0.14.3", features = ["cuda"] }
""",
            ".cargo/config.toml": """\
[env]
CMAKE_CUDA_ARCHITECTURES = "80-real;86-real"
""",
        },
        good={
            "Cargo.toml": """\
[package]
name = "asr"
version = "0.1.0"
edition = "2021"

[dependencies]
whisper-rs = { version = "0.14.3", features = ["cuda"] }
""",
            ".cargo/config.toml": """\
[env]
CMAKE_CUDA_ARCHITECTURES = "80-real;86-real;120-real"
""",
        },
        line="80-real",
        gpu=("RTX 5070 Ti",),
    ),
    # no list at all: the one that ggml takes by itself
    LintCase(
        bad={"Dockerfile": _CLONED.format("12.8.1", "v1.8.0", "-DGGML_NATIVE=OFF")},
        good={"Dockerfile": _CLONED.format("12.8.1", "v1.8.3", "-DGGML_NATIVE=OFF")},
        line="cmake -B",
        gpu=("RTX 5070 Ti",),
    ),
    LintCase(
        bad={"Dockerfile": _CLONED.format("12.4.1", "v1.7.4", "-DWHISPER_SDL2=OFF")},  # its CMake 3.22 is not asked
        good={"Dockerfile": _CLONED.format("12.4.1", "v1.7.4", '-DCMAKE_CUDA_ARCHITECTURES="75;86"')},
        line="cmake -B",
        gpu=("RTX 3090",),
    ),
    LintCase(
        bad={"Dockerfile": _CLONED.format("13.0.1", "v1.9.3", "-DGGML_NATIVE=OFF")},
        good={"Dockerfile": _CLONED.format("12.9.1", "v1.9.3", "-DCMAKE_CUDA_ARCHITECTURES=70")},
        line="cmake -B",
        gpu=("7.0",),
    ),
    LintCase(
        bad={".github/workflows/a.yml": _JOB.format("v1.8.0")},
        good={".github/workflows/a.yml": _JOB.format("v1.9.3")},
        line="cmake -S",
        gpu=("RTX 5070 Ti",),
    ),
)
_OF_GIT = "FROM nvidia/cuda:12.8.1-devel-ubuntu24.04\nRUN apt-get update && apt-get install -y git python3-pip cmake\n"
_DEFAULT = """\
cmake_minimum_required(VERSION 3.24)
if(DEFINED FOIL_ARCH)
  set(CMAKE_CUDA_ARCHITECTURES "${{FOIL_ARCH}}")
endif()
if(NOT DEFINED CMAKE_CUDA_ARCHITECTURES)
  set(CMAKE_CUDA_ARCHITECTURES "{}" CACHE STRING "what to compile for")
endif()
project(foil LANGUAGES CXX CUDA)
add_library(foil src/foil.cu)
"""
_WIDE = """\
cmake_minimum_required(VERSION 3.24)
project(sail LANGUAGES CXX CUDA)
set(SAIL_WIDE OFF CACHE BOOL "for all that nvcc knows")
if(NOT SAIL_WIDE)
  set(CMAKE_CUDA_ARCHITECTURES {})
else()
  set(CMAKE_CUDA_ARCHITECTURES "${{EVERY}}")
endif()
add_library(sail src/sail.cu)
"""
_CAP = 'CAP={}\nNVFLAGS=-gencode=arch=compute_${{CAP}},code=\\"sm_${{CAP}}\\"\na:\n\tnvcc $(NVFLAGS) a.cu\n'
_LOOP = """\
cmake_minimum_required(VERSION 3.24)
project(keel LANGUAGES CXX CUDA)
set(KEEL_LIST {} CACHE STRING "what to compile for")
foreach(each ${{KEEL_LIST}})
  list(APPEND CMAKE_CUDA_ARCHITECTURES "${{each}}-real")
endforeach()
add_library(keel src/keel.cu)
"""
_NAMED = """\
cmake_minimum_required(VERSION 3.24)
project(mast LANGUAGES CXX CUDA)
set(MAST_ARCH {} CACHE STRING "sm_80, sm_90")
string(REGEX REPLACE sm_ "" MAST_NUMBER ${{MAST_ARCH}})
set(CMAKE_CUDA_ARCHITECTURES ${{MAST_NUMBER}})
add_library(mast src/mast.cu)
"""
_HANDED = """\
cmake_minimum_required(VERSION 3.24)
project(rudder LANGUAGES CXX CUDA)
set(CMAKE_CUDA_ARCHITECTURES {})
set(TORCH_CUDA_ARCH_LIST ${{CMAKE_CUDA_ARCHITECTURES}})
find_package(Torch REQUIRED)
add_library(rudder src/rudder.cu)
"""


def _cmake(text: str, old: str, new: str, line: str) -> LintCase:
    return LintCase({"CMakeLists.txt": text.format(old)}, {"CMakeLists.txt": text.format(new)}, line=line, gpu=("6.1",))


CASES += (
    _cmake(_DEFAULT, "90;120", "61;120", line="CACHE STRING"),
    _cmake(_WIDE, "75 80", "61 80", line="75 80"),
    _cmake(_LOOP, "70 80", "60 80", line="-real"),
    _cmake(_NAMED, "sm_80", "sm_61", line="MAST_NUMBER"),
    _cmake(_HANDED, "75 80", "61 80", line="75 80"),
    LintCase(  # that a list is set where sources are compiled is the evidence that it is read
        {"Dockerfile": _OF_GIT + 'RUN TORCH_CUDA_ARCH_LIST="8.0 9.0" pip install git+https://git.example/foil.git\n'},
        {"Dockerfile": _OF_GIT + 'RUN TORCH_CUDA_ARCH_LIST="8.0 12.0" pip install git+https://git.example/foil.git\n'},
        line="8.0 9.0",
        gpu=("12.0",),
    ),
    LintCase(
        {"Dockerfile": _OF_GIT + "ARG FOIL=89\nENV CUDAARCHS=${FOIL}\nWORKDIR /foil\nRUN cmake -B /b\n"},
        {"Dockerfile": _OF_GIT + 'ARG FOIL="61;89"\nENV CUDAARCHS=${FOIL}\nWORKDIR /foil\nRUN cmake -B /b\n'},
        line="CUDAARCHS",
        gpu=("6.1",),
    ),
    LintCase(  # CMake's own variable, for sources of which nothing is known
        {
            "Dockerfile": _OF_GIT
            + "RUN git clone https://git.example/foil /f && cmake -S /f -DCMAKE_CUDA_ARCHITECTURES=90\n"
        },
        {
            "Dockerfile": _OF_GIT
            + "RUN git clone https://git.example/foil /f && cmake -S /f -DCMAKE_CUDA_ARCHITECTURES=61\n"
        },
        line="ARCHITECTURES=90",
        gpu=("6.1",),
    ),
    LintCase(
        {"Makefile": _CAP.format(30)},
        {"Makefile": _CAP.format(61)},
        line="NVFLAGS",
        gpu=("6.1",),
    ),
)
_WRITES = (
    "cat > ./Dockerfile <<- EOM\nFROM nvidia/cuda:12.8.1-devel-ubuntu24.04\n"
    'RUN TORCH_CUDA_ARCH_LIST="{}" pip install git+https://git.example/foil.git\nEOM\ndocker build .\n'
)
_WITHIN = """\
cmake_minimum_required(VERSION 3.24)
project(hull LANGUAGES CXX CUDA)
option(HULL_ONE "for one GPU" OFF)
if(HULL_ONE AND NOT HULL_NUMBER STREQUAL "")
  set(CMAKE_CUDA_ARCHITECTURES ${{HULL_NUMBER}}-virtual)
else()
  set(CMAKE_CUDA_ARCHITECTURES {})
endif()
add_library(hull src/hull.cu)
"""
CASES += (
    _cmake(_WITHIN, "75 80", "61 80", line="75 80"),
    LintCase(  # a Dockerfile that a script writes
        {"image.sh": _WRITES.format("8.0 9.0")}, {"image.sh": _WRITES.format("8.0 12.0")}, line="8.0", gpu=("12.0",)
    ),
    LintCase(  # each list of an image is for sources of its own
        {
            "Dockerfile": _OF_GIT + 'RUN TORCH_CUDA_ARCH_LIST="8.0" pip install git+https://git.example/a.git\n'
            'RUN TORCH_CUDA_ARCH_LIST="12.0" pip install git+https://git.example/b.git\n'
        },
        {"Dockerfile": _OF_GIT + 'RUN TORCH_CUDA_ARCH_LIST="12.0" pip install git+https://git.example/b.git\n'},
        line="8.0",
        gpu=("12.0",),
    ),
    LintCase(  # the files of each folder at the top are built by themselves
        {
            "old/CMakeLists.txt": "project(old)\nfind_package(Torch REQUIRED)\n",
            "new/CMakeLists.txt": _DEFAULT.format("90;120"),
        },
        {
            "old/CMakeLists.txt": "project(old)\nfind_package(Torch REQUIRED)\n",
            "new/CMakeLists.txt": _DEFAULT.format("61;120"),
        },
        line="CACHE STRING",
        gpu=("6.1",),
    ),
)
_SETUP = """\
import os
from setuptools import setup
from torch.utils.cpp_extension import BuildExtension, CUDAExtension
{0}
setup(
    ext_modules=[CUDAExtension("a", ["a.cu"], extra_compile_args={{"nvcc": flags}})],
    cmdclass={{"build_ext": BuildExtension}},
)
"""

_WHEELS = """\
on: {{push: {{tags: ["v*"]}}}}
jobs:
  wheels:
    runs-on: {1}
    strategy:
      matrix:
        include:
          - {{cuda: "12.8", archs: "7.5 8.0 {0}"}}
    steps:
      - uses: actions/checkout@v4
      - shell: {2}
        run: |
          {3}
          python -m build -n --wheel
      - uses: softprops/action-gh-release@v2
        with: {{files: dist/*.whl}}
"""


_LOOP = """\
SMS ?= {0}
GENCODE := $(foreach sm,$(SMS),-gencode arch=compute_$(sm),code=sm_$(sm))
HIGHEST := $(lastword $(sort $(SMS)))
GENCODE += -gencode arch=compute_$(HIGHEST),code=compute_$(HIGHEST)
a: a.cu
\tnvcc $(GENCODE) -o a a.cu
"""

_RUST = """\
fn main() {{
    let mut nvcc = cc::Build::new();
    nvcc.cuda(true).flag("-gencode").flag("arch=compute_{0},code=\\"sm_{1}\\"");
    nvcc.flag("-gencode").flag("arch=compute_70,code=sm_70").file("a.cu").compile("a");
}}
"""

_DEFAULT = """\
cmake_minimum_required(VERSION 3.24)
if(NOT DEFINED CMAKE_CUDA_ARCHITECTURES)
  set(CMAKE_CUDA_ARCHITECTURES {0})
endif()
project(a LANGUAGES CXX CUDA)
add_library(a a.cu)
"""

_TESTED = """\
on: [pull_request]
jobs:
  test:
    runs-on: ubuntu-24.04
    steps:
      - uses: actions/checkout@v4
      - run: cmake -B build -DCMAKE_CUDA_ARCHITECTURES=90 && ctest --test-dir build
"""

_CASE = """\
case "$CUDA_VERSION" in
  11.8) export TORCH_CUDA_ARCH_LIST="7.0;8.6" ;;
  *) export TORCH_CUDA_ARCH_LIST="7.0;{0}" ;;
esac
"""


def _program(text: str, old: str, new: str, line: str) -> LintCase:
    return LintCase(
        bad={"setup.py": _SETUP.format(text)},
        good={"setup.py": _SETUP.format(text.replace(old, new))},
        gpu=("12.0",),
        line=line,
    )


# what a program, a Makefile, a workflow puts together of its own literals
CASES += (
    _program(
        'flags = ["-O3"]\nfor arch in ["70", "80"]:\n    flags += ["-gencode", f"arch=compute_{arch},code=sm_{arch}"]',
        '"80"]',
        '"80", "120"]',
        line='f"arch=compute_{arch}',
    ),
    _program(
        'DEFAULT = "7.0;8.6"\nflags = []\nfor cc in os.environ.get("ARCHS", DEFAULT).split(";"):\n'
        '    num = cc.replace(".", "")\n    flags.append("-gencode=arch=compute_{0},code=sm_{0}".format(num))',
        "8.6",
        "8.6;12.0",
        line=".format(num)",
    ),
    _program(
        'TABLE = {"11.8": ["80", "86"], "12.8": ["90"]}\nflags = []\nfor cc in TABLE[os.environ["CUDA_VERSION"]]:\n'
        '    flags.append("-gencode=arch=compute_%s,code=sm_%s" % (cc, cc))',
        '"90"]',
        '"90", "120"]',
        line="% (cc, cc)",
    ),
    _program(
        'archs = ["7.0", "8.0"]\nflags = []\nif os.environ.get("CI"):\n    archs.append("9.0")\n'
        'os.environ.setdefault("TORCH_CUDA_ARCH_LIST", ";".join(archs))',
        '"9.0"',
        '"12.0"',
        line='";".join(archs)',
    ),
    LintCase(
        bad={
            "setup.py": 'SM = [60, 80]\nargs = ["-DCMAKE_CUDA_ARCHITECTURES=" + ";".join(str(s) for s in SM)]\n',
            "CMakeLists.txt": "cmake_minimum_required(VERSION 3.24)\nproject(a LANGUAGES CXX CUDA)\n",
        },
        good={
            "setup.py": 'SM = [60, 120]\nargs = ["-DCMAKE_CUDA_ARCHITECTURES=" + ";".join(str(s) for s in SM)]\n',
            "CMakeLists.txt": "cmake_minimum_required(VERSION 3.24)\nproject(a LANGUAGES CXX CUDA)\n",
        },
        gpu=("12.0",),
    ),
    LintCase(
        bad={"Makefile": _LOOP.format("50 70 80")},
        good={"Makefile": _LOOP.format("50 70 120")},
        gpu=("12.0",),
        line="$(HIGHEST)",
    ),
    LintCase(
        bad={
            ".github/workflows/w.yml": _WHEELS.format(
                "9.0", "ubuntu-24.04", "bash", "export TORCH_CUDA_ARCH_LIST='${{ matrix.archs }}'"
            )
        },
        good={
            ".github/workflows/w.yml": _WHEELS.format(
                "12.0", "ubuntu-24.04", "bash", "export TORCH_CUDA_ARCH_LIST='${{ matrix.archs }}'"
            )
        },
        gpu=("12.0",),
    ),
    LintCase(
        bad={
            ".github/workflows/w.yml": _WHEELS.format(
                "9.0", "windows-2022", "pwsh", "$env:TORCH_CUDA_ARCH_LIST = '${{ matrix.archs }}'"
            )
        },
        good={
            ".github/workflows/w.yml": _WHEELS.format(
                "12.0", "windows-2022", "pwsh", "$env:TORCH_CUDA_ARCH_LIST = '${{ matrix.archs }}'"
            )
        },
        gpu=("12.0",),
    ),
    LintCase(
        bad={"build.rs": _RUST.format("80", "80")},
        good={"build.rs": _RUST.format("120", "120")},
        gpu=("12.1",),
    ),
    # the list of a job that only tests says nothing of what others build
    LintCase(
        bad={"CMakeLists.txt": _DEFAULT.format("75-real"), ".github/workflows/ubuntu.yml": _TESTED},
        good={"CMakeLists.txt": _DEFAULT.format("75-real 120"), ".github/workflows/ubuntu.yml": _TESTED},
        gpu=("12.0",),
        line="set(CMAKE_CUDA_ARCHITECTURES",
    ),
    # a script that does nothing but set it for others
    LintCase(
        bad={"archs.sh": _CASE.format("9.0"), "setup.py": _SETUP.format("flags = []")},
        good={"archs.sh": _CASE.format("12.0"), "setup.py": _SETUP.format("flags = []")},
        gpu=("12.0",),
    ),
)

_TWO_EXTENSIONS = """\
from setuptools import setup
from torch.utils.cpp_extension import BuildExtension, CUDAExtension

both = ["-O3", "-gencode=arch=compute_80,code=sm_80", "-gencode=arch=compute_120,code=sm_120"]
less = ["-O3", {0}]
setup(
    ext_modules=[
        CUDAExtension("{1}", ["a.cu"], extra_compile_args={{"nvcc": both}}),
        CUDAExtension("{2}", ["b.cu"], extra_compile_args={{"nvcc": less}}),
    ],
    cmdclass={{"build_ext": BuildExtension}},
)
"""
_80, _120 = '"-gencode=arch=compute_80,code=sm_80"', '"-gencode=arch=compute_120,code=sm_120"'
_TWO_PROGRAMS = """\
all: fit draw

fit: fit.cu
\tnvcc -gencode arch=compute_80,code=sm_80 -gencode arch=compute_120,code=sm_120 -o fit fit.cu

draw: draw.cu
\tnvcc {0} -o draw draw.cu
"""
_WITH_120 = "-gencode arch=compute_80,code=sm_80 -gencode arch=compute_120,code=sm_120"

CASES += (
    LintCase(  # each extension is loaded by itself
        bad={"setup.py": _TWO_EXTENSIONS.format(_80, "render", "sort")},
        good={"setup.py": _TWO_EXTENSIONS.format(f"{_80}, {_120}", "render", "sort")},
        line="compute_80",
        gpu=("RTX 5070 Ti",),
    ),
    LintCase(  # so is each program
        bad={"Makefile": _TWO_PROGRAMS.format("-gencode arch=compute_80,code=sm_80")},
        good={"Makefile": _TWO_PROGRAMS.format(_WITH_120)},
        line="draw.cu",
        gpu=("RTX 5070 Ti",),
    ),
    LintCase(
        bad={"build.sh": f"nvcc {_WITH_120} -o fit fit.cu\nnvcc -arch=sm_80 -code=sm_80 -o draw draw.cu\n"},
        good={"build.sh": f"nvcc {_WITH_120} -o fit fit.cu\nnvcc -arch=sm_120 -o draw draw.cu\n"},
        line="draw.cu",
        gpu=("RTX 5070 Ti",),
    ),
)

_GATHERED = """\
archs=(70 {0})
for a in "${{archs[@]}}"; do FLAGS+=" -gencode arch=compute_$a,code=sm_$a"; done
nvcc $FLAGS -o fit fit.cu
"""
_IN_ARRAY = """\
FLAGS=(-O3)
for a in 70 {0}; do FLAGS+=(-gencode "arch=compute_$a,code=sm_$a"); done
nvcc "${{FLAGS[@]}}" -o fit fit.cu
"""
_WORD_BY_WORD = """\
ARCHS="70 {0}"
FLAGS=""
for a in $ARCHS; do
  FLAGS="$FLAGS -gencode arch=compute_${{a}},code=sm_${{a}}"
done
nvcc ${{FLAGS}} -o fit fit.cu
"""
_ADDED = 'F="NEW -O3"\n[ -n "$X" ] && F+=" -lineinfo"\nnvcc $F -o fit fit.cu\n'
_JUST = """\
cuda-arch := "{0}"

# for the GPUs of the lab
@build dir="b":
    @cmake -B {{{{dir}}}} -DCMAKE_CUDA_ARCHITECTURES={{{{ cuda-arch }}}}
    cmake --build {{{{dir}}}}
"""
_PLAIN_CMAKE = """\
cmake_minimum_required(VERSION 3.24)
project(fit LANGUAGES CXX CUDA)
add_library(fit SHARED fit.cu)
"""
_BY_NUMBER = """\
cmake_minimum_required(VERSION 3.24)
project(fit LANGUAGES CXX CUDA)
set(CMAKE_CUDA_ARCHITECTURES ${FIT_SM})
add_library(fit SHARED fit.cu)
"""
_IMAGE = """\
FROM nvidia/cuda:12.8.1-devel-ubuntu24.04
ARG FIT_SM{0}
COPY . /src
WORKDIR /src
RUN {1}
"""
_COMPOSE = """\
services:
  fit:
    build:
      context: .
      args:
        FIT_SM: "{0}"
    deploy: {{resources: {{reservations: {{devices: [{{driver: nvidia, capabilities: [gpu]}}]}}}}}}
"""
_SCRIPT = "SM=${1:-120}\nnvcc -gencode arch=compute_${SM},code=sm_${SM} -o fit fit.cu\n"
_OWN_SCRIPT = "nvcc -gencode arch=compute_${FIT_SM},code=sm_${FIT_SM} -o fit fit.cu\n"
_BY_MAKE = "CUDA_ARCH_FLAG ?= sm_120\nfit: fit.cu\n\tnvcc -arch=$(CUDA_ARCH_FLAG) -o fit fit.cu\n"
_UNSET = """\
cmake_minimum_required(VERSION 3.18)
project(fit LANGUAGES CXX CUDA)
if(FIT_ARCHS)
  foreach(arch ${{FIT_ARCHS}})
    string(REGEX MATCH "[0-9]+" number ${{arch}})
    list(APPEND FIT_FLAGS -gencode arch=compute_${{number}},code=sm_${{number}})
  endforeach()
else()
  list(APPEND FIT_FLAGS -gencode arch=compute_{0},code=sm_{0})
endif()
add_library(fit SHARED fit.cu)
target_compile_options(fit PRIVATE ${{FIT_FLAGS}})
"""
_ABOVE_TORCH = """\
cmake_minimum_required(VERSION 3.24)
set(CMAKE_CUDA_ARCHITECTURES {0})
project(fit LANGUAGES CXX CUDA)
add_library(fit SHARED fit.cu)
add_subdirectory(python)
"""
_WITH_TORCH = "find_package(Torch REQUIRED)\nadd_library(fit_torch SHARED torch.cu)\n"

CASES += (
    *(
        LintCase(
            bad={"build.sh": script.format("80")},
            good={"build.sh": script.format("120")},
            line="nvcc",
            gpu=("RTX 5070 Ti",),
        )
        for script in (_GATHERED, _IN_ARRAY, _WORD_BY_WORD)
    ),
    LintCase(  # what a branch may add counts
        bad={"build.sh": _ADDED.replace("NEW", "-arch=sm_80")},
        good={"build.sh": _ADDED.replace("NEW", "-arch=sm_120")},
        line="nvcc",
        gpu=("RTX 5070 Ti",),
    ),
    LintCase(
        bad={"justfile": _JUST.format("80"), "CMakeLists.txt": _PLAIN_CMAKE},
        good={"justfile": _JUST.format("120"), "CMakeLists.txt": _PLAIN_CMAKE},
        line="cuda-arch",
        gpu=("RTX 5070 Ti",),
    ),
    LintCase(  # a number that an image hands to a variable of the project's own
        bad={
            "Dockerfile": _IMAGE.format("=80", "cmake -B b -DFIT_SM=${FIT_SM} && cmake --build b"),
            "CMakeLists.txt": _BY_NUMBER,
        },
        good={
            "Dockerfile": _IMAGE.format("=120", "cmake -B b -DFIT_SM=${FIT_SM} && cmake --build b"),
            "CMakeLists.txt": _BY_NUMBER,
        },
        line="FIT_SM",
        gpu=("RTX 5070 Ti",),
    ),
    LintCase(  # an argument of a script
        bad={"Dockerfile": _IMAGE.format("=80", "./build.sh ${FIT_SM}"), "build.sh": _SCRIPT},
        good={"Dockerfile": _IMAGE.format("=120", "./build.sh ${FIT_SM}"), "build.sh": _SCRIPT},
        line="nvcc",
        gpu=("RTX 5070 Ti",),
    ),
    LintCase(  # a variable of the image's, whose value a compose file gives
        bad={
            "compose.yaml": _COMPOSE.format("80"),
            "Dockerfile": _IMAGE.format("", "./build.sh"),
            "build.sh": _OWN_SCRIPT,
        },
        good={
            "compose.yaml": _COMPOSE.format("120"),
            "Dockerfile": _IMAGE.format("", "./build.sh"),
            "build.sh": _OWN_SCRIPT,
        },
        line="nvcc",
        gpu=("RTX 5070 Ti",),
    ),
    LintCase(
        bad={"Makefile": _BY_MAKE, "build.sh": "make CUDA_ARCH_FLAG=sm_80\n"},
        good={"Makefile": _BY_MAKE, "build.sh": "make CUDA_ARCH_FLAG=sm_120\n"},
        line="make",
        gpu=("RTX 5070 Ti",),
    ),
    LintCase(
        bad={"build.sh": 'make NVCC_GENCODE="-gencode=arch=compute_80,code=sm_80"\n'},
        good={"build.sh": 'make NVCC_GENCODE="-gencode=arch=compute_120,code=sm_120"\n'},
        line="make",
        gpu=("RTX 5070 Ti",),
    ),
    LintCase(  # what a variable opens that nothing sets is not known, and the other branch is
        bad={"CMakeLists.txt": _UNSET.format("70")},
        good={"CMakeLists.txt": _UNSET.format("120")},
        line="compute_70",
        gpu=("RTX 5070 Ti",),
    ),
    LintCase(  # a Makefile that another includes
        bad={"Makefile.Cuda": "TARGETS = 52 80\nGEN=$(foreach t,$(TARGETS),-gencode arch=compute_$(t),code=sm_$(t))\n"},
        good={
            "Makefile.Cuda": "TARGETS = 52 120\nGEN=$(foreach t,$(TARGETS),-gencode arch=compute_$(t),code=sm_$(t))\n"
        },
        line="foreach",
        gpu=("RTX 5070 Ti",),
    ),
    LintCase(  # quotes that the shell takes away
        bad={"Makefile.am": 'nvcc_ARCH = -gencode=arch=compute_52,code=\\"sm_52,compute_52\\"\n'},
        good={"Makefile.am": 'nvcc_ARCH = -gencode=arch=compute_120,code=\\"sm_120,compute_120\\"\n'},
        line="nvcc_ARCH",
        gpu=("RTX 5070 Ti",),
    ),
    LintCase(  # PyTorch's package overwrites the list where it is looked for and below
        bad={"CMakeLists.txt": _ABOVE_TORCH.format("70-real"), "python/CMakeLists.txt": _WITH_TORCH},
        good={"CMakeLists.txt": _ABOVE_TORCH.format("120"), "python/CMakeLists.txt": _WITH_TORCH},
        line="70-real",
        gpu=("RTX 5070 Ti",),
    ),
)

CASES += (
    *(  # programs and flags of variables in a script
        LintCase(bad={"build.sh": script.format(70)}, good={"build.sh": script.format(120)}, gpu=("12.0",))
        for script in (
            "$CUDA_HOME/bin/nvcc -gencode arch=compute_{0},code=sm_{0} -o a a.cu\n",
            "$NVCC -gencode arch=compute_{0},code=sm_{0} -o a a.cu\n",
            'NVCC="$CUDA_PATH/bin/nvcc"\nFLAGS="-gencode arch=compute_{0},code=sm_{0}"\n$NVCC $FLAGS -o a a.cu\n',
        )
    ),
    *(
        LintCase(bad={"CMakeLists.txt": text.format(80)}, good={"CMakeLists.txt": text.format(120)}, gpu=("12.0",))
        for text in (
            # a target that takes the list of another
            "project(x LANGUAGES CXX CUDA)\nadd_library(core core.cu)\n"
            "set_target_properties(core PROPERTIES CUDA_ARCHITECTURES {0}-real)\nadd_executable(demo demo.cu)\n"
            "get_target_property(ARCHS core CUDA_ARCHITECTURES)\n"
            "set_target_properties(demo PROPERTIES CUDA_ARCHITECTURES ${{ARCHS}})\n",
            # -arch of Apple's compiler is no target of nvcc's
            'project(x LANGUAGES CXX CUDA)\nset(CMAKE_CUDA_ARCHITECTURES "{0}-real")\nadd_executable(demo demo.cu)\n'
            'if(APPLE)\nset(CMAKE_ASM_FLAGS "-arch ${{CMAKE_OSX_ARCHITECTURES}}")\nendif()\n',
        )
    ),
)
_FORCED = 'set(CUDA_ARCH_LIST "{}" CACHE STRING "" FORCE)\nset(CUDA_NVCC_FLAGS "{}" CACHE STRING "" FORCE)\n'

NEAR_MISSES = (
    NearMiss(
        "an image for Arm processors, by the name of its file",
        {
            "CMakeLists.txt": "project(x LANGUAGES CXX CUDA)\n",
            "Dockerfile.cross-sbsa": "FROM nvidia/cuda:13.0.1-devel-ubuntu24.04\nCOPY . .\n"
            'RUN cmake -B b "-DCMAKE_CUDA_ARCHITECTURES=90-real;121-real"\n',
        },
        gpu=("6.1",),
    ),
    *(
        NearMiss(
            "a list for FindCUDA, which knows majors of one digit alone, and flags for the rest",
            {"architectures.cmake": _FORCED.format(listed, f"-gencode=arch=compute_{number},code=sm_{number}")},
            gpu=gpus,
        )
        for listed, number, gpus in (("6.1", 100, ("6.1", "10.0")), ("8.7", 110, ("8.7", "11.0")))
    ),
    NearMiss(
        "a list behind a switch that is off, in a project that has CUDA without it",
        {
            "CMakeLists.txt": _SWITCHED.format("WITH_CUDA", "120").replace(
                "endif()\nadd", "endif()\nif(FAST)\n  set(CMAKE_CUDA_ARCHITECTURES 70)\nendif()\nadd"
            )
        },
        gpu=("RTX 5070 Ti",),
    ),
    *(
        NearMiss(why, {"CMakeLists.txt": _OWN_LISTS.format(name, line)}, gpu=("12.0",))
        for why, name, line in (
            (
                "kernels for one GPU, by their target's name",
                "gemm_sm86",
                "set_target_properties(gemm_sm86 PROPERTIES CUDA_ARCHITECTURES 86)",
            ),
            (
                "kernels for GPUs that no other target serves",
                "gemm",
                "set_target_properties(gemm PROPERTIES CUDA_ARCHITECTURES 90a)",
            ),
            (
                "one target for each architecture",
                "one",
                "set_target_properties(one PROPERTIES CUDA_ARCHITECTURES 86)\n"
                "add_library(two OBJECT o.cu)\nset_property(TARGET two PROPERTY CUDA_ARCHITECTURES 120)",
            ),
            (
                "a list that is added to the variable's",
                "more",
                "set_property(TARGET more APPEND PROPERTY CUDA_ARCHITECTURES 86)",
            ),
            (
                "a list of its own, and flags on top of it",
                "more",
                "set_target_properties(more PROPERTIES CUDA_ARCHITECTURES 86)\n"
                "target_compile_options(more PRIVATE -gencode=arch=compute_120,code=sm_120)",
            ),
            (
                "a test that its own machine runs",
                "grid_test",
                "set_target_properties(grid_test PROPERTIES CUDA_ARCHITECTURES 86-real)",
            ),
            (
                "a list in one branch of several",
                "more",
                "if(SMALL)\nset_target_properties(more PROPERTIES CUDA_ARCHITECTURES 86-real)\nendif()",
            ),
        )
    ),
    NearMiss(
        "the target is what make is told, or that of another compiler",
        {
            "Makefile": "k: k.cu\n\tnvcc -arch=$(GPU) -o $@ $<\nLDFLAGS = -arch x86_64 -march=native\n",
            "old/Makefile": "GPU = sm_90\nifdef LAPTOP\nGPU = sm_86\nendif\nFLAGS = -arch=$(GPU)\n",
            "both/Makefile": "ifdef A\nF = -arch=sm_90\nelse\nF = -arch=sm_86\nendif\n# F = -arch=sm_70\n",
        },
        gpu=("RTX 3090",),
    ),
    NearMiss(
        "OpenCV's other settings decide in place of its list",
        {"Dockerfile": _OPENCV.format("8.6", "-D CUDA_GENERATION=$GENERATION ")},
        gpu=("RTX 5070 Ti",),
    ),
    NearMiss(
        "what a program asks the machine for",
        {
            "setup.py": _SETUP.format(
                "import torch\nflags = []\nfor major, minor in map(torch.cuda.get_device_capability, range(1)):\n"
                '    flags.append(f"-gencode=arch=compute_{major}{minor},code=sm_{major}{minor}")\n'
                'flags.append("-gencode=arch=compute_70,code=sm_70")'
            )
        },
        gpu=("12.0",),
    ),
    NearMiss(
        "the last item of a list, which a program changes",
        {
            "setup.py": _SETUP.format(
                'archs = ["7.0"]\narchs[-1] += "+PTX"\nflags = []\nos.environ["TORCH_CUDA_ARCH_LIST"] = ";".join(archs)'
            )
        },
        gpu=("6.1",),
    ),
    NearMiss(
        "an argument that a function of a program is given",
        {
            "setup.py": _SETUP.format(
                'flags = ["-gencode=arch=compute_70,code=sm_70"]\ndef add(arch):\n'
                '    flags.append(f"-gencode=arch=compute_{arch},code=sm_{arch}")'
            )
        },
        gpu=("12.0",),
    ),
    NearMiss(
        "a loop of a Makefile over what its user gives",
        {"Makefile": _LOOP.format("$(shell ./detect)")},
        gpu=("12.0",),
    ),
    NearMiss(
        "cargo beside a list, in an image without CUDA",
        {"Dockerfile": "FROM rust:1.80\nENV CUDAARCHS=89\nCOPY . /a\nRUN cargo build --release\n"},
        gpu=("6.1",),
    ),
    NearMiss(
        "a list for boards with an Arm processor",
        {
            "Dockerfile": "FROM nvidia/cuda:12.8.1-devel-ubuntu24.04\nCOPY . /a\n"
            'RUN cmake -S /a -B /b -DCMAKE_CUDA_ARCHITECTURES="87"\n',
            "CMakeLists.txt": "cmake_minimum_required(VERSION 3.24)\nproject(a LANGUAGES CXX CUDA)\n",
        },
        gpu=("12.0", "6.1"),
    ),
    NearMiss(
        "a comment at the end of a line of Meson",
        {"meson.build": "library('a', 'a.cu', cuda_args: flags # + ['-gencode', 'arch=compute_86,code=sm_86']\n)\n"},
        gpu=("12.0",),
    ),
    NearMiss(
        "a job that tests each proposed change, and the tags as well, keeps nothing",
        {
            ".github/workflows/check.yml": "on:\n  pull_request:\n  push:\n    tags: ['*']\njobs:\n  build:\n"
            "    runs-on: windows-latest\n    steps:\n      - run: cmake -B b -DCMAKE_CUDA_ARCHITECTURES=75 .\n",
            "CMakeLists.txt": "cmake_minimum_required(VERSION 3.24)\nproject(a LANGUAGES CXX CUDA)\n",
        },
        gpu=("12.0",),
    ),
    NearMiss(
        "a job that nobody gets anything of",
        {".github/workflows/a.yml": _JOB.format("v1.8.0").replace("upload-artifact", "download-artifact")},
        gpu=("RTX 5070 Ti",),
    ),
    NearMiss(
        "the list that ggml takes by itself with GGML_CUDA_F16 is another one",
        {"Dockerfile": _CLONED.format("12.4.1", "v1.7.4", "-DGGML_CUDA_F16=ON")},
        gpu=("RTX 3090",),
    ),
    NearMiss(
        "a version of which nobody looked which list it takes",
        {"Dockerfile": _CLONED.format("12.4.1", "b5000", "-DGGML_NATIVE=OFF").replace("whisper.cpp", "llama.cpp")},
        gpu=("RTX 5070 Ti",),
    ),
    NearMiss(
        "lists for Arm processors alone: nvcc's default target is built on others",
        {
            "CMakeLists.txt": """\
cmake_minimum_required(VERSION 3.10)
project(vision)
find_package(CUDA)
if(CMAKE_SYSTEM_PROCESSOR MATCHES "aarch64")
  set(CUDA_NVCC_FLAGS ${CUDA_NVCC_FLAGS}; -gencode arch=compute_53,code=sm_53)
  if(CUDA_VERSION_MAJOR GREATER 10)
    set(CUDA_NVCC_FLAGS ${CUDA_NVCC_FLAGS}; -gencode arch=compute_87,code=sm_87)
  endif()
endif()
cuda_add_library(vision kernels.cu)
""",
        },
        gpu=("RTX 5070 Ti", "GTX 1080"),
    ),
    NearMiss(
        "code of one chip, besides the list of all",
        {
            "Makefile": """\
GENCODE = -gencode=arch=compute_90,code=sm_90 \\
\t-gencode=arch=compute_120,code=sm_120
""",
            "fp8/Makefile": "FP8 = -gencode=arch=compute_100a,code=sm_100a\n",
        },
        gpu=("RTX 5070 Ti",),
    ),
)

_BY_FLAGS = "FROM nvidia/cuda:13.0.1-devel-ubuntu22.04\nCOPY . /src\nRUN cd /src && nvcc {} -o app app.cu\n"
CASES += tuple(
    LintCase(
        bad={"Dockerfile": _BY_FLAGS.format(bad)}, good={"Dockerfile": _BY_FLAGS.format(good)}, gpu=(gpu,), line=bad
    )
    for bad, good, gpu in (  # brackets without quotes, for which a shell finds no file
        (
            "-gencode arch=compute_80,code=[sm_80,sm_86]",
            "-gencode arch=compute_80,code=[sm_80,sm_86] -gencode arch=compute_120,code=sm_120",
            "RTX 5090",
        ),
        ("-arch=sm_100a", "-gencode arch=compute_100f,code=sm_100f", "B300"),
    )
)
NEAR_MISSES += (
    NearMiss(
        "extensions that are for one architecture each, of which the package loads the GPU's own",
        {"setup.py": _TWO_EXTENSIONS.format(_80, "render", "render_sm80")},
        gpu=("RTX 5070 Ti",),
    ),
    NearMiss(
        "extensions whose lists have nothing in common: one may be loaded in place of the other",
        {"setup.py": _TWO_EXTENSIONS.format('"-gencode=arch=compute_90,code=sm_90"', "render", "render_tma")},
        gpu=("RTX 5070 Ti",),
    ),
    NearMiss(
        "an extension that the program may go past",
        {
            "setup.py": _TWO_EXTENSIONS.format(_80, "render", "sort").replace(
                'CUDAExtension("sort", ["b.cu"], extra_compile_args={"nvcc": less})',
                'CUDAExtension("sort", ["b.cu"], extra_compile_args={"nvcc": less}) if OLD else None',
            )
        },
        gpu=("RTX 5070 Ti",),
    ),
    NearMiss(
        "the same source, compiled for one GPU after the other",
        {"build.sh": f"nvcc {_WITH_120} -o fit fit.cu\nnvcc -arch=sm_80 -code=sm_80 -o fit-old fit.cu\n"},
        gpu=("RTX 5070 Ti",),
    ),
    NearMiss(
        "a file that the program loads on one GPU",
        {"build.sh": f"nvcc {_WITH_120} -o fit fit.cu\nnvcc -arch=sm_80 -cubin -o draw.cubin draw.cu\n"},
        gpu=("RTX 5070 Ti",),
    ),
)

NEAR_MISSES += (
    NearMiss(
        "a function's argument is not the script's",
        {
            "Dockerfile": _IMAGE.format("=80", "./build.sh ${FIT_SM}"),
            "build.sh": "one() {\n  nvcc -gencode arch=compute_$1,code=sm_$1 -o fit fit.cu\n}\none 120\n",
        },
        gpu=("RTX 5070 Ti",),
    ),
    NearMiss(
        "a script that moves its arguments on",
        {
            "Dockerfile": _IMAGE.format("=80", "./build.sh ${FIT_SM} 120"),
            "build.sh": "shift\nnvcc -gencode arch=compute_$1,code=sm_$1 -o fit fit.cu\n",
        },
        gpu=("RTX 5070 Ti",),
    ),
    NearMiss(
        "the number is given by whoever builds",
        {"Dockerfile": _IMAGE.format("", "cmake -B b -DFIT_SM=${FIT_SM}"), "CMakeLists.txt": _BY_NUMBER},
        gpu=("RTX 5070 Ti",),
    ),
    NearMiss(
        "a list of an array to which a branch adds the GPU",
        {"build.sh": 'archs=(80)\n[ "$NEW" ] && archs+=(120)\n' + _GATHERED.format("80").split("\n", 1)[1]},
        gpu=("RTX 5070 Ti",),
    ),
    NearMiss(
        "PyTorch is looked for at the top: its package decides everywhere",
        {"CMakeLists.txt": _ABOVE_TORCH.format("70-real").replace("add_subdirectory(python)", "find_package(Torch)")},
        gpu=("RTX 5070 Ti",),
    ),
    NearMiss(
        "a variable that a package may set",
        {"CMakeLists.txt": _UNSET.format("70").replace("if(FIT_ARCHS)", "if(FIT_FOUND)")},
        gpu=("RTX 5070 Ti",),
    ),
)

NEAR_MISSES += (
    NearMiss(
        "a Makefile for one architecture, by its name",
        {"Makefile.sm80": "NVCCFLAGS = -gencode arch=compute_80,code=sm_80\n"},
        gpu=("RTX 5070 Ti",),
    ),
)

_MADE = "FROM nvidia/cuda:12.8.1-devel-ubuntu22.04\nCOPY . /src\n{0}"
_DEFAULTS = (
    "ARCH ?= 86\nNVCCFLAGS = -O3 -gencode arch=compute_$(ARCH),code=sm_$(ARCH)\n"
    "k.so: k.cu\n\tnvcc $(NVCCFLAGS) -o $@ $<\n"
)
_LOOPED = (
    "SMS ?= 75 86\nGENCODE := $(foreach s,$(SMS),-gencode arch=compute_$(s),code=sm_$(s))\n"
    "k.so: k.cu\n\tnvcc $(GENCODE) -o $@ $<\n"
)
NEAR_MISSES += tuple(
    NearMiss(
        "each call of make gives another value than the Makefile's own",
        {"Dockerfile": _MADE.format(f"RUN make -C /src {given}\n"), "Makefile": makefile},
        gpu=("RTX 5070 Ti",),
    )
    for makefile, given in ((_DEFAULTS, "ARCH=120"), (_LOOPED, 'SMS="86 120"'))
)
CASES += tuple(
    LintCase(
        bad={"Dockerfile": _MADE.format(bad), "Makefile": _DEFAULTS},
        good={"Dockerfile": _MADE.format("RUN make -C /src ARCH=120\n"), "Makefile": _DEFAULTS},
        gpu=("RTX 5070 Ti",),
    )
    for bad in (
        "RUN make -C /src ARCH=89\n",
        "RUN make -C /src\n",
        "RUN make -C /src ARCH=120\nRUN make -C /src other\n",
    )
)

# what configure puts into Makefiles, and what the shell of a recipe goes through
_CONFIGURE = 'AC_INIT([a])\nAC_PATH_PROG([NVCC], [nvcc])\nCUDA_FLAGS="-gencode arch=compute_{0},code=sm_{0}"\n'
_PTX_LOOP = """\
ifeq ($(CUDA_CC),)
\tCUDA_CC = {0} # the lowest
endif
NVCCFLAGS = -std=c++17 -ptx

%.go: %.cu
\t@ for cc in $(CUDA_CC); do \\
\t\tnvcc $(NVCCFLAGS) -arch=compute_$$cc -code=sm_$$cc $< -o $*_$$cc.ptx ;\\
\tdone
"""
CASES += tuple(
    LintCase(bad={name: text.format("50")}, good={name: text.format("120")}, line=line, gpu=("RTX 5070 Ti",))
    for name, text, line in (
        ("configure.ac", _CONFIGURE, "-gencode"),
        ("m4/cuda.m4", _CONFIGURE, "-gencode"),
        ("Makefile", _PTX_LOOP.replace(" -ptx", ""), "-arch"),
    )
)
CASES += (
    LintCase(  # which is JIT on every GPU: machine code is no part of it
        bad={"Makefile": _PTX_LOOP.format("50")},
        good={"Makefile": _PTX_LOOP.replace(" -ptx", "").format("50 120")},
        line="-arch",
        gpu=("RTX 5070 Ti",),
    ),
)
NEAR_MISSES += (
    NearMiss(
        "configure chooses by what its user says",
        {"configure.ac": _CONFIGURE.format("50").replace("_50", "_$arch")},
        gpu=("RTX 5070 Ti",),
    ),
    NearMiss("of a comment", {"configure.ac": "AC_INIT\n# nvcc -gencode arch=compute_50,code=sm_50\n"}, gpu=("12.0",)),
    NearMiss("a loop over what make finds out", {"Makefile": _PTX_LOOP.format("$(shell ./cc)")}, gpu=("12.0",)),
)

# variables of which one is chosen, and what stands behind the flags
_CHOSEN = """\
GENCODE_SM61 := -gencode arch=compute_61,code=sm_61 # Pascal
GENCODE_SM86 := -gencode arch=compute_86,code=sm_86 # Ampere
GENCODE_FLAGS := $({0})
k.o: k.cu
\tnvcc $(GENCODE_FLAGS) -c -o $@ $<
"""
_BEHIND = "NVCCFLAGS = -O2 -arch=sm_{0} --use_fast_math #-maxrregcount 30\nk.o: k.cu\n\t$(NVCC) -c $(NVCCFLAGS) $<\n"
_QUOTED = """\
project(a CUDA)
find_package(CUDA)
list(APPEND CUDA_NVCC_FLAGS "-O3 -gencode=arch=compute_{0},code=\\"sm_{0},compute_{0}\\"")
cuda_add_executable(a a.cu)
"""
_BY_COMPILER = """\
find_package(CUDA)
if(CUDA_COMPILER STREQUAL "clang")
  message(STATUS "clang")
elseif(CUDA_COMPILER STREQUAL "nvcc")
  set(CUDA_NVCC_FLAGS ${{CUDA_NVCC_FLAGS}} "--generate-code arch=compute_{0},code=sm_{0}")
endif()
cuda_add_executable(a a.cu)
"""
_OWN_NAME = {
    "CMakeLists.txt": "project(a CUDA)\nadd_library(a a.cu)\n"
    'set_target_properties(a PROPERTIES CUDA_ARCHITECTURES "${A_CUDA_ARCHITECTURES}")\n'
}
CASES += (
    LintCase(bad={"Makefile": _CHOSEN.format("GENCODE_SM86")}, good={"Makefile": _CHOSEN.format("GENCODE_SM61")},
             line="GENCODE_SM86 :=", gpu=("GTX 1080",)),
    LintCase(bad={"Makefile": _BEHIND.format("52")}, good={"Makefile": _BEHIND.format("61")}, line="-arch=sm_52",
             gpu=("GTX 1080",)),
    LintCase(bad={"CMakeLists.txt": _QUOTED.format("52")}, good={"CMakeLists.txt": _QUOTED.format("61")},
             line="list(APPEND", gpu=("GTX 1080",)),
    LintCase(bad={"CMakeLists.txt": _BY_COMPILER.format("52")}, good={"CMakeLists.txt": _BY_COMPILER.format("61")},
             line="set(CUDA", gpu=("GTX 1080",)),
    LintCase(bad={**_OWN_NAME, "build.sh": "cmake -B b -DA_CUDA_ARCHITECTURES=75 .\n"},
             good={**_OWN_NAME, "build.sh": "cmake -B b -DA_CUDA_ARCHITECTURES=61 .\n"}, line="cmake -B",
             gpu=("GTX 1080",)),
)  # fmt: skip
_B200 = "FROM nvidia/cuda:12.8.1-devel-ubuntu24.04\nENV TORCH_CUDA_ARCH_LIST=10.0\nRUN pip install git+https://a.b/c\n"
NEAR_MISSES += (
    NearMiss("an image for another product, by its name", {"docker/Dockerfile.B200": _B200}, gpu=("RTX 5070 Ti",)),
    NearMiss(
        "a variable that is chosen elsewhere",
        {"Makefile": "include rules.mk\n" + _CHOSEN.format("GENCODE_SM86")},
        gpu=("GTX 1080",),
    ),
)
CASES += (
    LintCase(  # and for the product itself
        bad={"docker/Dockerfile.B200": _B200.replace("10.0", "9.0")},
        good={"docker/Dockerfile.B200": _B200},
        line="ENV",
        gpu=("B200",),
    ),
)

_STUDIO = """\
<Project>
{0}
  <ItemDefinitionGroup Condition="'$(Configuration)|$(Platform)'=='Release|x64'">
    <CudaCompile><CodeGeneration>compute_{1},sm_{1}</CodeGeneration></CudaCompile>
  </ItemDefinitionGroup>
  <ItemDefinitionGroup Condition="'$(Configuration)|$(Platform)'=='{2}|x64'">
    <CudaCompile><CodeGeneration>compute_90,sm_90</CodeGeneration></CudaCompile>
  </ItemDefinitionGroup>
</Project>
"""
_ONLY_C = '  <Import Project="$(VCTargetsPath)\\Microsoft.Cpp.props" />'
_IMPORT = '  <Import Project="$(VCTargetsPath)\\BuildCustomizations\\CUDA 12.8.props" />'
CASES += (
    LintCase(  # the list of a configuration for the CPU is none
        bad={"a.vcxproj": _STUDIO.format(_IMPORT, "80", "ReleaseCPU")},
        good={"a.vcxproj": _STUDIO.format(_IMPORT, "120", "ReleaseCPU")},
        line="compute_80",
        gpu=("RTX 5070 Ti",),
    ),
    LintCase(  # of a project that imports nothing it is not known what it compiles
        bad={"a.vcxproj": _STUDIO.format("", "80", "ReleaseCPU")},
        good={"a.vcxproj": _STUDIO.format("", "120", "ReleaseCPU")},
        line="compute_80",
        gpu=("RTX 5070 Ti",),
    ),
)
NEAR_MISSES += (
    NearMiss("a project without CUDA", {"a.vcxproj": _STUDIO.format(_ONLY_C, "80", "Debug")}, gpu=("RTX 5070 Ti",)),
)

_OF_PROCESSOR = """\
FROM nvidia/cuda:12.9.1-devel-ubuntu24.04
RUN apt-get update && apt-get install -y g++ cmake ninja-build
WORKDIR /src
COPY . .
RUN cmake -S . -B build -G Ninja -DCMAKE_CUDA_ARCHITECTURES="{}" && cmake --build build
"""
_BY_NVCC = """\
FROM nvidia/cuda:12.9.1-devel-ubuntu24.04
ENV NVCC_APPEND_FLAGS="-gencode=arch=compute_{0},code=sm_{0} -gencode=arch=compute_{0},code=compute_{0}"
WORKDIR /src
COPY . .
RUN make
"""
_SOURCES = {
    "CMakeLists.txt": "cmake_minimum_required(VERSION 3.24)\nproject(k LANGUAGES CUDA)\nadd_library(k SHARED k.cu)\n",
    "k.cu": "__global__ void k() {}\n",
}
CASES += (
    LintCase(  # an image for x86-64 with no image for Arm beside it
        bad={**_SOURCES, "Dockerfile.amd64": _OF_PROCESSOR.format("103")},
        good={**_SOURCES, "Dockerfile.amd64": _OF_PROCESSOR.format("103;121")},
        gpu=("GB10", "B300"),
        line='-DCMAKE_CUDA_ARCHITECTURES="103"',
    ),
)
NEAR_MISSES += (
    NearMiss(
        "an image for each processor: the GPU with an Arm processor has its code in the other",
        {
            **_SOURCES,
            "Dockerfile.cuda12.9-amd64": _OF_PROCESSOR.format("103"),
            "Dockerfile.cuda12.9-arm64": _OF_PROCESSOR.format("121-real;90-virtual"),
        },
        gpu=("GB10", "B300"),
    ),
    NearMiss(
        "the same with flags for nvcc in the environment",
        {
            "Dockerfile.amd64": _BY_NVCC.format("103"),
            "Dockerfile.arm64": _BY_NVCC.format("121"),
        },
        gpu=("GB10", "B300"),
    ),
)

_FIND_CUDA = """\
cmake_minimum_required(VERSION 3.10)
project(k)
find_package(CUDA REQUIRED)
{}
list(APPEND CUDA_NVCC_FLAGS ${{FLAGS}} {})
cuda_add_library(k k.cu)
"""
_NEWEST = "-gencode arch=compute_120,code=sm_120"
_FROM_ENVIRONMENT = """\
cmake_minimum_required(VERSION 3.18)
project(k LANGUAGES CXX CUDA)
if(DEFINED ENV{K_CUDA_ARCH})
  set(K_CUDA_ARCH $ENV{K_CUDA_ARCH})
else()
  set(K_CUDA_ARCH Auto)
endif()
include(FindCUDA/select_compute_arch)
cuda_select_nvcc_arch_flags(FLAGS ${K_CUDA_ARCH})
string(REGEX MATCHALL "sm_[0-9][0-9]" CODES "${FLAGS}")
set(CMAKE_CUDA_ARCHITECTURES "${CODES}")
add_library(k SHARED k.cu)
"""
_WHEELS = """\
on: {{push: {{tags: ["v*"]}}}}
jobs:
  wheels:
    runs-on: ubuntu-24.04
    steps:
      - uses: actions/checkout@v4
      - {}
        env:
          CIBW_ENVIRONMENT: {}
      - uses: actions/upload-artifact@v4
"""
_LOOP = """\
cmake_minimum_required(VERSION 3.20)
project(k CXX)
set(K_ARCH "sm_{}" CACHE STRING "the GPU")
if(NOT CMAKE_CUDA_ARCHITECTURES)
  string(REPLACE "sm_" "" K_NUMBERS "${{K_ARCH}}")
  string(REPLACE "," ";" K_ARCH "${{K_NUMBERS}}")
  set(CMAKE_CUDA_ARCHITECTURES "${{K_ARCH}}")
else()
  set(K_ARCH "CMake's list: ${{CMAKE_CUDA_ARCHITECTURES}}")
endif()
enable_language(CUDA)
foreach(ONE ${{K_LIBRARIES}})
  message(STATUS "${{ONE}}")
endforeach()
foreach(ONE IN LISTS CMAKE_CUDA_ARCHITECTURES)
  set(CMAKE_CUDA_FLAGS "${{CMAKE_CUDA_FLAGS}} -gencode arch=compute_${{ONE}},code=sm_${{ONE}}")
endforeach()
add_library(k SHARED k.cu)
"""
_DEFAULTS = """\
cmake_minimum_required(VERSION 3.10)
project(k)
find_package(CUDA REQUIRED)
set(K_ARCH "" CACHE STRING "the GPU")
if(K_ARCH STREQUAL "")
  set(K_FLAG "-arch=sm_{}")
else()
  set(K_FLAG "-arch=sm_${{K_ARCH}}")
endif()
set(CUDA_NVCC_FLAGS "${{K_FLAG}}")
cuda_add_library(k k.cu)
"""
_TORCH = (
    "from setuptools import setup\nfrom torch.utils.cpp_extension import BuildExtension, CUDAExtension\n"
    'setup(name="k", ext_modules=[CUDAExtension("k", ["k.cu"])], cmdclass={"build_ext": BuildExtension})\n'
)
_CASES = '#!/bin/bash\ncase "$1" in\n{}  *)\n    echo unknown\n    exit 1\n    ;;\nesac\n'
_ONE_CASE = '  {}\n    export TORCH_CUDA_ARCH_LIST="{}"\n    export CUDA_TAG={}\n    ;;\n'
_ONE_LIST = {"cu118)": "7.5;8.0", "cu121)": "8.0;9.0"}
_IN_CASES = "".join(_ONE_CASE.format(name, numbers, "x") for name, numbers in _ONE_LIST.items())
_IN_LOOP = f"for v in 3.11 3.12; do\n{_CASES.format(_IN_CASES)}python setup.py bdist_wheel\ndone\n"
_COMMA = """\
COMMA := ,
K_ARCH = sm_{}
K_NUMBERS = $(patsubst sm_%,%,$(subst $(COMMA), ,$(K_ARCH)))
FLAGS = $(strip $(if $(findstring $(COMMA),$(K_ARCH)),\\
 $(foreach each,$(K_NUMBERS),-gencode arch=compute_$(each)$(COMMA)code=sm_$(each)),\\
 -arch=$(K_ARCH)))
k.o: k.cu
\tnvcc $(FLAGS) -c $< -o $@
"""
_CANDLE = (
    '[package]\nname = "k"\nversion = "0.1.0"\n[dependencies]\ncandle-core = { version = "0.9", features = ["cuda"] }\n'
)
_MATRIX = """\
on: {{push: {{tags: ["v*"]}}}}
jobs:
  k:
    runs-on: ubuntu-24.04
    strategy:
      matrix:
        include:
          - {{name: cpu, cuda: "", cap: ""}}
          - {{name: cuda, cuda: "12.8.1", cap: "{}"}}
    steps:
      - uses: actions/checkout@v4
      - uses: Jimver/cuda-toolkit@v0.2.30
        if: matrix.cuda != ''
        with:
          cuda: ${{{{ matrix.cuda }}}}
      - if: matrix.cuda != ''
        env:
          CUDA_COMPUTE_CAP: ${{{{ matrix.cap }}}}
        run: cargo build --release
      - uses: actions/upload-artifact@v4
"""
CASES += tuple(
    LintCase(
        bad={"CMakeLists.txt": _FIND_CUDA.format(f"cuda_select_nvcc_arch_flags(FLAGS{words})", "")},
        good={"CMakeLists.txt": _FIND_CUDA.format(f"cuda_select_nvcc_arch_flags(FLAGS{words})", _NEWEST)},
        gpu=("12.0",),
        line="cuda_select_nvcc_arch_flags",
    )
    for words in (" Common", " Auto", "", " All", " Turing 8.6+PTX")
)
CASES += tuple(
    LintCase(
        bad={"CMakeLists.txt": _FROM_ENVIRONMENT, ".github/workflows/r.yml": _WHEELS.format(step, bad)},
        good={"CMakeLists.txt": _FROM_ENVIRONMENT, ".github/workflows/r.yml": _WHEELS.format(step, good)},
        gpu=("RTX 5090",),
        line=bad,
    )
    for step in ("run: python -m cibuildwheel", "uses: pypa/cibuildwheel@v2.23.2")
    for bad, good in (
        ('A=1 K_CUDA_ARCH="7.5 8.6" B=2', 'A=1 K_CUDA_ARCH="7.5 12.0" B=2'),
        ("'CMAKE_ARGS=\"-DCMAKE_CUDA_ARCHITECTURES=80-real\"'", "'CMAKE_ARGS=\"-DCMAKE_CUDA_ARCHITECTURES=120-real\"'"),
    )
)
CASES += (
    LintCase(  # string() changes the list step by step, and a loop gives its items to nvcc once more
        bad={"CMakeLists.txt": _LOOP.format("75")},
        good={"CMakeLists.txt": _LOOP.format("120")},
        gpu=("12.0",),
        line="set(CMAKE_CUDA_ARCHITECTURES",
    ),
    LintCase(  # a number that nobody gives is the user's
        bad={"CMakeLists.txt": _DEFAULTS.format("75")},
        good={"CMakeLists.txt": _DEFAULTS.format("120")},
        gpu=("12.0",),
        line='set(K_FLAG "-arch=sm_75")',
    ),
    LintCase(  # two variables in each case, and a command in the last
        bad={"setup.py": _TORCH, "ci/env.sh": _CASES.format(_IN_CASES)},
        good={"setup.py": _TORCH, "ci/env.sh": _CASES.format(_IN_CASES.replace("8.0;9.0", "8.0;12.0"))},
        gpu=("12.0",),
        line='TORCH_CUDA_ARCH_LIST="8.0;9.0"',
    ),
    LintCase(
        bad={"ci/build.sh": _IN_LOOP},
        good={"ci/build.sh": _IN_LOOP.replace("8.0;9.0", "8.0;12.0")},
        gpu=("12.0",),
        line='TORCH_CUDA_ARCH_LIST="8.0;9.0"',
    ),
    LintCase(
        bad={"defaults.mk": _COMMA.format("60")},
        good={"defaults.mk": _COMMA.format("120")},
        gpu=("12.0",),
        line="-gencode",
    ),
    LintCase(  # a run of the matrix without a number builds for the processor
        bad={"Cargo.toml": _CANDLE, ".github/workflows/r.yml": _MATRIX.format("89")},
        good={"Cargo.toml": _CANDLE, ".github/workflows/r.yml": _MATRIX.format("120")},
        gpu=("12.0",),
        line="CUDA_COMPUTE_CAP",
    ),
    LintCase(  # a part of a Dockerfile
        bad={"gpu.Dockerfile": "ENV TORCH_CUDA_ARCH_LIST=8.0\nRUN pip install git+https://github.com/a/b\n"},
        good={"gpu.Dockerfile": "ENV TORCH_CUDA_ARCH_LIST=12.0\nRUN pip install git+https://github.com/a/b\n"},
        gpu=("12.0",),
        line="TORCH_CUDA_ARCH_LIST",
    ),
)
_NATIVE = """\
FLAGS = -O2 {}
k.o: k.cu
\tnvcc $(FLAGS) -c $< -o $@
int8.o: int8.cu
\tnvcc $(FLAGS) -gencode arch=compute_120f,code=sm_120 -c $< -o $@
"""
_IMAGE = (
    "FROM nvidia/cuda:12.8.1-devel-ubuntu24.04\nENV TORCH_CUDA_ARCH_LIST=7.0\nADD . .\nRUN python3 setup.py install\n"
)
NEAR_MISSES += (
    NearMiss(
        "a function of the project's own, which may know newer GPUs",
        {
            "CMakeLists.txt": _FIND_CUDA.format("include(select.cmake)\ncuda_select_nvcc_arch_flags(FLAGS Auto)", ""),
            "select.cmake": "function(cuda_select_nvcc_arch_flags OUT)\nendfunction()\n",
        },
        gpu=("12.0",),
    ),
    NearMiss(
        "a case of a script leaves the list to PyTorch",
        {
            "setup.py": _TORCH,
            "ci/env.sh": _CASES.replace("    echo unknown\n    exit 1\n", "").format(
                '  cu128)\n    export TORCH_CUDA_ARCH_LIST="8.0"\n    ;;\n' * 2
                + "  cu129)\n    export CUDA_TAG=x\n    ;;\n"
            ),
        },
        gpu=("12.0",),
    ),
    NearMiss("one source of a Makefile is for one GPU", {"Makefile": _NATIVE.format("-arch=native")}, gpu=("6.1",)),
    NearMiss(
        "a setup.py that runs CMake reads no list of PyTorch's",
        {
            "setup.py": "import subprocess, setuptools\nsubprocess.run(['cmake', '.'])\nsetuptools.setup(name='k')\n",
            "CMakeLists.txt": "project(k CUDA)\nset(CMAKE_CUDA_ARCHITECTURES 120)\n",
            "Dockerfile": _IMAGE,
        },
        gpu=("12.0",),
    ),
    NearMiss(
        "no release builds that target, which is said of it",
        {"Makefile": _ARCH_MAKEFILES[0].format("sm_13")},
        gpu=("12.0",),
    ),
)

_TABLE = """\
#!/bin/bash
ROWS=(
  "12.8.1 cu128 {}"
  "13.0.1 cu130 {}"
)
one() {{
  read -r CUDA TAG ARCHS <<< "$1"
  docker build --build-arg CUDA=$CUDA --build-arg ARCHS="${{ARCHS}}" -t k:$TAG .
}}
for row in "${{ROWS[@]}}"; do
  one "$row"
done
"""
_OF_TABLE = """\
ARG CUDA=12.8.1
FROM nvidia/cuda:${CUDA}-devel-ubuntu24.04
ARG ARCHS=120
RUN apt-get update && apt-get install -y cmake g++
COPY . /src
RUN cmake -S /src -B /src/build -DCMAKE_CUDA_ARCHITECTURES="${ARCHS}" && cmake --build /src/build
"""
CASES += (
    LintCase(  # build arguments out of a table, by `read`
        bad={**_SOURCES, "Dockerfile": _OF_TABLE, "build.sh": _TABLE.format("80;90", "80;90")},
        good={**_SOURCES, "Dockerfile": _OF_TABLE, "build.sh": _TABLE.format("80;90", "80;120")},
        gpu=("12.0",),
        line="ARCHS=",
    ),
)

_TWO_TARGETS = """\
cmake_minimum_required(VERSION 3.24)
set(CMAKE_CUDA_ARCHITECTURES 120)
project(grid LANGUAGES CXX CUDA)
add_library(grid SHARED grid.cu)
add_library({1} {2} {3})
set_target_properties({1} PROPERTIES CUDA_ARCHITECTURES "{0}")
{4}
"""
_ALONE = ("mesh", "SHARED", "mesh.cu")
_TOP = "project(x LANGUAGES CXX CUDA)\nset(CMAKE_CUDA_ARCHITECTURES 120)\nadd_library(grid grid.cu)\n{}"
_OLD_TARGET = 'add_library(mesh mesh.cu)\nset_target_properties(mesh PROPERTIES CUDA_ARCHITECTURES "75-real")\n'
CASES += (
    *(  # another target that has the GPU's code helps this one nothing
        LintCase(
            bad={"CMakeLists.txt": _TWO_TARGETS.format("75-real", *_ALONE, more)},
            good={"CMakeLists.txt": _TWO_TARGETS.format("75-real;120", *_ALONE, more)},
            line="75-real",
            gpu=("RTX 5090",),
        )
        for more in (
            "",
            'set_property(TARGET grid PROPERTY CUDA_ARCHITECTURES "120")',
            "add_executable(p main.cu)\ntarget_link_libraries(p PRIVATE mesh)\n"
            'set_target_properties(p PROPERTIES CUDA_ARCHITECTURES "120")',
        )
    ),
    LintCase(  # in a folder that is always added
        bad={"CMakeLists.txt": _TOP.format("add_subdirectory(mesh)\n"), "mesh/CMakeLists.txt": _OLD_TARGET},
        good={
            "CMakeLists.txt": _TOP.format("add_subdirectory(mesh)\n"),
            "mesh/CMakeLists.txt": _OLD_TARGET.replace("75", "120"),
        },
        line="75-real",
        gpu=("RTX 5090",),
    ),
)
NEAR_MISSES += (
    *(
        NearMiss(why, {"CMakeLists.txt": _TWO_TARGETS.format("75-real", *made, more)}, gpu=("RTX 5090",))
        for why, made, more in (
            ("the same sources, once more for old GPUs", ("mesh", "SHARED", "grid.cu"), ""),
            ("sources for one architecture", ("mesh", "SHARED", "mesh_turing.cu"), ""),
            ("for old GPUs, by its name", ("mesh_legacy", "SHARED", "mesh.cu"), ""),
            ("a plugin", ("mesh", "MODULE", "mesh.cu"), ""),
            ("not built unless somebody asks for it", ("mesh", "SHARED", "EXCLUDE_FROM_ALL mesh.cu"), ""),
            (
                "one program links both and may choose",
                _ALONE,
                'set_target_properties(grid PROPERTIES CUDA_ARCHITECTURES "120")\n'
                "add_executable(p main.cpp)\ntarget_link_libraries(p PRIVATE mesh grid)",
            ),
        )
    ),
    *(
        NearMiss(why, {"CMakeLists.txt": _TOP.format(added), "mesh/CMakeLists.txt": _OLD_TARGET}, gpu=("RTX 5090",))
        for why, added in (
            ("a folder that an option adds", "option(OLD x)\nif(OLD)\n  add_subdirectory(mesh)\nendif()\n"),
            ("a folder that nothing adds", ""),
        )
    ),
    NearMiss("a test", {"CMakeLists.txt": _TOP.format(_OLD_TARGET.replace("mesh", "mesh_test"))}, gpu=("RTX 5090",)),
    NearMiss(
        "in a loop, a target for each architecture",
        {
            "CMakeLists.txt": _TOP.format(
                "foreach(arch 75 90 120)\n  add_library(k${arch} k.cu)\n"
                "  set_target_properties(k${arch} PROPERTIES CUDA_ARCHITECTURES ${arch}-real)\nendforeach()\n"
            )
        },
        gpu=("RTX 5090",),
    ),
)

_VS = """\
<Project>
  <ItemDefinitionGroup Condition="'$(Configuration)|$(Platform)'=='Release|x64'">
    <CudaCompile><CodeGeneration>{}</CodeGeneration></CudaCompile>
  </ItemDefinitionGroup>
</Project>
"""
_ADDED = """\
export CUDAARCHS="70-real;80-real"
if [[ "$version" == "11.8" ]]; then
  export CUDAARCHS="${{CUDAARCHS}};86"
elif [[ "$version" == "12."* ]]; then
  export CUDAARCHS="${{CUDAARCHS}};{}"
else
  exit 1
fi
cmake "$SRC_DIR" -G Ninja
"""
_ADDED_BATCH = """\
set "CUDAARCHS=70-real;80-real"
if "%version%"=="11.8" (
  set "CUDAARCHS=%CUDAARCHS%;86"
) else if "%version:~0,3%"=="12." (
  set "CUDAARCHS=%CUDAARCHS%;{}"
)
cmake %SRC_DIR% -G Ninja
"""
_SPACK = "spack:\n  specs:\n  # - hpx +cuda cuda_arch=120\n  - raja +cuda cuda_arch={}\n  view: false\n"
_FETCHED = """\
on: [release]
jobs:
  build:
    runs-on: {}
    steps:
    - run: curl -sL https://github.com/vapoursynth/vapoursynth/archive/refs/tags/R57.zip -o vs.zip
    - shell: bash
      run: cmake -S . -B build -D "CMAKE_CUDA_ARCHITECTURES={}"
    - uses: actions/upload-artifact@v4
"""
_CMAKE = "cmake_minimum_required(VERSION 3.24)\nproject(k LANGUAGES CXX CUDA)\nadd_library(k k.cu)\n"
_GATHERING = """\
FLAGS="--prefix=$PREFIX"
if [ -n "$GENCODE" ]; then
    FLAGS="$FLAGS --with-nvcc-gencode=\\"$GENCODE\\""
else
    FLAGS="$FLAGS --with-nvcc-gencode=\\"-gencode=arch=compute_80,code=sm_80{}\\""
fi
eval "$SRC/configure $FLAGS"
"""
_ELSEWHERE = 'FROM nvidia/cuda:12.8.1-devel-ubuntu22.04\nRUN TORCH_CUDA_ARCH_LIST="{}" python3 ./setup.py bdist_wheel\n'
_OF_CUPY = "FROM ubuntu:24.04\nRUN git clone https://github.com/cupy/cupy && cd cupy && pip install .\n"
CASES += (
    LintCase(  # the release of CUDA in the name of a project file is no target
        bad={"app-cuda80.vcxproj": _VS.format("compute_61,sm_61")},
        good={"app-cuda80.vcxproj": _VS.format("compute_61,sm_61;compute_120,sm_120")},
        gpu=("12.0",),
        line="CodeGeneration",
    ),
    LintCase(  # what each branch of a script adds to what was there before all of them
        bad={"build.sh": _ADDED.format("90")},
        good={"build.sh": _ADDED.format("90;120-real")},
        gpu=("12.0",),
        line='CUDAARCHS};90"',
    ),
    LintCase(
        bad={"build.bat": _ADDED_BATCH.format("90")},
        good={"build.bat": _ADDED_BATCH.format("90;120-real")},
        gpu=("12.0",),
        line="CUDAARCHS%;90",
    ),
    LintCase(
        bad={"env/spack.yaml": _SPACK.format("70,80")},
        good={"env/spack.yaml": _SPACK.format("70,120")},
        gpu=("12.0",),
        line="cuda_arch=70,80",
    ),
    LintCase(
        bad={"Dockerfile": "FROM ubuntu:24.04\nARG A=60\nRUN spack config add packages:all:variants:cuda_arch=$A\n"},
        good={"Dockerfile": "FROM ubuntu:24.04\nARG A=120\nRUN spack config add packages:all:variants:cuda_arch=$A\n"},
        gpu=("12.0",),
        line="cuda_arch=$A",
    ),
    LintCase(
        bad={"build.sh": 'cmake $SRC -DGPU_TARGET="Volta Ampere" -DMAGMA_ENABLE_CUDA=ON\n'},
        good={"build.sh": 'cmake $SRC -DGPU_TARGET="Volta Ampere sm_120" -DMAGMA_ENABLE_CUDA=ON\n'},
        gpu=("12.0",),
        line="Volta Ampere",
    ),
    LintCase(
        bad={"Dockerfile": "FROM ubuntu:24.04\nRUN ./configure --with-gencode='-gencode=arch=compute_80,code=sm_80'\n"},
        good={
            "Dockerfile": "FROM ubuntu:24.04\nRUN ./configure --with-gencode='-gencode=arch=compute_120,code=sm_120'\n"
        },
        gpu=("12.0",),
        line="--with-gencode",
    ),
    LintCase(  # flags that a script gathers in branches: none of them serves the GPU
        bad={"build.sh": _GATHERING.format("")},
        good={"build.sh": _GATHERING.format(" -gencode=arch=compute_120,code=sm_120")},
        gpu=("12.0",),
        line="compute_80",
    ),
    LintCase(  # that another image clones an engine which reads no such list says nothing of this one
        bad={"Dockerfile": _ELSEWHERE.format("8.0 9.0"), "other/Dockerfile": _OF_CUPY},
        good={"Dockerfile": _ELSEWHERE.format("8.0 12.0"), "other/Dockerfile": _OF_CUPY},
        gpu=("12.0",),
        line="TORCH_CUDA_ARCH_LIST",
    ),
    LintCase(  # a job that fetched something builds its own project all the same
        bad={"CMakeLists.txt": _CMAKE, ".github/workflows/b.yml": _FETCHED.format("windows-2022", "75;86-real")},
        good={"CMakeLists.txt": _CMAKE, ".github/workflows/b.yml": _FETCHED.format("windows-2022", "75;120-real")},
        gpu=("12.0",),
        line="CMAKE_CUDA_ARCHITECTURES",
    ),
    LintCase(  # what is built for Linux does not serve Windows
        bad={
            "CMakeLists.txt": _CMAKE,
            ".github/workflows/a.yml": _FETCHED.format("ubuntu-24.04", "75;120-real"),
            ".github/workflows/b.yml": _FETCHED.format("windows-2022", "75;86-real"),
        },
        good={
            "CMakeLists.txt": _CMAKE,
            ".github/workflows/a.yml": _FETCHED.format("ubuntu-24.04", "75;120-real"),
            ".github/workflows/b.yml": _FETCHED.format("windows-2022", "75;120-real"),
        },
        gpu=("12.0",),
        line="75;86-real",
    ),
)
NEAR_MISSES += (
    NearMiss(
        "each environment of Spack is for a machine of its own, and one of them serves the GPU",
        {"80/spack.yaml": _SPACK.format("80"), "120/spack.yaml": _SPACK.format("120")},
        gpu=("12.0",),
    ),
    NearMiss(
        "a job of the same system serves the GPU",
        {
            "CMakeLists.txt": _CMAKE,
            ".github/workflows/a.yml": _FETCHED.format("windows-2025", "75;120-real"),
            ".github/workflows/b.yml": _FETCHED.format("windows-2022", "75;86-real"),
        },
        gpu=("12.0",),
    ),
    NearMiss(
        "another maker's targets",
        {"build.sh": 'cmake $SRC -DGPU_TARGET="gfx90a gfx942" -DMAGMA_ENABLE_HIP=ON\n'},
        gpu=("12.0",),
    ),
)


_SWITCHED_OFF = (
    "import os\nfrom setuptools import setup\nfrom torch.utils.cpp_extension import BuildExtension, CUDAExtension\n"
    'os.environ["TORCH_CUDA_ARCH_LIST"] = "8.0;8.6"\n'
    'setup(name="a", cmdclass={{"build_ext": BuildExtension}}, ext_modules=[CUDAExtension("a", ["a.cu"],\n'
    '    extra_compile_args={{"nvcc": ["-O3", "-gencode=arch=compute_{0},code=sm_{0}"]}})])\n'
)
CASES += (
    LintCase(  # the flags alone count, and only they can be mended
        bad={"setup.py": _SWITCHED_OFF.format(80)},
        good={"setup.py": _SWITCHED_OFF.format(120)},
        line="-gencode",
        gpu=("12.0",),
    ),
    LintCase(  # in a branch the flags may be left out: the list counts then
        bad={
            "setup.py": _SWITCHED_OFF.format(120).replace('"-O3", ', '"-O3", *([] if X else [').replace('"]}', '"])]}')
        },
        good={"setup.py": _SWITCHED_OFF.format(120)},
        line="TORCH_CUDA_ARCH_LIST",
        gpu=("12.0",),
    ),
)
