"""It held less GPU memory than expected.

What it finds: a run that never held as much GPU memory as `--min-gpu-memory` asks for.

Why it matters: little memory says that the model is not on the GPU, or only a few of its layers.

Example: llama.cpp with `-ngl 4`, where the whole model was meant to be on the GPU.

What to do: raise the number of layers on the GPU, or look at what the engine's log says of them.
"""

from __future__ import annotations

from collections.abc import Iterable

from cudacompat.domain.runs.evidence import memory_size
from cudacompat.domain.runs.verified import Verified
from cudacompat.domain.runs.verify import Verdict
from cudacompat.domain.words.finding import Finding, Severity
from cudacompat.domain.words.rule import Rule


def check(verified: Verified) -> Iterable[Finding]:
    """One error for less memory than was demanded, as far as it was seen."""
    wanted, held = verified.min_gpu_memory, verified.memory
    if wanted is None or held is None or held >= wanted or verified.decision.verdict is Verdict.FAILED:
        return
    yield Finding(
        id=RULE.id,
        severity=Severity.ERROR,
        path=verified.log,
        message=f"{verified.subject} used {memory_size(held)} of GPU memory; {memory_size(wanted)} required",
        help="check that the whole model goes to the GPU (number of GPU layers, device option)",
    )


RULE = Rule("gpu-memory-low", "Less GPU memory used than required", __doc__, check)
