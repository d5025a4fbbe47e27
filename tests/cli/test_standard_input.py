"""`-`: standard input wherever a command reads a file."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest

from tests.helpers.run import EXAMPLE, Ran, inside


def piped(monkeypatch: pytest.MonkeyPatch, data: bytes, *arguments: str | Path, cwd: Path | None = None) -> Ran:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(data)))
    return inside(*arguments, cwd=cwd)


UNNAMED = "save the output and run cudacompat explain LOG to identify the error"


def test_each_option_with_a_file_reads_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    inside("doctor", "--save-facts", "facts.json", cwd=tmp_path)
    inside("check", EXAMPLE, "--gpu", "5.2", "--baseline", "b.lock", "--write-baseline", cwd=tmp_path)
    (tmp_path / "gpus.txt").write_text("RTX 5090\n")
    (tmp_path / "policy.toml").write_text('require = ["12.0"]\n')
    (tmp_path / "run.log").write_bytes((EXAMPLE.parent / "container.log").read_bytes())
    cases = (
        ("facts.json", ("doctor", EXAMPLE, "--gpu", "12.0", "--facts")),
        ("b.lock", ("check", EXAMPLE, "--gpu", "5.2", "--baseline")),
        ("gpus.txt", ("check", EXAMPLE, "--gpus-from")),
        ("policy.toml", ("check", EXAMPLE, "--config")),
        ("run.log", ("verify", "--gpu", "12.0", "--log")),
    )
    for name, command in cases:
        named = inside(*command, name, cwd=tmp_path)
        read = piped(monkeypatch, (tmp_path / name).read_bytes(), *command, "-", cwd=tmp_path)
        assert read.code == named.code, (name, read.err)
        assert read.code in (0, 1, 5), name
        shown = re.sub(r"(?m)^-(?=$|:)", "run.log", read.out.replace("policy: -:", "policy: policy.toml:"))
        told = named.out.replace(
            "to identify the error: cudacompat explain run.log",
            "save the output and run cudacompat explain LOG to identify the error",
        )
        assert shown == told, name


def test_a_policy_cannot_name_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "cudacompat.toml").write_text('require = ["12.0"]\ngpus-from = "-"\n')
    ran = piped(monkeypatch, b"RTX 5090\n", "check", EXAMPLE, cwd=tmp_path)
    assert ran.code == 2
    assert "no such file" in ran.err


def test_two_readers_of_it_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    ran = piped(monkeypatch, b"", "check", "-", "--gpus-from", "-")
    assert ran.code == 2
    assert ran.err == (
        "cudacompat: error: standard input (-) holds one file, and it is named 2 times: a path and --gpus-from\n"
    )


def test_a_baseline_is_not_written_to_it() -> None:
    ran = inside("check", EXAMPLE, "--gpu", "5.2", "--baseline", "-", "--write-baseline")
    assert (ran.code, ran.err) == (2, "cudacompat: error: --write-baseline needs a file name (--baseline FILE)\n")
