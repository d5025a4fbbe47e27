"""Which code suits which GPU."""

from __future__ import annotations

import itertools

from cudacompat.domain.judge.fits import Fit, ptx_fit, sass_fit
from cudacompat.domain.tables.architectures import ARCHITECTURES
from cudacompat.domain.words.capability import ComputeCapability
from cudacompat.domain.words.target import ArchSuffix, ArchTarget, CodeKind
from tests.helpers.each_row import each_case

# (compute capability, image, does it fit): the hardware's rules as NVIDIA documents and the record confirms them
SASS_FITS = [
    ("9.0", "sm_90", Fit.OWN),
    ("9.0", "sm_90a", Fit.OWN),
    ("9.0", "sm_90?", Fit.OWN),
    ("9.0", "sm_89", Fit.NO),
    ("9.0", "sm_100", Fit.NO),
    ("9.0", "sm_80", Fit.NO),
    ("8.9", "sm_86", Fit.LOWER),
    ("8.9", "sm_80", Fit.LOWER),
    ("8.6", "sm_89", Fit.NO),
    ("8.6", "sm_80", Fit.LOWER),
    ("8.9", "sm_87", Fit.OPEN_TEGRA),
    ("8.7", "sm_80", Fit.OPEN_TEGRA),
    ("8.7", "sm_86", Fit.OPEN_TEGRA),
    ("8.7", "sm_87", Fit.OWN),
    ("7.5", "sm_70", Fit.LOWER),
    ("7.5", "sm_72", Fit.OPEN_TEGRA),
    ("6.1", "sm_60", Fit.LOWER),
    ("10.0", "sm_100", Fit.OWN),
    ("10.0", "sm_100a", Fit.OWN),
    ("10.0", "sm_100f", Fit.OWN),
    ("10.3", "sm_100", Fit.LOWER),
    ("10.3", "sm_100a", Fit.NO),
    ("10.3", "sm_100f", Fit.LOWER),
    ("10.3", "sm_100?", Fit.OPEN_SUFFIX),
    ("10.0", "sm_103", Fit.NO),
    ("10.0", "sm_103f", Fit.NO),
    ("10.3", "sm_103f", Fit.OWN),
    ("10.7", "sm_100f", Fit.LOWER),
    ("10.7", "sm_103f", Fit.LOWER),
    ("12.0", "sm_120", Fit.OWN),
    ("12.0", "sm_120a", Fit.OWN),
    ("12.0", "sm_120f", Fit.OWN),
    ("12.1", "sm_120", Fit.LOWER),
    ("12.1", "sm_120a", Fit.NO),
    ("12.1", "sm_120f", Fit.LOWER),
    ("12.0", "sm_121", Fit.NO),
    ("12.0", "sm_121f", Fit.NO),
    ("12.0", "sm_100f", Fit.NO),
    ("12.0", "sm_90", Fit.NO),
]


@each_case(("capability", "text", "fit"), SASS_FITS)
def test_machine_code_fits(capability: str, text: str, fit: Fit) -> None:
    assert sass_fit(ComputeCapability.parse(capability), ArchTarget.parse(text)) is fit


@each_case(
    ("capability", "text", "fits"),
    [
        ("12.0", "compute_52", True),
        ("12.0", "compute_120", True),
        ("12.0", "compute_121", False),
        ("12.1", "compute_120", True),
        ("12.0", "compute_90a", False),
        ("9.0", "compute_90a", True),
        ("10.3", "compute_100f", True),
        ("12.0", "compute_100f", False),
        ("12.1", "compute_120f", True),
        ("12.1", "compute_120a", False),
        ("8.7", "compute_80", True),
    ],
)
def test_ptx_fits(capability: str, text: str, fits: bool) -> None:
    assert ptx_fit(ComputeCapability.parse(capability), ArchTarget.parse(text)) is fits


def test_no_architecture_fits_outside_its_major() -> None:
    """Exhaustive over every known GPU and every suffix: machine code never crosses a major version."""
    for gpu, code, suffix in itertools.product(ARCHITECTURES, ARCHITECTURES, (ArchSuffix.NONE, *ArchSuffix)):
        fit = sass_fit(gpu.capability, ArchTarget(CodeKind.SASS, code.capability.number, suffix))
        if gpu.capability.major != code.capability.major:
            assert fit is Fit.NO
        if gpu.capability == code.capability:
            assert fit in (Fit.OWN, Fit.NO)
        if code.capability > gpu.capability:
            assert fit is Fit.NO
