"""Cases from an audit of public projects: texts like those that were wrongly flagged are the good halves."""

from __future__ import annotations

from tests.lint_case import LintCase

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

LINT_CASES = (*_BRANCHES, _NOT_KEPT, _DELETED, *_LOWER)
