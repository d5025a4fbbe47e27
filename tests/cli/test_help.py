"""The help pages: complete at every width, and with examples that run as they are printed."""

from __future__ import annotations

import shlex
import shutil
import zipfile
from pathlib import Path

import pytest

from cudacompat.cli.examples import EXAMPLES
from tests.helpers.device_files import library
from tests.helpers.each_row import each_case
from tests.helpers.images import layer, saved
from tests.helpers.run import EXAMPLE, cudacompat, inside

EXIT_CODES = {
    "cudacompat doctor": {0, 1, 3, 4},
    'cudacompat check build/libfoo.so --gpu "RTX 5070 Ti" --gpu 8.6': {1},
    "cudacompat explain server.log": {1},
    "cudacompat verify --log server.log --gpu 12.0": {5},
}
COMMANDS = [(name, each) for name, examples in EXAMPLES.items() for each in examples]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with everything that the examples name."""
    root = tmp_path_factory.mktemp("examples")
    for name in ("build", "old", "new", "dist"):
        (root / name).mkdir()
    for name in ("build", "old", "new"):
        shutil.copy(EXAMPLE, root / name / "libfoo.so")
    for version in ("1.0", "1.1"):
        with zipfile.ZipFile(root / f"dist/foo-{version}-py3-none-any.whl", "w") as wheel:
            wheel.write(EXAMPLE, "foo/libfoo.so")
    cuda = "cmake_minimum_required(VERSION 3.24)\nproject(foo LANGUAGES CXX CUDA)\nadd_library(foo foo.cu)\n"
    (root / "CMakeLists.txt").write_text(cuda)
    (root / "foo.cu").write_text("__global__ void foo() {}\n")
    (root / "Dockerfile").write_text("FROM nvidia/cuda:12.8.1-devel-ubuntu24.04\nRUN nvcc foo.cu\n")
    (root / "image.tar").write_bytes(saved(layer(("usr/lib/libfoo.so", library("sm_120")))))
    shutil.copy(EXAMPLE.parent / "container.log", root / "server.log")
    return root


def test_every_command_has_two_examples() -> None:
    listed = inside("--help").out.partition("Commands:\n")[2].splitlines()
    assert [line.split()[0] for line in listed if line[2] != " "] == list(EXAMPLES)


@each_case("name", EXAMPLES)
def test_a_help_page_ends_with_its_examples(name: str) -> None:
    lines = inside(name, "--help").out.splitlines()
    assert len(EXAMPLES[name]) >= 2
    assert lines[-1 - len(EXAMPLES[name]) :] == ["Examples:", *(f"  {each}" for each in EXAMPLES[name])]


# Builds and runs need what is not here: an engine, a GPU. Of those only what prints a plan is run.
RUN = [(n, c) for n, c in COMMANDS if n != "bench" and "-- ./" not in c and (n != "rebuild" or "--dry-run" in c)]


@pytest.mark.parametrize(("name", "command"), RUN)
def test_an_example_runs_as_it_is_printed(folder: Path, name: str, command: str) -> None:
    ran = inside(*shlex.split(command)[1:], cwd=folder)
    assert ran.code in EXIT_CODES.get(command, {0, 1, 3}), ran.err
    assert "error:" not in ran.err


@pytest.mark.parametrize("columns", ["40", "60", "80", "200"])
def test_the_list_of_commands_is_cut_nowhere(columns: str) -> None:
    page = cudacompat("--help", env={"COLUMNS": columns}).out
    listed = page.partition("Commands:\n")[2]
    for name in EXAMPLES:
        first = " ".join(inside(name, "--help").out.split("\n\n")[1].split())
        assert f"{name} {first}" in " ".join(listed.split())
    assert "..." not in listed
