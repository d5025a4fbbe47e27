"""What runs in which pool of nodes: artifacts × pools, for fleets that have several."""

from __future__ import annotations

from collections import defaultdict

from cudacompat.domain.gpus.fleet import pools_of
from cudacompat.domain.reports.check import CheckReport
from cudacompat.domain.rules.artifact.other_processor import errors_by_file
from cudacompat.domain.wheels.resolved import HowKnown
from cudacompat.domain.words.verdict import Outcome
from cudacompat.report.text.packages import outcome_word
from cudacompat.report.view import RANK

_NO_POOL = "(no pool)"


def pool_rows(report: CheckReport) -> list[tuple[str, ...]]:
    """Return a table with its head: for each artifact and package the worst outcome in each pool, `-` where it has
    nothing for it; empty where the fleet has fewer than two pools. What another processor's files are fails there."""
    pools = pools_of(report.fleet, report.targets)
    if len(pools) < 2:
        return []
    refused = errors_by_file(report.findings, (each.path for each in report.verdicts))
    cells: dict[str, dict[str, tuple[int, str]]] = defaultdict(dict)
    for verdict in report.verdicts:
        outcome = Outcome.FAILS if (verdict.path, verdict.target.id) in refused else verdict.outcome
        cells[verdict.path][verdict.target.id] = (RANK[outcome], outcome.value)
    for package in report.packages:
        found = package.outcome
        if found is not None:
            cells[package.resolved.label][package.target.id] = (RANK[found], outcome_word(found))
        elif package.compiles_with is not None:
            word = f"compiles with {package.compiles_with}"
            cells[package.resolved.label][package.target.id] = (RANK[Outcome.JIT], word)
        elif package.resolved.known not in (HowKnown.WITH_FRAMEWORK, HowKnown.BUILT_HERE) and not package.of_features:
            cells[package.resolved.label][package.target.id] = (RANK[Outcome.FAILS], "no device code")
    rows = [("", *(pool or _NO_POOL for pool in pools))]
    for label, by_target in cells.items():
        worst = (
            min((by_target[target.id] for target in targets if target.id in by_target), default=(0, "-"))
            for targets in pools.values()
        )
        rows.append((label, *(word for _, word in worst)))
    return rows
