"""A driver that is older than the first for the GPU.

What it finds: a driver (with --driver or on this machine) of a branch before the first that knows the GPU.

Why it matters: such a driver ignores the GPU, so a program finds no CUDA device (error 100) whatever code it carries.

Example: an RTX 5090, which begins with driver 570, with driver 535.

What to do: install a driver of the first branch that knows the GPU, or a newer one.
"""

from __future__ import annotations

from collections.abc import Iterable

from cudacompat.domain.rules.artifact.driver_window_facts import asks_for_more, row_of, unknown_to_driver
from cudacompat.domain.rules.artifact.judged_facts import VerdictFacts
from cudacompat.domain.words.finding import Finding
from cudacompat.domain.words.rule import Rule
from cudacompat.domain.words.verdict import Reason


def check(judged: VerdictFacts) -> Iterable[Finding]:
    """One error for each artifact, if this is certain."""
    row = row_of(judged, Reason.DRIVER_TOO_OLD_FOR_GPU)
    if row is not None and not (asks_for_more(judged.verdict) and not judged.verdict.runtime_is_linked):
        why = f"the first branch that knows {row.capability} ({row.name}) is {row.first_branch}"
        yield from unknown_to_driver(
            judged, Reason.DRIVER_TOO_OLD_FOR_GPU, why, help_=f"install driver {row.first_branch} or newer"
        )


RULE = Rule("driver-too-old-for-gpu", "A driver older than the GPU", __doc__, check)
