"""The manual page: read by the real `man`, without a complaint."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

from tests.helpers.every_command import commands
from tests.helpers.run import inside
from tests.helpers.toolchain import require_program


def read_by_man(page: Path, columns: int) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [require_program("man"), "--warnings=w", "-l", str(page)],
        capture_output=True,
        text=True,
        env={"MANWIDTH": str(columns), "LC_ALL": "C.UTF-8", "PATH": "/usr/bin:/bin", "MAN_KEEP_FORMATTING": ""},
        timeout=60,
    )


def test_man_reads_it_without_a_warning(tmp_path: Path) -> None:
    page = tmp_path / "cudacompat.1"
    page.write_text(inside("--man").out)
    done = read_by_man(page, 80)
    assert (done.returncode, done.stderr) == (0, "")
    text = re.sub(r"[\u2010-]\n\s+", "", done.stdout)
    words = " ".join(text.split())
    for name, command in commands().items():
        assert f"cudacompat {name} [OPTIONS]" in words
        for parameter in command.params:
            assert all(each in words for each in parameter.opts if each.startswith("-"))
    assert 'cudacompat doctor dist/ --gpu "RTX 5070 Ti" --driver 570' in text


def test_it_is_ascii() -> None:
    assert inside("--man").out.isascii()


def test_a_warning_of_man_is_seen(tmp_path: Path) -> None:
    page = tmp_path / "bad.1"
    page.write_text(".TH BAD 1\n.SH NAME\n.nosuchrequest\n")
    assert "nosuchrequest" in read_by_man(page, 80).stderr
