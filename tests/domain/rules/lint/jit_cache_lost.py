"""`jit-cache-lost`: PTX alone, and no place for the JIT's cache."""

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
RUN cmake -B build -DGGML_CUDA=ON -DGGML_NATIVE=OFF "-DCMAKE_CUDA_ARCHITECTURES=75-virtual" && cmake --build build \
-j "$(nproc)"
FROM nvidia/cuda:12.8.1-runtime-ubuntu24.04
COPY --from=build /src/build/bin /app
ENTRYPOINT ["/app/whisper-server"]
""",
        },
        good={
            "Dockerfile": """\
FROM nvidia/cuda:12.8.1-devel-ubuntu24.04 AS build
RUN apt-get update && apt-get install -y cmake g++ git
RUN git clone --branch v1.9.3 https://github.com/ggml-org/whisper.cpp /src
WORKDIR /src
RUN cmake -B build -DGGML_CUDA=ON -DGGML_NATIVE=OFF "-DCMAKE_CUDA_ARCHITECTURES=75-virtual" && cmake --build build \
-j "$(nproc)"
FROM nvidia/cuda:12.8.1-runtime-ubuntu24.04
COPY --from=build /src/build/bin /app
ENTRYPOINT ["/app/whisper-server"]
ENV CUDA_CACHE_PATH=/var/cache/cuda
VOLUME /var/cache/cuda
""",
        },
        line="cmake -B build",
    ),
)
