"""`--version`, `-v` and what a crash shows."""

from __future__ import annotations

import platform
import re
from pathlib import Path
from unittest import mock

import pytest

import cudacompat
from tests.helpers.run import EXAMPLE, inside


def test_the_version_is_the_first_line_and_what_a_report_needs_follows() -> None:
    first, blank, *lines = inside("--version").out.splitlines()
    assert (first, blank) == (f"cudacompat {cudacompat.__version__}", "")
    facts = dict(line.split(": ", 1) for line in lines)
    assert list(facts) == ["python", "platform", "installed", "dependencies", "driver", "output"]
    assert platform.python_version() in facts["python"]
    assert re.search(r"\btyper \d", facts["dependencies"])
    assert "pytest" not in facts["dependencies"]


def test_the_version_names_no_home(tmp_path: Path) -> None:
    home = str(Path(cudacompat.__file__).parents[1])
    ran = inside("--version", env={"HOME": home})
    assert home not in ran.out
    assert "installed: ~/cudacompat" in ran.out


def test_a_crash_shows_the_version() -> None:
    with mock.patch("cudacompat.app.lookup.gpus", side_effect=RuntimeError("broken")):
        ran = inside("gpus", "5090")
    assert ran.code == 70
    assert f"cudacompat {cudacompat.__version__}" in ran.err
    assert "RuntimeError: broken" in ran.err
    assert ran.err.index("RuntimeError") < ran.err.index("dependencies: ")


@pytest.mark.parametrize("words", [("-v", "check"), ("check", "-v"), ("check", "--verbose")], ids=" ".join)
def test_verbose_says_what_is_read(words: tuple[str, ...]) -> None:
    ran = inside(*words, EXAMPLE, "--gpu", "12.0", "--no-config")
    lines = ran.err.splitlines()
    assert lines[:2] == ["cudacompat: policy file: none", f"cudacompat: reading {EXAMPLE}"]
    assert re.fullmatch(r"cudacompat: ended after \d+\.\d\d s", lines[-1])


def test_verbose_changes_no_result() -> None:
    plain, verbose = (inside("check", EXAMPLE, "--gpu", "12.0", *more) for more in ((), ("-v",)))
    assert (plain.out, plain.code) == (verbose.out, verbose.code)
    assert plain.err == ""


def test_quiet_wins_over_verbose() -> None:
    assert inside("check", "-v", "--quiet", EXAMPLE, "--gpu", "12.0").err == ""


def test_verbose_ends_with_its_command() -> None:
    inside("check", "-v", EXAMPLE, "--gpu", "12.0")
    assert inside("gpus", "5090").err == ""
