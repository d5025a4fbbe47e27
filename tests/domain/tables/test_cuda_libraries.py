"""CUDA's libraries by the names that the loader is asked for."""

from __future__ import annotations

import re

import pytest

from cudacompat.domain.tables.cuda_libraries import (
    LIBRARIES,
    conda_package,
    is_library_file,
    library_named,
    release_asked_for,
    requirement,
)
from tests.helpers.each_row import each_case


@each_case(
    ("name", "cuda", "wheel"),
    [
        ("libcudart.so.13", 13, "nvidia-cuda-runtime==13.*"),
        ("libcudart.so.12", 12, "nvidia-cuda-runtime-cu12==12.*"),
        ("libcudart.so.11.0", 11, "nvidia-cuda-runtime-cu11==11.*"),
        ("libcublasLt.so.13", 13, "nvidia-cublas==13.*"),
        ("libcurand.so.10", 12, "nvidia-curand-cu12==10.*"),
        ("libcurand.so.10", 13, "nvidia-curand==10.*"),
        ("libcufft.so.11", 12, "nvidia-cufft-cu12==11.*"),
        ("libcudnn.so.9", 13, "nvidia-cudnn-cu13==9.*"),
        ("libcudnn_ops_infer.so.8", 11, "nvidia-cudnn-cu11==8.*"),
        ("libnccl.so.2", 12, "nvidia-nccl-cu12==2.*"),
        ("libnvToolsExt.so.1", 12, "nvidia-nvtx-cu12"),  # its version is the toolkit's
        ("libnvToolsExt.so.1", 13, None),  # CUDA 13 has none
        ("libcudart.so.13", 12, None),  # no wheel of CUDA 12 has it
        ("libnppicc.so.12", 12, "nvidia-npp-cu12==12.*"),
    ],
)
def test_the_wheel_of_a_library(name: str, cuda: int, wheel: str | None) -> None:
    assert requirement(name, cuda) == wheel


@pytest.mark.parametrize(
    "name", ["libcuda.so.1", "libc.so.6", "libcudart.so", "libtorch_cuda.so", "libcudart-d0da41ae.so.11.0"]
)
def test_what_is_none_of_cudas(name: str) -> None:
    assert library_named(name) is None


def test_what_names_mean_together() -> None:
    assert release_asked_for(["libcurand.so.10", "libcudart.so.13", "libc.so.6"]) == 13
    assert release_asked_for(["libcurand.so.10", "libcudnn.so.9"]) is None


def test_conda_has_each() -> None:
    assert conda_package("libcudart.so.12", 12) == "cuda-cudart"
    assert conda_package("libcudart.so.12", 13) is None


def test_every_row_names_a_wheel_for_each_of_its_releases() -> None:
    for row in LIBRARIES:
        assert set(row.abi) == set(row.wheels)
        assert all(re.fullmatch(r"[a-z]+(?:-[a-z0-9]+)*", wheel) for wheel in row.wheels.values())


@each_case(
    ("path", "one"),
    [
        ("/usr/local/cuda/lib64/libcublas.so.13.1.0.3", True),
        ("/venv/nvidia/cudnn/lib/libcudnn_ops.so.9", True),
        ("/opt/bin/libggml-cuda.so.0.20.2", False),
        ("/opt/libcublas.so.13/whisper-server", False),
        ("/venv/torch/lib/libtorch_cuda.so", False),
    ],
)
def test_a_file_of_one_by_its_name(path: str, one: bool) -> None:
    assert is_library_file(path) is one
