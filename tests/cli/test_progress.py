"""What a person sees while files are read: how many of how many, and for how long yet."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from cudacompat.cli.reading_pace import Pace, amount
from tests.helpers.run import EXAMPLE, ROOT
from tests.helpers.terminal import Terminal


class Clock:
    """Seconds that the test sets."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in "abcd":
        (tmp_path / name).write_bytes(b"x" * 1000)
    return tmp_path


def test_count_bytes_and_time_left_are_told_after_a_second(folder: Path) -> None:
    clock = Clock()
    pace = Pace([str(folder)], clock)
    assert pace.before(str(folder / "a")) == ""
    clock.now = 3.0
    assert pace.before(str(folder / "b")) == "file 2 of 4, 1.0 kB of 4.0 kB, about 9 s left: "


def test_members_of_an_archive_are_counted(folder: Path) -> None:
    clock = Clock()
    pace = Pace([str(folder / "a")], clock)
    clock.now = 2.0
    shown = [pace.before(path) for path in (f"{folder}/a", f"{folder}/a!/x", f"{folder}/a!/y")]
    assert shown[-1] == "file 2, after 2 s: "


def test_files_that_nobody_counted_have_no_end() -> None:
    clock = Clock()
    pace = Pace([], clock)
    clock.now = 5.0
    assert pace.before("/nowhere/x") == "file 1, after 5 s: "


def test_minutes_are_told() -> None:
    assert amount(10, 100, 30.0) == "10 B of 100 B, about 4 min 30 s left"


def test_it_is_shown_on_a_terminal_alone(folder: Path) -> None:
    command = [sys.executable, "-m", "cudacompat", "inspect", str(EXAMPLE)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "TERM": "xterm", "COLUMNS": "80"}
    with Terminal(command, folder, environment) as terminal:
        assert "reading" in terminal.shown(until="inspected", seconds=60)
    quiet = [*command, "--quiet"]
    with Terminal(quiet, folder, environment) as terminal:
        assert "reading" not in terminal.shown(until="inspected", seconds=60)
