"""Rows of an environment that are told while it is read: they are those of the report."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from cudacompat.app.doctor import rows_as_read
from cudacompat.app.doctor.installed import judge_installed
from cudacompat.app.inputs.reading import ReadOptions
from cudacompat.domain.machine.components import Component
from cudacompat.domain.machine.facts import HostFacts, Missing
from cudacompat.domain.reports.doctor import ComponentRow
from cudacompat.domain.words.verdict import Outcome
from cudacompat.report.commands.doctor_table import plain_lines
from tests.helpers.build import target
from tests.helpers.device_files import library


class Told:
    """Keeps what it is told."""

    def __init__(self) -> None:
        self.paths: list[str] = []
        self.files: list[str] = []
        self.rows: list[ComponentRow] = []

    def begins(self, paths: Sequence[str]) -> None:
        self.paths = list(paths)

    def file(self, path: str) -> None:
        self.files.append(path)

    def row(self, row: ComponentRow) -> None:
        self.rows.append(row)


def component(site: Path, package: str, *codes: str) -> Component:
    folder = site / package
    folder.mkdir(parents=True)
    paths = []
    for number, code in enumerate(codes):
        path = folder / f"{number}.so"
        path.write_bytes(library(code) + bytes(number))
        paths.append(str(path))
    return Component(package, "1.0", str(site), tuple(paths))


@pytest.fixture
def facts(tmp_path: Path) -> HostFacts:
    missing = Missing("GPU", ())
    packages = (component(tmp_path, "good", "sm_80", "sm_86"), component(tmp_path, "bad", "sm_90"))
    return HostFacts(missing, missing, packages=packages)


@pytest.mark.parametrize("jobs", [1, 2])
def test_each_component_is_told_once_with_the_answer_of_the_report(
    facts: HostFacts, monkeypatch: pytest.MonkeyPatch, jobs: int
) -> None:
    monkeypatch.setattr(rows_as_read, "_FROM", -1.0)
    told = Told()
    seen = judge_installed(facts, (target("8.6"),), options=ReadOptions(jobs=jobs), watcher=told)
    assert seen is not None
    assert sorted(told.files) == sorted(told.paths) == sorted(p for each in facts.packages for p in each.libraries)
    outcomes = {row.component.package: row.verdicts[0].outcome for row in told.rows}
    assert outcomes == {row.component.package: row.verdicts[0].outcome for row in seen.packages.rows}
    assert len(told.rows) == 2
    assert outcomes == {"good": Outcome.COMPATIBLE, "bad": Outcome.FAILS}
    lines = [line for row in told.rows for line in plain_lines(row)]
    assert any(line.startswith("bad  1.0") and "  fails  " in line for line in lines)


def test_what_ends_in_a_second_is_judged_once(facts: HostFacts) -> None:
    told = Told()
    judge_installed(facts, (target("8.6"),), options=ReadOptions(jobs=1), watcher=told)
    assert (len(told.files), told.rows) == (3, [])


def test_a_component_with_something_unread_is_left_to_the_report(
    facts: HostFacts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rows_as_read, "_FROM", -1.0)
    damaged = Path(facts.packages[1].libraries[0])
    damaged.write_bytes(damaged.read_bytes()[:-40])
    told = Told()
    seen = judge_installed(facts, (target("8.6"),), options=ReadOptions(jobs=1), watcher=told)
    assert seen is not None
    assert [row.component.package for row in told.rows] == ["good"]
