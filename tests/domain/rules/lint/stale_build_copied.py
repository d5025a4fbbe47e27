"""`stale-build-copied`: a configured build folder in the image build."""

from __future__ import annotations

from tests.helpers.lint_case import LintCase

CASES = (
    LintCase(
        bad={
            "CMakeLists.txt": """\
cmake_minimum_required(VERSION 3.25)
project(kernels LANGUAGES CXX CUDA)
""",
            "Dockerfile": """\
FROM nvidia/cuda:12.8.1-devel-ubuntu24.04
WORKDIR /src
COPY . .
RUN cmake -S . -B build "-DCMAKE_CUDA_ARCHITECTURES=86;120" && cmake --build build
""",
            "build/CMakeCache.txt": "CMAKE_HOME_DIRECTORY:INTERNAL=/home/me/kernels\n",
            ".dockerignore": ".git\n",
        },
        good={
            "CMakeLists.txt": """\
cmake_minimum_required(VERSION 3.25)
project(kernels LANGUAGES CXX CUDA)
""",
            "Dockerfile": """\
FROM nvidia/cuda:12.8.1-devel-ubuntu24.04
WORKDIR /src
COPY . .
RUN cmake -S . -B build "-DCMAKE_CUDA_ARCHITECTURES=86;120" && cmake --build build
""",
            "build/CMakeCache.txt": "CMAKE_HOME_DIRECTORY:INTERNAL=/home/me/kernels\n",
            ".dockerignore": """\
.git
/build
""",
        },
        line="COPY . .",
    ),
    LintCase(
        bad={
            "CMakeLists.txt": """\
cmake_minimum_required(VERSION 3.25)
project(kernels LANGUAGES CXX CUDA)
""",
            "Dockerfile": """\
FROM nvidia/cuda:12.8.1-devel-ubuntu24.04
WORKDIR /src
COPY . .
RUN cmake -S . -B build "-DCMAKE_CUDA_ARCHITECTURES=86;120" && cmake --build build
""",
            "build/CMakeCache.txt": "CMAKE_HOME_DIRECTORY:INTERNAL=/home/me/kernels\n",
        },
        good={
            "CMakeLists.txt": """\
cmake_minimum_required(VERSION 3.25)
project(kernels LANGUAGES CXX CUDA)
""",
            "Dockerfile": """\
FROM nvidia/cuda:12.8.1-devel-ubuntu24.04
WORKDIR /src
COPY . .
RUN cmake -S . -B build-release "-DCMAKE_CUDA_ARCHITECTURES=86;120" && cmake --build build-release
""",
            "build/CMakeCache.txt": "CMAKE_HOME_DIRECTORY:INTERNAL=/home/me/kernels\n",
        },
        line="COPY . .",
    ),
)
