"""Lines that ask for a compute capability: is it there?"""

from __future__ import annotations

import pytest

from cudacompat.domain.words.capability import ComputeCapability
from cudacompat.domain.words.error_lines import weight_of
from cudacompat.domain.words.met_demands import is_met

BLACKWELL, PASCAL = (ComputeCapability.parse(each) for each in ("12.0", "6.1"))


@pytest.mark.parametrize(
    "text",
    [
        "GPU has compute capability 12.0, minimum required is 7.5",
        "compute capability 8.6 detected (requires at least compute capability 7.0)",
        "Device 0: RTX 3090, compute capability 8.6; kernels need 8.0 or newer",
    ],
)
def test_a_line_whose_gpu_has_what_is_asked_for_reports_no_error(text: str) -> None:
    assert is_met(text)
    assert weight_of(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "GPU has compute capability 6.1, minimum required is 7.0",
        "compute capability 6.1 detected (requires at least compute capability 7.0)",
        "compute capability 12.0 is not supported, at least 7.0 is required",
    ],
)
def test_another_one_does(text: str) -> None:
    assert not is_met(text)
    assert weight_of(text) is not None


def test_the_gpu_may_be_known_from_elsewhere() -> None:
    text = "This program requires compute capability 7.0 or newer"
    assert is_met(text, {BLACKWELL})
    assert not is_met(text, {BLACKWELL, PASCAL})
    assert not is_met(text)
    assert not is_met("CUDA 13.0 requires a GPU of compute capability at least 7.5")
