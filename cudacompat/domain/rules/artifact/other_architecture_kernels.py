"""Kernels made for other architectures do not count in the result.

What it finds: modules whose kernels are evidently made for other architectures: only a- or f-suffixed targets, the same
kernels in modules that run here, kernels named for another architecture, one module for each architecture, a library
with many lists of targets.

Why it matters: big libraries carry kernels per architecture and choose among them at run time, so the gap is their
design. It is counted and said, so that nothing is hidden.

Example: cuBLASLt and cuDNN keep hundreds of sm_90a-only modules.

What to do: nothing, unless the library is your own and the gap is not meant.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from cudacompat.domain.judge.code_places import places_of
from cudacompat.domain.rules.artifact.judged_facts import VerdictFacts
from cudacompat.domain.words.finding import Finding, Severity
from cudacompat.domain.words.phrases import count, verb, what_is_there
from cudacompat.domain.words.rule import Rule
from cudacompat.domain.words.verdict import Evidence, Outcome

# what the bytes show, most of it about a single module
_EVIDENCE: Mapping[Evidence | None, str] = {
    Evidence.SUFFIXES: "has a- or f-suffixed targets only",
    Evidence.SAME_KERNELS: "its kernels are also in modules that run here",
    Evidence.NAMES: "its kernels are named for other architectures",
    Evidence.ONE_PER_ARCHITECTURE: "is one of several, each for its own architectures, and another of them runs here",
    Evidence.MANY_LISTS: "the library has many lists of targets, and none prevails",
    Evidence.LEFT_OUT_BY_SOURCE: "its source leaves all its kernels out for this GPU",
}


def check(judged: VerdictFacts) -> Iterable[Finding]:
    """One note if modules made for other architectures were left out of the verdict."""
    verdict = judged.verdict
    special = [v for v in verdict.modules if v.outcome is Outcome.SPECIAL]
    if not special or verdict.outcome is Outcome.FAILS:
        return
    shown = Counter(v.evidence for v in special if v.evidence in _EVIDENCE)
    yield Finding(
        id=RULE.id,
        severity=Severity.NOTE,
        path=verdict.path,
        target=verdict.target.id,
        message=f"{len(special)} of {count(len(verdict.modules), 'module')} "
        f"{verb(len(special), 'appears', 'appear')} to be for other GPUs; not "
        f"counted for {verdict.target.label}",
        found=what_is_there([v.module for v in special]),
        why="; ".join(f"{number}: {_EVIDENCE[each]}" for each, number in shown.most_common()) or None,
        places=places_of(special),
    )


RULE = Rule("other-architecture-kernels", "Kernels for other GPUs", __doc__, check)
