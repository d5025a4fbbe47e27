"""`image-cannot-build-target`: the image's CUDA release cannot build a target."""

from __future__ import annotations

from tests.helpers.lint_case import LintCase, NearMiss

_PACKAGED = """\
FROM ubuntu:22.04
RUN apt-get update && apt-get install -y nvidia-cuda-toolkit cmake g++
COPY . /src
RUN cmake -S /src -B /b "-DCMAKE_CUDA_ARCHITECTURES=75;89" && cmake --build /b
"""
_LISTS = "cmake_minimum_required(VERSION 3.18)\nproject(x LANGUAGES CXX CUDA)\nadd_library(x SHARED k.cu)\n"

_OPENCV = """\
FROM nvidia/cuda:13.0.1-devel-ubuntu24.04
RUN git clone https://github.com/opencv/opencv && cmake ../opencv -DWITH_CUDA=ON -DCUDA_ARCH_BIN={} && make -j8
"""

_INSTALLED = """\
FROM {0}
COPY k.cu .
RUN apt-get update && apt-get install -y cuda-nvcc-{1} cuda-cudart-dev-{1}
RUN nvcc -gencode arch=compute_120,code=sm_120 -o k k.cu
"""

_CONFIGURED = """\
FROM nvidia/cuda:{0}-devel-ubuntu24.04
RUN ./configure --enable-nonfree --enable-cuda-nvcc --nvccflags="-gencode arch=compute_{1},code=sm_{1} -O2" && make -j
"""

_BOARD = "FROM {0}\nCOPY k.cu .\nRUN nvcc -arch=sm_{1} -o k k.cu\n"
_JETPACK = "nvcr.io/nvidia/l4t-jetpack:r36.3.0"
_ARGUMENTS = """\
ARG CUDA_VERSION=12.8.1
FROM nvidia/cuda:${CUDA_VERSION}-devel-ubuntu22.04
ARG ARCHS=86
COPY . /src
RUN cmake -S /src -B /b "-DCMAKE_CUDA_ARCHITECTURES=${ARCHS}" && cmake --build /b
"""
_COMPOSE = (
    "services:\n  a:\n    build:\n      context: .\n      args:\n        ARCHS: ${{ARCHS}}\n        CUDA_VERSION: {0}\n"
)
_ACTION = """\
on: push
jobs:
  image:
    runs-on: ubuntu-latest
    steps:
      - uses: docker/build-push-action@v6
        with:
          context: .
          build-args: |
            CUDA_VERSION={0}
            ARCHS=86;120
"""
_COMMAND = "docker build --build-arg CUDA_VERSION={0} --build-arg 'ARCHS=86;120' -t x .\n"
_BUILT = {"Dockerfile": _ARGUMENTS, "CMakeLists.txt": _LISTS}
_GIVEN = (
    {"compose.yaml": _COMPOSE, ".env": "ARCHS=86;120\n"},
    {".github/workflows/a.yml": _ACTION},
    {"build.sh": _COMMAND},
)

_IMAGE = "FROM nvidia/cuda:12.4.1-devel-ubuntu22.04\nCOPY . /s\nWORKDIR /s\nRUN cmake -S . -B b && cmake --build b\n"
_PLAIN = "set_property(TARGET x PROPERTY CUDA_ARCHITECTURES 90)"
_FOR_120 = "set_property(TARGET x PROPERTY CUDA_ARCHITECTURES 120)"


def _tree(line: str, kind: str = "STATIC") -> dict[str, str]:
    """A project with a target that has CUDA sources, and a directory with another one for 12.0."""
    head = "cmake_minimum_required(VERSION 3.24)\nset(CMAKE_CUDA_ARCHITECTURES 86)\nproject(x LANGUAGES CXX CUDA)\n"
    return {
        "CMakeLists.txt": f"{head}add_library(x {kind} x.cu\n)\n{line}\n",
        "k/CMakeLists.txt": f"add_executable(x main.cu)\n{_FOR_120}\n",
    }


CASES = (
    LintCase(  # the list stands in a script that the image build runs
        bad={
            "Dockerfile": "FROM nvidia/cuda:12.4.1-devel-ubuntu22.04\nCOPY . .\nRUN bash ci/build.sh\n",
            "ci/build.sh": 'cmake -B b "-DCMAKE_CUDA_ARCHITECTURES=86;120" .\n',
            "CMakeLists.txt": _LISTS,
        },
        good={
            "Dockerfile": "FROM nvidia/cuda:12.8.1-devel-ubuntu22.04\nCOPY . .\nRUN bash ci/build.sh\n",
            "ci/build.sh": 'cmake -B b "-DCMAKE_CUDA_ARCHITECTURES=86;120" .\n',
            "CMakeLists.txt": _LISTS,
        },
        line="cmake",
    ),
    *(
        LintCase(
            bad={"Dockerfile": _BOARD.format(image, bad)},
            good={"Dockerfile": _BOARD.format(image, good)},
            line="nvcc",
        )
        for image, bad, good in (
            (_JETPACK, "120", "87"),
            ("nvcr.io/nvidia/l4t-base:r32.7.1", "87", "72"),  # CUDA 10.2, which the board has
            ("nvcr.io/nvidia/l4t-pytorch:r35.2.1-pth2.0-py3", "89", "87"),
            ("dustynv/l4t-pytorch:r32.7.1", "87", "53"),
            ("nvcr.io/nvidia/tensorrt:23.08-py3", "120", "90"),
            ("nvidia/cudagl:11.3.0-devel-ubuntu20.04", "89", "86"),
        )
    ),
    *(
        LintCase(  # the compiler of the Ubuntu that a release of ROS is made for
            bad={"Dockerfile": _PACKAGED.replace("ubuntu:22.04", bad), "CMakeLists.txt": _LISTS},
            good={"Dockerfile": _PACKAGED.replace("ubuntu:22.04", good), "CMakeLists.txt": _LISTS},
            line="RUN cmake",
            gpu=("8.9",),
        )
        for bad, good in (
            ("ros:humble", "ros:jazzy"),
            ("osrf/ros:humble-desktop-full", "osrf/ros:jazzy-desktop"),
            ("golang:1.20-bullseye", "golang:1.22-bookworm"),
            ("rust:1.70", "rust:1.88"),  # tags without a codename: Debian 11 and 12
            ("python:3.11.2-slim", "python:3.11-slim"),
            ("node:17", "node:20"),
            ("gcc:11", "gcc"),
            ("debian:oldoldstable", "debian"),
        )
    ),
    *(
        LintCase(  # the release and the list that its only build gives, not the Dockerfile's own
            bad={
                **{k: v.format("12.4.1") for k, v in files.items()},
                "Dockerfile": _ARGUMENTS,
                "CMakeLists.txt": _LISTS,
            },
            good={
                **{k: v.format("12.9.1") for k, v in files.items()},
                "Dockerfile": _ARGUMENTS,
                "CMakeLists.txt": _LISTS,
            },
            gpu=("RTX 5070 Ti",),
        )
        for files in _GIVEN
    ),
    *(
        LintCase(  # flags of nvcc that a configure script is given
            bad={"Dockerfile": _CONFIGURED.format(cuda, arch)},
            good={"Dockerfile": _CONFIGURED.format("12.8.1", arch)},
            line="--nvccflags",
        )
        for cuda, arch in (("13.0.1", "60"), ("12.6.3", "120"))
    ),
    LintCase(  # the distribution's own nvcc is CUDA 11.5, older than any row of the table of toolkits
        bad={"Dockerfile": _PACKAGED, "CMakeLists.txt": _LISTS},
        good={"Dockerfile": _PACKAGED.replace("22.04", "24.04"), "CMakeLists.txt": _LISTS},
        line="RUN cmake",
        gpu=("8.9",),
    ),
    LintCase(  # an image of NVIDIA's with PyTorch: the month in its tag says the CUDA release
        bad={
            "Dockerfile": 'FROM nvcr.io/nvidia/pytorch:23.05-py3\nENV TORCH_CUDA_ARCH_LIST="12.0"\nCOPY . /s\n'
            "RUN pip install --no-build-isolation /s\n",
            "setup.py": "from torch.utils.cpp_extension import CUDAExtension\nsetup(ext_modules=[CUDAExtension()])\n",
        },
        good={
            "Dockerfile": 'FROM nvcr.io/nvidia/pytorch:25.03-py3\nENV TORCH_CUDA_ARCH_LIST="12.0"\nCOPY . /s\n'
            "RUN pip install --no-build-isolation /s\n",
            "setup.py": "from torch.utils.cpp_extension import CUDAExtension\nsetup(ext_modules=[CUDAExtension()])\n",
        },
        line="TORCH_CUDA_ARCH_LIST",
        gpu=("RTX 5070 Ti",),
    ),
    LintCase(
        bad={
            "Dockerfile": """\
FROM nvidia/cuda:12.6.3-devel-ubuntu22.04 AS build
RUN apt-get update && apt-get install -y build-essential cmake git
RUN git clone --branch b6000 https://github.com/ggml-org/llama.cpp /src
RUN cmake -S /src -B /build -DGGML_CUDA=ON -DGGML_NATIVE=OFF -DCMAKE_CUDA_ARCHITECTURES="90" && cmake --build /build

FROM nvidia/cuda:12.6.3-runtime-ubuntu22.04
COPY --from=build /build/bin /usr/local/bin
""",
        },
        good={
            "Dockerfile": """\
FROM nvidia/cuda:12.8.1-devel-ubuntu22.04 AS build
RUN apt-get update && apt-get install -y build-essential cmake git
RUN git clone --branch b6000 https://github.com/ggml-org/llama.cpp /src
RUN cmake -S /src -B /build -DGGML_CUDA=ON -DGGML_NATIVE=OFF -DCMAKE_CUDA_ARCHITECTURES="90;100" && cmake --build \
/build

FROM nvidia/cuda:12.8.1-runtime-ubuntu22.04
COPY --from=build /build/bin /usr/local/bin
""",
        },
        gpu=("10.3",),
    ),
    LintCase(
        bad={
            "Dockerfile": """\
FROM nvidia/cuda:12.6.3-devel-ubuntu22.04 AS build
RUN apt-get update && apt-get install -y build-essential cmake git
RUN git clone --branch b6000 https://github.com/ggml-org/llama.cpp /src
RUN cmake -S /src -B /build -DGGML_CUDA=ON -DGGML_NATIVE=OFF -DCMAKE_CUDA_ARCHITECTURES="90" && cmake --build /build

FROM nvidia/cuda:12.6.3-runtime-ubuntu22.04
COPY --from=build /build/bin /usr/local/bin
""",
        },
        good={
            "Dockerfile": """\
FROM nvidia/cuda:12.8.1-devel-ubuntu22.04 AS build
RUN apt-get update && apt-get install -y build-essential cmake git
RUN git clone --branch b6000 https://github.com/ggml-org/llama.cpp /src
RUN cmake -S /src -B /build -DGGML_CUDA=ON -DGGML_NATIVE=OFF -DCMAKE_CUDA_ARCHITECTURES="90;120" && cmake --build \
/build

FROM nvidia/cuda:12.8.1-runtime-ubuntu22.04
COPY --from=build /build/bin /usr/local/bin
""",
        },
        gpu=("12.1",),
    ),
    LintCase(
        bad={
            "Dockerfile": """\
FROM nvidia/cuda:12.4.1-devel-ubuntu22.04 AS build
RUN apt-get update && apt-get install -y cmake g++ git
RUN git clone --branch v1.9.3 https://github.com/ggml-org/whisper.cpp /src
WORKDIR /src
RUN cmake -B build -DGGML_CUDA=ON -DGGML_NATIVE=OFF "-DCMAKE_CUDA_ARCHITECTURES=86;120" && cmake --build build -j \
"$(nproc)"
""",
        },
        good={
            "Dockerfile": """\
FROM nvidia/cuda:12.8.1-devel-ubuntu22.04 AS build
RUN apt-get update && apt-get install -y cmake g++ git
RUN git clone --branch v1.9.3 https://github.com/ggml-org/whisper.cpp /src
WORKDIR /src
RUN cmake -B build -DGGML_CUDA=ON -DGGML_NATIVE=OFF "-DCMAKE_CUDA_ARCHITECTURES=86;120" && cmake --build build -j \
"$(nproc)"
""",
        },
        line="cmake -B build",
    ),
    LintCase(
        bad={
            "Dockerfile": """\
FROM nvidia/cuda:13.0.0-devel-ubuntu24.04 AS build
RUN apt-get update && apt-get install -y cmake g++ git
RUN git clone --branch v1.9.3 https://github.com/ggml-org/whisper.cpp /src
WORKDIR /src
RUN cmake -B build -DGGML_CUDA=ON -DGGML_NATIVE=OFF "-DCMAKE_CUDA_ARCHITECTURES=61;86" && cmake --build build -j \
"$(nproc)"
""",
        },
        good={
            "Dockerfile": """\
FROM nvidia/cuda:13.0.0-devel-ubuntu24.04 AS build
RUN apt-get update && apt-get install -y cmake g++ git
RUN git clone --branch v1.9.3 https://github.com/ggml-org/whisper.cpp /src
WORKDIR /src
RUN cmake -B build -DGGML_CUDA=ON -DGGML_NATIVE=OFF "-DCMAKE_CUDA_ARCHITECTURES=75;86" && cmake --build build -j \
"$(nproc)"
""",
        },
        line="cmake -B build",
    ),
    LintCase(
        bad={
            "Dockerfile": """\
ARG CUDA_VERSION=12.4.1
FROM nvidia/cuda:${CUDA_VERSION}-devel-ubuntu22.04 AS build
RUN apt-get update && apt-get install -y cmake g++ git
RUN git clone --branch v1.9.3 https://github.com/ggml-org/whisper.cpp /src
WORKDIR /src
RUN cmake -B build -DGGML_CUDA=ON -DGGML_NATIVE=OFF && cmake --build build -j "$(nproc)"
FROM nvidia/cuda:${CUDA_VERSION}-runtime-ubuntu22.04
COPY --from=build /src/build/bin /app
ENTRYPOINT ["/app/whisper-server"]
""",
        },
        good={
            "Dockerfile": """\
ARG CUDA_VERSION=12.8.1
FROM nvidia/cuda:${CUDA_VERSION}-devel-ubuntu22.04 AS build
RUN apt-get update && apt-get install -y cmake g++ git
RUN git clone --branch v1.9.3 https://github.com/ggml-org/whisper.cpp /src
WORKDIR /src
RUN cmake -B build -DGGML_CUDA=ON -DGGML_NATIVE=OFF && cmake --build build -j "$(nproc)"
FROM nvidia/cuda:${CUDA_VERSION}-runtime-ubuntu22.04
COPY --from=build /src/build/bin /app
ENTRYPOINT ["/app/whisper-server"]
""",
        },
        line="FROM",
        gpu=("RTX 5070 Ti",),
    ),
    LintCase(
        bad={
            "CMakeLists.txt": """\
cmake_minimum_required(VERSION 3.24)
set(CMAKE_CUDA_ARCHITECTURES 86 120)
project(kernels LANGUAGES CXX CUDA)
add_library(kernels kernels.cu)
""",
            "Dockerfile": """\
FROM nvidia/cuda:12.4.1-devel-ubuntu22.04
RUN apt-get update && apt-get install -y cmake g++
COPY . /src
WORKDIR /src
RUN cmake -B build
""",
        },
        good={
            "CMakeLists.txt": """\
cmake_minimum_required(VERSION 3.24)
set(CMAKE_CUDA_ARCHITECTURES 86 120)
project(kernels LANGUAGES CXX CUDA)
add_library(kernels kernels.cu)
""",
            "Dockerfile": """\
FROM nvidia/cuda:12.8.1-devel-ubuntu24.04
RUN apt-get update && apt-get install -y cmake g++
COPY . /src
WORKDIR /src
RUN cmake -B build
""",
        },
        line="86 120",
    ),
    LintCase(
        bad={
            "Dockerfile": """\
FROM nvidia/cuda:13.0.1-devel-ubuntu24.04
COPY . /src
RUN make -C /src
""",
            "Makefile": """\
GENCODE = -gencode arch=compute_61,code=sm_61 -gencode arch=compute_86,code=sm_86
kernels: kernels.cu
\tnvcc $(GENCODE) -o $@ $<
""",
        },
        good={
            "Dockerfile": """\
FROM nvidia/cuda:13.0.1-devel-ubuntu24.04
COPY . /src
RUN make -C /src
""",
            "Makefile": """\
GENCODE = -gencode arch=compute_75,code=sm_75 -gencode arch=compute_86,code=sm_86
kernels: kernels.cu
\tnvcc $(GENCODE) -o $@ $<
""",
        },
        line="compute_61",
    ),
    LintCase(
        bad={
            "CMakeLists.txt": """\
cmake_minimum_required(VERSION 3.24)
project(kernels LANGUAGES CXX CUDA)
add_library(kernels kernels.cu)
""",
            "Dockerfile": """\
FROM ubuntu:24.04
RUN apt-get update && apt-get install -y cmake g++ nvidia-cuda-toolkit
COPY . /src
RUN cmake -S /src -B /b "-DCMAKE_CUDA_ARCHITECTURES=86-real;120-real"
""",
        },
        good={
            "CMakeLists.txt": """\
cmake_minimum_required(VERSION 3.24)
project(kernels LANGUAGES CXX CUDA)
add_library(kernels kernels.cu)
""",
            "Dockerfile": """\
FROM ubuntu:24.04
RUN apt-get update && apt-get install -y cmake g++ nvidia-cuda-toolkit
COPY . /src
RUN cmake -S /src -B /b -DCMAKE_CUDA_ARCHITECTURES=86
""",
        },
        line="120-real",
    ),
    *(
        LintCase(
            bad={"Dockerfile": _OPENCV.format(f"6.1,{rest}")},
            good={"Dockerfile": _OPENCV.format(rest)},
            line="6.1",
        )
        for rest in ("8.6,12.0", "8.6")
    ),
    *(
        LintCase(
            bad={"Dockerfile": _INSTALLED.format(image, "12-4")},
            good={"Dockerfile": _INSTALLED.format(image, "12-8")},
            line="sm_120",
        )
        for image in ("nvidia/cuda:12.8.1-base-ubuntu22.04", "ubuntu:22.04")
    ),
    *(
        LintCase(  # the property of a target, which no list on the command replaces
            bad={"Dockerfile": _IMAGE, **_tree(bad)},
            good={"Dockerfile": _IMAGE, **_tree(good)},
            line="CUDA_ARCHITECTURES",
        )
        for bad, good in (
            ('set_target_properties(x PROPERTIES CUDA_ARCHITECTURES "90;120")', ""),
            ("set_property(TARGET x PROPERTY CUDA_ARCHITECTURES 90 120f)", _PLAIN),
            ("add_subdirectory(k)", "add_subdirectory(k EXCLUDE_FROM_ALL)"),
        )
    ),
)

NEAR_MISSES = (
    NearMiss("a branch for the CUDA release", {"Dockerfile": _IMAGE, **_tree(f"if(NEW)\n{_FOR_120}\nendif()")}),
    NearMiss("a target in which nothing is compiled", {"Dockerfile": _IMAGE, **_tree(_FOR_120, "INTERFACE")}),
    NearMiss("a target of C++ alone", {"Dockerfile": _IMAGE, **_tree(_FOR_120, "x.cpp #")}),
    NearMiss("a later list of the same target", {"Dockerfile": _IMAGE, **_tree(f"{_FOR_120}\n{_PLAIN}")}),
    NearMiss(
        "another target is built",
        {"Dockerfile": _IMAGE.replace("--build b", "--build b --target y"), **_tree(_FOR_120)},
    ),
    NearMiss("a directory that the build does not add", {"Dockerfile": _IMAGE, **_tree("")}),
    NearMiss("an image whose CUDA builds it", {"Dockerfile": _IMAGE.replace("12.4.1", "12.8.1"), **_tree(_FOR_120)}),
)

CASES += (
    LintCase(  # an image for compiling in which something is built, of which nothing says that it is CUDA code
        bad={"Dockerfile": "FROM nvidia/cuda:12.6.1-devel-ubuntu22.04\nRUN apt-get install -y cmake g++\n"},
        good={"Dockerfile": "FROM nvidia/cuda:12.8.1-devel-ubuntu22.04\nRUN apt-get install -y cmake g++\n"},
        gpu=("12.0",),
        line="FROM",
    ),
)
NEAR_MISSES += (
    NearMiss(
        "wheels alone are installed: nothing is compiled there",
        {"Dockerfile": "FROM nvidia/cuda:12.6.1-devel-ubuntu22.04\nRUN pip install numpy\n"},
        gpu=("12.0",),
    ),
)

_BY_MAKE = "FROM {}\n{}COPY . /s\nWORKDIR /s\nRUN {}\n"
_PACKAGED = _BY_MAKE.format("ubuntu:24.04", "RUN apt-get install -y nvidia-cuda-toolkit make\n", "make")
_LOOPED = """\
CUDA_ARCH ?= {0}
NVCCFLAGS := $(foreach a,$(CUDA_ARCH),{1})
x: x.cu
\tnvcc $(NVCCFLAGS) -o x x.cu
"""
_EACH = "-gencode arch=compute_$(a),code=sm_$(a)"


def _made(archs: str = "86 120", dockerfile: str = _PACKAGED, each: str = _EACH) -> dict[str, str]:
    return {"Dockerfile": dockerfile, "Makefile": _LOOPED.format(archs, each)}


CASES += (
    LintCase(bad=_made(), good=_made("80 86"), line="NVCCFLAGS"),  # flags that make's loop writes
    LintCase(
        bad=_made(dockerfile=_BY_MAKE.format("nvidia/cuda:12.4.1-devel-ubuntu22.04", "", "make -j4")),
        good=_made(dockerfile=_BY_MAKE.format("nvidia/cuda:12.8.1-devel-ubuntu22.04", "", "make -j4")),
        line="NVCCFLAGS",
    ),
)
NEAR_MISSES += (
    NearMiss("make is given another list", _made(dockerfile=_PACKAGED.replace("RUN make", "RUN make CUDA_ARCH=86"))),
    NearMiss(
        "the environment gives another list", _made(dockerfile=_PACKAGED.replace("COPY", "ENV CUDA_ARCH=86\nCOPY"))
    ),
    NearMiss("a loop that make evaluates", _made(each="$(call flags,$(a))")),
)
