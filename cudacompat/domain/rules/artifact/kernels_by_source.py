"""The source leaves kernels out for this architecture.

What it finds: kernels that other images of the same compilation have and the image for this GPU lacks. A compilation
gives each image what the source has for its architecture, so the source itself omits them
(`#if __CUDA_ARCH__ >= 900`).

Why it matters: no list of architectures brings these kernels to the GPU. The library knows that, or a call ends
with CUDA error 500.

Example: the FP8 kernels of NCCL start at 9.0. The bfloat16 kernels of ONNX Runtime start at 8.0.

What to do: nothing. A kernel that only a device link lost is another finding: `phantom-arch` or `hole`.
"""

from __future__ import annotations

from collections.abc import Iterable

from cudacompat.domain.judge.code_places import places_of
from cudacompat.domain.rules.artifact.judged_facts import VerdictFacts
from cudacompat.domain.words.finding import Finding, Severity
from cudacompat.domain.words.phrases import count, some
from cudacompat.domain.words.rule import Rule
from cudacompat.domain.words.verdict import Reason


def check(judged: VerdictFacts) -> Iterable[Finding]:
    """One note if an image lacks kernels that its source leaves out."""
    verdict = judged.verdict
    lacking = [module for module in verdict.modules if module.reason is Reason.KERNELS_BY_SOURCE]
    if not lacking:
        return
    names = sorted({name for module in lacking for name in module.missing})
    yield Finding(
        id=RULE.id,
        severity=Severity.NOTE,
        path=verdict.path,
        target=verdict.target.id,
        message=f"{count(len(names), 'kernel')} in {count(len(lacking), 'module')} left out by their source for "
        f"{verdict.target.label}",
        found=some(names),
        places=places_of(lacking),
    )


RULE = Rule("kernels-by-source", "Kernels that the source omits for this architecture", __doc__, check)
