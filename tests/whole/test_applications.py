"""Requirement files of widely used applications: the verdicts on six GPUs are what reading those wheels says."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from packaging.version import Version

from cudacompat.domain.wheels.distributions import table_text
from tests.helpers.run import ROOT, Ran, inside

GPUS = {
    "GTX 1080": "6.1", "V100": "7.0", "RTX 3090": "8.6", "RTX 4090": "8.9", "H100": "9.0", "RTX 5070 Ti": "12.0",
}  # fmt: skip
APPLICATIONS = tomllib.loads((ROOT / "tests/data/applications.toml").read_text())["application"]
# Reading does not always part machine code for the GPU itself from code that it runs too.
SAID = {"native": "runs", "compatible": "runs", "jit": "jit", "partial": "gaps", "fails": "fails", "undecided": "?"}


def read_by_hand(application: Mapping[str, Any]) -> dict[str, list[str]]:
    """The outcomes on the six GPUs as they were written down; one word stands for all six."""
    written = {name: said.split() for name, said in application["expected"].items()}
    return {name: said * len(GPUS) if len(said) == 1 else said for name, said in written.items()}


@cache
def checked(number: int, folder: Path) -> Ran:
    application = APPLICATIONS[number]
    (folder / application["file"]).write_text(application["text"])
    gpus = [word for gpu in GPUS for word in ("--gpu", gpu)]
    return inside("check", application["file"], *gpus, "--no-config", "--format", "json", cwd=folder)


def word_of(entry: Mapping[str, Any]) -> str:
    if entry["outcome"] is not None:
        return SAID[entry["outcome"]]
    return "torch" if entry["known"] == "with-framework" else "-"


def key_of(entry: Mapping[str, Any]) -> str:
    build = f"+{entry['index']}" if entry["index"].startswith("cu") else ""
    return f"{entry['package']} {entry['version']}{build}"


@pytest.fixture(scope="module", params=range(len(APPLICATIONS)), ids=[each["name"] for each in APPLICATIONS])
def number(request: pytest.FixtureRequest) -> int:
    found: int = request.param
    return found


@pytest.fixture(scope="module")
def ran(number: int, tmp_path_factory: pytest.TempPathFactory) -> Ran:
    return checked(number, tmp_path_factory.mktemp("application"))


def test_the_verdicts_are_those_that_were_written_down(number: int, ran: Ran) -> None:
    found: dict[str, list[str]] = {}
    for entry in ran.json["packages"]:
        found.setdefault(key_of(entry), []).append(word_of(entry))
    assert found == read_by_hand(APPLICATIONS[number])
    assert ran.json["not_read"] == []


def test_the_exit_code_follows_the_worst(number: int, ran: Ran) -> None:
    words = {word for said in read_by_hand(APPLICATIONS[number]).values() for word in said}
    assert ran.code == (1 if "fails" in words else 4 if "?" in words else 0)


def measured() -> Iterator[dict[str, Any]]:
    for line in table_text("measured.jsonl").splitlines():
        yield json.loads(line)


def answers_of(row: Mapping[str, Any], torch_cuda: str | None) -> Mapping[str, str]:
    """What reading the wheel gave: of the library for torch's CUDA release, where the wheel has one for each."""
    own: Mapping[str, Mapping[str, str]] = row.get("by_cuda", {})
    found: Mapping[str, str] = own.get(torch_cuda or "", row.get("answers", {}))
    return found


def test_what_was_read_says_the_same(number: int, ran: Ran) -> None:
    """Each wheel that was read, against its row: the outcomes were counted there over all modules of its library."""
    here = [row for row in measured() if row["platform"] in ("linux-x86_64", "any")]
    rows = {(row["package"], Version(row["version"])): row for row in here}
    wanted = read_by_hand(APPLICATIONS[number])
    torch = next((e for e in ran.json["packages"] if e["package"] == "torch"), None)
    cuda = torch["index"].removeprefix("cu") if torch is not None and torch["index"].startswith("cu") else None
    read = {key_of(e): rows[e["package"], Version(e["version"])] for e in ran.json["packages"] if e["known"] == "read"}
    for name, row in read.items():
        answers = answers_of(row, cuda)
        assert [SAID[answers[capability]] for capability in GPUS.values()] == wanted[name], name


def test_there_are_twelve_and_most_of_their_wheels_were_read() -> None:
    names = {each["name"].split(" ")[0].rstrip(",") for each in APPLICATIONS}
    assert len(names) >= 12
    for each in APPLICATIONS:
        assert "@" in each["source"] or "metadata" in each["source"], each["name"]
    said = [name for each in APPLICATIONS for name, words in read_by_hand(each).items() if words != ["?"] * 6]
    assert len(said) > 40
