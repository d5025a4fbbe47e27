"""A driver that left the GPU out.

What it finds: a driver (with --driver or on this machine) of a branch after the last that knows the GPU. Drivers from
590 on do not support Maxwell, Pascal and Volta (5.x, 6.x, 7.0); Kepler ended with 470. On Windows, 581 and 582 are of
branch 580, and 471 to 474 of 470.

Why it matters: such a driver ignores the GPU, so a program finds no CUDA device (error 100) whatever code it carries.

Example: a V100 with driver 610.

What to do: install a driver of the last branch that knows the GPU, on Linux with the closed kernel
module.
"""

from __future__ import annotations

from collections.abc import Iterable

from cudacompat.domain.rules.artifact.driver_window_facts import row_of, unknown_to_driver
from cudacompat.domain.rules.artifact.judged_facts import VerdictFacts
from cudacompat.domain.words.finding import Finding
from cudacompat.domain.words.rule import Rule
from cudacompat.domain.words.verdict import Reason


def check(judged: VerdictFacts) -> Iterable[Finding]:
    """One error for each artifact, if this is certain."""
    row = row_of(judged, Reason.DRIVER_DROPPED_GPU)
    if row is not None:
        why = f"branch {row.last_branch} is the last that knows {row.capability} ({row.name})"
        yield from unknown_to_driver(
            judged,
            Reason.DRIVER_DROPPED_GPU,
            why,
            help_=f"install the last driver for it: branch {row.last_branch}"
            + ("" if judged.verdict.windows else ", closed kernel module"),
        )


RULE = Rule("driver-dropped-gpu", "A driver that left the GPU out", __doc__, check)
