"""Cases of the rules about CI, environments, scripts and arguments of image builds."""

from __future__ import annotations

from tests.lint_case import LintCase

_IMAGE = """\
FROM nvidia/cuda:12.8.1-devel-ubuntu24.04 AS build
{head}RUN apt-get update && apt-get install -y cmake g++ git
RUN git clone --branch v1.9.3 https://github.com/ggml-org/whisper.cpp /src
WORKDIR /src
RUN cmake -B build -DGGML_CUDA=ON -DGGML_NATIVE=OFF {list} \\
    && cmake --build build -j
"""
_LIST = '"-DCMAKE_CUDA_ARCHITECTURES=86;120"'


def _image(head: str = "", list_: str = "") -> str:
    return _IMAGE.format(head=head, list=list_)


def _job(steps: str, runner: str = "ubuntu-24.04", head: str = "", top: str = "") -> dict[str, str]:
    text = f"name: build\non: push\n{top}jobs:\n  cuda:\n    runs-on: {runner}\n{head}    steps:\n"
    return {".github/workflows/build.yml": text + steps}


_CLONE = "      - run: git clone --branch v1.9.3 https://github.com/ggml-org/whisper.cpp . # the engine\n"
_TOOLKIT = "      - uses: Jimver/cuda-toolkit@v0.2.30\n        with:\n          cuda: {}\n"
_CONFIGURE = "      - run: cmake -B build -DGGML_CUDA=ON -DGGML_NATIVE=OFF {}\n"
_NEWEST = '"-DCMAKE_CUDA_ARCHITECTURES=86;120-real"'
_COMPOSE = """\
services:
  whisper:
    build:
      context: .
      args:
        {}: "86;120"
"""
_TAKES = _image("ARG CUDA_ARCHS\n", '"-DCMAKE_CUDA_ARCHITECTURES=$CUDA_ARCHS"')

_NOT_FORWARDED = (
    LintCase(
        "variable-not-forwarded",
        {"Dockerfile": _image('ENV CMAKE_CUDA_ARCHITECTURES="86;120"\n')},
        {"Dockerfile": _image('ENV CUDAARCHS="86;120"\n')},
        line="ENV CMAKE_CUDA_ARCHITECTURES",
    ),
    LintCase(
        "variable-not-forwarded",
        {"Dockerfile": _image('ARG CMAKE_CUDA_ARCHITECTURES="86;120"\n')},
        {
            "Dockerfile": _image(
                'ARG CMAKE_CUDA_ARCHITECTURES="86;120"\n', "-DCMAKE_CUDA_ARCHITECTURES=${CMAKE_CUDA_ARCHITECTURES}"
            )
        },
    ),
    LintCase(
        "variable-not-forwarded",
        _job(_CLONE + _CONFIGURE.format(""), top="env:\n  CMAKE_CUDA_ARCHITECTURES: 86;120\n"),
        _job(_CLONE + _CONFIGURE.format(_NEWEST)),
        line="CMAKE_CUDA_ARCHITECTURES: 86;120",
    ),
    LintCase(
        "variable-not-forwarded",
        {"build.sh": 'GGML_CUDA=1 pip install --no-binary llama-cpp-python "llama-cpp-python==0.3.16"\n'},
        {"build.sh": 'CMAKE_ARGS="-DGGML_CUDA=1" pip install --no-binary llama-cpp-python llama-cpp-python\n'},
    ),
)

_ARGUMENTS = (
    LintCase(
        "undeclared-build-argument",
        {"Dockerfile": _TAKES, "compose.yaml": _COMPOSE.format("CUDA_DOCKER_ARCH")},
        {"Dockerfile": _TAKES, "compose.yaml": _COMPOSE.format("CUDA_ARCHS")},
        line="CUDA_DOCKER_ARCH",
    ),
    LintCase(
        "undeclared-build-argument",
        {
            "Dockerfile": _TAKES,
            "ci/image.sh": 'docker build -t me/whisper --build-arg CMAKE_CUDA_ARCHITECTURES="86;120" .\n',
        },
        {
            "Dockerfile": _TAKES,
            "ci/image.sh": 'docker build -t me/whisper --build-arg HTTP_PROXY=x --build-arg CUDA_ARCHS="86;120" .\n',
        },
    ),
    LintCase(
        "undeclared-build-argument",
        {
            "Dockerfile": _TAKES,
            "docker-bake.hcl": 'target "gpu" {\n  args = {\n    CUDA_VERSION = "12.9.1"\n  }\n}\n',
        },
        {"Dockerfile": _TAKES, "docker-bake.hcl": 'target "gpu" {\n  args = { CUDA_ARCHS = "86;120" }\n}\n'},
        line="CUDA_VERSION",
    ),
    LintCase(
        "unused-argument",
        {"Dockerfile": _image('ARG CUDA_ARCHS="86;120"\n', _LIST)},
        {"Dockerfile": _TAKES},
        line="ARG CUDA_ARCHS",
    ),
    LintCase(
        "unused-argument",
        {"Dockerfile": _image("ARG TARGETARCH\nARG GPU_ARCHS=86;120\n", _LIST)},
        {"Dockerfile": _image("ARG TARGETARCH\nARG GPU_ARCHS=86;120\n", _LIST) + "RUN ./ci/after.sh\n"},
    ),
)

_JOBS = (
    LintCase(
        "ci-toolkit-cannot-build",
        _job(_TOOLKIT.format("12.4.1") + _CLONE + _CONFIGURE.format(_NEWEST)),
        _job(_TOOLKIT.format("12.8.1") + _CLONE + _CONFIGURE.format(_NEWEST)),
        line="cmake -B build",
    ),
    LintCase(
        "ci-toolkit-cannot-build",
        _job(
            _TOOLKIT.format("${{ matrix.cuda }}") + _CLONE + _CONFIGURE.format(_NEWEST),
            head="    strategy:\n      matrix:\n        cuda: ['12.4.1', '12.8.1']\n",
        ),
        _job(
            _TOOLKIT.format("${{ matrix.cuda }}") + _CLONE + _CONFIGURE.format(_NEWEST),
            head="    strategy:\n      matrix:\n        cuda: ['12.8.1', '12.9.1']\n",
        ),
    ),
    LintCase(
        "ci-toolkit-cannot-build",
        _job(
            _CLONE + _CONFIGURE.format('"-DCMAKE_CUDA_ARCHITECTURES=70;86"'),
            head="    container: nvidia/cuda:13.0.0-devel-ubuntu24.04\n",
        ),
        _job(
            "      - run: sudo apt-get install -y cuda-toolkit-12-9\n"
            + _CLONE
            + _CONFIGURE.format('"-DCMAKE_CUDA_ARCHITECTURES=70;86"')
        ),
    ),
)

LINT_CASES: tuple[LintCase, ...] = (*_NOT_FORWARDED, *_ARGUMENTS, *_JOBS)
