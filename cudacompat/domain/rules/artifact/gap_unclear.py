"""Some modules have nothing for the GPU, and the bytes do not say whether that is meant.

What it finds: modules without code for the GPU in a library that otherwise runs there, where nothing shows a fault of
the build (a list that the other modules follow) and nothing shows a choice of the library (kernels named for other
architectures, the same kernels in modules that run, one module for each architecture).

Why it matters: a call of one of these kernels ends with CUDA error 209. A library that asks for the GPU first never
makes that call; a library that does not ask stops there.

Example: cuBLAS 12.4 has two modules of sgemm and hgemm kernels for 5.x and 6.x only. FlashAttention kernels start at
8.0, so a 7.5 GPU has none of them.

What to do: nothing for a published library that its maker tests on this GPU. In your own library, look at the
kernels that are named: if the GPU needs them, compile their sources with the GPU's target. `--holes strict` makes this
an error.
"""

from __future__ import annotations

from collections.abc import Iterable

from cudacompat.domain.judge.code_places import places_of
from cudacompat.domain.rules.artifact.judged_facts import VerdictFacts
from cudacompat.domain.words.finding import Finding
from cudacompat.domain.words.phrases import count, some, verb, what_is_there
from cudacompat.domain.words.rule import Rule
from cudacompat.domain.words.verdict import Evidence, Outcome

_WHY = {
    Evidence.NEWER_GPUS: "all their targets are newer than the GPU",
    Evidence.NO_LIST: "the library has no single list that they deviate from",
}


def check(judged: VerdictFacts) -> Iterable[Finding]:
    """One finding if an artifact that runs has modules of which this is unclear, unless the policy ignores holes."""
    verdict, severity = judged.verdict, judged.policy.holes.severity_of_unclear
    unclear = [module for module in verdict.modules if module.outcome is Outcome.UNCLEAR]
    if severity is None or not unclear or verdict.outcome is Outcome.FAILS:
        return
    kernels = sorted({name for module in unclear for name in module.module.kernels})
    reasons = dict.fromkeys(_WHY[module.evidence] for module in unclear if module.evidence in _WHY)
    yield Finding(
        id=RULE.id,
        severity=severity,
        path=verdict.path,
        target=verdict.target.id,
        message=f"{len(unclear)} of {count(len(verdict.modules), 'module')} "
        f"{verb(len(unclear), 'has', 'have')} no code for {verdict.target.label}; "
        "whether the library calls them there is not known",
        found=f"{what_is_there([module.module for module in unclear])}; kernels {some(kernels)}",
        why="; ".join(reasons) or None,
        help="nothing for a published library; in your own, compile these sources for "
        f"sm_{verdict.target.capability.number} if that GPU needs them",
        places=places_of(unclear),
    )


RULE = Rule("gap-unclear", "Modules without code for the GPU, whose use is not known", __doc__, check)
