"""The driver that a published build is said to need: the oldest with which it runs, over the whole table."""

from __future__ import annotations

from dataclasses import replace

from cudacompat.domain.tables.drivers import BRANCHES
from cudacompat.domain.wheels.table import rows
from cudacompat.domain.wheels.verdict import judge_row
from cudacompat.domain.words.verdict import Outcome
from cudacompat.domain.words.versions import DriverRelease
from tests.helpers.build import target

_CAPABILITIES = ("6.1", "7.0", "7.5", "8.0", "8.6", "9.0", "10.0", "12.0", "12.1")


def test_the_driver_that_a_build_is_said_to_need_is_the_oldest_that_runs_it() -> None:
    branches = sorted(each.branch for each in BRANCHES)
    wrong = []
    for row in (row for of_package in rows().values() for row in of_package):
        for gpu in map(target, _CAPABILITIES):
            free = judge_row(row, gpu)
            if free is None or free.outcome is Outcome.FAILS or free.min_driver is None:
                continue
            older = [each for each in branches if each < free.min_driver][-1:]
            for branch in (free.min_driver, *older):
                held = judge_row(row, replace(gpu, driver=DriverRelease.parse(str(branch))))
                runs = held is not None and held.outcome is free.outcome
                if runs is not (branch == free.min_driver):
                    wrong.append((row.package, str(row.version), row.index, str(gpu.capability), branch))
    assert wrong == []
