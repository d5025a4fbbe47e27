"""It could not be told whether this runs.

What it finds: an artifact with modules whose fate on the target is open: something could not be read, an image is of an
unknown kind, NVIDIA leaves it open (Tegra), it is relocatable code in an object file, or its PTX is newer than every
driver known here.

Why it matters: what is not known is never shown as good; the exit code is 4, whatever else the policy accepts.

Example: an object file of `nvcc -dc`: the device link decides what becomes of it.

What to do: check the linked file, give --driver, or report the file if its bytes are sound. Where you know better, an
ignore with `rule = "undecided"`, its path and a reason takes it as good; no other ignore does.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from cudacompat.domain.judge.code_places import places_of
from cudacompat.domain.rules.artifact.judged_facts import VerdictFacts
from cudacompat.domain.words.finding import Finding, Severity
from cudacompat.domain.words.phrases import CAUSE, count, verb, what_is_there
from cudacompat.domain.words.rule import Rule
from cudacompat.domain.words.verdict import Outcome, Reason


def check(judged: VerdictFacts) -> Iterable[Finding]:
    """One warning if the artifact, or something in one that is partial, is undecided."""
    verdict = judged.verdict
    open_ = [v for v in verdict.modules if v.outcome is Outcome.UNDECIDED]
    if (verdict.outcome is not Outcome.UNDECIDED and not open_) or verdict.reason is None:
        return
    if verdict.reason is Reason.RUNTIME_NEEDS_DRIVER:  # no module is loaded with this driver
        return
    reasons = Counter(v.reason for v in open_) or Counter([verdict.reason])
    number, every = len(open_) or len(verdict.modules), count(len(verdict.modules), "module")
    yield Finding(
        id=RULE.id,
        severity=Severity.WARNING,
        path=verdict.path,
        target=verdict.target.id,
        message=f"cannot tell whether {number} of {every} {verb(number, 'runs', 'run')} on {verdict.target.label}",
        found=what_is_there([v.module for v in verdict.modules]),
        why="; ".join(CAUSE[reason] for reason, _ in reasons.most_common() if reason),
        places=places_of(open_ or verdict.modules),
    )


RULE = Rule("undecided", "A result that is undecided", __doc__, check)
