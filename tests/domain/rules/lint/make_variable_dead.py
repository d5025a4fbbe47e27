"""`make-variable-dead`: a variable that the Makefile does not read."""

from __future__ import annotations

from tests.helpers.lint_case import LintCase, NearMiss

CASES = (
    LintCase(  # in the clone, wherever the options of the clone stand; the project's own make is another
        bad={
            "Makefile": "all:\n\techo own\n",
            "Dockerfile": "FROM nvidia/cuda:12.8.1-devel-ubuntu24.04\nCOPY . /work\nRUN cd /work; "
            "git clone https://github.com/ggml-org/llama.cpp --recursive; cd llama.cpp; make LLAMA_CUBLAS=1\n",
        },
        good={
            "Makefile": "all:\n\techo own\n",
            "Dockerfile": "FROM nvidia/cuda:12.8.1-devel-ubuntu24.04\nCOPY . /work\nRUN cd /work; "
            "git clone https://github.com/ggml-org/llama.cpp --recursive; make LLAMA_CUBLAS=1\n",
        },
        line="LLAMA_CUBLAS=1",
    ),
    LintCase(
        bad={
            "Dockerfile": """\
FROM nvidia/cuda:12.8.1-devel-ubuntu24.04 AS build
RUN apt-get update && apt-get install -y cmake g++ git
RUN git clone --depth 1 --branch v1.7.4 https://github.com/ggml-org/whisper.cpp /src
WORKDIR /src
RUN GGML_CUDA=1 make -j8
""",
        },
        good={
            "Dockerfile": """\
FROM nvidia/cuda:12.8.1-devel-ubuntu24.04 AS build
RUN apt-get update && apt-get install -y cmake g++ git
RUN git clone --depth 1 --branch v1.9.3 https://github.com/ggml-org/whisper.cpp /src
WORKDIR /src
RUN cmake -B build -DGGML_CUDA=ON -DGGML_NATIVE=OFF "-DCMAKE_CUDA_ARCHITECTURES=86;120" && cmake --build build -j
""",
        },
        line="GGML_CUDA=1 make",
    ),
    LintCase(
        bad={
            "Dockerfile": """\
FROM nvidia/cuda:12.8.1-devel-ubuntu24.04 AS build
RUN apt-get update && apt-get install -y cmake g++ git
RUN git clone --depth 1 --branch v1.9.3 https://github.com/ggml-org/whisper.cpp /src
WORKDIR /src
RUN make -j WHISPER_CUBLAS=1
""",
        },
        good={
            "Dockerfile": """\
FROM nvidia/cuda:12.8.1-devel-ubuntu24.04 AS build
RUN apt-get update && apt-get install -y cmake g++ git
RUN git clone --depth 1 --branch v1.9.3 https://github.com/ggml-org/whisper.cpp /src
WORKDIR /src
RUN make -j CMAKE_ARGS="-DGGML_CUDA=ON -DCMAKE_CUDA_ARCHITECTURES=86"
""",
        },
    ),
    LintCase(
        bad={
            "Dockerfile": """\
FROM nvidia/cuda:12.8.1-devel-ubuntu24.04 AS build
RUN apt-get update && apt-get install -y cmake g++ git
ENV GGML_CUDA=1
RUN git clone --depth 1 --branch v1.9.3 https://github.com/ggml-org/whisper.cpp /src
WORKDIR /src
RUN make -j8
""",
        },
        good={
            "Dockerfile": """\
FROM nvidia/cuda:12.8.1-devel-ubuntu24.04 AS build
RUN apt-get update && apt-get install -y cmake g++ git
RUN git clone --depth 1 --branch v1.9.3 https://github.com/ggml-org/whisper.cpp /src
WORKDIR /src
RUN cmake -B build -DGGML_CUDA=ON -DGGML_NATIVE=OFF "-DCMAKE_CUDA_ARCHITECTURES=86;120" && cmake --build build -j
""",
        },
        line="ENV GGML_CUDA",
    ),
    LintCase(
        bad={
            "Dockerfile": """\
FROM nvidia/cuda:12.8.1-devel-ubuntu24.04
RUN <<EOF
set -e
git clone --branch v1.8.4 https://github.com/ggml-org/whisper.cpp /src
cd /src
GGML_CUDA=1 make -j
EOF
""",
        },
        good={
            "Dockerfile": """\
FROM nvidia/cuda:12.8.1-devel-ubuntu24.04
RUN <<EOF
set -e
git clone --branch v1.8.4 https://github.com/ggml-org/whisper.cpp /src
cd /src
cmake -B build -DGGML_CUDA=1 -DGGML_NATIVE=OFF "-DCMAKE_CUDA_ARCHITECTURES=86;120"
make -C build -j
EOF
""",
        },
    ),
    LintCase(
        bad={
            "Dockerfile": """\
FROM nvidia/cuda:12.8.1-devel-ubuntu24.04 AS build
RUN apt-get update && apt-get install -y cmake g++ git
RUN git clone --depth 1 --branch b5000 https://github.com/ggml-org/llama.cpp /src
WORKDIR /src
RUN make LLAMA_CUDA=1
""",
        },
        good={
            "Dockerfile": """\
FROM nvidia/cuda:12.8.1-devel-ubuntu24.04 AS build
RUN apt-get update && apt-get install -y cmake g++ git
RUN git clone --depth 1 --branch b5000 https://github.com/ggml-org/llama.cpp /src
WORKDIR /src
RUN cmake -B build -DGGML_CUDA=ON -DGGML_NATIVE=OFF "-DCMAKE_CUDA_ARCHITECTURES=86;120" && cmake --build build -j
""",
        },
    ),
)

NEAR_MISSES = (
    NearMiss(
        "make in a configured folder",
        {
            "Dockerfile": """\
FROM nvidia/cuda:12.8.1-devel-ubuntu24.04
RUN git clone --branch v1.9.3 https://github.com/ggml-org/whisper.cpp /src
WORKDIR /src
ENV GGML_CUDA=1
RUN cmake . -DGGML_CUDA=1 && make -j
""",
        },
    ),
    NearMiss(
        "a Makefile that reads it",
        {
            "Dockerfile": """\
FROM nvidia/cuda:12.8.1-devel-ubuntu24.04
RUN git clone --branch v1.7.2 https://github.com/ggml-org/whisper.cpp /src
WORKDIR /src
RUN GGML_CUDA=1 make -j
""",
        },
    ),
    NearMiss(
        "another project's Makefile",
        {
            "build.sh": "GGML_CUDA=1 make -j\n",
        },
    ),
)
