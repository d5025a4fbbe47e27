"""Lines as programs print them in other words, versions and surroundings than the samples: each by its signature."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from cudacompat.domain.logs.report import Part
from tests.domain.logs.test_catalogue import read
from tests.helpers.each_row import each_case

_DATA = tomllib.loads((Path(__file__).parents[2] / "data" / "log_lines.toml").read_text())
LINES: list[tuple[str, str]] = [(each["id"], each["log"]) for each in _DATA["line"]]
INNOCENT: list[str] = _DATA["innocent"]


@each_case(("id_", "log"), LINES, ids=[f"{n}-{id_}" for n, (id_, _) in enumerate(LINES)])
def test_a_line_in_other_words_is_the_cause(id_: str, log: str) -> None:
    causes = [match.signature.id for match in read(log + "\n").matches if match.part is Part.CAUSE]
    assert causes == [id_]


@each_case("line", INNOCENT)
def test_a_line_of_a_healthy_run_means_nothing(line: str) -> None:
    report = read(line + "\n")
    assert ([match.signature.id for match in report.matches], report.exit_code) == ([], 0)


@pytest.mark.parametrize(
    ("log", "said"),
    [
        ("nvcc fatal   : Value 'sm_61' is not defined for option 'gpu-architecture'", "is older than sm_61"),
        ("nvcc fatal   : Unsupported gpu architecture 'compute_61'", "too new for compute_61"),
        ("nvcc fatal   : Unsupported gpu architecture 'compute_30'", "CUDA 11 removed"),
        ("nvcc fatal   : Unsupported gpu architecture 'compute_20'", "CUDA 9 removed"),
        ("nvcc fatal   : Unsupported gpu architecture 'compute_37'", "CUDA 12 removed"),
        ("nvcc fatal   : Value 'native' is not defined for option 'gpu-architecture'", "came with CUDA 11.6"),
    ],
)
def test_the_wording_of_nvcc_tells_too_old_from_too_new(log: str, said: str) -> None:
    assert said in read(log + "\n").matches[0].cause


def test_a_warning_that_explains_an_error_is_its_cause_and_an_error() -> None:
    log = next(log for id_, log in LINES if id_ == "jit-falls-back-to-driver")
    assert read(log).exit_code == 1
