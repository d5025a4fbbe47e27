"""Device code that the baseline does not know.

What it finds: artifacts, modules or targets that the lock file does not have.

Why it matters: what is not in the baseline is not kept: if it gets lost again, no run reports it.

Example: a wheel that gained sm_120 since the lock file was written.

What to do: write the baseline again (`cudacompat check --write-baseline`), so that it is kept from then on.
"""

from __future__ import annotations

from collections.abc import Iterable

from cudacompat.domain.rules.artifact.baseline_facts import SHOWN
from cudacompat.domain.words.baseline_change import BaselineChange
from cudacompat.domain.words.finding import Finding, Severity
from cudacompat.domain.words.phrases import some
from cudacompat.domain.words.rule import Rule


def check(compared: BaselineChange) -> Iterable[Finding]:
    """One note for an artifact that gained something."""
    if compared.gained:
        yield Finding(
            id=RULE.id,
            severity=Severity.NOTE,
            path=compared.path,
            message=f"{compared.name} has device code that is not in the baseline: {some(compared.gained, 2)}",
            found=some(compared.gained, SHOWN),
            help="to record it, repeat this command with --write-baseline",
        )


RULE = Rule("new-since-baseline", "Device code that is not in the baseline", __doc__, check)
