"""`--quiet` takes remarks off stderr and nothing off stdout, in every command and format."""

from __future__ import annotations

from pathlib import Path

import pytest

from cudacompat.engines import ENGINES
from cudacompat.generate.outputs import OUTPUTS, reaching
from cudacompat.report.formats import formats_of
from tests.helpers.each_row import each_case
from tests.helpers.run import EXAMPLE, GPU, inside

LOG = "CUDA error 209 at ggml-cuda.cu:99: no kernel image is available for execution on the device\n"
LINES: dict[str, tuple[str | Path, ...]] = {
    "inspect": ("inspect", EXAMPLE, "--kernels"),
    "check": ("check", EXAMPLE, "--gpu", GPU),
    "check, all well": ("check", EXAMPLE, "--gpu", "5.2"),
    "check, nothing there": ("check", "log.txt", "--gpu", "5.2"),
    "diff": ("diff", EXAMPLE, EXAMPLE),
    "doctor": ("doctor", EXAMPLE, "--facts", "facts.json", "--gpu", GPU),
    "gpus": ("gpus", "5090"),
    "toolkits": ("toolkits", "12.8"),
    "survey": ("survey", "log.txt", "--out", "rows.jsonl", "--jobs", "1"),
    "wheels": ("wheels", "torch==2.6.0", "--gpu", GPU),
    "explain": ("explain", "log.txt", "--gpu", GPU),
    "explain --list": ("explain", "--list"),
    "lint": ("lint", "project"),
    "verify": ("verify", "--log", "log.txt", "--gpu", GPU),
    "generate": ("generate", "whisper.cpp", "--gpu", GPU),
    "generate, add": ("generate", "--add", GPU, "project"),
    "bench": ("bench", "--variant", "cpu", "--runs", "1", "--cpu", "true"),
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("quiet")
    (made / "log.txt").write_text(LOG)
    (made / "project").mkdir()
    (made / "project" / "CMakeLists.txt").write_text(
        "project(x LANGUAGES CXX CUDA)\nset(CMAKE_CUDA_ARCHITECTURES 70)\nadd_library(x x.cu)\n"
    )
    inside("doctor", "--save-facts", "facts.json", cwd=made)
    return made


def same(folder: Path, *arguments: str | Path, timed: bool = False) -> None:
    loud, quiet = inside(*arguments, cwd=folder), inside(*arguments, "--quiet", cwd=folder)
    assert loud.code == quiet.code != 70, loud.err
    if timed:
        assert [line.split()[:1] for line in loud.out.splitlines()] == [
            line.split()[:1] for line in quiet.out.splitlines()
        ]
    else:
        assert loud.out == quiet.out
    assert loud.out


@pytest.mark.parametrize(
    ("name", "format_"), [(name, each) for name in LINES for each in formats_of(name.partition(",")[0])]
)
def test_the_result_stays(folder: Path, name: str, format_: str) -> None:
    same(folder, *LINES[name], "--format", format_, timed=name == "bench" or format_ == "junit")


def test_every_command_is_there() -> None:
    from cudacompat.cli.command_line import app

    commands = {each.name for each in app.registered_commands}
    assert commands - {line[0] for line in LINES.values()} == {"rebuild"}  # below


@each_case(
    ("engine", "kind"),
    [(engine.name, each.name) for engine in ENGINES for each in OUTPUTS if each in reaching(engine, None)],
)
def test_generated_text_stays(folder: Path, engine: str, kind: str) -> None:
    loud = inside("generate", engine, "--gpu", "12.0", "--as", kind)
    assert inside("generate", engine, "--gpu", "12.0", "--as", kind, "--quiet") == loud


def test_patches_stay(folder: Path) -> None:
    for line in (
        ("generate", "--add", GPU, "project", "--diff"),
        ("generate", "cmake", "--gpu", "8.6", "--as", "env", "-o", "new", "--diff"),
    ):
        same(folder, *line)


def test_what_was_written_is_a_remark(folder: Path, tmp_path: Path) -> None:
    line = ("generate", "cmake", "--gpu", "8.6", "--as", "env")
    assert "wrote" in inside(*line, "-o", tmp_path / "loud").err
    assert inside(*line, "-o", tmp_path / "quiet", "--quiet").err == ""
    assert (tmp_path / "quiet" / "cudacompat.env").read_text() == (tmp_path / "loud" / "cudacompat.env").read_text()


def test_a_pages_text_stays() -> None:
    assert inside("explain", "hole", "--quiet").out == inside("explain", "hole").out != ""


def test_a_rebuilds_script_stays(folder: Path) -> None:
    (folder / "tree").mkdir(exist_ok=True)
    (folder / "tree" / "CMakeLists.txt").write_text('project("whisper.cpp" VERSION 1.8.0 LANGUAGES C CXX)\n')
    line = ("rebuild", "whisper.cpp", "tree", "--gpu", "8.6", "--dry-run", "--cuda", "12.8")
    same(folder, *line)
    same(folder, *line, "--format", "json")
    loud = inside(*line, cwd=folder)
    assert inside(*line, "--output", "build.sh", cwd=folder).out == ""
    assert (folder / "build.sh").read_text() == loud.out
