"""`service-without-gpu`: a service that runs CUDA code without a GPU."""

from __future__ import annotations

from tests.helpers.lint_case import LintCase, NearMiss

_RESERVES = """\
services:
  asr:
    image: example.org/asr:1
    deploy:
      resources:
        reservations:
          devices:
            - {}
"""

CASES = (
    LintCase(
        bad={
            "compose.yaml": """\
services:
  asr:
    image: nvidia/cuda:12.8.1-runtime-ubuntu24.04
    command: ./server
""",
        },
        good={
            "compose.yaml": """\
services:
  asr:
    image: nvidia/cuda:12.8.1-runtime-ubuntu24.04
    deploy:
      resources:
        reservations:
          devices:
            - driver: nvidia
              count: 1
              capabilities: [gpu]
""",
        },
        line="image: nvidia/cuda",
    ),
    LintCase(
        bad={
            "Dockerfile": """\
FROM nvidia/cuda:12.8.1-devel-ubuntu24.04 AS build
RUN apt-get update && apt-get install -y cmake g++ git
RUN git clone --branch v1.9.3 https://github.com/ggml-org/whisper.cpp /src
WORKDIR /src
RUN cmake -B build -DGGML_CUDA=ON -DGGML_NATIVE=OFF "-DCMAKE_CUDA_ARCHITECTURES=86;120" && cmake --build build -j \
"$(nproc)"
FROM nvidia/cuda:12.8.1-runtime-ubuntu24.04
COPY --from=build /src/build/bin /app
ENTRYPOINT ["/app/whisper-server"]
""",
            "deploy/docker-compose.yml": """\
services:
  asr:
    build:
      context: ..
    ports: ['8080:8080']
""",
        },
        good={
            "Dockerfile": """\
FROM nvidia/cuda:12.8.1-devel-ubuntu24.04 AS build
RUN apt-get update && apt-get install -y cmake g++ git
RUN git clone --branch v1.9.3 https://github.com/ggml-org/whisper.cpp /src
WORKDIR /src
RUN cmake -B build -DGGML_CUDA=ON -DGGML_NATIVE=OFF "-DCMAKE_CUDA_ARCHITECTURES=86;120" && cmake --build build -j \
"$(nproc)"
FROM nvidia/cuda:12.8.1-runtime-ubuntu24.04
COPY --from=build /src/build/bin /app
ENTRYPOINT ["/app/whisper-server"]
""",
            "deploy/docker-compose.yml": """\
services:
  asr:
    build: {context: ..}
""",
            "deploy/docker-compose.gpu.yml": """\
services:
  asr:
    runtime: nvidia
""",
        },
        line="build:",
    ),
    LintCase(
        bad={
            "Dockerfile": """\
FROM nvidia/cuda:12.8.1-devel-ubuntu24.04 AS build
RUN apt-get update && apt-get install -y cmake g++ git
RUN git clone --branch v1.9.3 https://github.com/ggml-org/whisper.cpp /src
WORKDIR /src
RUN cmake -B build -DGGML_CUDA=ON -DGGML_NATIVE=OFF "-DCMAKE_CUDA_ARCHITECTURES=86;120" && cmake --build build -j \
"$(nproc)"
FROM nvidia/cuda:12.8.1-runtime-ubuntu24.04
COPY --from=build /src/build/bin /app
ENTRYPOINT ["/app/whisper-server"]
""",
            "compose.yaml": """\
services:
  worker:
    build:
      context: .
      dockerfile: ./Dockerfile
""",
        },
        good={
            "Dockerfile": """\
FROM nvidia/cuda:12.8.1-devel-ubuntu24.04 AS build
RUN apt-get update && apt-get install -y cmake g++ git
RUN git clone --branch v1.9.3 https://github.com/ggml-org/whisper.cpp /src
WORKDIR /src
RUN cmake -B build -DGGML_CUDA=ON -DGGML_NATIVE=OFF "-DCMAKE_CUDA_ARCHITECTURES=86;120" && cmake --build build -j \
"$(nproc)"
FROM nvidia/cuda:12.8.1-runtime-ubuntu24.04
COPY --from=build /src/build/bin /app
ENTRYPOINT ["/app/whisper-server"]
""",
            "compose.yaml": """\
services:
  worker:
    build: .
    gpus: all
  front:
    build: .
  tool:
    build: {context: ., target: other}
    command: make test
""",
        },
        line="build:",
    ),
    LintCase(
        bad={
            "asr.container": """\
[Container]
Image=docker.io/nvidia/cuda:12.8.1-runtime-ubuntu24.04
""",
        },
        good={
            "asr.container": """\
[Container]
Image=docker.io/nvidia/cuda:12.8.1-runtime-ubuntu24.04
AddDevice=nvidia.com/gpu=all
""",
        },
    ),
    LintCase(
        bad={
            ".devcontainer/devcontainer.json": '{"image": "nvidia/cuda:12.8.1-devel-ubuntu24.04"}\n',
        },
        good={
            ".devcontainer/devcontainer.json": """\
{"image": "nvidia/cuda:12.8.1-devel-ubuntu24.04", "runArgs": ["--gpus=all"]}
""",
        },
    ),
    *(
        LintCase(
            bad={"compose.yaml": _RESERVES.format(device)},
            good={"compose.yaml": _RESERVES.format(device + "\n              capabilities: [gpu]")},
            line="- ",
        )
        for device in ("driver: nvidia\n              count: 1", 'device_ids: ["0"]')
    ),
    LintCase(
        bad={"compose.yaml": _RESERVES.format("{driver: nvidia, count: all}")},
        good={"compose.yaml": _RESERVES.format("{driver: nvidia, count: all, capabilities: [gpu]}")},
        line="driver",
    ),
)

NEAR_MISSES = (
    NearMiss(
        "capabilities by an alias",
        {"compose.yaml": "x-gpu: &gpu\n  capabilities: [gpu]\n" + _RESERVES.format("<<: *gpu\n              count: 1")},
    ),
    NearMiss(
        "a device by its name in CDI",
        {"compose.yaml": _RESERVES.format("driver: cdi\n              device_ids: [nvidia.com/gpu=0]")},
    ),
)
