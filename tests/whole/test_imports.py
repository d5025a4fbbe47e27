"""Start-up: each command imports what it uses and nothing else.

A cold start is most of the time that a small file takes. Third parties are counted beside what a typer application
with the same kinds of parameters loads by itself, whatever the release of typer.
"""

from __future__ import annotations

import fnmatch
import functools
import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.helpers import fatbin_writer as fw
from tests.helpers import toolchain
from tests.helpers.run import ROOT

_REPORT = """
import atexit, json, sys
before = set(sys.modules)
def report():
    with open({out!r}, "w") as file:
        json.dump(sorted(set(sys.modules) - before), file)
atexit.register(report)
"""
_OURS = "import cudacompat.cli.main as main; main.main()"
# the same kinds of parameters as the commands here have
_BARE = """
from enum import StrEnum
from typing import Annotated
import typer
class Kind(StrEnum):
    A = "a"
app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)
@app.callback()
def root(v: Annotated[bool, typer.Option("--v")] = False) -> None: ...
@app.command("go")
def go(
    paths: Annotated[list[str], typer.Argument()],
    many: Annotated[list[str] | None, typer.Option("--many")] = None,
    one: Annotated[str | None, typer.Option("--one")] = None,
    kind: Annotated[Kind, typer.Option("--kind")] = Kind.A,
    number: Annotated[int, typer.Option("--number")] = 1,
    yes: Annotated[bool, typer.Option("--yes")] = False,
) -> int: return 0
app(standalone_mode=False)
"""

HEAVY = {"rich", "jinja2", "elftools", "pynvml", "zstandard", "lz4", "packaging", "markupsafe", "pygments", "yaml"}

CLI = (
    *("cli", "cli.main", "cli.interrupts", "cli.streams", "cli.command_line", "cli.command", "cli.options"),
    *(
        "cli.also",
        "cli.verbose",
        "cli.reading",
        "cli.commands*",
        "cli.examples",
        "domain",
        "domain.words",
        "domain.words.errors",
        "domain.words.records",
        "domain.words.exit_codes",
    ),
    *("report", "report.formats", "report.commands", "report.commands.writers", "domain.words.choices"),
)
# the file of the kernel module is read; nothing of the driver's is loaded
VERSION = ("cli.version", "host*", "places*", "domain.machine*", "domain.words*")
WORDS = ("domain.words*", "domain.reports*", "domain.tables", "domain.judge", "domain.judge.code_places")
READING = (
    *CLI,
    *("cli.output", "cli.progress", "cli.downloads", "app", "app.inputs", "app.listing", "app.inputs.named"),
    "domain.reports.listing",
    *(
        "artifacts",
        "artifacts.reading",
        "artifacts.reading.read",
        "artifacts.reading.work",
        "artifacts.reading.one_file",
        "artifacts.reading.first_look",
        "artifacts.reading.found",
        "artifacts.reading.glance",
        "artifacts.reading.shared",
        "artifacts.reading.task",
    ),
    *(
        "artifacts.files",
        "artifacts.files.promises",
        "artifacts.files.sniff",
        "artifacts.files.binary",
        "artifacts.binaries*",
        "app.inputs.reading",
    ),
    *("artifacts.containers", *(f"artifacts.containers.{name}" for name in ("folders", "base", "openers"))),
    *("artifacts.containers.closed_kinds", "artifacts.containers.file_heads"),
    *WORDS,
)
WRITER = ("report.commands",)
JSON = (*WRITER, "report.json")
TEXT = (
    *WRITER,
    "report.text",
    "report.text.sections",
    "report.text.page",
    "report.safe_text",
    "report.code",
    "report.code.sizes",
)
LISTED = ("report.code", "report.code.lists")
LISTING = (*TEXT, *LISTED, "report.text.listing", "report.text.matrix", "report.code.kernels")
NAMING = (*READING, *JSON, *LISTED, "host", "host.programs*", "places*")
GPUS = (
    *CLI,
    *("cli.output", "app", "app.lookup", "domain.reports.lookup", "domain.gpus", "domain.gpus.lookup"),
    *("domain.gpus.index", "domain.gpus.written", *WORDS),
    *(f"domain.tables{name}" for name in ("", ".architectures", ".generated", ".gpu_names", ".pci_ids", ".toolkits")),
)
TOOLKITS = ("report.commands.toolkits", "domain.tables.drivers", "domain.tables.ptx")
# The table of wheels and the loading rules; nothing that reads a file or a project.
WHEELS = (*GPUS, "app.wheels*", "app.inputs*", "domain*", "report.commands.wheels", "engines", "engines.by_demand")
NOT_WHEELS = ("domain.rules*", "domain.project*", "domain.logs*", "domain.builds*", "artifacts*", "environments*")
# Of all of the domain's rules and tables, and of the machine only the driver, as far as it is asked for.
CHECK = (*READING, "app.*", "domain*")
NOT_CHECK = (
    *("domain.logs*", "domain.builds.plans*", "domain.builds.engine*", "domain.tables.images"),
    *(
        "domain.tables.gpu_names",
        "domain.tables.pci_ids",
        "domain.project*",
        "app.doctor",
        "app.generate",
        "app.lookup",
        "app.listing",
        "app.explain",
        "app.explain.word_pages",
    ),
    *("app.rebuild*", "engines*", "generate*", "artifacts.buildfiles*", "artifacts.containers.zips"),
    *("host.snapshot", "environments*"),
    *(f"domain.rules.{subject}*" for subject in ("machine", "run", "component", "source")),
    "domain.runs.observation",
)
# All of lint's own, engines and parsers; nothing of binaries, machines or generated text.
LINT = (
    *(*CLI, "cli.output", "app*", "domain*", "engines*"),
    *("artifacts", "artifacts.buildfiles*", "artifacts.requirements*", "report.commands.lint_json"),
)
NOT_LINT = (
    *("domain.logs*", "domain.tables.pci_ids", "domain.tables.gpu_names"),
    *("app.check", "app.doctor", "app.generate", "app.explain", "app.rebuild*", "app.verify", "artifacts.binaries*"),
)
EXPLAIN = (
    *(*CLI, "cli.output", "app", "app.explain", "app.explain.word_pages", "artifacts", "artifacts.logs", "domain*"),
    *("host", "host.surroundings", "host.surroundings.masking"),
)
NOT_EXPLAIN = ("domain.builds.plans*", "domain.builds.engine*", "domain.tables.pci_ids", "domain.tables.gpu_names")


def modules_of(folder: Path, code: str, *arguments: str) -> set[str]:
    """What a process has loaded when it ends."""
    out = folder / "modules.json"
    subprocess.run(
        [sys.executable, "-c", _REPORT.format(out=str(out)) + code, *arguments],
        check=True,
        capture_output=True,
        env={**{k: v for k, v in os.environ.items() if not k.startswith("CUDA_")}, "PYTHONPATH": str(ROOT)},
        cwd=folder,
        timeout=60,
    )
    return set(json.loads(out.read_text()))


def third_parties(modules: set[str]) -> set[str]:
    """The top-level packages that are neither Python's nor ours."""
    known = sys.stdlib_module_names | {"__main__", "cudacompat"}
    # _sysconfigdata__linux_…: Python's own, under a name of its platform
    tops = {module.partition(".")[0] for module in modules}
    # cython_runtime, _cython_3_…: parts of whatever extension Cython made
    apart = ("_sysconfigdata", "cython_runtime", "_cython_")
    return {name for name in tops if name not in known and not name.startswith(apart)}


@functools.cache
def typer_alone(folder: Path, running: bool) -> frozenset[str]:
    return frozenset(third_parties(modules_of(folder, _BARE, *(("go", "x") if running else ("--help",)))))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("imports")
    text = toolchain.ptx_text("8.0", "80")
    for compression in ("none", "lz4", "zstd"):
        (made / f"{compression}.fatbin").write_bytes(fw.fatbin(fw.ptx(text, compression=compression)))
    for name, text in (
        ("plain/CMakeLists.txt", "project(x LANGUAGES CUDA)\n"),
        ("image/Dockerfile", "FROM a\nRUN make\n"),
        ("compose/compose.yaml", "services: {a: {image: redis}}  # no gpu\n"),
    ):
        (made / name).parent.mkdir()
        (made / name).write_text(text)
    with zipfile.ZipFile(made / "x.whl", "w") as wheel:
        wheel.write(made / "none.fatbin", "x.fatbin")
    return made


CHECKING = ("--gpu", "9.0", "--driver", "580")
CASES = [
    # arguments, third parties, modules of ours, of those what must not be there
    (("--help",), set(), CLI, ()),
    (("--version",), set(), (*CLI, *VERSION), ()),
    (("inspect", "--help"), set(), CLI, ()),
    (("check", "--help"), set(), CLI, ()),
    (("inspect", "none.fatbin", "--format", "json"), set(), (*READING, *JSON, *LISTED), ("domain.words.byte_sizes",)),
    (("inspect", "none.fatbin"), {"rich"}, (*READING, *LISTING, "domain.judge*"), ()),
    (("inspect", "zstd.fatbin", "--format", "json"), set(), (*READING, *JSON, *LISTED), ()),
    (
        ("inspect", "zstd.fatbin", "--kernels", "--format", "json"),
        {"zstandard"},
        NAMING,
        (),
    ),
    (("inspect", "lz4.fatbin", "--kernels", "--format", "json"), {"lz4"}, NAMING, ()),
    (("inspect", "x.whl", "--format", "json"), set(), (*READING, *JSON, *LISTED, "artifacts.containers.zips"), ()),
    (("check", "none.fatbin", *CHECKING, "--format", "json"), set(), (*CHECK, *JSON), NOT_CHECK),
    (
        ("check", "none.fatbin", *CHECKING),
        {"rich"},
        (*CHECK, *TEXT, "report.text.condensed", "report.text.artifacts"),
        NOT_CHECK,
    ),
    (("check", "zstd.fatbin", *CHECKING, "--format", "json"), {"zstandard"}, (*CHECK, *JSON), NOT_CHECK),
    (("gpus", "5070 ti", "--format", "json"), set(), (*GPUS, *JSON), ()),
    (("gpus", "5070 ti"), {"rich"}, (*GPUS, *TEXT), ()),
    (("toolkits", "12.8", "--format", "json"), set(), (*GPUS, *JSON, *TOOLKITS), ()),
    (("wheels", "torch", *CHECKING, "--format", "json"), {"packaging"}, (*WHEELS, *JSON), NOT_WHEELS),
    (("explain", "no-runnable-code"), set(), EXPLAIN, (*NOT_EXPLAIN, "domain.project*", "domain.rules.lint*")),
    (("lint", "plain", "--format", "json"), {"packaging"}, (*LINT, *JSON), NOT_LINT),
    (
        ("lint", "plain"),
        {"packaging", "rich"},
        (*LINT, *TEXT, "report.commands.lint_text", "report.text.excerpt"),
        NOT_LINT,
    ),
    (("lint", "image", "--format", "json"), {"packaging", "tree_sitter", "tree_sitter_bash"}, (*LINT, *JSON), NOT_LINT),
    (("lint", "compose", "--format", "json"), {"packaging", "yaml"}, (*LINT, *JSON), NOT_LINT),
]


@pytest.mark.parametrize(("arguments", "brings", "allowed", "never"), CASES, ids=[" ".join(c[0]) for c in CASES])
def test_a_command_imports_what_it_uses(
    folder: Path, arguments: tuple[str, ...], brings: set[str], allowed: tuple[str, ...], never: tuple[str, ...]
) -> None:
    modules = modules_of(folder, _OURS, *arguments)
    running = not arguments[-1].startswith("--") or len(arguments) > 2
    assert third_parties(modules) - typer_alone(folder, running or "--help" in arguments[1:]) == brings
    ours = {name.removeprefix("cudacompat.") for name in modules if name.startswith("cudacompat.")}
    assert "cli.main" in ours
    unasked = {n for n in ours if not any(fnmatch.fnmatchcase(n, pattern) for pattern in allowed)}
    assert not unasked
    assert not {n for n in ours if any(fnmatch.fnmatchcase(n, pattern) for pattern in never)}


def test_typer_alone_brings_nothing_heavy(folder: Path) -> None:
    """If it did, a release of typer would hide one of ours from the test above."""
    assert not (typer_alone(folder, True) | typer_alone(folder, False)) & HEAVY


def test_what_is_counted_is_seen(folder: Path) -> None:
    """The counting itself: a process that loads something heavy is caught."""
    assert third_parties(modules_of(folder, "import lz4.block, rich")) >= {"lz4", "rich"}
