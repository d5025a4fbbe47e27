#!/usr/bin/env python3
"""Times `cudacompat lint` on a repository of 10,000 files that it makes, and on any folders named.

    bench_lint.py [--runs N] [--keep DIR] [FOLDER...]

The repository is a mix as large CUDA projects have it: 9,000 sources that are no build files, 500 CMakeLists.txt, 100
Dockerfiles, 100 GitHub workflows, 100 compose files, 100 shell scripts, 50 Makefiles, 50 TOML files, each of the length
that such files have. Whole processes are timed, wall-clock and processor time, after one run that fills the page cache;
the median counts. `--keep` leaves the repository there.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

SOURCE = "// kernel {n}\n#include <cuda_runtime.h>\n__global__ void k{n}(float *x) {{ *x *= {n}.0f; }}\n" * 8

CMAKE = """\
cmake_minimum_required(VERSION 3.24)
project(part{n} LANGUAGES CXX CUDA)
# what the launcher needs
option(PART{n}_CUDA "build with CUDA" ON)
option(PART{n}_TESTS "build the tests" OFF)
if(NOT DEFINED CMAKE_CUDA_ARCHITECTURES)
  set(CMAKE_CUDA_ARCHITECTURES 80 86 90 120)
endif()
find_package(CUDAToolkit REQUIRED)
set(PART{n}_SOURCES
  src/part{n}.cu
  src/launch{n}.cu
  src/host{n}.cpp
)
add_library(part{n} STATIC ${{PART{n}_SOURCES}})
target_include_directories(part{n} PUBLIC $<BUILD_INTERFACE:${{CMAKE_CURRENT_SOURCE_DIR}}/include>)
target_compile_options(part{n} PRIVATE $<$<COMPILE_LANGUAGE:CUDA>:--use_fast_math -lineinfo>)
target_link_libraries(part{n} PUBLIC CUDA::cudart CUDA::cublas)
set_target_properties(part{n} PROPERTIES CUDA_SEPARABLE_COMPILATION ON POSITION_INDEPENDENT_CODE ON)
if(PART{n}_TESTS)
  foreach(name alpha beta gamma)
    add_executable(test_part{n}_${{name}} tests/${{name}}.cu)
    target_link_libraries(test_part{n}_${{name}} PRIVATE part{n})
    add_test(NAME part{n}_${{name}} COMMAND test_part{n}_${{name}})
  endforeach()
endif()
install(TARGETS part{n} EXPORT parts ARCHIVE DESTINATION lib)
"""

DOCKERFILE = """\
# syntax=docker/dockerfile:1
ARG CUDA_VERSION=12.8.1
ARG UBUNTU=24.04
FROM nvidia/cuda:${{CUDA_VERSION}}-devel-ubuntu${{UBUNTU}} AS build
ARG JOBS=8
ENV DEBIAN_FRONTEND=noninteractive \\
    # the compiler cache
    CCACHE_DIR=/ccache
RUN --mount=type=cache,target=/var/cache/apt \\
    apt-get update && apt-get install -y --no-install-recommends \\
        cmake g++ git ninja-build ccache python3-pip \\
    && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY . .
RUN --mount=type=cache,target=/ccache \\
    cmake -S . -B build -G Ninja -DCMAKE_BUILD_TYPE=Release -DGGML_CUDA=ON -DGGML_NATIVE=OFF \\
        "-DCMAKE_CUDA_ARCHITECTURES=86;90;120" -DPART={n} \\
    && cmake --build build -j ${{JOBS}} \\
    && cmake --install build --prefix /opt/part{n}
RUN <<EOF
set -eu
for tool in part{n} other{n}; do
    strip /opt/part{n}/bin/$tool || true
done
EOF

FROM nvidia/cuda:${{CUDA_VERSION}}-runtime-ubuntu${{UBUNTU}}
COPY --from=build /opt/part{n} /opt/part{n}
ENV PATH=/opt/part{n}/bin:$PATH
ENTRYPOINT ["/opt/part{n}/bin/part{n}"]
"""

WORKFLOW_HEAD = """\
name: build {n}
on:
  push:
    branches: [main]
  pull_request:
env:
  CUDA_VERSION: 12.8.1
jobs:
"""
WORKFLOW_JOB = """\
  cuda-{job}:
    runs-on: ubuntu-24.04
    container: nvidia/cuda:12.8.1-devel-ubuntu24.04
    strategy:
      matrix:
        arch: ["86", "90", "120"]
        build: [Release, Debug]
    steps:
      - uses: actions/checkout@v4
        with:
          submodules: recursive
      - name: dependencies
        run: |
          apt-get update
          apt-get install -y cmake ninja-build git
      - name: configure
        env:
          CCACHE_DIR: ${{{{ github.workspace }}}}/.ccache
        run: |
          cmake -S . -B build -G Ninja \\
            -DCMAKE_BUILD_TYPE=${{{{ matrix.build }}}} \\
            -DGGML_CUDA=ON "-DCMAKE_CUDA_ARCHITECTURES=${{{{ matrix.arch }}}}"
      - name: build
        run: cmake --build build -j $(nproc)
      - name: test
        run: ctest --test-dir build --output-on-failure
      - uses: actions/upload-artifact@v4
        with:
          name: part-{job}
          path: build/bin
"""

COMPOSE = """\
services:
  server{n}:
    image: registry.example/part{n}:12.8
    build:
      context: .
      args:
        CUDA_VERSION: 12.8.1
        JOBS: "8"
    environment:
      - NVIDIA_VISIBLE_DEVICES=all
      - MODEL=/models/base{n}.bin
    volumes:
      - ./models:/models:ro
    ports: ["80{n:02}:8080"]
    deploy:
      resources:
        reservations:
          devices:
            - driver: nvidia
              count: 1
              capabilities: [gpu]
  cache{n}:
    image: redis:7
    restart: unless-stopped
"""

SCRIPT = """\
#!/usr/bin/env bash
# builds part {n} for the GPUs we have
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
BUILD=${{BUILD:-build}}
export CUDACXX=/usr/local/cuda/bin/nvcc
export CCACHE_DIR="$here/.ccache"
jobs=$(nproc)
if [ ! -d "$BUILD" ]; then
  mkdir -p "$BUILD"
fi
cmake -S "$here" -B "$BUILD" -DGGML_CUDA=ON "-DCMAKE_CUDA_ARCHITECTURES=86;90;120" -DPART={n}
cmake --build "$BUILD" -j "$jobs"
for test in alpha beta gamma; do
  "$BUILD/bin/test_part{n}_$test" --quick
done
case "${{1:-}}" in
  install) cmake --install "$BUILD" --prefix /opt/part{n} ;;
  clean) rm -rf "$BUILD" ;;
esac
"""

MAKEFILE = """\
NVCC ?= nvcc
ARCHS := -gencode arch=compute_86,code=sm_86 -gencode arch=compute_120,code=sm_120
NVCCFLAGS = -O3 --use_fast_math $(ARCHS)
OBJS = part{n}.o launch{n}.o

all: part{n}

part{n}: $(OBJS)
\t$(NVCC) $(NVCCFLAGS) -o $@ $^

%.o: %.cu
\t$(NVCC) $(NVCCFLAGS) -c -o $@ $<

clean:
\trm -f part{n} $(OBJS)

.PHONY: all clean
"""

CARGO = """\
[package]
name = "part{n}"
version = "0.{n}.0"
edition = "2021"
build = "build.rs"

[features]
default = []
cuda = ["dep:cc"]

[dependencies]
anyhow = "1.0.{n}"
serde = {{ version = "1.0.200", features = ["derive"] }}

[build-dependencies]
cc = {{ version = "1.0.90", optional = true }}
"""


def make(root: Path) -> int:
    """Write the repository and return how many files it has."""
    files: dict[str, str] = {}
    for n in range(9000):
        ending = ("cu", "cuh", "cpp", "h", "py", "md")[n % 6]
        files[f"src/part{n // 60}/sub{n // 15 % 4}/file{n}.{ending}"] = SOURCE.format(n=n)
    for n in range(500):
        files[f"src/part{n % 150}/mod{n}/CMakeLists.txt"] = CMAKE.format(n=n)
    for n in range(100):
        files[f"docker/part{n}/Dockerfile"] = DOCKERFILE.format(n=n)
        jobs = "".join(WORKFLOW_JOB.format(job=job) for job in range(4))
        files[f".github/workflows/build{n}.yml"] = WORKFLOW_HEAD.format(n=n) + jobs
        files[f"deploy/part{n}/compose.yaml"] = COMPOSE.format(n=n)
        files[f"scripts/build{n}.sh"] = SCRIPT.format(n=n)
    for n in range(50):
        files[f"src/part{n}/Makefile"] = MAKEFILE.format(n=n)
        files[f"crates/part{n}/Cargo.toml"] = CARGO.format(n=n)
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return len(files)


def timed(folder: Path, runs: int) -> dict[str, float | int | str]:
    """Run it so often, and return the medians and what the last run counted."""
    command = [sys.executable, "-m", "cudacompat", "lint", str(folder), "--no-config", "--format", "json"]
    walls, processors = [], []
    out = b""
    for number in range(runs + 1):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        start = time.perf_counter()
        done = subprocess.run(command, capture_output=True)
        wall = time.perf_counter() - start
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        out = done.stdout
        if done.returncode not in (0, 1, 4):
            raise SystemExit(f"exit code {done.returncode}: {done.stderr.decode(errors='replace')[-500:]}")
        if number:
            walls.append(wall)
            processors.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    document = json.loads(out)
    return {
        "folder": str(folder),
        "build_files": document["files"]["read"],
        "findings": len(document["findings"]),
        "wall_s": round(statistics.median(walls), 2),
        "cpu_s": round(statistics.median(processors), 2),
        "peak_mib": round(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024),
    }


def main() -> None:
    """Make, time, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--keep", type=Path, help="make the repository here, and leave it")
    parser.add_argument("folders", nargs="*", type=Path)
    given = parser.parse_args()
    load = os.getloadavg()[0]
    print(f"{platform.machine()}, {os.cpu_count()} cores, load {load:.1f}, Python {platform.python_version()}")
    print("| folder | files | build files | findings | wall s | CPU s | peak MiB |\n|---|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as temporary:
        root = given.keep or Path(temporary)
        made = make(root)
        for folder, files in [(root, made), *((each, None) for each in given.folders)]:
            row = timed(folder, given.runs)
            count = files if files is not None else sum(1 for path in folder.rglob("*") if path.is_file())
            print("|", " | ".join(map(str, (row.pop("folder"), count, *row.values()))), "|", flush=True)


if __name__ == "__main__":
    main()
