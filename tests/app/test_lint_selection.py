"""`lint` with some of its rules: what is left out is said in every format, and is no ignore that went wrong."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cudacompat.domain.rules.lint_selection import lint_rule_ids
from tests.helpers.run import Ran, inside

HEAD = "FROM nvidia/cuda:12.8.1-devel-ubuntu24.04\n"
CUT = "RUN cmake -B build -DCMAKE_CUDA_ARCHITECTURES=86;120 .\n"
ALL = len(lint_rule_ids())


def lint(folder: Path, *arguments: str, text: str = HEAD + CUT, config: bool = False) -> Ran:
    """Run it on a Dockerfile."""
    (folder / "Dockerfile").write_text(text)
    return inside("lint", ".", *arguments, *(() if config else ("--no-config",)), cwd=folder)


def test_a_rule_that_is_left_out_finds_nothing_and_is_named(tmp_path: Path) -> None:
    assert lint(tmp_path).code == 1
    ran = lint(tmp_path, "--ignore", "unquoted-semicolon")
    assert ran.code == 0
    assert "1 rule not run: unquoted-semicolon" in ran.out
    assert ran.out.rstrip().endswith("0 not read, 1 rule not run")


def test_only_the_chosen_rules_run(tmp_path: Path) -> None:
    ran = lint(tmp_path, "--select", "unquoted-semicolon", "--select", "wheel")
    assert ran.code == 1
    assert ran.out.rstrip().endswith(f"{ALL - 7} rules not run")
    assert lint(tmp_path, "--select", "wheel").code == 0


@pytest.mark.parametrize("format_", ["json", "sarif", "junit", "github", "gitlab", "markdown", "html"])
def test_each_format_says_what_was_not_run(tmp_path: Path, format_: str) -> None:
    said = "not run: unquoted-semicolon" if format_ != "json" else '"not_run": [\n      "unquoted-semicolon"\n    ]'
    assert said in lint(tmp_path, "--ignore", "unquoted-semicolon", "--format", format_).out
    assert "not run: " not in lint(tmp_path, "--format", format_).out


def test_an_ignore_of_a_rule_that_was_not_run_is_not_called_unused(tmp_path: Path) -> None:
    (tmp_path / "cudacompat.toml").write_text(
        '[[ignore]]\npath = "Dockerfile"\nrule = "unquoted-semicolon"\nreason = "shown in a talk"\n'
    )
    comment = HEAD + "# cudacompat: ignore[no-ptx] one card only\n" + CUT
    unused = lint(tmp_path, text=comment, config=True).out
    assert "inline-ignore" in unused
    assert "unused-ignore" not in unused
    out = lint(tmp_path, "--ignore", "no-ptx,unquoted", text=comment, config=True).out
    assert "inline-ignore" not in out
    assert "unused-ignore" not in out


def test_a_comment_without_a_reason_is_still_found(tmp_path: Path) -> None:
    assert "has no reason" in lint(tmp_path, "--ignore", "no-ptx", text="# cudacompat: ignore[no-ptx]\n" + HEAD).out


def test_only_the_chosen_rules_fix(tmp_path: Path) -> None:
    assert lint(tmp_path, "--fix", "--ignore", "unquoted-semicolon").code == 0
    assert (tmp_path / "Dockerfile").read_text() == HEAD + CUT


def test_what_was_not_read_is_said_whatever_is_chosen(tmp_path: Path) -> None:
    (tmp_path / "Containerfile").write_bytes(b"\0")
    assert lint(tmp_path, "--select", "no-ptx").code == 4


def test_statistics_count_and_list_nothing(tmp_path: Path) -> None:
    ran = lint(tmp_path, "--statistics")
    assert ran.code == 1
    assert "1  error    unquoted-semicolon  1 file, 1 fixable" in ran.out
    assert "Dockerfile:2" not in ran.out
    assert "read 1 build file: 1 error" in ran.out
    rows = json.loads(lint(tmp_path, "--format", "json").out)["statistics"]
    assert rows == [{"id": "unquoted-semicolon", "severity": "error", "findings": 1, "files": 1, "fixable": 1}]
    assert lint(tmp_path, "--statistics", "--format", "sarif").code == 2


def test_an_excerpt_shows_the_line_without_its_secrets(tmp_path: Path) -> None:
    secret = "hf_" + "aB3dE5gH7jK9mN1p"
    ran = lint(tmp_path, text=HEAD + CUT.replace("RUN ", f"RUN HF_TOKEN={secret} "))
    assert "    2 | RUN HF_TOKEN=*** cmake -B build -DCMAKE_CUDA_ARCHITECTURES=86;120 ." in ran.out
    for format_ in ("text", "json", "sarif", "junit", "github", "gitlab", "markdown", "html"):
        assert (
            secret not in lint(tmp_path, "--format", format_, text=HEAD + CUT.replace("RUN ", f"RUN x={secret} ")).out
        )


def test_the_gpus_are_all_counted_in_the_last_line(tmp_path: Path) -> None:
    cards = ("7.5", "8.0", "8.6", "8.9", "9.0", "10.0", "12.0")
    last = lint(tmp_path, *(word for card in cards for word in ("--gpu", card))).out.splitlines()[-1]
    assert all(card in last for card in cards[:6])
    assert "and 1 more" in last


def test_sarif_has_the_columns(tmp_path: Path) -> None:
    region = lint(tmp_path, "--format", "sarif").json["runs"][0]["results"][0]["locations"][0]["physicalLocation"]
    line = CUT.rstrip()
    start, end = (region["region"][name] - 1 for name in ("startColumn", "endColumn"))
    assert line[start:end] == "86"


def test_a_build_for_the_cpu_is_told_once_for_all_gpus(tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_text("torch==2.8.0+cpu\n")
    ran = lint(tmp_path, "--gpu", "12.0", "--gpu", "6.1", "--select", "wheel-without-code")
    assert ran.out.count("warning[wheel-without-code]: torch 2.8.0+cpu has no device code") == 1
