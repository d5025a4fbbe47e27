"""`--format FORMAT=FILE`: one run, several formats."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest

from cudacompat.cli.also import Also, also
from tests.helpers.device_files import library
from tests.helpers.run import inside


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "lib.so").write_bytes(library("sm_75"))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def check(*more: str) -> tuple[int, str, str]:
    ran = inside("check", "lib.so", "--gpu", "12.0", "--no-config", *more)
    return ran.code, ran.out, ran.err


def test_each_file_has_what_the_format_alone_writes(folder: Path) -> None:
    code, out, _ = check("--format", "sarif=a.sarif", "--format=junit=a.xml", "--format", "json=a=b.json")
    assert (code, out) == check()[:2]
    assert json.loads((folder / "a=b.json").read_text()) == json.loads(check("--format", "json")[1])
    assert json.loads((folder / "a.sarif").read_text()) == json.loads(check("--format", "sarif")[1])
    assert ElementTree.fromstring((folder / "a.xml").read_text()).tag == "testsuites"


@pytest.mark.parametrize("place", ["before", "behind"])
def test_beside_another_format_and_an_output(folder: Path, place: str) -> None:
    plain, more = ("--format", "json", "--output", "a.json"), ("--format", "text=a.txt")
    code, out, _ = check(*(more + plain if place == "before" else plain + more))
    assert (code, out) == (1, "")
    assert json.loads((folder / "a.json").read_text())["schema"] == "cudacompat/check/1"
    assert (folder / "a.txt").read_text() == check()[1]


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (("--format", "json="), "needs a file name"),
        (("--format", "json=-"), "needs a file name"),
        (("--format", "yaml=a"), "is not one of"),
        (("--format", "json=lib.so"), "would replace lib.so"),
        (("--format", "json=a", "--format", "sarif=./a"), "are the same file"),
        (("--format", "json=a", "--output", "a"), "are the same file"),
        (
            ("--format", "json", "--format=sarif"),
            "--format json and --format sarif: write one of them as --format json=FILE",
        ),
        (("--format", "json=no/such"), "no such directory"),
        (("--format", "json=."), "it is a directory"),
    ],
)
def test_what_is_refused_before_anything_is_read(folder: Path, more: tuple[str, ...], said: str) -> None:
    code, out, err = check(*more)
    assert (code, out) == (2, "")
    assert said in err
    assert {path.name for path in folder.iterdir()} == {"lib.so"}


def test_a_format_that_the_command_does_not_have(folder: Path) -> None:
    ran = inside("inspect", "lib.so", "--format", "sarif=a")
    assert (ran.code, "inspect has no sarif format" in ran.err) == (2, True)


@pytest.mark.parametrize(
    ("arguments", "left", "found"),
    [
        (["a", "--format", "text"], ["a", "--format", "text"], ()),
        (["--format"], ["--format"], ()),
        (["--format", "json=a", "b"], ["b"], (Also("json", "a", 1),)),
        (["--format=json=a", "--format=json=b"], [], (Also("json", "a", 1), Also("json", "b", 2))),
        (["--", "--format", "json=a"], ["--", "--format", "json=a"], ()),
        (["--output", "json=a"], ["--output", "json=a"], ()),
        (["--formats=json=a"], ["--formats=json=a"], ()),
    ],
)
def test_what_is_taken_off_a_command_line(arguments: list[str], left: list[str], found: tuple[Also, ...]) -> None:
    assert also(arguments) == (left, found)


def test_every_command_that_writes_a_report_has_it(folder: Path) -> None:
    for name, arguments in (("gpus", ["12.0"]), ("explain", ["209"]), ("toolkits", ["12.8"]), ("lint", ["."])):
        assert inside(name, *arguments, "--format", f"json={name}.json").code in (0, 1, 3)
        assert json.loads((folder / f"{name}.json").read_text())["schema"].startswith("cudacompat/")
