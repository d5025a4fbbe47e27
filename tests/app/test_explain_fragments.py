"""`cudacompat explain "part of a message"`: what people copy of a message, cut at either end."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.helpers.each_row import each_case
from tests.helpers.run import inside

FRAGMENTS = (
    ("no kernel image is available", "cuda-no-kernel-image"),
    ("'NO KERNEL IMAGE IS AVAILABLE FOR EXECUTION'", "cuda-no-kernel-image"),
    ("nel image is available for execution on the device", "cuda-no-kernel-image"),
    ("RuntimeError: CUDA error: no kernel im", "cuda-no-kernel-image"),
    ("ERROR_NO_BINARY_FOR_GPU", "cuda-no-kernel-image"),
    ("cudaErrorInsufficientDri", "cuda-insufficient-driver"),
    ("has no device code compatible", "ggml-no-device-code"),
    ("PTX was compiled with an unsupported", "cuda-unsupported-ptx"),
    ("device-side assert", "cuda-device-assert"),
    ("all CUDA-capable devices are busy", "cuda-devices-unavailable"),
    ("nvcc fatal : Unsupported gpu archi", "nvcc-unsupported-arch"),
    ("sm_103 is not defined for option 'gpu-name'", "ptxas-unknown-gpu"),
    ("gcc versions later than 12 are not supported", "host-gcc-too-new"),
    ("CMAKE_CUDA_ARCHITECTURES must be non-empty", "cmake-arch-empty"),
    ("is not compatible with the current PyTorch", "torch-incompatible-gpu"),
    ("The detected CUDA version (12.1) mismatches", "torch-ext-cuda-mismatch"),
    ("libcudart.so.12: cannot open shared", "cuda-library-missing"),
    ("driver/library version mis", "nvml-driver-mismatch"),
    ("couldn't communicate with the NVIDIA", "smi-no-driver"),
    ("could not select device driver", "docker-no-gpu-runtime"),
    ("FlashAttention only supports Ampere", "flash-attn-old-gpu"),
    ("CUBLAS_STATUS_NOT_INIT", "cublas-not-initialized"),
    ("requires use of the NVIDIA open kernel", "nvrm-needs-open-modules"),
    ("disagrees about version of symbol module_lay", "module-version-mismatch"),
    ("error: 'compute_120' unsupported gpu archit", "nvcc-unsupported-arch"),
    ("ImportError: libcublas.so.12: cannot open", "cuda-library-missing"),
    ("Xid (PCI:0000:01:00): 79", "nvrm-xid"),
    ("nvrtc: error: invalid value for --gpu-arch", "nvrtc-invalid-arch"),
)
# No part of one message: good news, words of any failure, names of many errors.
HEALTHY = (
    "CUDA is available",
    "CUDA available: True",
    "everything is fine here",
    "Get:5 https://developer.download.nvidia.com/compute/cuda/repos/ubuntu2204/x86_64  cuda-toolkit-12-8 12.8.1-1",
    "Requirement already satisfied: torch==2.7.1",
)
OF_MANY = ("an error occurred", "the build failed", "it does not work")


@each_case(("text", "id_"), FRAGMENTS)
def test_part_of_a_message_is_explained_as_that_message(text: str, id_: str) -> None:
    done = inside("explain", text, "--format", "json")
    assert done.code == 1, text
    assert [match["id"] for match in done.json["matches"]] == [id_], text


@each_case("text", HEALTHY)
def test_message_without_trouble_is_no_part_of_an_error(text: str) -> None:
    assert inside("explain", text).code == 0, text


@each_case("text", OF_MANY)
def test_message_that_says_only_that_something_is_wrong_is_unknown(text: str) -> None:
    assert inside("explain", text).code == 4, text


@pytest.mark.parametrize("text", ["failed", "ptxas fatal", "CUDA_ERROR_INVALID", "no-such-finding"])
def test_word_of_many_messages_is_a_usage_error(text: str) -> None:
    assert inside("explain", text).code == 2


def test_value_of_an_example_is_not_told_of_the_copied_part() -> None:
    assert "compute_120" not in inside("explain", "Unsupported gpu architecture").out


def test_one_line_log_is_a_part_of_a_message_only_as_a_whole(tmp_path: Path) -> None:
    log = tmp_path / "x.log"
    log.write_text("no kernel image is available\n")
    assert inside("explain", log).code == 1
    log.write_text("step 4: no kernel image is available in the registry, it was pulled by the node\n")
    assert inside("explain", log).code == 0


def test_log_of_many_lines_has_no_cut_messages(tmp_path: Path) -> None:
    log = tmp_path / "x.log"
    log.write_text("no kernel image is available\n" + "step done\n" * 9)
    assert inside("explain", log).code == 0
