"""It used another GPU than the one that was named.

What it finds: a run on another GPU than the one that `--gpu` names.

Why it matters: on a machine with several GPUs the engine may take the wrong one, and what was verified is not what will
run.

Example: `cudacompat verify --gpu "RTX 5070 Ti"` on a machine whose first GPU is an older one.

What to do: choose the GPU with CUDA_VISIBLE_DEVICES.
"""

from __future__ import annotations

from collections.abc import Iterable

from cudacompat.domain.runs.verified import Verified
from cudacompat.domain.runs.verify import Verdict
from cudacompat.domain.words.finding import Finding, Severity
from cudacompat.domain.words.rule import Rule


def check(verified: Verified) -> Iterable[Finding]:
    """One error for each GPU that was to be used and was not, as far as that was seen."""
    used = [use for use in verified.seen.devices if use.index in verified.decision.devices]
    named = [capability for _, capability in verified.seen.log.devices] if verified.log is not None else []
    capabilities = [use.capability for use in used] or named
    if not capabilities or verified.decision.verdict not in (Verdict.GPU, Verdict.GPU_JIT):
        return
    for wanted in verified.gpus:
        if wanted.capability not in capabilities:
            there = ", ".join(use.label for use in used) or ", ".join(map(str, named))
            yield Finding(
                id=RULE.id,
                severity=Severity.ERROR,
                path=verified.log,
                target=wanted.id,
                message=f"{verified.subject} did not use {wanted.name or wanted.id} ({wanted.capability})",
                found=there,
                help="select the GPU with CUDA_VISIBLE_DEVICES; set CUDA_DEVICE_ORDER=PCI_BUS_ID to number GPUs "
                "as nvidia-smi does",
            )


RULE = Rule("other-gpu", "Used another GPU", __doc__, check)
