"""What a person sees while files are read: how many of how many, and for how long yet."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from cudacompat.cli.reading_pace import Pace, amount
from tests.helpers.device_files import library
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


def test_a_page_that_is_made_is_shown_on_a_terminal_alone(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "cudacompat", "survey", "--html", "page.html"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "TERM": "xterm", "COLUMNS": "80"}
    with Terminal(command, tmp_path, environment) as terminal:
        assert "writing page.html" in terminal.shown(until="wrote", seconds=120)
    with Terminal([*command, "--quiet"], tmp_path, environment) as terminal:
        assert "writing" not in terminal.shown(until="wrote", seconds=120)


def test_rows_of_an_environment_are_shown_on_a_terminal_alone(tmp_path: Path) -> None:
    site = tmp_path / "env/lib/python3.12/site-packages"
    info = site / "made-1.0.dist-info"
    info.mkdir(parents=True)
    (tmp_path / "env/pyvenv.cfg").write_text("version = 3.12.1\n")
    (info / "METADATA").write_text("Name: made\nVersion: 1.0\n\n")
    (info / "RECORD").write_text("made/a.so,,\n")
    (site / "made").mkdir()
    (site / "made/a.so").write_bytes(library("sm_90"))
    late = "from cudacompat.app.doctor import rows_as_read; rows_as_read._FROM = -1.0; "
    start = f"import sys; {late}from cudacompat.__main__ import main; sys.exit(main())"
    command = [sys.executable, "-c", start, "doctor", "--python", "env", "--gpu", "9.0", "--driver", "580"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "TERM": "xterm", "COLUMNS": "80", "LINES": "30"}
    with Terminal(command, tmp_path, environment) as terminal:
        shown = terminal.shown(until="examined", seconds=60)
    before, _, report = shown.partition("machine  ")
    assert "reading" in before
    assert "made  1.0  cu11  native" in before
    assert "reading" not in report
    with Terminal([*command, "--quiet"], tmp_path, environment) as terminal:
        assert "reading" not in terminal.shown(until="examined", seconds=60)


def test_files_that_are_expected_have_an_end(folder: Path) -> None:
    clock = Clock()
    pace = Pace((), clock)
    pace.expects([str(folder / name) for name in "ab"])
    pace.before(str(folder / "a"))
    clock.now = 2.0
    assert pace.before(str(folder / "b")) == "file 2 of 2, 1.0 kB of 2.0 kB, about 2 s left: "
