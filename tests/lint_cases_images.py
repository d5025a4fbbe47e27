"""Cases of the rules of `lint` about Dockerfiles and containers."""

from __future__ import annotations

from tests.lint_case import LintCase

_LIST = '"-DCMAKE_CUDA_ARCHITECTURES=86;120"'
_BUILD = """\
FROM nvidia/cuda:{image} AS build
RUN apt-get update && apt-get install -y cmake g++ git
RUN git clone --branch v1.9.3 https://github.com/ggml-org/whisper.cpp /src
WORKDIR /src
RUN cmake -B build -DGGML_CUDA=ON {options} && cmake --build build -j "$(nproc)"
"""
_RUN = """\
FROM nvidia/cuda:{image}
COPY --from=build /src/build/bin /app
ENTRYPOINT ["/app/whisper-server"]
"""
_PIP = """\
FROM nvidia/cuda:12.8.1-devel-ubuntu24.04
RUN apt-get update && apt-get install -y python3-pip g++
{lines}
CMD ["python3", "-m", "llama_cpp.server"]
"""
_CARGO_TOML = """\
[package]
name = "transcribe"
version = "0.1.0"

[dependencies]
whisper-rs = { version = "0.16.0", features = ["cuda"] }
"""
_CARGO = """\
FROM nvidia/cuda:12.8.1-devel-ubuntu24.04 AS build
RUN apt-get update && apt-get install -y cmake clang curl g++
WORKDIR /src
COPY . .
{lines}
"""


def _image(options: str = f"-DGGML_NATIVE=OFF {_LIST}", image: str = "12.8.1-devel-ubuntu24.04", rest: str = "") -> str:
    return _BUILD.format(image=image, options=options) + rest


def _one(text: str) -> dict[str, str]:
    return {"Dockerfile": text}


def _cargo(lines: str, **more: str) -> dict[str, str]:
    return {"Dockerfile": _CARGO.format(lines=lines), "Cargo.toml": _CARGO_TOML, **more}


LINT_CASES: tuple[LintCase, ...] = (
    LintCase("native-in-image-build", _one(_image("")), _one(_image("-DGGML_NATIVE=OFF")), line="cmake -B build"),
    LintCase(
        "native-in-image-build",
        _one(_image("-DCMAKE_CUDA_ARCHITECTURES=native")),
        _one(_image("", "12.8.1-devel-ubuntu22.04")),  # its CMake 3.22 is too old for ggml's `native`
        line="cmake -B build",
    ),
    LintCase(
        "native-in-image-build",
        _one(_PIP.format(lines='RUN CMAKE_ARGS="-DGGML_CUDA=on" pip install llama-cpp-python')),
        _one(
            _PIP.format(
                lines='RUN CMAKE_ARGS="-DGGML_CUDA=on -DCMAKE_CUDA_ARCHITECTURES=86" pip install llama-cpp-python'
            )
        ),
        line="pip install",
    ),
    LintCase(
        "native-in-image-build",
        _cargo("RUN cargo build --release --features cuda"),
        _cargo('ENV CMAKE_CUDA_ARCHITECTURES="86;120"\nRUN cargo build --release --features cuda'),
        line="cargo build",
    ),
    LintCase(
        "image-cannot-build-target",
        _one(_image(image="12.4.1-devel-ubuntu22.04")),
        _one(_image(image="12.8.1-devel-ubuntu22.04")),
        line="cmake -B build",
    ),
    LintCase(
        "image-cannot-build-target",
        _one(_image('-DGGML_NATIVE=OFF "-DCMAKE_CUDA_ARCHITECTURES=61;86"', "13.0.0-devel-ubuntu24.04")),
        _one(_image('-DGGML_NATIVE=OFF "-DCMAKE_CUDA_ARCHITECTURES=75;86"', "13.0.0-devel-ubuntu24.04")),
        line="cmake -B build",
    ),
    LintCase(
        "image-cannot-build-target",
        _one(
            "ARG CUDA_VERSION=12.4.1\n"
            + _image("-DGGML_NATIVE=OFF", "${CUDA_VERSION}-devel-ubuntu22.04")
            + _RUN.format(image="${CUDA_VERSION}-runtime-ubuntu22.04")
        ),
        _one(
            "ARG CUDA_VERSION=12.8.1\n"
            + _image("-DGGML_NATIVE=OFF", "${CUDA_VERSION}-devel-ubuntu22.04")
            + _RUN.format(image="${CUDA_VERSION}-runtime-ubuntu22.04")
        ),
        line="FROM",
        gpu=("RTX 5070 Ti",),
    ),
    LintCase(
        "deprecated-target",
        _one(_image('-DGGML_NATIVE=OFF "-DCMAKE_CUDA_ARCHITECTURES=61;86;120"')),
        _one(_image()),
        line="cmake -B build",
    ),
    LintCase(
        "setting-after-use",
        _cargo('RUN cargo build --release --features cuda\nENV CMAKE_CUDA_ARCHITECTURES="86;120"'),
        _cargo('ENV CMAKE_CUDA_ARCHITECTURES="86;120"\nRUN cargo build --release --features cuda'),
        line="ENV CMAKE_CUDA_ARCHITECTURES",
    ),
    LintCase(
        "setting-after-use",
        _one('ARG ARCHS="86;120"\n' + _image('-DGGML_NATIVE=OFF "-DCMAKE_CUDA_ARCHITECTURES=${ARCHS}"')),
        _one(
            'ARG ARCHS="86;120"\n'
            + _image('-DGGML_NATIVE=OFF "-DCMAKE_CUDA_ARCHITECTURES=${ARCHS}"').replace(
                "build\n", "build\nARG ARCHS\n", 1
            )
        ),
        line="cmake -B build",
    ),
    LintCase(
        "two-cuda-releases",
        _one(_image(image="13.0.0-devel-ubuntu24.04", rest=_RUN.format(image="12.8.1-runtime-ubuntu24.04"))),
        _one(_image(image="13.0.0-devel-ubuntu24.04", rest=_RUN.format(image="13.0.0-runtime-ubuntu24.04"))),
        line="12.8.1-runtime",
    ),
    LintCase(
        "two-cuda-releases",
        _one(_image(rest=_RUN.format(image="12.6.3-runtime-ubuntu24.04"))),
        _one(_image(rest=_RUN.format(image="12.9.1-runtime-ubuntu24.04"))),
        line="12.6.3-runtime",
    ),
)
