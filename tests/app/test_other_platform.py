"""`check` of a wheel that is named itself, where the wheels of one platform or Python are asked for."""

from __future__ import annotations

from pathlib import Path

import pytest

from cudacompat.domain.rules.artifact.other_platform import AskedWheel, asked_wheels, check
from tests.helpers.build import target
from tests.helpers.device_files import fatbin, image, wheel
from tests.helpers.rule_case import RuleCase
from tests.helpers.run import inside

CODE = fatbin(image("sm_90"))  # of no system: a library would be one of Linux
WINDOWS = "mine-1.2-cp312-cp312-win_amd64.whl"
LINUX = "mine-1.2-cp312-cp312-manylinux_2_28_x86_64.whl"


def asked(name: str) -> AskedWheel:
    """A wheel of this name, for whoever asks for wheels of Linux on x86-64."""
    return asked_wheels([name], "linux-x86_64", None, [target("9.0")])[0]


RULE_CASES = (RuleCase("other-platform", asked(WINDOWS), asked(LINUX)),)


@pytest.mark.parametrize(
    ("name", "options", "red"),
    [
        (WINDOWS, ("--platform", "linux-x86_64"), True),
        (WINDOWS, ("--platform", "win_amd64"), False),
        (WINDOWS, (), False),
        (LINUX, ("--platform", "linux/amd64"), False),
        (LINUX, ("--platform", "linux-aarch64"), True),
        (LINUX, ("--platform", "manylinux_2_17_x86_64"), True),  # its glibc is older
        (LINUX, ("--platform", "manylinux_2_34_x86_64"), False),
        (LINUX, ("--python", "3.12"), False),
        (LINUX, ("--python", "3.11"), True),
        ("mine-1.2-cp39-abi3-manylinux_2_28_x86_64.whl", ("--python", "3.12", "--platform", "linux-x86_64"), False),
        ("mine-1.2-cp39-abi3-manylinux_2_28_x86_64.whl", ("--python", "3.8"), True),
        ("mine-1.2-py3-none-any.whl", ("--python", "3.9", "--platform", "win_amd64"), False),
        ("mine-1.2-py3-none-manylinux2014_x86_64.manylinux_2_17_x86_64.whl", ("--platform", "linux-x86_64"), False),
        ("mine-1.2-py3-none-macosx_10_9_universal2.whl", ("--platform", "macosx_14_0_arm64"), False),
        ("mine.whl", ("--platform", "win_amd64"), False),  # a name that says nothing
    ],
)
def test_a_wheel_that_pip_refuses_there_is_an_error(
    tmp_path: Path, name: str, options: tuple[str, ...], red: bool
) -> None:
    ran = inside("check", wheel(tmp_path / name, a=CODE), "--gpu", "9.0", *options, "--format", "json")
    found = [each for each in ran.json["findings"] if each["id"] == "other-platform"]
    assert (ran.code, [each["severity"] for each in found]) == (int(red), ["error"] * red)


def test_one_line_says_both_and_the_cure_names_what_was_asked_for(tmp_path: Path) -> None:
    path = wheel(tmp_path / WINDOWS, a=CODE)
    ran = inside("check", path, "--gpu", "9.0", "--platform", "linux-x86_64", "--python", "3.11")
    assert "error[other-platform]: the wheel is for cp312 on win_amd64, not for Python 3.11 on linux-x86_64" in ran.out
    assert "cudacompat check mine==1.2 --platform linux-x86_64 --python 3.11 --gpu 9.0" in ran.out


def test_wheels_of_a_directory_are_for_many(tmp_path: Path) -> None:
    for name in (WINDOWS, LINUX):
        wheel(tmp_path / name, a=CODE)
    ran = inside("check", tmp_path, "--gpu", "9.0", "--platform", "linux-x86_64")
    assert (ran.code, "other-platform" in ran.out) == (0, False)


def test_an_address_counts_as_its_file() -> None:
    found = asked(f"https://example.org/a/{WINDOWS}#sha256=1")
    assert [each.severity.value for each in check(found)] == ["error"]
