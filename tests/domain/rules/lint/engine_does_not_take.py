"""`engine-does-not-take`: a target that this setting cannot be given."""

from __future__ import annotations

from tests.helpers.lint_case import LintCase

CASES = (
    LintCase(
        bad={
            "Dockerfile": """\
FROM nvidia/cuda:12.8.1-cudnn-devel-ubuntu24.04
RUN apt-get update && apt-get install -y cmake g++ git libopenblas-dev
RUN git clone --recursive --branch v4.8.1 https://github.com/OpenNMT/CTranslate2 /src
RUN cmake -S /src -B /build -DWITH_CUDA=ON -DWITH_MKL=OFF -DWITH_OPENBLAS=ON -DCUDA_ARCH_LIST="8.6;12.0" && cmake \
--build /build -j4
""",
        },
        good={
            "Dockerfile": """\
FROM nvidia/cuda:12.8.1-cudnn-devel-ubuntu24.04
RUN apt-get update && apt-get install -y cmake g++ git libopenblas-dev
RUN git clone --recursive --branch v4.8.1 https://github.com/OpenNMT/CTranslate2 /src
RUN cmake -S /src -B /build -DWITH_CUDA=ON -DWITH_MKL=OFF -DWITH_OPENBLAS=ON \
"-DCUDA_NVCC_FLAGS=-gencode=arch=compute_120,code=sm_120" -DCUDA_ARCH_LIST="8.6" && cmake --build /build -j4
""",
        },
        line="12.0",
    ),
    LintCase(
        bad={
            "Dockerfile": """\
FROM nvidia/cuda:12.8.1-cudnn-devel-ubuntu24.04
RUN apt-get update && apt-get install -y cmake g++ git libopenblas-dev
RUN git clone --recursive --branch v4.8.1 https://github.com/OpenNMT/CTranslate2 /src
RUN cmake -S /src -B /build -DWITH_CUDA=ON -DWITH_MKL=OFF -DWITH_OPENBLAS=ON -DCUDA_ARCH_LIST="120" && cmake \
--build /build -j4
""",
        },
        good={
            "Dockerfile": """\
FROM nvidia/cuda:12.8.1-cudnn-devel-ubuntu24.04
RUN apt-get update && apt-get install -y cmake g++ git libopenblas-dev
RUN git clone --recursive --branch v4.8.1 https://github.com/OpenNMT/CTranslate2 /src
RUN cmake -S /src -B /build -DWITH_CUDA=ON -DWITH_MKL=OFF -DWITH_OPENBLAS=ON -DCUDA_ARCH_LIST="8.6+PTX" && cmake \
--build /build -j4
""",
        },
        line="120",
    ),
    LintCase(
        bad={
            "Dockerfile": """\
FROM nvidia/cuda:12.8.1-devel-ubuntu24.04
RUN apt-get update && apt-get install -y python3-pip ninja-build
RUN pip install torch packaging psutil --index-url https://download.pytorch.org/whl/cu128
ENV FLASH_ATTENTION_FORCE_BUILD=TRUE
RUN FLASH_ATTN_CUDA_ARCHS="80;86;120" pip install --no-build-isolation flash-attn==2.8.3
""",
        },
        good={
            "Dockerfile": """\
FROM nvidia/cuda:12.8.1-devel-ubuntu24.04
RUN apt-get update && apt-get install -y python3-pip ninja-build
RUN pip install torch packaging psutil --index-url https://download.pytorch.org/whl/cu128
ENV FLASH_ATTENTION_FORCE_BUILD=TRUE
RUN FLASH_ATTN_CUDA_ARCHS="80;120" pip install --no-build-isolation flash-attn==2.8.3
""",
        },
        line="80;86;120",
    ),
    LintCase(
        bad={
            "Dockerfile": """\
FROM nvidia/cuda:12.8.1-devel-ubuntu24.04
RUN apt-get update && apt-get install -y python3-pip ninja-build
RUN pip install torch packaging psutil --index-url https://download.pytorch.org/whl/cu128
ENV FLASH_ATTENTION_FORCE_BUILD=TRUE
RUN FLASH_ATTN_CUDA_ARCHS="75" pip install --no-build-isolation flash-attn==2.8.3
""",
        },
        good={
            "Dockerfile": """\
FROM nvidia/cuda:12.8.1-devel-ubuntu24.04
RUN apt-get update && apt-get install -y python3-pip ninja-build
RUN pip install torch packaging psutil --index-url https://download.pytorch.org/whl/cu128
ENV FLASH_ATTENTION_FORCE_BUILD=TRUE
RUN FLASH_ATTN_CUDA_ARCHS="80" pip install --no-build-isolation flash-attn==2.8.3
""",
        },
        line='"75"',
    ),
    LintCase(
        bad={
            "Cargo.toml": """\
[dependencies]
candle-core = { version = "0.11.0", features = ["cuda"] }
""",
            "build.sh": "CUDA_COMPUTE_CAP=120f cargo build --release\n",
        },
        good={
            "Cargo.toml": """\
[dependencies]
candle-core = { version = "0.11.0", features = ["cuda"] }
""",
            "build.sh": "CUDA_COMPUTE_CAP=sm_120a cargo build --release\n",
        },
        line="120f",
    ),
)
