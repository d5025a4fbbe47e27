"""What was examined is one answer, in whatever form it is asked for."""

from __future__ import annotations

import html
import re
from pathlib import Path

import pytest

from tests.helpers.device_files import library
from tests.helpers.run import inside

FORMS = ("text", "markdown", "github", "html")


@pytest.fixture
def place(tmp_path: Path) -> Path:
    (tmp_path / "requirements.txt").write_text("torch==2.6.0\n")
    (tmp_path / "Dockerfile").write_text("FROM nvidia/cuda:12.4.1-devel-ubuntu22.04\nRUN pip install torch==2.6.0\n")
    return tmp_path


def said(place: Path, command: str, *words: str) -> dict[str, str]:
    """What was examined, as each form says it."""
    found = {}
    for form in FORMS:
        out = html.unescape(inside(command, *words, "--gpu", "RTX 5090", "--format", form, cwd=place).out)
        every = re.findall(r"(?:examined this machine and|checked) (\d+ \w+(?: and \d+ \w+)? for \d GPUs?)", out)
        found[form] = next(iter(every), "")
    return found


@pytest.mark.parametrize(
    ("with_library", "words", "scope"),
    [
        (False, (".",), "2 packages for 1 GPU"),
        (True, (".",), "1 file and 2 packages for 1 GPU"),
        (False, ("requirements.txt",), "1 package for 1 GPU"),
        (True, ("made.so", "--gpu", "RTX 3090"), "1 file for 2 GPUs"),
    ],
)
def test_doctor_of_a_path(place: Path, with_library: bool, words: tuple[str, ...], scope: str) -> None:
    if with_library:
        (place / "made.so").write_bytes(library("sm_120"))
    assert said(place, "doctor", *words) == dict.fromkeys(FORMS, scope)


def test_json_of_doctor_has_the_packages_that_were_checked(place: Path) -> None:
    report = inside("doctor", "requirements.txt", "--gpu", "RTX 5090", "--format", "json", cwd=place).json
    (package,) = report["check"]["packages"]
    assert (package["package"], package["version"], package["outcome"]) == ("torch", "2.6.0", "fails")


def test_check_of_a_list_beside_a_library(place: Path) -> None:
    (place / "made.so").write_bytes(library("sm_120"))
    wanted = "1 file and 1 package for 1 GPU"
    assert said(place, "check", "made.so", "requirements.txt") == dict.fromkeys(FORMS, wanted)


@pytest.mark.parametrize("with_library", [True, False])
def test_a_directory_too_large_for_its_build_files_is_named_in_every_form(place: Path, with_library: bool) -> None:
    if with_library:
        (place / "made.so").write_bytes(library("sm_120"))
    (place / "data").mkdir()
    for number in range(5001):
        (place / "data" / str(number)).touch()
    words = "too many files and directories, so its build files were not examined: cudacompat lint ."
    for form in (*FORMS, "sarif", "gitlab"):
        ran = inside("doctor", ".", "--gpu", "RTX 5090", "--format", form, cwd=place)
        assert words in html.unescape(ran.out).replace("\\", ""), form
        assert ran.code == (0 if with_library else 3)
    assert inside("doctor", ".", "--gpu", "RTX 5090", "--format", "json", cwd=place).json["not_linted"] == ["."]


def test_a_directory_whose_build_files_were_examined_is_not_named(place: Path) -> None:
    assert "not examined" not in inside("doctor", ".", "--gpu", "RTX 5090", cwd=place).out
