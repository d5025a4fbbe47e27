"""Too few of the kernels run on the GPU.

What it finds: under `coverage`, an artifact of which a smaller share of the kernels runs on a required GPU. Modules
made for other architectures are not counted; what is undecided counts as running here, and keeps
the run undecided.

Why it matters: a list of architectures says that a target is there, not how much of it. In one published libtorch_cuda
six targets are in 444 modules and three others in a single one.

Example: `coverage = 0.99`, and 12 of 400 kernels have no code for 12.0.

What to do: build every source with the same list; or lower the share where the missing kernels are known not to matter.
"""

from __future__ import annotations

from collections.abc import Iterable

from cudacompat.domain.judge.code_places import places_of
from cudacompat.domain.rules.artifact.judged_facts import VerdictFacts
from cudacompat.domain.rules.artifact.policy_facts import served
from cudacompat.domain.words.finding import Finding, Severity
from cudacompat.domain.words.phrases import generate_command, some
from cudacompat.domain.words.rule import Rule
from cudacompat.domain.words.verdict import Outcome


def check(judged: VerdictFacts) -> Iterable[Finding]:
    """One finding if the share of kernels that run is below the policy's; none where nothing runs, which is said."""
    verdict, wanted = judged.verdict, judged.policy.coverage
    if wanted is None or verdict.outcome is Outcome.FAILS:
        return
    running = every = 0
    for module in verdict.modules:
        if module.outcome is not Outcome.SPECIAL:
            here, there = served(module)
            running += there if module.outcome is Outcome.UNDECIDED else here
            every += there
    if not every or running / every >= wanted:
        return
    bad = [v for v in verdict.modules if v.outcome in (Outcome.FAILS, Outcome.PARTIAL)]
    names = sorted({name for v in bad for name in v.missing or v.module.kernels})
    yield Finding(
        id=RULE.id,
        severity=Severity.ERROR,
        path=verdict.path,
        target=verdict.target.id,
        message=f"{running} of {every} kernels run on {verdict.target.label} ({_percent(running / every)}; "
        f"required: {wanted * 100:g} %)",
        found=f"kernels that cannot run: {some(names)}",
        help=f"compile every source file for the same architecture list: {generate_command(verdict.target)}",
        places=places_of(bad),
    )


def _percent(share: float) -> str:
    """Rounded down, so that what is below a limit never reads as the limit."""
    return f"{int(share * 10000) / 100:g} %"


RULE = Rule("low-coverage", "Too few kernels run on the GPU", __doc__, check)
