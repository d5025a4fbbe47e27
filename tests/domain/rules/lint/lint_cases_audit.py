"""Cases from an audit of public projects: texts like those that were wrongly flagged are the good halves."""

from __future__ import annotations

from tests.helpers.lint_case import LintCase

_SCRIPT = """\
#!/usr/bin/env bash
set -e
python3 -m pip install torch=={torch}
{lists}python3 setup.py bdist_wheel
"""
_SETUP = """\
from setuptools import setup
from torch.utils.cpp_extension import BuildExtension, CUDAExtension

setup(name="pool", ext_modules=[CUDAExtension("pool", ["pool.cu"])], cmdclass={"build_ext": BuildExtension})
"""
_OLD_ONLY = 'export TORCH_CUDA_ARCH_LIST="8.0 8.6"\n'


def _script(lists: str) -> dict[str, str]:
    return {"build-wheel.sh": _SCRIPT.format(torch="2.9.0", lists=lists), "setup.py": _SETUP}


# What one branch sets says nothing of the build behind the branches.
_BRANCHES = tuple(
    LintCase("target-missing", _script(_OLD_ONLY), _script(good), line="TORCH_CUDA_ARCH_LIST", gpu=("12.0",))
    for good in (
        f'if [[ "$TORCH_VERSION" == 2.2.* ]]; then\n  {_OLD_ONLY}fi\n',
        f'[ "$TORCH_VERSION" = 2.2.0 ] && {_OLD_ONLY}',
        'case "$CUDA_VERSION" in\n'
        '  12.8)\n    export TORCH_CUDA_ARCH_LIST="8.0 9.0 12.0"\n    ;;\n'
        f"  12.6)\n    {_OLD_ONLY}    ;;\nesac\n",
    )
)

_JOBS = """\
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
{kept}  binaries:
    runs-on: ubuntu-24.04
    steps:
      - run: echo windows
      - uses: actions/upload-artifact@v4
        with: {{name: other, path: other}}
"""
_UPLOAD = "      - uses: actions/upload-artifact@v4\n        with: {name: whisper, path: build/bin}\n"
_NOT_KEPT = LintCase(  # a job that only looks whether it compiles serves nobody
    "target-missing",
    {".github/workflows/build.yml": _JOBS.format(kept=_UPLOAD)},
    {".github/workflows/build.yml": _JOBS.format(kept="")},
    line="89-real",
    gpu=("12.0",),
)

_OLD_IMAGE = "FROM {}nvidia/cuda:10.2-runtime-ubuntu18.04\nCOPY server /usr/local/bin/\n"
_DELETED = LintCase(  # deleted from Docker Hub alone
    "no-such-image", {"Dockerfile": _OLD_IMAGE.format("")}, {"Dockerfile": _OLD_IMAGE.format("nvcr.io/")}
)

_LLAMA = """\
FROM nvidia/cuda:{release}-devel-ubuntu22.04 AS build
RUN apt-get update && apt-get install -y build-essential cmake git
RUN git clone --branch b6000 https://github.com/ggml-org/llama.cpp /src
RUN cmake -S /src -B /build -DGGML_CUDA=ON -DGGML_NATIVE=OFF -DCMAKE_CUDA_ARCHITECTURES="{list}" && cmake --build /build

FROM nvidia/cuda:{release}-runtime-ubuntu22.04
COPY --from=build /build/bin /usr/local/bin
"""


def _llama(release: str, list_: str) -> dict[str, str]:
    return {"Dockerfile": _LLAMA.format(release=release, list=list_)}


# A release without a target of the GPU's own may have one whose code runs there all the same.
_LOWER = (
    LintCase("image-cannot-build-target", _llama("12.6.3", "90"), _llama("12.8.1", "90;100"), gpu=("10.3",)),
    LintCase("image-cannot-build-target", _llama("12.6.3", "90"), _llama("12.8.1", "90;120"), gpu=("12.1",)),
)

_ADDED = """\
FROM nvidia/cuda:12.8.1-devel-ubuntu24.04 AS build
ARG LLAMA_VERSION=b6000
ARG CUDA=ON
RUN apt-get update && apt-get install -y build-essential cmake
ADD https://github.com/ggml-org/llama.cpp/archive/refs/tags/${{LLAMA_VERSION}}.tar.gz /src/
RUN cd /src && tar -xzf ${{LLAMA_VERSION}}.tar.gz --strip-components=1 \\
    && cmake -B build -DGGML_NATIVE=OFF -DGGML_CUDA={cuda} "-DCMAKE_CUDA_ARCHITECTURES={list}" && cmake --build build
"""
_SIBLINGS = """\
FROM nvidia/cuda:12.8.1-devel-ubuntu24.04 AS base
RUN apt-get update && apt-get install -y build-essential cmake git

FROM base AS first
RUN git clone https://github.com/ggml-org/llama.cpp /src
WORKDIR /src

FROM {image} AS second
RUN cmake -B build -DGGML_NATIVE=OFF -DGGML_CUDA=ON "-DCMAKE_CUDA_ARCHITECTURES=86-real" && cmake --build build
"""


def _script_of_llama(fetch: str) -> dict[str, str]:
    clone = "git clone https://github.com/ggml-org/llama.cpp\n"
    build = 'cmake -S . -B build -DGGML_CUDA=ON -DGGML_NATIVE=OFF "-DCMAKE_CUDA_ARCHITECTURES=86-real"\n'
    return {"build.sh": f"set -e\n{clone}{fetch}\n{build}cmake --build build\n"}


# What ADD fetches is what is built, whatever curl brings besides; a build without CUDA serves no GPU at all.
_FETCHED = (
    LintCase(
        "target-missing",
        {"Dockerfile_llama": _ADDED.format(cuda="ON", list="86-real;90-real")},
        {"Dockerfile_llama": _ADDED.format(cuda="ON", list="86-real;120-real")},
        line="CMAKE_CUDA_ARCHITECTURES",
        gpu=("12.0",),
    ),
    LintCase(
        "target-missing",
        {"Dockerfile": _ADDED.format(cuda="${CUDA}", list="86-real;90-real")},
        {"Dockerfile": _ADDED.format(cuda="OFF", list="86-real;90-real")},
        gpu=("12.0",),
    ),
    LintCase(
        "target-missing",
        _script_of_llama(
            "curl -LO https://github.com/ccache/ccache/releases/download/v4.11/ccache-4.11-linux-x86_64.tar.xz"
        ),
        _script_of_llama("curl -LO https://github.com/openucx/ucx/archive/refs/tags/v1.19.0.tar.gz"),
        gpu=("12.0",),
    ),
    LintCase(  # each stage goes on with what its own ancestors fetched
        "target-missing",
        {"Dockerfile": _SIBLINGS.format(image="first")},
        {"Dockerfile": _SIBLINGS.format(image="base")},
        gpu=("12.0",),
    ),
)

_STUBS = """\
FROM nvidia/cuda:12.8.1-devel-ubuntu24.04 AS build
WORKDIR /src

FROM nvidia/cuda:12.8.1-runtime-ubuntu24.04
ENV LD_LIBRARY_PATH="/opt/server/lib:/usr/local/cuda/lib64/stubs:$LD_LIBRARY_PATH"
{copied}COPY --from=build /src/server /opt/server
ENTRYPOINT ["/opt/server/server"]
"""
_COPIED = "COPY --from=build /usr/local/cuda/lib64/stubs /usr/local/cuda/lib64/stubs\n"
_NO_STUBS = LintCase(  # images for programs that run have no such folder
    "stub-at-runtime",
    {"Dockerfile": _STUBS.format(copied=_COPIED)},
    {"Dockerfile": _STUBS.format(copied="")},
    line="LD_LIBRARY_PATH",
)

LINT_CASES = (*_BRANCHES, _NOT_KEPT, _DELETED, *_LOWER, *_FETCHED, _NO_STUBS)
