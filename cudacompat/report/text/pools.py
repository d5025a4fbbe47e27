"""What runs in which pool of nodes: artifacts × pools, for fleets that have several."""

from __future__ import annotations

from collections import defaultdict

from cudacompat.domain.gpus.fleet import pools_of
from cudacompat.domain.reports.check import CheckReport
from cudacompat.domain.words.verdict import Outcome
from cudacompat.report.view import RANK

_NO_POOL = "(no pool)"


def pool_rows(report: CheckReport) -> list[tuple[str, ...]]:
    """Return a table with its head: for each artifact the worst outcome in each pool, `-` where it has nothing for it;
    empty where the fleet has fewer than two pools."""
    pools = pools_of(report.fleet, report.targets)
    if len(pools) < 2:
        return []
    outcomes: dict[str, dict[str, Outcome]] = defaultdict(dict)
    for verdict in report.verdicts:
        outcomes[verdict.path][verdict.target.id] = verdict.outcome
    rows = [("", *(pool or _NO_POOL for pool in pools))]
    for path, by_target in outcomes.items():
        cells = []
        for targets in pools.values():
            found = [by_target[target.id] for target in targets if target.id in by_target]
            cells.append(min(found, key=RANK.__getitem__).value if found else "-")
        rows.append((path, *cells))
    return rows
