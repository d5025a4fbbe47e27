"""`unquoted-semicolon`: a list that the shell cuts at a semicolon."""

from __future__ import annotations

from tests.helpers.lint_case import LintCase, NearMiss

_WINDOWS = """\
on: push
jobs:
  build:
    runs-on: windows-2022
    steps:
      - uses: actions/checkout@v4
      - shell: {1}
        run: |
          cmake -B build {0} .
          cmake --build build
"""

CASES = (
    LintCase(
        bad={
            "Dockerfile": """\
FROM nvidia/cuda:12.8.1-devel-ubuntu24.04 AS build
RUN apt-get update && apt-get install -y cmake g++ git
RUN git clone --branch v1.9.3 https://github.com/ggml-org/whisper.cpp /src
WORKDIR /src
RUN cmake -B build -DGGML_CUDA=ON -DGGML_NATIVE=OFF -DCMAKE_CUDA_ARCHITECTURES=86;120 \\
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
        line="-DCMAKE_CUDA_ARCHITECTURES=86;120",
    ),
    LintCase(
        bad={
            "build.sh": "cmake -S . -B build -DCMAKE_CUDA_ARCHITECTURES=86-real;120-real;120-virtual -GNinja\n",
        },
        good={
            "build.sh": "cmake -S . -B build -DCMAKE_CUDA_ARCHITECTURES='86;120'; echo done\n",
        },
    ),
    LintCase(
        bad={
            "build.sh": """\
export TORCH_CUDA_ARCH_LIST=8.6;12.0+PTX
pip install --no-build-isolation .
""",
        },
        good={
            "build.sh": """\
export TORCH_CUDA_ARCH_LIST="8.6;12.0+PTX"
pip install --no-build-isolation .
""",
        },
        line="8.6;12.0",
    ),
    LintCase(
        bad={
            "Dockerfile": """\
FROM nvidia/cuda:12.8.1-devel-ubuntu24.04
RUN apt-get update && apt-get install -y cmake g++
COPY . /src
WORKDIR /src
RUN export CUDAARCHS=86;120; cmake -B build
""",
            "CMakeLists.txt": """\
cmake_minimum_required(VERSION 3.24)
project(kernels LANGUAGES CXX CUDA)
add_library(kernels kernels.cu)
""",
        },
        good={
            "Dockerfile": """\
FROM nvidia/cuda:12.8.1-devel-ubuntu24.04
RUN apt-get update && apt-get install -y cmake g++
COPY . /src
WORKDIR /src
RUN export CUDAARCHS="86;120"; cmake -B build
""",
            "CMakeLists.txt": """\
cmake_minimum_required(VERSION 3.24)
project(kernels LANGUAGES CXX CUDA)
add_library(kernels kernels.cu)
""",
        },
        line="CUDAARCHS",
    ),
    *(
        LintCase(
            bad={"Makefile": f"all:\n\tbash -c {a}cmake -B b -DCMAKE_CUDA_ARCHITECTURES=86;120 .{a}\n"},
            good={"Makefile": f"all:\n\tbash -c {a}cmake -B b {b}-DCMAKE_CUDA_ARCHITECTURES=86;120{b} .{a}\n"},
            line="86;120",
        )
        for a, b in (("'", '"'), ('"', "'"))
    ),
    LintCase(
        bad={"Dockerfile": 'FROM x\nRUN ["bash", "-c", "cmake -B b -DCMAKE_CUDA_ARCHITECTURES=86;120 ."]\n'},
        good={"Dockerfile": 'FROM x\nRUN ["bash", "-c", "cmake -B b \'-DCMAKE_CUDA_ARCHITECTURES=86;120\' ."]\n'},
    ),
    LintCase(
        bad={"build.sh": "bash -c 'cmake -B b -D CMAKE_CUDA_ARCHITECTURES=86;120 .'\n"},
        good={"build.sh": "bash -c 'cmake -B b -D \"CMAKE_CUDA_ARCHITECTURES=86;120\" .'\n"},
    ),
    *(
        LintCase(
            bad={name: head + text.format("8.6;9.0;12.0+PTX" if "TORCH" in text else "86;90;120-real")},
            good={name: head + text.format('"8.6;9.0;12.0+PTX"' if "TORCH" in text else '"86;90;120-real"')},
            line="=8",
        )
        for name, head in (("Dockerfile", "FROM x\nRUN cd /src && "), ("build.sh", "set -x\n"), ("Makefile", "k:\n\t"))
        for text in (
            "TORCH_CUDA_ARCH_LIST={} pip install --no-build-isolation .\n",
            "MAX_JOBS=4 CUDAARCHS={} cmake -B b .\n",
        )
    ),
    LintCase(  # in quotes it is what CMake refuses, so that no edit is offered
        bad={"build.sh": "cmake -B b -DCMAKE_CUDA_ARCHITECTURES=all-major;120\n"},
        good={"build.sh": "cmake -B b -DCMAKE_CUDA_ARCHITECTURES=all-major\n"},
        line="all-major;120",
    ),
    *(
        LintCase(
            bad={"build.ps1": f"cmake -B b {text}\n".replace("\n", line_end)},
            good={"build.ps1": f'cmake -B b "{text}"\n'.replace("\n", line_end)},
            line="86;120",
        )
        for text in ("-DCMAKE_CUDA_ARCHITECTURES=86;120", "-DCMAKE_CUDA_ARCHITECTURES=86;120-real")
        for line_end in ("\n", "\r\n")
    ),
    LintCase(
        bad={".github/workflows/w.yml": _WINDOWS.format("-DCMAKE_CUDA_ARCHITECTURES=86;120", "pwsh")},
        good={".github/workflows/w.yml": _WINDOWS.format('"-DCMAKE_CUDA_ARCHITECTURES=86;120"', "pwsh")},
        line="86;120",
    ),
)

NEAR_MISSES = (
    NearMiss("a name that no build reads as a list", {"build.sh": "X=86;120 make\nCUDAARCHS='86;120' cmake .\n"}),
    NearMiss("the next command", {"build.sh": "CUDAARCHS=86; cmake -B b\n"}),
    NearMiss(
        "cmd.exe hands the semicolon on",
        {
            "build.bat": "cmake -B b -DCMAKE_CUDA_ARCHITECTURES=86;120\r\n",
            ".github/workflows/w.yml": _WINDOWS.format("-DCMAKE_CUDA_ARCHITECTURES=86;120", "cmd"),
        },
    ),
    NearMiss(
        "the next statement of PowerShell",
        {"build.ps1": "cmake -B b -DCMAKE_CUDA_ARCHITECTURES=86; cmake --build b\n"},
    ),
)

CASES += (
    LintCase(  # a semicolon ends a statement of PowerShell's
        bad={"build.ps1": "$env:CUDAARCHS = 86;120\ncmake -B build .\n"},
        good={"build.ps1": '$env:CUDAARCHS = "86;120"\ncmake -B build .\n'},
        line="$env:CUDAARCHS",
    ),
)
