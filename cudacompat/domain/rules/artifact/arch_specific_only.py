"""It runs on the GPU only through arch-specific or family code, with no generic code to fall back on.

What it finds: modules whose code for the GPU is for an a or f target (sm_90a, sm_120f), with no plain machine code and
no plain PTX that the GPU could run. A warning where the whole file has nothing plain, else a note.

Why it matters: code for an a target runs on exactly that compute capability, for an f target within its family. The
next GPU of the same generation, which plain code would serve, gets CUDA error 209.

Example: sm_120a code without compute_120 PTX serves an RTX 5090 (12.0) and not a GB10 (12.1).

What to do: keep the arch-specific code, and add plain code or PTX (CMake: `120a-real;120-virtual`).
"""

from __future__ import annotations

from collections.abc import Iterable

from cudacompat.domain.judge.code_places import places_of
from cudacompat.domain.judge.fits import Fit, ptx_fit, sass_fit
from cudacompat.domain.rules.artifact.judged_facts import VerdictFacts
from cudacompat.domain.rules.artifact.policy_facts import is_suffixed, may_hold_kernels
from cudacompat.domain.tables.architectures import ARCHITECTURES
from cudacompat.domain.words.capability import ComputeCapability
from cudacompat.domain.words.code import FatbinEntry
from cudacompat.domain.words.finding import Finding, Severity
from cudacompat.domain.words.phrases import count, verb, what_is_there
from cudacompat.domain.words.rule import Rule
from cudacompat.domain.words.target import CodeKind
from cudacompat.domain.words.verdict import ModuleVerdict, Outcome, Target


def check(judged: VerdictFacts) -> Iterable[Finding]:
    """One finding if modules run on the target only by code for a or f targets."""
    verdict = judged.verdict
    target = verdict.target
    bound = [v for v in verdict.modules if _bound(v, target)]
    if not bound:
        return
    images = [e for v in verdict.modules for e in v.module.entries if may_hold_kernels(e)]
    nothing_plain = all(is_suffixed(entry) for entry in images)
    entries = [e for v in bound for e in v.module.entries]
    lowest = _lowest(target.capability, entries)
    unserved = _unserved_after(lowest, entries)
    yield Finding(
        id=RULE.id,
        severity=Severity.WARNING if nothing_plain else Severity.NOTE,
        path=verdict.path,
        target=target.id,
        message=f"{len(bound)} of {count(len(verdict.modules), 'module')} "
        f"{verb(len(bound), 'runs', 'run')} on {target.label} only through a- "
        "or f-suffixed code",
        found=what_is_there([v.module for v in bound]),
        why=f"GPUs of compute capability {', '.join(unserved)} cannot run these modules" if unserved else None,
        help=f"add plain PTX to it (CMake: {lowest.number}-virtual)",
        places=places_of(bound),
    )


def _bound(verdict: ModuleVerdict, target: Target) -> bool:
    """Whether a module runs by an a or f image and has no plain one that could take its place."""
    if not (verdict.outcome.runs or verdict.outcome is Outcome.PARTIAL) or verdict.picked is None:
        return False
    return is_suffixed(verdict.picked) and not any(
        not is_suffixed(entry) and _serves(entry, target.capability) for entry in verdict.module.entries
    )


def _lowest(capability: ComputeCapability, entries: list[FatbinEntry]) -> ComputeCapability:
    """The lowest capability of the GPU's generation that this code is for: plain PTX for it serves all of the
    generation, and it is the same for each of its GPUs."""
    targets = (entry.target.capability for entry in entries if entry.target is not None)
    return min((one for one in targets if one.major == capability.major), default=capability)


def _unserved_after(capability: ComputeCapability, entries: list[FatbinEntry]) -> list[str]:
    """The GPUs of the same generation from this one on that none of these images serves."""
    later = (row.capability for row in ARCHITECTURES if row.capability.major == capability.major)
    return [str(c) for c in later if c > capability and not any(_serves(entry, c) for entry in entries)]


def _serves(entry: FatbinEntry, capability: ComputeCapability) -> bool:
    if not may_hold_kernels(entry) or entry.target is None:
        return False
    if entry.kind is CodeKind.PTX:
        return ptx_fit(capability, entry.target)
    return sass_fit(capability, entry.target) in (Fit.OWN, Fit.LOWER)


RULE = Rule("arch-specific-only", "Architecture-specific code without a fallback", __doc__, check)
