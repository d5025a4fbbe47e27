"""`stub-at-runtime`: a stub in the place of the driver's library."""

from __future__ import annotations

from tests.helpers.lint_case import LintCase, NearMiss

_STUBS = "ENV LD_LIBRARY_PATH=/usr/local/cuda/lib64/stubs"
_BY_PIP = """\
FROM nvidia/cuda:12.8.1-devel-ubuntu24.04
RUN apt-get update && apt-get install -y python3-pip
{}
RUN pip install {}
CMD ["python3", "server.py"]
"""

CASES = (
    # images for programs that run have no such folder
    LintCase(
        bad={
            "Dockerfile": """\
FROM nvidia/cuda:12.8.1-devel-ubuntu24.04 AS build
WORKDIR /src

FROM nvidia/cuda:12.8.1-runtime-ubuntu24.04
ENV LD_LIBRARY_PATH="/opt/server/lib:/usr/local/cuda/lib64/stubs:$LD_LIBRARY_PATH"
COPY --from=build /usr/local/cuda/lib64/stubs /usr/local/cuda/lib64/stubs
COPY --from=build /src/server /opt/server
ENTRYPOINT ["/opt/server/server"]
""",
        },
        good={
            "Dockerfile": """\
FROM nvidia/cuda:12.8.1-devel-ubuntu24.04 AS build
WORKDIR /src

FROM nvidia/cuda:12.8.1-runtime-ubuntu24.04
ENV LD_LIBRARY_PATH="/opt/server/lib:/usr/local/cuda/lib64/stubs:$LD_LIBRARY_PATH"
COPY --from=build /src/server /opt/server
ENTRYPOINT ["/opt/server/server"]
""",
        },
        line="LD_LIBRARY_PATH",
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
ENV LD_LIBRARY_PATH="/usr/local/cuda/lib64/stubs:/app/lib"
ENTRYPOINT ["/src/build/bin/x"]
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
ENV LD_LIBRARY_PATH="/app/lib"
ENTRYPOINT ["/src/build/bin/x"]
""",
        },
        line="stubs",
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
COPY --from=build /usr/local/cuda/lib64/stubs/libcuda.so /usr/lib/libcuda.so.1
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
COPY --from=build /src/lib/libx.so /usr/lib/libx.so
""",
        },
        line="COPY --from=build /usr/local",
    ),
    LintCase(
        bad={
            "Dockerfile": """\
FROM nvidia/cuda:12.8.1-devel-ubuntu24.04 AS build
RUN apt-get update && apt-get install -y cmake g++ git
RUN git clone --branch v1.9.3 https://github.com/ggml-org/whisper.cpp /src
RUN ln -s /usr/local/cuda/lib64/stubs/libcuda.so /usr/lib/libcuda.so.1
WORKDIR /src
RUN cmake -B build -DGGML_CUDA=ON -DGGML_NATIVE=OFF "-DCMAKE_CUDA_ARCHITECTURES=86;120" && cmake --build build -j \
"$(nproc)"
""",
        },
        good={
            "Dockerfile": """\
FROM nvidia/cuda:12.8.1-devel-ubuntu24.04 AS build
RUN apt-get update && apt-get install -y cmake g++ git
RUN git clone --branch v1.9.3 https://github.com/ggml-org/whisper.cpp /src
RUN ln -s /usr/local/cuda/lib64/stubs/libcuda.so /usr/lib/libcuda.so.1
WORKDIR /src
RUN cmake -B build -DGGML_CUDA=ON -DGGML_NATIVE=OFF "-DCMAKE_CUDA_ARCHITECTURES=86;120" && cmake --build build -j \
"$(nproc)"
RUN rm /usr/lib/libcuda.so.1
""",
        },
        line="ln -s",
    ),
    LintCase(
        bad={
            "compose.yaml": """\
services:
  asr:
    image: me/asr:cuda
    gpus: all
    environment:
      LD_LIBRARY_PATH: /usr/local/cuda/lib64/stubs
""",
        },
        good={
            "compose.yaml": """\
services:
  asr:
    image: me/asr:cuda
    gpus: all
""",
        },
        line="stubs",
    ),
    LintCase(  # a package with device code, for which nothing is compiled
        bad={"Dockerfile": _BY_PIP.format("ENV LD_LIBRARY_PATH=/usr/local/cuda/lib64/stubs:$LD_LIBRARY_PATH", "torch")},
        good={"Dockerfile": _BY_PIP.format("ENV LIBRARY_PATH=/usr/local/cuda/lib64/stubs", "torch")},
        line="stubs",
    ),
)

NEAR_MISSES = (
    NearMiss("packages without device code", {"Dockerfile": _BY_PIP.format(_STUBS, "flask")}),
    NearMiss("an image without stubs", {"Dockerfile": _BY_PIP.format(_STUBS, "torch").replace("devel", "runtime")}),
    NearMiss(
        "a stage that builds", {"Dockerfile": _BY_PIP.format(_STUBS, "torch").replace("CMD", "FROM ubuntu:24.04\nCMD")}
    ),
)
