"""Every report has one entry, and every entry's writers take its report."""

from __future__ import annotations

import importlib
import inspect
import io
import json
import pkgutil
from importlib import resources
from pathlib import Path
from unittest import mock

import pytest

import cudacompat.domain
from cudacompat.domain.reports.page import PageKind
from cudacompat.domain.words.report import Report
from cudacompat.report import formats
from cudacompat.report.formats import ENTRIES, Format
from tests.helpers.fits import assert_fits
from tests.helpers.report_cases import report as check_report
from tests.helpers.run import EXAMPLE, GPU, inside


def report_classes() -> dict[str, type]:
    """Every class of the domain that is called a report, by its name."""
    found: dict[str, type] = {}
    for info in pkgutil.walk_packages(cudacompat.domain.__path__, "cudacompat.domain."):
        for name, each in inspect.getmembers(importlib.import_module(info.name), inspect.isclass):
            if name.endswith("Report") and each is not Report and each.__module__ == info.name:
                found[name] = each
    return found


def unregistered(classes: dict[str, type], commands: list[str]) -> set[str]:
    """The classes without an entry of their own, and the entries without a class."""
    own = {name: getattr(each, "COMMAND", None) for name, each in classes.items()}
    lacking = {name for name, command in own.items() if command not in commands}
    twice = {name for name, command in own.items() if list(own.values()).count(command) > 1}
    return lacking | twice | (set(commands) - set(own.values()))  # type: ignore[arg-type]


def test_every_report_has_an_entry_and_every_entry_a_report() -> None:
    classes = report_classes()
    commands = [each.command for each in ENTRIES]
    assert len(classes) > 10
    assert unregistered(classes, commands) == set()
    # the test itself: what it is to find
    assert unregistered({**classes, "NewReport": type("NewReport", (), {})}, commands) == {"NewReport"}
    assert unregistered(classes, [*commands, "new"]) == {"new"}


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Report]:
    """A report of each command, as the command itself makes it."""
    from cudacompat.domain.reports.load import LoadReport

    folder = tmp_path_factory.mktemp("reports")
    (folder / "log.txt").write_text("CUDA error 209: no kernel image is available for execution on the device\n")
    (folder / "project").mkdir()
    (folder / "project" / "CMakeLists.txt").write_text(
        'project("whisper.cpp" VERSION 1.8.0 LANGUAGES CXX CUDA)\nset(CMAKE_CUDA_ARCHITECTURES 70)\n'
    )
    made: dict[str, Report] = {"verify --load": LoadReport(check_report(), (), ())}

    def keep(report: Report, *_: object, **__: object) -> None:
        made[report.COMMAND] = report

    lines: list[tuple[str | Path, ...]] = [
        ("inspect", EXAMPLE),
        ("check", EXAMPLE, "--gpu", GPU),
        ("diff", EXAMPLE, EXAMPLE),
        ("doctor", EXAMPLE, "--gpu", GPU),
        ("gpus", "5090"),
        ("toolkits", "12.8"),
        ("survey", "log.txt", "--out", "rows.jsonl", "--jobs", "1"),
        ("wheels", "torch==2.6.0", "--gpu", GPU),
        ("explain", "log.txt", "--gpu", GPU),
        ("explain", "--list"),
        ("explain", "hole"),
        ("lint", "project"),
        ("verify", "--log", "log.txt", "--gpu", GPU),
        ("generate", "whisper.cpp", "--gpu", GPU),
        ("generate", "--gpu", GPU),
        ("generate", "--add", GPU, "project"),
        ("rebuild", "whisper.cpp", "project", "--gpu", "8.6", "--dry-run", "--cuda", "12.8", "--format", "json"),
        ("bench", "--variant", "cpu", "--runs", "1", "--cpu", "true"),
    ]
    with mock.patch.object(formats, "write", keep):
        for line in lines:
            ran = inside(*line, cwd=folder)
            assert ran.err == "", ran
    return made


@pytest.mark.parametrize("command", [each.command for each in ENTRIES])
def test_every_writer_takes_the_report_of_its_command(reports: dict[str, Report], command: str) -> None:
    report = reports[command]
    entry = formats.entry_of(report)
    for format_ in entry.formats:
        stream = io.StringIO()
        formats.write(report, format_, stream)
        assert stream.getvalue().endswith("\n"), format_
    schema = json.loads(resources.files("cudacompat").joinpath("schemas", f"{entry.schema}.json").read_text())
    stream = io.StringIO()
    formats.write(report, Format.JSON, stream)
    document = json.loads(stream.getvalue())
    assert_fits(document, schema)
    assert document["schema"].replace("/", "-") == f"cudacompat-{entry.schema}"


def test_help_offers_a_command_the_formats_it_has() -> None:
    for command in {each.command.partition(" ")[0] for each in ENTRIES}:
        own = formats.formats_of(command)
        words = "".join(inside(command, "--help").out.split())
        assert f"--formatFORMATWritetheresultas{','.join(own)}." in words, command
        for lacking in set(Format) - set(own):
            ran = inside(command, "--format", lacking)
            assert (ran.code, ran.out) == (2, "")
            assert ran.err.endswith(f"its formats: {', '.join(own)}\n") or "missing argument" in ran.err


def test_completion_offers_the_same() -> None:
    from typer.main import get_command

    from cudacompat.cli.command_line import app

    group = get_command(app)
    for command in ("inspect", "generate", "gpus"):
        parsed = group.commands[command]  # type: ignore[attr-defined]
        context = parsed.make_context(command, ["x"], resilient_parsing=True)
        option = next(each for each in parsed.params if each.name == "format_")
        offered = [each.value for each in option.shell_complete(context, "")]
        assert offered == list(formats.formats_of(command))


_PAGES = (
    ("hole", PageKind.FINDING),
    ("209", PageKind.LOG_LINE),
    ("sm_120", PageKind.TARGET),
    ("native", PageKind.TERM),
    ("RTX 5070 Ti", PageKind.GPU),
    ("torch", PageKind.PROJECT),
    ("exit 4", PageKind.EXIT_CODE),
)


def test_an_ids_page_is_a_document_of_its_own() -> None:
    named = resources.files("cudacompat.schemas") / "explain-id-1.json"
    schema = json.loads(named.read_text(encoding="utf-8"))
    of_kinds = {kind: inside("explain", id_, "--format", "json") for id_, kind in _PAGES}
    assert set(of_kinds) == set(PageKind)
    for kind, ran in of_kinds.items():
        assert (ran.code, ran.json["kind"]) == (0, kind.value)
        assert_fits(ran.json, schema)
    for id_, _kind in _PAGES[:2]:
        document = inside("explain", id_, "--format", "json").json
        assert "What to do" in [each["heading"] for each in document["sections"]]
        assert document["text"] + "\n" == inside("explain", id_).out
    ran = inside("explain", "hole", "--format", "sarif")
    assert (ran.code, ran.err) == (
        2,
        "cudacompat: error: explain ID has no sarif format; its formats: text, json\n",
    )
