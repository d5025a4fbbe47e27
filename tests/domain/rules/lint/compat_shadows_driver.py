"""`compat-shadows-driver`: the compat library before the driver's own."""

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
ENV LD_LIBRARY_PATH=/usr/local/cuda/compat:$LD_LIBRARY_PATH
""",
        },
        good={
            "Dockerfile": """\
FROM nvidia/cuda:12.8.1-devel-ubuntu24.04 AS build
RUN apt-get update && apt-get install -y cmake g++ git
RUN git clone --branch v1.9.3 https://github.com/ggml-org/whisper.cpp /src
WORKDIR /src
ENV LD_LIBRARY_PATH=/usr/local/cuda/compat:$LD_LIBRARY_PATH
RUN cmake -B build -DGGML_CUDA=ON -DGGML_NATIVE=OFF "-DCMAKE_CUDA_ARCHITECTURES=86;120" && cmake --build build -j \
"$(nproc)"
FROM nvidia/cuda:12.8.1-runtime-ubuntu24.04
COPY --from=build /src/build/bin /app
ENTRYPOINT ["/app/whisper-server"]
""",
        },
        line="ENV LD_LIBRARY_PATH",
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
RUN ldconfig /usr/local/cuda-12.8/compat/
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
RUN ldconfig /app/lib
""",
        },
        line="ldconfig",
    ),
    # an image that builds for others and runs nothing of CUDA
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
RUN echo /usr/local/cuda/compat > /etc/ld.so.conf.d/00-compat.conf && ldconfig
""",
        },
        good={
            "Dockerfile": """\
FROM nvidia/cuda:12.8.1-devel-ubuntu24.04
ENV LD_LIBRARY_PATH=/usr/local/cuda/compat
CMD ["agent"]
""",
        },
        line="echo",
    ),
    LintCase(
        bad={
            "compose.yaml": """\
services:
  asr:
    image: me/asr:cuda
    gpus: all
    environment:
      - LD_LIBRARY_PATH=/usr/local/cuda/compat:/usr/local/cuda/lib64
""",
        },
        good={
            "compose.yaml": """\
services:
  asr:
    image: me/asr:cuda
    gpus: all
    environment:
      - LD_LIBRARY_PATH=/usr/local/cuda/lib64
""",
        },
        line="compat",
    ),
)
