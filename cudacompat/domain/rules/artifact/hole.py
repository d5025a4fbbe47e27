"""Some modules run on the GPU and others do not.

What it finds: an artifact of which some modules (translation units) have code for the GPU and others have none,
although the library follows a list that serves the GPU; and an artifact of which most modules have none. The union of
the file's architectures hides this. What the bytes show to be made for other GPUs is not a hole
(`other-architecture-kernels`), and what they leave open is `gap-unclear`.

Why it matters: the program starts, works, and dies at the first call into the missing part, perhaps hours later.
The driver loads each module separately.

Example: one source file of a library compiled with another architecture list than the rest.

What to do: give every target of the build the same list. `--holes warn`, or an ignore with its reason, lets a known
hole pass.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from cudacompat.domain.judge.code_places import places_of
from cudacompat.domain.rules.artifact.judged_facts import VerdictFacts
from cudacompat.domain.words.finding import Finding, Severity
from cudacompat.domain.words.phrases import CAUSE, count, generate_command, some, verb, what_is_there
from cudacompat.domain.words.rule import Rule
from cudacompat.domain.words.verdict import Outcome, Reason


def check(judged: VerdictFacts) -> Iterable[Finding]:
    """One finding if the artifact is partial, unless the policy ignores holes, or if most of it lacks the GPU."""
    verdict = judged.verdict
    most = verdict.reason is Reason.MOST_MODULES
    severity = Severity.ERROR if most else judged.policy.holes.severity
    bad = [v for v in verdict.modules if v.outcome in (Outcome.FAILS, Outcome.PARTIAL)]
    if not (most or verdict.outcome is Outcome.PARTIAL) or severity is None:
        return
    if all(v.reason is Reason.PTX_REFUSED for v in bad):
        return  # that is a fault of their texts, and a finding of its own
    reasons = Counter(v.reason for v in bad)
    worst = max(bad, key=lambda v: (v.outcome is Outcome.FAILS, len(v.missing), -v.module.offset))
    names = worst.missing or tuple(sorted({k for e in worst.module.entries for k in e.kernels or ()}))
    yield Finding(
        id=RULE.id,
        severity=severity,
        path=verdict.path,
        target=verdict.target.id,
        message=f"{len(bad)} of {count(len(verdict.modules), 'module')} "
        f"{verb(len(bad), 'fails or lacks', 'fail or lack')} kernels on {verdict.target.label}",
        found="; ".join(f"{n}: {CAUSE[r]}" for r, n in sorted(reasons.items(), key=lambda item: -item[1]) if r),
        why=f"example: one module has {what_is_there([worst.module])}; kernels: {some(names)}",
        help=f"compile every source file for the same architecture list: {generate_command(verdict.target)}",
        places=places_of(bad),
    )


RULE = Rule("hole", "Some modules fail on the GPU", __doc__, check)
