"""The answer of a check in a sentence, and as a badge for a README."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest

from cudacompat.domain.reports.check import CheckReport
from cudacompat.domain.words.code import NotRead
from cudacompat.domain.words.exit_codes import ExitCode
from cudacompat.report import formats
from cudacompat.report.html.summary import badge_words, sentence
from cudacompat.report.view import view_of
from tests.helpers.build import image, module, target
from tests.helpers.each_row import each_case
from tests.helpers.report_cases import CASES, error, verdicts
from tests.helpers.run import EXAMPLE, inside

ON = (target("9.0"), target("12.0"), target("8.0"))


def checked(*modules: str, errors: tuple[tuple[str, str], ...] = (), unread: bool = False) -> CheckReport:
    """A check of one file for each of these targets of its only module."""
    found = [
        verdict
        for number, each in enumerate(modules)
        for verdict in verdicts([module(*each.split())], ON, f"dist/{number}.so")
    ]
    findings = tuple(replace(error(path), target=gpu) for path, gpu in errors)
    not_read = (NotRead("dist/x.zip", "sealed"),) if unread else ()
    return CheckReport(ON, tuple(found), findings, not_read, len(modules), 0)


@pytest.mark.parametrize(
    ("report", "said", "badge"),
    [
        (
            checked("sm_80 sm_90 sm_120"),
            "the file runs as the GPU's own machine code on 9.0, 12.0 and 8.0",
            ("native on 3 of 3 GPUs", "green"),
        ),
        (
            checked("sm_90 compute_80", "sm_90 sm_120 compute_80"),
            "all 2 files run as the GPU's own machine code on 9.0; all 2 files run on 12.0 and 8.0",
            ("native on 1 of 3 GPUs", "yellow"),
        ),
        (
            checked("compute_80"),
            "the file runs on 9.0, 12.0 and 8.0",
            ("runs on 3 of 3 GPUs", "yellow"),
        ),
        (
            checked("sm_80 sm_90", "sm_80 sm_90 sm_120", errors=(("dist/0.so", "12.0"),)),
            "1 of 2 files does not pass on 12.0; all 2 files run as the GPU's own machine code on 9.0 and 8.0",
            ("runs on 2 of 3 GPUs", "orange"),
        ),
        (
            checked("sm_75", errors=tuple(("dist/0.so", each.id) for each in ON)),
            "1 of 1 file does not pass on 9.0, 12.0 and 8.0",
            ("runs on 0 of 3 GPUs", "red"),
        ),
        (
            checked("sm_80 sm_90 sm_120", unread=True),
            "nothing is certain for 9.0, 12.0 and 8.0 (1 not read)",
            ("known for 0 of 3 GPUs", "grey"),
        ),
        (checked(), "", ("nothing checked", "grey")),
    ],
)
def test_what_is_said(report: CheckReport, said: str, badge: tuple[str, str]) -> None:
    view = view_of(report)
    assert sentence(view) == said
    assert badge_words(view) == badge


def test_what_is_undecided_is_never_green() -> None:
    found = verdicts([module(image("sm_90", kernels=None))], ON, "dist/a.so")
    view = view_of(CheckReport(ON, found, (), (), 1, 0))
    assert view.exit_code == ExitCode.INCOMPLETE or view.exit_code == ExitCode.OK
    assert badge_words(view)[1] != "green"
    assert "run" not in sentence(view).partition(" on 9.0")[0] or "nothing is certain" in sentence(view)


@each_case("name", [name for name, case in CASES.items() if case.COMMAND == "check"])
def test_every_badge_is_sound_and_loads_nothing(name: str) -> None:
    stream = io.StringIO()
    formats.write(CASES[name], "badge", stream)
    text = stream.getvalue()
    assert text.isascii()
    root = ElementTree.fromstring(text)
    tags = {element.tag.rpartition("}")[2] for element in root.iter()}
    assert tags <= {"svg", "title", "clipPath", "rect", "g", "text"}
    assert not any("href" in attribute for element in root.iter() for attribute in element.attrib)
    words = root.find(".//{*}title")
    assert words is not None
    assert root.attrib["aria-label"] == words.text


def test_from_the_command_line() -> None:
    ran = inside("check", "--gpu", "12.0", "--gpu", "5.2", "--exit-zero", "--format", "badge", EXAMPLE)
    assert "<title>CUDA: runs on 1 of 2 GPUs</title>" in ran.out
    assert inside("inspect", "--format", "badge", EXAMPLE).code == 2


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("torch==2.6.0", "runs on 1 of 2 GPUs"),
        ("torch==2.7.1+cu128", "native on 2 of 2 GPUs"),
        ("ctranslate2==4.8.5", "native on 1 of 2 GPUs"),
        ("numpy==2.0.0", "nothing checked"),
    ],
)
def test_the_badge_of_a_list_tells_of_its_packages(tmp_path: Path, line: str, words: str) -> None:
    (tmp_path / "requirements.txt").write_text(f"{line}\n")
    args = ("check", "requirements.txt", "--gpu", "12.0", "--gpu", "8.6", "--format", "badge")
    assert f"<title>CUDA: {words}</title>" in inside(*args, cwd=tmp_path).out
