"""Logs of healthy and sick machines and builds, written for the kinds of line that tell them apart."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from cudacompat.domain.logs.report import Part
from tests.domain.logs.test_catalogue import read
from tests.helpers.each_row import each_case

LOGS = Path(__file__).parents[2] / "data" / "written_logs"
EXPECTED: dict[str, dict[str, Any]] = tomllib.loads((LOGS / "expected.toml").read_text())


@each_case("name", EXPECTED)
def test_a_written_log(name: str) -> None:
    expected = EXPECTED[name]
    report = read((LOGS / f"{name}.log").read_text())
    causes = [match.signature.id for match in report.matches if match.part is Part.CAUSE]
    assert {match.signature.id for match in report.matches} == set(expected.get("known", []))
    assert causes == ([expected["cause"]] if "cause" in expected else [])
    assert (report.lead.line if report.lead else None) == expected.get("lead")
    assert [device.name for device in report.facts.devices] == ([expected["gpu"]] if "gpu" in expected else [])
    assert (report.verdict.outcome.value if report.verdict else None) == expected.get("verdict")
    assert [each.line for each in report.unknown] == expected.get("unknown", [each.line for each in report.unknown])
    assert report.exit_code == expected["exit"]


def test_each_log_is_expected_and_healthy_ones_are_quiet() -> None:
    assert {path.stem for path in LOGS.glob("*.log")} == set(EXPECTED)
    healthy = {name: row for name, row in EXPECTED.items() if name.startswith("healthy-")}
    assert len(healthy) >= 5
    for name, row in healthy.items():
        report = read((LOGS / f"{name}.log").read_text())
        assert row["exit"] == 0
        assert all(match.part is Part.NOTE for match in report.matches)
        assert report.unknown == ()


def test_a_paragraph_of_the_kernel_module_is_known_with_its_line() -> None:
    assert read((LOGS / "sick-legacy-maxwell.log").read_text()).unknown == ()


def test_an_unknown_error_far_above_leads() -> None:
    log = "cc -c widget.c\n" * 1500 + "widget.c:9:1: error: the widget has no handle\n" + "cc -c other.c\n" * 800
    report = read(log + "make: *** [Makefile:9: widget.o] Error 1\n")
    assert report.lead is not None
    assert report.lead.line == 1501
