"""`run-without-gpu`: a CUDA container started without a GPU."""

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
RUN cmake -B build -DGGML_CUDA=ON -DGGML_NATIVE=OFF "-DCMAKE_CUDA_ARCHITECTURES=86;120" \\
    && cmake --build build -j
CMD ["./build/bin/whisper-server"]
""",
            "start.sh": """\
docker build -t me/asr .
docker run -d --name asr -p 8000:8000 -v models:/models me/asr
""",
        },
        good={
            "Dockerfile": """\
FROM nvidia/cuda:12.8.1-devel-ubuntu24.04 AS build
RUN apt-get update && apt-get install -y cmake g++ git
RUN git clone --branch v1.9.3 https://github.com/ggml-org/whisper.cpp /src
WORKDIR /src
RUN cmake -B build -DGGML_CUDA=ON -DGGML_NATIVE=OFF "-DCMAKE_CUDA_ARCHITECTURES=86;120" \\
    && cmake --build build -j
CMD ["./build/bin/whisper-server"]
""",
            "start.sh": """\
docker build -t me/asr .
docker run -d --name asr -p 8000:8000 -v models:/models --gpus all me/asr
""",
        },
        line="docker run",
    ),
    LintCase(
        bad={
            "Makefile": """\
check:
\tdocker run --rm nvidia/cuda:12.8.1-base-ubuntu24.04 nvidia-smi
""",
        },
        good={
            "Makefile": """\
check:
\tpodman run --gpus=all nvidia/cuda:12.8.1-base-ubuntu24.04 nvidia-smi
\tdocker run --rm nvidia/cuda:12.8.1-devel-ubuntu24.04 nvcc --version
""",
        },
    ),
)
