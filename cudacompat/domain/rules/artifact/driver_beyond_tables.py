"""The driver is newer than the tables of this version.

What it finds: a driver (with --driver or on this machine) of a branch above the newest that this version knows.

Why it matters: which GPUs that driver no longer supports and which newer PTX it compiles is not known here. It is
treated as the newest known branch, and PTX above that branch's stays undecided.

Example: driver 700 with tables that end at 615.

What to do: update cudacompat. `cudacompat toolkits` shows what the tables know.
"""

from __future__ import annotations

from collections.abc import Iterable

from cudacompat.domain.tables.drivers import BRANCHES
from cudacompat.domain.words.finding import Finding, Severity
from cudacompat.domain.words.rule import Rule
from cudacompat.domain.words.verdict import Target


def check(target: Target) -> Iterable[Finding]:
    """One note for a target with such a driver."""
    newest = BRANCHES[-1].branch
    if target.driver is None or target.driver.branch <= newest:
        return
    yield Finding(
        id=RULE.id,
        severity=Severity.NOTE,
        path=None,
        target=target.id,
        message=f"driver {target.driver} is newer than the tables of this version, which end at branch {newest}",
        why="cudacompat does not know which GPUs this driver dropped, and treats it as that branch",
        help="update cudacompat",
    )


RULE = Rule("driver-beyond-tables", "A driver newer than the tables", __doc__, check)
