"""A gap outside the sections that the CUDA runtime registers.

What it finds: modules in other sections of a file that have nothing for this GPU.

Why it matters: the CUDA runtime does not load these; the library does it by itself, if at all, and may choose among
them. So the gap is counted and said, and makes no verdict.

Example: a library that keeps images for older GPUs among its data and picks one at run time.

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
    """One note if modules outside the registered sections do not run."""
    verdict = judged.verdict
    gaps = [v for v in verdict.stray if v.outcome in (Outcome.FAILS, Outcome.PARTIAL, Outcome.UNDECIDED)]
    if not gaps:
        return
    sections = sorted({v.module.section for v in gaps if v.module.section})
    may = "may not run" if any(v.outcome is Outcome.UNDECIDED for v in gaps) else "would not run"
    yield Finding(
        id=RULE.id,
        severity=Severity.NOTE,
        path=verdict.path,
        target=verdict.target.id,
        message=(f"{len(gaps)} of {count(len(verdict.stray), 'unregistered module')} {may} on {verdict.target.label}"),
        found=what_is_there([v.module for v in gaps]),
        why=f"found in {', '.join(sections)}; the CUDA runtime does not load this code, so the library must"
        if sections
        else None,
        places=places_of(gaps),
    )


RULE = Rule("stray-gap", "Gap in unregistered modules", __doc__, check)
