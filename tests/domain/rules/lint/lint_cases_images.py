"""Cases of the rules of `lint` about Dockerfiles and containers."""

from __future__ import annotations

from tests.helpers.lint_case import LintCase

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
_RUNTIME = "12.8.1-runtime-ubuntu24.04"
_ARCHS = 'ENV CMAKE_CUDA_ARCHITECTURES="86;120"\n'
_PIP_BUILD = 'CMAKE_ARGS="-DGGML_CUDA=on -DGGML_NATIVE=OFF -DCMAKE_CUDA_ARCHITECTURES=86" pip install llama-cpp-python'
_COMPOSE = """\
services:
  asr:
    image: nvidia/cuda:12.8.1-runtime-ubuntu24.04
{more}"""
_CACHE = "CMAKE_HOME_DIRECTORY:INTERNAL=/home/me/kernels\n"
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


def _candle(lines: str) -> dict[str, str]:
    manifest = '[package]\nname = "chat"\nversion = "0.1.0"\n\n[dependencies]\ncandle-core = "0.11.0"\n'
    return {"Dockerfile": _CARGO.format(lines=lines), "Cargo.toml": manifest}


def _own_build(folder: str) -> dict[str, str]:
    return {
        "CMakeLists.txt": "cmake_minimum_required(VERSION 3.25)\nproject(kernels LANGUAGES CXX CUDA)\n",
        "Dockerfile": "FROM nvidia/cuda:12.8.1-devel-ubuntu24.04\nWORKDIR /src\nCOPY . .\n"
        f'RUN cmake -S . -B build{folder} "-DCMAKE_CUDA_ARCHITECTURES=86;120" && cmake --build build{folder}\n',
    }


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
        "native-in-image-build",
        _candle("RUN cargo build --release --features cuda"),
        _candle("ENV CUDA_COMPUTE_CAP=86\nRUN cargo build --release --features cuda"),
        line="cargo build",
    ),
    LintCase(
        "native-in-image-build",
        _cargo("RUN cargo build --release"),  # the manifest switches CUDA on
        _cargo(
            "RUN cargo build --release",
            **{".cargo/config.toml": '[env]\nCMAKE_CUDA_ARCHITECTURES = "86;120"\n'},
        ),
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
    LintCase(
        "compat-shadows-driver",
        _one(
            _image(rest=_RUN.format(image=_RUNTIME) + "ENV LD_LIBRARY_PATH=/usr/local/cuda/compat:$LD_LIBRARY_PATH\n")
        ),
        _one(
            _image(rest=_RUN.format(image=_RUNTIME)).replace(
                "RUN cmake", "ENV LD_LIBRARY_PATH=/usr/local/cuda/compat:$LD_LIBRARY_PATH\nRUN cmake"
            )
        ),
        line="ENV LD_LIBRARY_PATH",
    ),
    LintCase(
        "compat-shadows-driver",
        _one(_image(rest=_RUN.format(image=_RUNTIME) + "RUN ldconfig /usr/local/cuda-12.8/compat/\n")),
        _one(_image(rest=_RUN.format(image=_RUNTIME) + "RUN ldconfig /app/lib\n")),
        line="ldconfig",
    ),
    LintCase(
        "compat-shadows-driver",
        _one(
            _image(
                rest=_RUN.format(image=_RUNTIME)
                + "RUN echo /usr/local/cuda/compat > /etc/ld.so.conf.d/00-compat.conf && ldconfig\n"
            )
        ),
        # an image that builds for others and runs nothing of CUDA
        _one('FROM nvidia/cuda:12.8.1-devel-ubuntu24.04\nENV LD_LIBRARY_PATH=/usr/local/cuda/compat\nCMD ["agent"]\n'),
        line="echo",
    ),
    LintCase(
        "stub-at-runtime",
        _one(
            _image(rest='ENV LD_LIBRARY_PATH="/usr/local/cuda/lib64/stubs:/app/lib"\nENTRYPOINT ["/src/build/bin/x"]\n')
        ),
        _one(_image(rest='ENV LD_LIBRARY_PATH="/app/lib"\nENTRYPOINT ["/src/build/bin/x"]\n')),
        line="stubs",
    ),
    LintCase(
        "stub-at-runtime",
        _one(
            _image(
                rest=_RUN.format(image=_RUNTIME)
                + "COPY --from=build /usr/local/cuda/lib64/stubs/libcuda.so /usr/lib/libcuda.so.1\n"
            )
        ),
        _one(_image(rest=_RUN.format(image=_RUNTIME) + "COPY --from=build /src/lib/libx.so /usr/lib/libx.so\n")),
        line="COPY --from=build /usr/local",
    ),
    LintCase(
        "stub-at-runtime",
        _one(
            _image().replace(
                "WORKDIR", "RUN ln -s /usr/local/cuda/lib64/stubs/libcuda.so /usr/lib/libcuda.so.1\nWORKDIR"
            )
        ),
        _one(
            _image(rest="RUN rm /usr/lib/libcuda.so.1\n").replace(
                "WORKDIR", "RUN ln -s /usr/local/cuda/lib64/stubs/libcuda.so /usr/lib/libcuda.so.1\nWORKDIR"
            )
        ),
        line="ln -s",
    ),
    LintCase(
        "visible-devices-in-image",
        _one(_image(rest=_RUN.format(image=_RUNTIME) + "ENV CUDA_VISIBLE_DEVICES=all\n")),
        _one(_image(rest=_RUN.format(image=_RUNTIME) + "ENV NVIDIA_VISIBLE_DEVICES=all\n")),
        line="CUDA_VISIBLE_DEVICES=all",
    ),
    LintCase(
        "visible-devices-in-image",
        {"start.sh": "export CUDA_VISIBLE_DEVICES=all\n./server\n"},
        {"start.sh": 'export CUDA_VISIBLE_DEVICES="${GPUS:-0}"\nCUDA_VISIBLE_DEVICES="" python3 convert.py\n'},
        line="all",
    ),
    LintCase(
        "visible-devices-in-image",
        {"compose.yaml": _COMPOSE.format(more="    gpus: all\n    environment:\n      CUDA_VISIBLE_DEVICES: '-1'\n")},
        {"compose.yaml": _COMPOSE.format(more="    gpus: all\n    environment:\n      CUDA_VISIBLE_DEVICES: '0,1'\n")},
        line="CUDA_VISIBLE_DEVICES",
    ),
    LintCase(
        "visible-devices-in-image",
        _one(_image(rest=_RUN.format(image=_RUNTIME) + 'ENV NVIDIA_VISIBLE_DEVICES="void"\n')),
        _one(_image(rest=_RUN.format(image=_RUNTIME) + "RUN CUDA_VISIBLE_DEVICES= /app/whisper-server --help\n")),
        line="void",
    ),
    LintCase(
        "driver-capabilities",
        _one(_image(rest=_RUN.format(image=_RUNTIME) + "ENV NVIDIA_DRIVER_CAPABILITIES=utility,video\n")),
        _one(
            _image(
                rest=_RUN.format(image=_RUNTIME) + "ENV NVIDIA_DRIVER_CAPABILITIES=$NVIDIA_DRIVER_CAPABILITIES,video\n"
            )
        ),
        line="utility,video",
    ),
    LintCase(
        "driver-capabilities",
        _one(_image(rest=_RUN.format(image="x").replace("nvidia/cuda:x", "ubuntu:24.04"))),
        _one(
            _image(
                rest=_RUN.format(image="x").replace("nvidia/cuda:x", "ubuntu:24.04")
                + "ENV NVIDIA_VISIBLE_DEVICES=all NVIDIA_DRIVER_CAPABILITIES=compute,utility\n"
            )
        ),
        line="FROM ubuntu:24.04",
    ),
    *(
        LintCase(
            "no-such-image", _one(f"FROM nvidia/cuda{bad}\nRUN true\n"), _one(f"FROM nvidia/cuda:{good}\nRUN true\n")
        )
        for bad, good in (
            ("", "12.8.1-base-ubuntu24.04"),
            (":latest", "11.4.3-devel-ubuntu20.04"),
            (":12.4.1-devel-ubuntu24.04", "12.4.1-devel-ubuntu22.04"),
            (":12.5.0-devel-ubuntu24.04", "12.5.1-devel-ubuntu24.04"),
            (":12.8-devel-ubuntu22.04", "13.7.0-devel-ubuntu28.04"),
            (":12.6.3-ubuntu22.04", "12.6.2-cudnn-runtime-ubuntu22.04"),
            (":12.8.1-devel", "12.8.1-cudnn-devel-rockylinux9"),
            (":13.0.0-devel-ubuntu20.04", "13.0.1-devel-ubuntu22.04"),
            (":12.4.1-cudnn8-devel-ubuntu22.04", "12.2.2-cudnn8-devel-ubuntu22.04"),
            (":10.2-devel-ubuntu18.04", "12.3.2-cudnn9-devel-ubuntu22.04"),
            (":12.8.1-devel-debian12", "12.9.1-devel-oraclelinux9"),
        )
    ),
    LintCase(
        "no-such-image",
        {".gitlab-ci.yml": "test:\n  image: nvidia/cuda:latest\n  script: [nvidia-smi]\n"},
        {".gitlab-ci.yml": "test:\n  image: nvidia/cuda:12.8.1-base-ubuntu24.04\n  script: [nvidia-smi]\n"},
        line="nvidia/cuda:latest",
    ),
    LintCase(
        "service-without-gpu",
        {"compose.yaml": _COMPOSE.format(more="    command: ./server\n")},
        {
            "compose.yaml": _COMPOSE.format(
                more="    deploy:\n      resources:\n        reservations:\n          devices:\n"
                "            - driver: nvidia\n              count: 1\n              capabilities: [gpu]\n"
            )
        },
        line="image: nvidia/cuda",
    ),
    LintCase(
        "service-without-gpu",
        {
            **_one(_image(rest=_RUN.format(image=_RUNTIME))),
            "deploy/docker-compose.yml": "services:\n  asr:\n    build:\n      context: ..\n    ports: ['8080:8080']\n",
        },
        {
            **_one(_image(rest=_RUN.format(image=_RUNTIME))),
            "deploy/docker-compose.yml": "services:\n  asr:\n    build: {context: ..}\n",
            "deploy/docker-compose.gpu.yml": "services:\n  asr:\n    runtime: nvidia\n",
        },
        line="build:",
    ),
    LintCase(
        "service-without-gpu",
        {
            **_one(_image(rest=_RUN.format(image=_RUNTIME))),
            "compose.yaml": "services:\n  worker:\n    build:\n      context: .\n      dockerfile: ./Dockerfile\n",
        },
        {
            **_one(_image(rest=_RUN.format(image=_RUNTIME))),
            "compose.yaml": "services:\n  worker:\n    build: .\n    gpus: all\n  front:\n    build: .\n"
            "  tool:\n    build: {context: ., target: other}\n    command: make test\n",
        },
        line="build:",
    ),
    LintCase(
        "service-without-gpu",
        {"asr.container": "[Container]\nImage=docker.io/nvidia/cuda:12.8.1-runtime-ubuntu24.04\n"},
        {
            "asr.container": "[Container]\nImage=docker.io/nvidia/cuda:12.8.1-runtime-ubuntu24.04\n"
            "AddDevice=nvidia.com/gpu=all\n"
        },
    ),
    LintCase(
        "service-without-gpu",
        {".devcontainer/devcontainer.json": '{"image": "nvidia/cuda:12.8.1-devel-ubuntu24.04"}\n'},
        {
            ".devcontainer/devcontainer.json": '{"image": "nvidia/cuda:12.8.1-devel-ubuntu24.04", '
            '"runArgs": ["--gpus=all"]}\n'
        },
    ),
    LintCase(
        "stale-cache-mount",
        _cargo(f"{_ARCHS}RUN --mount=type=cache,target=/src/target cargo build --release --features cuda"),
        _cargo(
            f"{_ARCHS}RUN --mount=type=cache,target=/src/target cargo clean --release -p whisper-rs-sys "
            "&& cargo build --release --features cuda"
        ),
        line="cargo build",
    ),
    LintCase(
        "stale-cache-mount",
        _one(_PIP.format(lines=f"RUN --mount=type=cache,target=/root/.cache/pip \\\n    {_PIP_BUILD}")),
        _one(
            _PIP.format(
                lines="RUN --mount=type=cache,target=/root/.cache/pip \\\n    "
                + _PIP_BUILD.replace("install", "install --no-cache-dir")
            )
        ),
        line="pip install llama-cpp-python",
    ),
    LintCase(
        "stale-build-copied",
        {**_own_build(""), "build/CMakeCache.txt": _CACHE, ".dockerignore": ".git\n"},
        {**_own_build(""), "build/CMakeCache.txt": _CACHE, ".dockerignore": ".git\n/build\n"},
        line="COPY . .",
    ),
    LintCase(
        "stale-build-copied",
        {**_own_build(""), "build/CMakeCache.txt": _CACHE},
        {**_own_build("-release"), "build/CMakeCache.txt": _CACHE},
        line="COPY . .",
    ),
    LintCase(
        "image-compiler-too-new",
        _one(_image().replace("RUN cmake", "ENV CUDAHOSTCXX=g++-15\nRUN cmake")),
        _one(_image().replace("RUN cmake", "ENV CUDAHOSTCXX=g++-14\nRUN cmake")),
        line="CUDAHOSTCXX",
    ),
    LintCase(
        "image-compiler-too-new",
        _one(
            _image('-DGGML_NATIVE=OFF "-DCMAKE_CUDA_ARCHITECTURES=86"', "x")
            .replace("nvidia/cuda:x", "debian:trixie-slim")
            .replace("g++ git", "g++ git cuda-toolkit-12-6")
        ),
        _one(
            _image('-DGGML_NATIVE=OFF "-DCMAKE_CUDA_ARCHITECTURES=86"', "x")
            .replace("nvidia/cuda:x", "debian:trixie-slim")
            .replace("g++ git", "g++ git cuda-toolkit-12-8")
        ),
        line="g++ git",
    ),
    LintCase(
        "ships-devel",
        _one(_image(rest=_RUN.format(image="12.8.1-devel-ubuntu24.04"))),
        _one(_image(rest=_RUN.format(image="12.8.1-devel-ubuntu24.04") + "RUN pip install triton\n")),
        line="FROM nvidia/cuda:12.8.1-devel-ubuntu24.04",
    ),
    LintCase(
        "jit-cache-lost",
        _one(_image('-DGGML_NATIVE=OFF "-DCMAKE_CUDA_ARCHITECTURES=75-virtual"', rest=_RUN.format(image=_RUNTIME))),
        _one(
            _image(
                '-DGGML_NATIVE=OFF "-DCMAKE_CUDA_ARCHITECTURES=75-virtual"',
                rest=_RUN.format(image=_RUNTIME) + "ENV CUDA_CACHE_PATH=/var/cache/cuda\nVOLUME /var/cache/cuda\n",
            )
        ),
        line="cmake -B build",
    ),
)
