"""Kernels made for other architectures, left out of the verdict on purpose.

What it finds: modules whose kernels are evidently made for other architectures: only a- or f-suffixed targets, kernels
named for another architecture, a set of targets that many modules of the library share beside one that serves this GPU.

Why it matters: big libraries carry kernels per architecture and choose among them at run time, so the gap is their
design. It is counted and said, so that nothing is hidden.

Example: cuBLASLt and cuDNN keep hundreds of sm_90a-only modules.

What to do: nothing, unless the library is your own and the gap is not meant.
"""

from __future__ import annotations

from collections.abc import Iterable

from cudacompat.domain.judge.code_places import places_of
from cudacompat.domain.rules.artifact.judged_facts import VerdictFacts
from cudacompat.domain.words.finding import Finding, Severity
from cudacompat.domain.words.phrases import count, what_is_there
from cudacompat.domain.words.rule import Rule
from cudacompat.domain.words.verdict import Outcome


def check(judged: VerdictFacts) -> Iterable[Finding]:
    """One note if modules made for other architectures were left out of the verdict."""
    verdict = judged.verdict
    special = [v for v in verdict.modules if v.outcome is Outcome.SPECIAL]
    if not special or verdict.outcome is Outcome.FAILS:
        return
    yield Finding(
        id=RULE.id,
        severity=Severity.NOTE,
        path=verdict.path,
        target=verdict.target.id,
        message=f"{count(len(special), 'module')} of {len(verdict.modules)} made for other architectures than "
        f"{verdict.target.label}, left out of the verdict",
        found=what_is_there([v.module for v in special]),
        places=places_of(special),
    )


RULE = Rule("other-architecture-kernels", "Kernels made for other architectures", __doc__, check)
