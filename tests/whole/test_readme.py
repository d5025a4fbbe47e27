"""The README is short, its links lead somewhere, its pictures are true, and each command ends as it says."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from cudacompat.domain.words.exit_codes import MEANINGS, ExitCode
from tests.helpers.run import ROOT, cudacompat

TEXT = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```bash\n(.*?)^```$", TEXT, re.DOTALL | re.MULTILINE)
SET_UP = [line for block in BLOCKS for line in block.splitlines() if line.startswith("python3 ")]
COMMANDS = [line for block in BLOCKS for line in block.splitlines() if not line.startswith("python3 ")]


def test_it_is_read_in_minutes() -> None:
    assert len(TEXT.splitlines()) <= 120


def test_two_commands_set_it_up() -> None:
    assert len(SET_UP) == 2
    assert "cudacompat doctor examples/incident" in SET_UP[0]
    assert SET_UP[1].endswith("pytest -q")


@pytest.mark.parametrize("line", COMMANDS, ids=range(len(COMMANDS)))
def test_each_command_ends_as_it_says(tmp_path: Path, line: str) -> None:
    command, _, said = line.partition("#")
    match = re.match(r" exit (\d)\b", said)
    assert match is not None, "each command says how it ends"
    shutil.copytree(ROOT / "examples/incident", tmp_path / "examples/incident")
    if "b.lock" in line and "--write-baseline" not in line:
        assert cudacompat(*shlex.split(command)[1:], "--write-baseline", cwd=tmp_path).code == 0
    ran = cudacompat(*shlex.split(command)[1:], cwd=tmp_path)
    assert ran.code == int(match[1]), ran.out + ran.err


def test_exit_codes_are_those_of_the_program() -> None:
    rows = dict(re.findall(r"(?m)^\| (\d) \| (.+) \|$", TEXT))
    assert rows == {str(int(code)): meaning for code, meaning in MEANINGS.items() if code < ExitCode.BUG}


def test_each_link_leads_somewhere() -> None:
    anchors = {re.sub(r"[^\w -]", "", head.lower()).replace(" ", "-") for head in re.findall(r"(?m)^#+ (.*)$", TEXT)}
    links = re.findall(r"\]\(([^)\s]+)\)", TEXT) + re.findall(r'(?:src|srcset)="([^"]+)"', TEXT)
    assert len(links) > 12
    for link in links:
        assert (link.startswith("#") and link[1:] in anchors) or (ROOT / link).exists(), link


def test_each_link_of_the_pages_leads_somewhere_in_a_checkout() -> None:
    pages = [*(ROOT / "docs").rglob("*.md"), *ROOT.glob("*.md"), *(ROOT / "examples").rglob("*.md")]
    lost = [
        f"{page.relative_to(ROOT)}: {link}"
        for page in pages
        for link in re.findall(r"\]\(([^)#\s]+)(?:#[^)\s]*)?\)", page.read_text(encoding="utf-8"))
        if not link.startswith("http") and not (page.parent / link).exists()
    ]
    assert lost == []


def test_its_pictures_are_what_is_printed() -> None:
    done = subprocess.run(
        [sys.executable, ROOT / "tools/refresh_images.py", "--check"], capture_output=True, text=True, cwd=ROOT
    )
    assert (done.returncode, done.stdout) == (0, ""), done.stdout + done.stderr
