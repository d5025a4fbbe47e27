"""Words in any order: a capability that is refused, two releases that differ, and lines that only have some of them."""

from __future__ import annotations

import pytest

from cudacompat.domain.logs.wordings import WORDINGS, meant_by
from tests.domain.logs.test_catalogue import CATALOGUE, read


@pytest.mark.parametrize(
    ("line", "id_"),
    [
        ("Error: architecture sm_61 of the device does not match the kernels", "built-for-other-capability"),
        ("ERROR: kernels were built for compute capability 8.0, but the device has 7.5", "built-for-other-capability"),
        ("Error: device 0 (sm_37) is no longer supported by this release", "gpu-generation-refused"),
        ("fatal: at least SM 70 is what the plugin needs", "gpu-generation-refused"),
        ("Error: the program was compiled against cuFFT 11.2, but 10.9 was found", "library-release-differs"),
        ("Error: expected NVRTC version 12.8, got 12.4", "library-release-differs"),
        ("ERROR: cusparse runtime and header versions don't match", "library-release-differs"),
    ],
)
def test_words_in_any_order_are_told(line: str, id_: str) -> None:
    assert meant_by(line) == id_
    assert [match.signature.id for match in read(f"start\n{line}\nstop\n").matches] == [id_]


@pytest.mark.parametrize(
    "line",
    [
        "Device 0: NVIDIA GeForce RTX 5090, compute capability 12.0, VMM: yes",
        "-- Minimum compute capability: 7.5",
        "nvcc -gencode arch=compute_80,code=sm_80 -c unsupported_ops.cu",
        "built for CUDA 12.8, driver 580.65.06",
        "tests/test_sm.py::test_sm_61_is_not_supported PASSED",
        "[ 12%] Building CUDA object compute_capability_mismatch.cu.o",
        "INFO: plugin version 2 loaded",
    ],
)
def test_lines_with_some_of_the_words_report_nothing(line: str) -> None:
    report = read(f"start\n{line}\nstop\n")
    assert report.exit_code == 0
    assert report.matches == ()


def test_the_words_of_two_lines_are_not_read_together() -> None:
    report = read("error: cannot open the model\nplugin version 2: driver\nmismatch: none\n")
    assert "library-release-differs" not in {match.signature.id for match in report.matches}


def test_every_wording_names_a_line_of_the_catalogue() -> None:
    assert {wording.id for wording in WORDINGS} <= {signature.id for signature in CATALOGUE.signatures}
