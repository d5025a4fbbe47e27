"""Device code is missing that the baseline has.

What it finds: an artifact of the lock file that is not there any more, or has fewer modules or kernels, in sum or for
one of its targets.

Why it matters: architectures get lost by accident: a list is shortened to fit a size limit, a new toolkit drops one, a
build stops reading its variable. The file still loads, and some users' GPUs stop working.

Example: onnxruntime-gpu 1.31.1 against a baseline of 1.27.0 lost sm_100a and compute_120.

What to do: restore what is missing; or, if it is meant, write the baseline again (`cudacompat check --write-baseline`)
and let the change of that file be reviewed.
"""

from __future__ import annotations

from collections.abc import Iterable

from cudacompat.domain.rules.artifact.baseline_facts import SHOWN
from cudacompat.domain.words.baseline_change import BaselineChange
from cudacompat.domain.words.finding import Finding, Severity
from cudacompat.domain.words.phrases import some
from cudacompat.domain.words.rule import Rule


def check(compared: BaselineChange) -> Iterable[Finding]:
    """One error for an artifact that lost something, one note for one that was not part of the run."""
    if compared.absent:
        yield Finding(
            id=RULE.id,
            severity=Severity.NOTE,
            path=compared.path,
            message=f"{compared.name} is in the baseline and was not compared: its file was not checked",
        )
    if compared.lost:
        yield Finding(
            id=RULE.id,
            severity=Severity.ERROR,
            path=compared.path,
            message=f"{compared.name} lost device code since the baseline: {some(compared.lost, 2)}",
            found=some(compared.lost, SHOWN),
            why=f"recorded in {compared.file}",
            help="restore the code; to accept the change, repeat this command with --write-baseline",
        )


RULE = Rule("lost-since-baseline", "Device code lost since the baseline", __doc__, check)
