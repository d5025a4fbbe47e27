"""Formats on the command line: which command has which, the same exit code in each, and where the text goes."""

from __future__ import annotations

import json
import zipfile
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import pytest

from cudacompat.cli.main import run
from cudacompat.domain.reports.lookup import GpusReport
from cudacompat.report import formats
from tests.helpers.newest import NEXT_ISA
from tests.helpers.run import EXAMPLE, GPU, cudacompat, inside

OTHERS = ("sarif", "junit", "github", "gitlab", "markdown", "html")


def readable(format_: str, text: str) -> None:
    """A document of the format, whatever it says."""
    assert text.endswith("\n")
    if format_ in ("json", "sarif", "gitlab"):
        json.loads(text)
    elif format_ == "junit":
        ElementTree.fromstring(text)
    elif format_ == "html":
        assert text.startswith("<!DOCTYPE html>")
        HTMLParser().feed(text)
    else:
        assert text.strip()


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with one input of each kind of end."""
    folder = tmp_path_factory.mktemp("places")
    (folder / "cut.so").write_bytes(EXAMPLE.read_bytes()[:5000])
    (folder / "empty").mkdir()
    (folder / "empty" / "notes.txt").write_text("nothing")
    (folder / "new.ptx").write_text(
        f".version {NEXT_ISA}\n.target sm_90\n.address_size 64\n.visible .entry k() {{ ret; }}\n"
    )
    with zipfile.ZipFile(folder / "engine.whl", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(EXAMPLE, "engine/</td><script>lib.so")
    return folder


def test_the_formats_are_those_of_the_command_line() -> None:
    assert tuple(formats.Format) == formats.FORMATS


@pytest.mark.parametrize(
    ("what", "gpu", "code"),
    [
        ("engine.whl", GPU, 1),
        ("engine.whl", "5.2", 0),
        ("cut.so", "5.2", 4),
        ("new.ptx", "9.0", 4),
        ("empty", "9.0", 3),
    ],
)
def test_every_format_has_the_same_exit_code_and_is_whole(
    places: Path,
    what: str,
    gpu: str,
    code: int,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(places)
    said = {}
    for format_ in formats.FORMATS:
        assert run(["check", what, "--gpu", gpu, "--format", format_]) == code, format_
        out, err = capsys.readouterr()
        assert err == ""
        readable(format_, out)
        said[format_] = out
    told = {
        "sarif": json.loads(said["sarif"])["runs"][0],
        "junit": ElementTree.fromstring(said["junit"]),
        "gitlab": json.loads(said["gitlab"]),
    }
    good = code == 0
    assert bool([each for each in told["gitlab"] if each["severity"] != "info"]) is not good
    assert (told["junit"].get("failures"), told["junit"].get("errors")) == ("0", "0") or not good
    assert ("::error" in said["github"] or "::warning" in said["github"]) is not good
    sarif = told["sarif"]
    clean = sarif["invocations"][0]["executionSuccessful"] and not [r for r in sarif["results"] if r["level"] != "note"]
    assert clean is good
    assert ('<header class="good">' in said["html"]) is good
    assert (": no errors" in said["markdown"].splitlines()[0]) is good


@pytest.mark.parametrize("command", ["inspect", "gpus"])
@pytest.mark.parametrize("format_", OTHERS)
def test_what_only_lists_is_written_in_the_formats_of_lists(
    command: str, format_: str, capsys: pytest.CaptureFixture[str]
) -> None:
    what = str(EXAMPLE) if command == "inspect" else "5070 ti"
    code = run([command, what, "--format", format_])
    out, err = capsys.readouterr()
    if format_ in formats.formats_of(command):
        assert (code, err) == (0, "")
        readable(format_, out)
        return
    assert (code, out) == (2, "")
    applicable = ", ".join(formats.formats_of(command))
    assert err == f"cudacompat: error: {command} has no {format_} format; its formats: {applicable}\n"


def test_reports_are_called_after_their_commands() -> None:
    from cudacompat.domain.logs.report import CatalogueReport
    from cudacompat.domain.reports.load import LoadReport
    from cudacompat.report.view import view_of
    from tests.helpers.report_cases import CASES, report

    assert CASES["clean"].COMMAND == "check"
    assert CatalogueReport((), ()).COMMAND == "explain --list"
    asked = LoadReport(report(), (), ())
    view = view_of(asked)
    assert view.command == "verify"
    assert [target.id for target in view.targets] == ["12.0", "8.6"]


def test_a_format_is_refused_before_anything_is_read(places: Path) -> None:
    ran = inside("inspect", "engine.whl", "/nowhere", "--format", "sarif", cwd=places)
    assert "has no sarif format" in ran.err


def test_a_report_without_findings_is_refused_by_the_writer_too() -> None:
    from io import StringIO

    from cudacompat.domain.words.errors import UsageError

    for format_ in ("sarif", "html"):
        with pytest.raises(UsageError, match=f"gpus has no {format_} format"):
            formats.write(GpusReport(None, ()), format_, StringIO())


class TestJobSummary:
    def test_all_findings_are_appended(self, places: Path, tmp_path: Path) -> None:
        summary = tmp_path / "summary.md"
        summary.write_text("before\n")
        ran = cudacompat(
            "check",
            "engine.whl",
            "--gpu",
            GPU,
            "--format",
            "github",
            cwd=places,
            env={"GITHUB_STEP_SUMMARY": str(summary)},
        )
        assert (ran.code, ran.err) == (1, "")
        assert ran.out.startswith("::error file=engine.whl,title=cudacompat default-target-only::")
        text = summary.read_text()
        assert text.startswith("before\n## cudacompat check: 1 error\n")
        assert "engine/</td><script>lib.so`" in text  # in a code span, where it is text

    def test_no_other_format_writes_it(self, places: Path, tmp_path: Path) -> None:
        summary = tmp_path / "summary.md"
        for format_ in ("text", "markdown", "sarif"):
            cudacompat(
                "check",
                "new.ptx",
                "--gpu",
                "9.0",
                "--format",
                format_,
                cwd=places,
                env={"GITHUB_STEP_SUMMARY": str(summary)},
            )
        assert not summary.exists()

    def test_that_it_cannot_be_written_is_said_and_changes_nothing(self, places: Path, tmp_path: Path) -> None:
        ran = cudacompat(
            "check",
            "engine.whl",
            "--gpu",
            GPU,
            "--format",
            "github",
            cwd=places,
            env={"GITHUB_STEP_SUMMARY": str(tmp_path)},
        )
        assert ran.code == 1
        assert ran.err == "cudacompat: cannot write the job summary: is a directory\n"
        assert "::error file=engine.whl" in ran.out


def test_a_document_goes_to_a_file(places: Path, tmp_path: Path) -> None:
    target = tmp_path / "report.html"
    ran = inside("check", "engine.whl", "--gpu", GPU, "--format", "html", "--output", target, cwd=places)
    assert (ran.code, ran.out) == (1, "")
    readable("html", target.read_text(encoding="ascii"))


@pytest.mark.parametrize("format_", ["text", "github", "markdown", "html"])
def test_an_ascii_terminal_takes_every_document(tmp_path: Path, format_: str) -> None:
    named = tmp_path / "größe.so"
    named.write_bytes(EXAMPLE.read_bytes())
    env = {"PYTHONIOENCODING": "ascii:strict", "PYTHONUTF8": "0"}
    ran = cudacompat("check", "größe.so", "--gpu", GPU, "--format", format_, cwd=tmp_path, env=env)
    assert ran.code == 1
    assert ran.err == ""
