"""`visible-devices-in-image`: a variable that hides the GPUs of a container."""

from __future__ import annotations

from tests.helpers.lint_case import LintCase

CASES = (
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
ENV CUDA_VISIBLE_DEVICES=all
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
ENV NVIDIA_VISIBLE_DEVICES=all
""",
        },
        line="CUDA_VISIBLE_DEVICES=all",
    ),
    LintCase(
        bad={
            "start.sh": """\
export CUDA_VISIBLE_DEVICES=all
./server
""",
        },
        good={
            "start.sh": """\
export CUDA_VISIBLE_DEVICES="${GPUS:-0}"
CUDA_VISIBLE_DEVICES="" python3 convert.py
""",
        },
        line="all",
    ),
    LintCase(
        bad={
            "compose.yaml": """\
services:
  asr:
    image: nvidia/cuda:12.8.1-runtime-ubuntu24.04
    gpus: all
    environment:
      CUDA_VISIBLE_DEVICES: '-1'
""",
        },
        good={
            "compose.yaml": """\
services:
  asr:
    image: nvidia/cuda:12.8.1-runtime-ubuntu24.04
    gpus: all
    environment:
      CUDA_VISIBLE_DEVICES: '0,1'
""",
        },
        line="CUDA_VISIBLE_DEVICES",
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
ENV NVIDIA_VISIBLE_DEVICES="void"
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
RUN CUDA_VISIBLE_DEVICES= /app/whisper-server --help
""",
        },
        line="void",
    ),
    LintCase(
        bad={
            "run.sh": "docker run --rm --gpus all -e CUDA_VISIBLE_DEVICES=all me/asr:cuda\n",
        },
        good={
            "run.sh": "docker run --rm --gpus all -e CUDA_VISIBLE_DEVICES=0 me/asr:cuda\n",
        },
        line="docker run",
    ),
    LintCase(
        bad={
            "run.sh": "podman run --device nvidia.com/gpu=all --env=CUDA_VISIBLE_DEVICES=all me/asr:cuda\n",
        },
        good={
            "run.sh": "podman run --device nvidia.com/gpu=all --env=NVIDIA_VISIBLE_DEVICES=all me/asr:cuda\n",
        },
        line="podman run",
    ),
)
