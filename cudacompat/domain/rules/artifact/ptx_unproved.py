"""Whether the PTX compiles for the GPU could not be told.

What it finds: modules whose PTX `check --assemble` did not prove, because the assembler gave no answer: no ptxas
of this machine builds for the GPU or reads so new a PTX, the text is too large, the time was used up, or the driver
links relocatable code again.

Why it matters: the verdict is the one without `--assemble`: the driver compiles the PTX if it is good.

Example: CUDA 13 builds for no GPU below 7.5, so its ptxas proves nothing for a GTX 1080.

What to do: install a ptxas that builds for the GPU (`pip install nvidia-cuda-nvcc-cu12` up to CUDA 12), or give more
time with `--max-seconds`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from cudacompat.domain.judge.code_places import places_of
from cudacompat.domain.rules.artifact.judged_facts import VerdictFacts
from cudacompat.domain.tables.cuda_libraries import toolkit_wheel
from cudacompat.domain.tables.toolkit_packages import NVCC_WHEEL
from cudacompat.domain.tables.toolkits import RELEASES
from cudacompat.domain.words.capability import ComputeCapability
from cudacompat.domain.words.finding import Finding, Severity
from cudacompat.domain.words.phrases import count
from cudacompat.domain.words.rule import Rule
from cudacompat.domain.words.verdict import PtxProof


def check(judged: VerdictFacts) -> Iterable[Finding]:
    """One finding if PTX was to be proved and was not."""
    verdict = judged.verdict
    unproved = verdict.assembled(PtxProof.OPEN)
    if not unproved:
        return
    unasked = any(each.assembly is not None and each.assembly.ptxas is None for each in unproved)
    reasons = Counter(each.assembly.said for each in unproved if each.assembly is not None)
    yield Finding(
        id=RULE.id,
        severity=Severity.WARNING,
        path=verdict.path,
        target=verdict.target.id,
        message=f"PTX of {len(unproved)} of {count(len(verdict.modules), 'module')} is not proved for "
        f"{verdict.target.label}",
        found="; ".join(f"{number}: {said}" for said, number in reasons.most_common(3)),
        help=_help(verdict.target.capability) if unasked else None,
        places=places_of(unproved),
    )


def _help(capability: ComputeCapability) -> str:
    """The package whose ptxas builds for the GPU."""
    newest = max(
        (row for row in RELEASES if str(capability.number) in row.targets), key=lambda row: row.version, default=None
    )
    if newest is not None and (wheel := toolkit_wheel(NVCC_WHEEL, newest.version.major)) != NVCC_WHEEL:
        return f"a ptxas that builds for this GPU: pip install {wheel}"
    return f"the newest ptxas: pip install --upgrade {NVCC_WHEEL}; more time: --max-seconds"


RULE = Rule("ptx-unproved", "PTX that was not proved", __doc__, check)
