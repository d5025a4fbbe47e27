"""The driver does not know the GPU: `driver-too-old-for-gpu` and `driver-dropped-gpu`.

What it finds: a driver (with --driver or on this machine) that is older than the first for the GPU, or newer than the
last. Drivers from 590 on leave out Maxwell, Pascal and Volta (5.x, 6.x, 7.0); Kepler ended with 470.

Why it matters: such a driver ignores the card, so a program finds no CUDA device (error 100) whatever code it carries.

Example: a V100 with driver 610. An RTX 5090, which begins with driver 570, with driver 535.

What to do: install a driver of a branch that knows the GPU. For a GPU that newer drivers leave out that is the last
branch, with the closed kernel module.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from cudacompat.domain.rules.artifact.judged_facts import VerdictFacts
from cudacompat.domain.tables.architectures import Architecture, architecture
from cudacompat.domain.words.finding import Finding, Severity
from cudacompat.domain.words.phrases import modules_with
from cudacompat.domain.words.rule import Rule
from cudacompat.domain.words.verdict import Outcome, Reason


def _check(
    reason: Reason, why: Callable[[Architecture], str], help_: Callable[[Architecture], str]
) -> Callable[[VerdictFacts], Iterable[Finding]]:
    def check(judged: VerdictFacts) -> Iterable[Finding]:
        """One error for each artifact, if this is certain."""
        verdict = judged.verdict
        row = architecture(verdict.target.capability)
        if row is None or verdict.outcome is not Outcome.FAILS or not modules_with(verdict, reason):
            return
        yield Finding(
            id=reason.value,
            severity=Severity.ERROR,
            path=verdict.path,
            target=verdict.target.id,
            message=f"nothing runs: driver {verdict.target.driver} does not know {verdict.target.label}",
            why=why(row),
            help=help_(row),
        )

    return check


TOO_OLD = Rule(
    Reason.DRIVER_TOO_OLD_FOR_GPU.value,
    "A driver older than the GPU",
    __doc__,
    _check(
        Reason.DRIVER_TOO_OLD_FOR_GPU,
        lambda row: f"the first branch that knows {row.capability} ({row.name}) is {row.first_branch}",
        lambda row: f"install driver {row.first_branch} or newer",
    ),
)
DROPPED = Rule(
    Reason.DRIVER_DROPPED_GPU.value,
    "A driver that left the GPU out",
    __doc__,
    _check(
        Reason.DRIVER_DROPPED_GPU,
        lambda row: f"branch {row.last_branch} is the last that knows {row.capability} ({row.name})",
        lambda row: f"install the last driver for it: branch {row.last_branch}, closed kernel module",
    ),
)
