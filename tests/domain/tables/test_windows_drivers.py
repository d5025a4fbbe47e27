"""Drivers of Windows: which branch a number belongs to, and what a CUDA runtime asks of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from cudacompat.domain.tables.driver_choice import outside
from cudacompat.domain.tables.drivers import needed_driver, runtime_floor, takes_runtime
from cudacompat.domain.words.capability import ComputeCapability
from cudacompat.domain.words.versions import DriverRelease
from tests.helpers.each_row import each_case
from tests.helpers.run import inside


@each_case(
    ("text", "branch", "windows"),
    [
        ("580.65.06", 580, False),
        ("580.88", 580, False),
        ("581.80", 580, True),
        ("582.28", 580, True),
        ("591.44", 590, True),
        ("572.16", 570, True),
        ("566.36", 565, True),
        ("537.13", 535, True),
        ("474.44", 470, True),
        ("418.87", 418, False),  # of Linux, before branches were multiples of five
        ("390.157", 390, False),
    ],
)
def test_a_number_of_windows_belongs_to_the_branch_before_it(text: str, branch: int, windows: bool) -> None:
    driver = DriverRelease.parse(text)
    assert driver.branch == branch
    assert driver.of_windows is windows


@each_case(
    ("capability", "text", "knows"),
    [
        ("6.1", "581.80", True),
        ("5.2", "582.53", True),
        ("7.0", "582.28", True),
        ("6.1", "591.44", False),
        ("3.5", "474.44", True),
        ("3.5", "496.13", False),
        ("12.0", "572.16", True),
        ("12.0", "566.36", False),
    ],
)
def test_gpus_are_known_to_the_drivers_of_their_branches(capability: str, text: str, knows: bool) -> None:
    branch = DriverRelease.parse(text).branch
    assert (outside(ComputeCapability.parse(capability), branch) is None) is knows


@each_case(
    ("major", "text", "windows", "takes"),
    [
        (12, "526.98", False, False),
        (12, "528.02", False, True),
        (12, "525.60.13", False, True),
        (12, "525.85", True, False),
        (12, "527.41", True, True),
        (11, "451.48", False, False),
        (11, "452.39", False, True),
        (11, "450.80.02", False, True),
        (13, "581.15", False, True),
        (13, "580.88", True, True),
        (13, "577.00", False, False),
        (13, "580.40", False, False),
    ],
)
def test_a_runtime_has_a_floor_for_windows(major: int, text: str, windows: bool, takes: bool) -> None:
    floor = runtime_floor(major)
    assert floor is not None
    assert takes_runtime(DriverRelease.parse(text), floor, windows=windows) is takes


def test_the_driver_that_is_needed_is_one_of_the_same_system() -> None:
    assert str(needed_driver(12, DriverRelease.parse("526.98"))) == "527.41"
    assert str(needed_driver(12, DriverRelease.parse("520.61.05"))) == "525.60.13"


@pytest.mark.parametrize(
    ("driver", "said"), [("581.80", "driver 581.80 (branch 580 of Windows)"), ("580.65.06", "driver 580.65.06\n")]
)
def test_a_report_says_that_a_driver_was_taken_as_one_of_windows(tmp_path: Path, driver: str, said: str) -> None:
    listed = tmp_path / "requirements.txt"
    listed.write_text("torch==2.7.1\n")
    assert said in inside("check", listed, "--gpu", "GTX 1080", "--driver", driver).out


def test_a_driver_of_windows_is_told_no_kernel_module() -> None:
    told = inside("doctor", "--gpu", "RTX 5090", "--driver", "566.36").out
    assert "driver 566.36 does not know RTX 5090" in told
    assert "kernel module" not in told
    assert "open kernel module" in inside("doctor", "--gpu", "RTX 5090", "--driver", "565.57.01").out
