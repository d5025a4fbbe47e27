"""It used a GPU, but not as expected: `jit-at-start`, `not-own-code`, `gpu-memory-low`, `other-gpu`.

What it finds: code that the driver compiled from PTX while the command ran, or took out of its cache of such code
(`jit-at-start`); machine code of a lower minor although native code was expected (`not-own-code`); less GPU memory than
`--min-gpu-memory` (`gpu-memory-low`); another GPU than the one that `--gpu` names (`other-gpu`).

Why it matters: the JIT costs seconds to half an hour at the first start on every machine and after every driver update,
and fails where the driver is older than the PTX. Little memory says that the model is not on the GPU, or only a few of
its layers. On a machine with several GPUs the engine may take the wrong one.

Example: a library that holds compute_75 PTX only, on an H200: the driver maps its PTX compiler into the process, and
its cache grows by 22 MB.

What to do: build for the GPU's own architecture (`cudacompat generate`); `--expect gpu` accepts the JIT. Choose the GPU
with CUDA_VISIBLE_DEVICES.
"""

from __future__ import annotations

from collections.abc import Iterable

from cudacompat.domain.runs.evidence import memory_size
from cudacompat.domain.runs.verified import Verified
from cudacompat.domain.runs.verify import Code, Expect, Verdict
from cudacompat.domain.words.finding import Finding, Severity
from cudacompat.domain.words.rule import Rule


def check_jit(verified: Verified) -> Iterable[Finding]:
    """One finding for code that was compiled: an error where more was expected, else a note."""
    if verified.decision.verdict is not Verdict.GPU_JIT:
        return
    enough = verified.expected is Expect.GPU
    yield Finding(
        id=JIT_AT_START.id,
        severity=Severity.NOTE if enough else Severity.ERROR,
        path=verified.log,
        message=f"{verified.subject} ran on the GPU through code compiled from PTX by the driver",
        why=verified.decision.why,
        help=None
        if enough
        else "build for the GPU's own architecture: cudacompat generate ENGINE; --expect gpu accepts it",
    )


def check_native(verified: Verified) -> Iterable[Finding]:
    """One error for compatible code where native code was expected."""
    decision = verified.decision
    if (
        verified.expected is not Expect.NATIVE
        or decision.verdict is not Verdict.GPU
        or decision.code is not Code.COMPATIBLE
    ):
        return
    yield Finding(
        id=NOT_OWN_CODE.id,
        severity=Severity.ERROR,
        path=verified.log,
        message=f"{verified.subject} ran on the GPU through compatible code, not the GPU's own",
        why=decision.why,
        help="build for the GPU's own architecture: cudacompat generate ENGINE; --expect sass accepts it",
    )


def check_memory(verified: Verified) -> Iterable[Finding]:
    """One error for less memory than was demanded, as far as it was seen."""
    wanted, held = verified.min_gpu_memory, verified.memory
    if wanted is None or held is None or held >= wanted or verified.decision.verdict is Verdict.FAILED:
        return
    yield Finding(
        id=GPU_MEMORY_LOW.id,
        severity=Severity.ERROR,
        path=verified.log,
        message=f"{verified.subject} held {memory_size(held)} of GPU memory, {memory_size(wanted)} were expected",
        help="see that the whole model goes to the GPU (number of GPU layers, device option)",
    )


def check_gpu(verified: Verified) -> Iterable[Finding]:
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
                id=OTHER_GPU.id,
                severity=Severity.ERROR,
                path=verified.log,
                target=wanted.id,
                message=f"{verified.subject} did not use {wanted.name or wanted.id} ({wanted.capability})",
                found=there,
                help="choose the GPU with CUDA_VISIBLE_DEVICES, and set CUDA_DEVICE_ORDER=PCI_BUS_ID "
                "so that the numbers are those of nvidia-smi",
            )


JIT_AT_START = Rule("jit-at-start", "It ran through code compiled from PTX", __doc__, check_jit)
NOT_OWN_CODE = Rule("not-own-code", "It ran through compatible code", __doc__, check_native)
GPU_MEMORY_LOW = Rule("gpu-memory-low", "It held less GPU memory than expected", __doc__, check_memory)
OTHER_GPU = Rule("other-gpu", "It used another GPU", __doc__, check_gpu)
