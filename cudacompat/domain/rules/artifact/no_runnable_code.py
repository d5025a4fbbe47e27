"""Nothing in the file runs on the GPU.

What it finds: every module with kernels lacks machine code that the GPU runs and PTX that could be compiled for it.

Why it matters: the first kernel launch ends in "no kernel image is available for execution on the device"
(CUDA error 209). Machine code runs only within its own major compute capability, on the same or a higher minor;
PTX runs on its own target and everything newer.

Example: a library with sm_80, sm_86 and sm_89 machine code and no PTX, on a GPU of compute capability 12.0.

What to do: build it with the GPU's target, or install a release that has it. With CUDA_FORCE_PTX_JIT=1 machine code is
ignored: unset it, or build PTX in.
"""

from __future__ import annotations

from collections.abc import Iterable

from cudacompat.domain.judge.code_places import places_of
from cudacompat.domain.judge.fits import Fit, sass_fit
from cudacompat.domain.rules.artifact.judged_facts import VerdictFacts
from cudacompat.domain.words.capability import ComputeCapability
from cudacompat.domain.words.finding import Finding, Severity
from cudacompat.domain.words.phrases import CAUSE, generate_command, targets_of, what_is_there
from cudacompat.domain.words.rule import Rule
from cudacompat.domain.words.target import ArchSuffix, ArchTarget, CodeKind
from cudacompat.domain.words.verdict import Outcome, Reason

_REASONS = (Reason.NO_IMAGE, Reason.OTHER_ARCHITECTURE, Reason.CONCATENATED)

_FITS = (Fit.OWN, Fit.LOWER)
_SAID_ELSEWHERE = (Reason.MOST_MODULES, Reason.RUNTIME_NEEDS_DRIVER)


def check(judged: VerdictFacts) -> Iterable[Finding]:
    """One finding if the artifact fails and a module has no image that fits, or all are for other architectures."""
    verdict = judged.verdict
    unfit = [v for v in verdict.modules if v.reason in _REASONS]
    if verdict.outcome is not Outcome.FAILS or verdict.reason in _SAID_ELSEWHERE or not unfit:
        return
    modules = [v.module for v in unfit]
    capability = verdict.target.capability
    unseen = [v for v in unfit if v.reason is Reason.CONCATENATED]
    code = targets_of([v.module for v in unfit if v not in unseen], CodeKind.SASS)
    ptx = targets_of(modules, CodeKind.PTX)
    parts = [CAUSE[Reason.CONCATENATED]] if unseen else []
    forced = verdict.target.jit.ignores_machine_code and any(sass_fit(capability, each) in _FITS for each in code)
    if forced:
        parts.append("CUDA_FORCE_PTX_JIT makes the driver ignore machine code, which would run here otherwise")
    elif code:
        nearest = max((t for t in code if t.number < capability.number), key=lambda t: t.number, default=code[0])
        parts.append(_why_not(nearest, capability))
    if ptx:
        parts.append(f"the PTX is for {ptx[0]} and higher, or is architecture-specific")
    yield Finding(
        id=RULE.id,
        severity=Severity.ERROR,
        path=verdict.path,
        target=verdict.target.id,
        message=f"no code in this file runs on {verdict.target.label}",
        found=what_is_there(modules),
        why="; ".join(parts) or None,
        help=_without_jit(capability)
        if forced
        else f"add sm_{capability.number} to the build: {generate_command(verdict.target)}",
        places=places_of(unfit),
    )


def _without_jit(capability: ComputeCapability) -> str:
    return f"unset CUDA_FORCE_PTX_JIT, or add compute_{capability.number} PTX to the build (CMake: {capability.number})"


def _why_not(nearest: ArchTarget, capability: ComputeCapability) -> str:
    major = nearest.capability.major
    if major != capability.major:
        return (
            f"machine code runs only within its major version; the nearest here is for {major}.x, the GPU is "
            f"{capability.major}.x"
        )
    if nearest.suffix is ArchSuffix.ARCH_SPECIFIC:
        return f"{nearest} code runs only on {nearest.capability}, not on {capability}"
    return f"{nearest} code does not run on {capability}"


RULE = Rule("no-runnable-code", "No code for the GPU", __doc__, check)
