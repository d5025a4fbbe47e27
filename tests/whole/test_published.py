"""tools/check_published.py: what it counts as wrong, on libraries of its own."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cudacompat.domain.words.code import BinaryArtifact, DeviceModule, ReadResult
from tests.helpers.build import image, module, other
from tests.helpers.device_files import library, wheel
from tests.whole.test_holes import _tool

tool = _tool("check_published")


def tally(modules: list[DeviceModule], **more: dict[str, list[str]]) -> object:
    """What is found of one wheel with one library."""
    found = tool.Tally()
    library = BinaryArtifact("a.whl!/pkg/lib.so", "elf", 1, True, tuple(modules))
    wheel = tool.Published("a==1", ("8.0", "9.0"), "its list", **more)
    found.add(wheel, ReadResult((library,), (), 1, 0, ()))
    return found


GOOD = module("sm_80", "sm_90")
HOLE = [GOOD, GOOD, other("sm_80")]


@pytest.mark.parametrize(
    ("modules", "more", "errors", "known", "warnings"),
    [
        ([GOOD], {}, 0, 0, 0),
        (HOLE, {}, 1, 0, 0),
        (HOLE, {"only": {"*/lib.so": ["8.0"]}}, 0, 0, 0),
        (HOLE, {"holes": {"*/lib.so": ["9.0"]}}, 0, 1, 0),
        (HOLE, {"holes": {"*/else.so": ["9.0"]}}, 1, 0, 0),
        ([GOOD], {"holes": {"*/lib.so": ["9.0"]}}, 1, 0, 0),  # a known hole that was not found
        ([GOOD, GOOD, module(image("sm_90", kernels=("own",)))], {}, 0, 0, 1),
    ],
)
def test_what_counts(
    modules: list[DeviceModule], more: dict[str, dict[str, list[str]]], errors: int, known: int, warnings: int
) -> None:
    found = tally(modules, **more)
    assert (len(found.errors), len(found.known), len(found.warnings)) == (errors, known, warnings)


@pytest.mark.parametrize(("modules", "code"), [([GOOD], 0), (HOLE, 1)])
def test_what_it_ends_with(modules: list[DeviceModule], code: int, tmp_path: Path) -> None:
    assert tool.finish(tally(modules), 1, tmp_path / "table.md") == code
    said = (tmp_path / "table.md").read_text()
    assert f"1 wheels, 1 libraries, 2 verdicts on supported GPUs: {code} errors" in said


def test_the_list() -> None:
    wheels = tool.listed("*")
    assert len({each.wheel for each in wheels}) == len(wheels) >= 60
    assert all(each.gpus and each.basis and "==" in each.wheel for each in wheels)


def test_a_wheel_that_is_there_is_not_downloaded(tmp_path: Path) -> None:
    there = tmp_path / "torch-2.6.0-cp311-cp311-manylinux1_x86_64.whl"
    there.touch()
    assert tool.file_of(tool.Published("torch==2.6.0", ("8.0",), "x"), tmp_path) == there


def test_it_reads_and_judges_what_lies_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = tmp_path / "mine-1-py3-none-any.whl"
    wheel(made, lib=library("sm_80"))
    rows = {"wheels": [{"wheel": "mine==1", "gpus": ["8.0", "9.0"], "basis": "its list"}]}
    monkeypatch.setattr(tool, "LIST", tmp_path / "list.json")
    tool.LIST.write_text(json.dumps(rows))
    monkeypatch.setattr("sys.argv", ["check_published.py", str(tmp_path), "--output", str(tmp_path / "table.md")])
    assert tool.main() == 1
    assert "1 wheels, 1 libraries, 2 verdicts on supported GPUs: 1 errors" in (tmp_path / "table.md").read_text()
