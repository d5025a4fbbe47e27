"""From the verdicts of its modules to the verdict of an artifact."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import lru_cache

from cudacompat.domain.judge.compat import Fit, counts_for_something, is_unread, judge, kernels_of, ptx_fit, sass_fit
from cudacompat.domain.judge.relink import relink
from cudacompat.domain.words.code import BinaryArtifact, DeviceModule, Registration
from cudacompat.domain.words.target import ArchSuffix, ArchTarget, CodeKind
from cudacompat.domain.words.verdict import ArtifactVerdict, Basis, ModuleVerdict, Outcome, Reason, Target
from cudacompat.domain.words.versions import PtxIsa

Pattern = frozenset[ArchTarget]

# How many modules make a set of targets a pattern of the library rather than one file's accident. Judgement,
# held against published libraries: cuBLASLt, cuDNN and cuTENSOR keep hundreds of modules per set.
_MANY = 4

# An architecture word in a kernel's name: sm90_xmma…, cutlass_80_tensorop, Sm100, …
_ARCH_WORD = re.compile(r"(?:(?<![A-Za-z])sm_?|(?<![A-Za-z])Sm|SM|cutlass_?)(\d{2,3})(?!\d)")

# CUDA 11 and 12 build 5.2 when nobody sets an architecture, CUDA 13 builds 7.5; PTX ISA 9.0 came with CUDA 13.0.
_CUDA_13_PTX = PtxIsa(9, 0)


def judge_artifact(artifact: BinaryArtifact, target: Target) -> ArtifactVerdict | None:
    """Return what becomes of the artifact on the target, or `None` where no module of it counts for anything.

    Modules that the runtime registers decide; those elsewhere in the file decide only where nothing with
    kernels is registered, and are noted otherwise.
    """
    counting = [module for module in artifact.modules if counts_for_something(module)]
    registered = [m for m in counting if m.registration is Registration.REGISTERED]
    stray = [m for m in counting if m.registration is Registration.STRAY]
    relocatable = [m for m in artifact.modules if m.registration is Registration.RELOCATABLE and artifact.linked]
    unlinked = _unlinked(artifact, target, registered)
    if any(kernels_of(m) or any(is_unread(e) for e in m.entries) for m in registered) or unlinked or not stray:
        deciding, noted = _judge_all(target, registered, relocatable), _judge_all(target, stray)
    else:
        deciding, noted = [*_judge_all(target, registered, relocatable), *_judge_all(target, stray)], []
    deciding += unlinked
    if not deciding:
        return None
    counts = Counter(verdict.outcome for verdict in deciding)
    outcome, reason = _combine(deciding)
    needed = [v.min_driver for v in deciding if v.min_driver is not None]
    return ArtifactVerdict(
        path=artifact.path,
        target=target,
        outcome=outcome,
        reason=reason,
        basis=Basis.MEASURED if all(v.basis is Basis.MEASURED for v in deciding) else Basis.DOCUMENTED,
        min_driver=max(needed, default=None),
        counts={each: counts.get(each, 0) for each in Outcome},
        modules=tuple(deciding),
        stray=tuple(noted),
        default_target=default_target(registered),
    )


def default_target(modules: Iterable[DeviceModule]) -> str | None:
    """Return `sm_52` or `sm_75` if every module with kernels carries exactly what nvcc builds when no architecture
    is set (machine code and PTX of its default target, and nothing else), else `None`.

    Source: measured, nvcc 11.8 and 13.x without -arch; the incident's own "compiled for: 520".
    """
    found: set[str] = set()
    for module in modules:
        if not kernels_of(module):
            continue
        sass = {e.target for e in module.entries if e.kind is CodeKind.SASS}
        ptx = {e.target for e in module.entries if e.kind is CodeKind.PTX}
        isas = [e.ptx_isa for e in module.entries if e.ptx_isa is not None]
        if len(sass) != 1 or len(ptx) != 1 or not isas:
            return None
        number = 75 if max(isas) >= _CUDA_13_PTX else 52
        if sass != {ArchTarget(CodeKind.SASS, number)} or ptx != {ArchTarget(CodeKind.PTX, number)}:
            return None
        found.add(f"sm_{number}")
    return found.pop() if len(found) == 1 else None


def _judge_all(
    target: Target, modules: Sequence[DeviceModule], relocatable: Sequence[DeviceModule] = ()
) -> list[ModuleVerdict]:
    return _mark_special(target, relink(target, [judge(target, module) for module in modules], relocatable))


def _unlinked(artifact: BinaryArtifact, target: Target, registered: Sequence[DeviceModule]) -> list[ModuleVerdict]:
    """Verdicts for relocatable modules: in a linked file only those whose kernels the device link left out,
    in an object file or archive all of them (undecided: what the link will make of them is not known)."""
    relocatable = [
        m for m in artifact.modules if m.registration is Registration.RELOCATABLE and counts_for_something(m)
    ]
    if not artifact.linked:
        return [judge(target, module) for module in relocatable]
    linked = frozenset[str]().union(*(kernels_of(m) for m in registered))
    verdicts = []
    for module in relocatable:
        names = kernels_of(module)
        missing = tuple(sorted(names - linked))
        if missing and len(missing) == len(names):
            verdict = replace(judge(target, module), outcome=Outcome.FAILS, reason=Reason.NOT_LINKED)
            verdicts.append(replace(verdict, missing=missing))
        elif not names and any(is_unread(entry) for entry in module.entries):
            verdicts.append(judge(target, module))
    return verdicts


def _combine(verdicts: Sequence[ModuleVerdict]) -> tuple[Outcome, Reason | None]:
    """The contract's rule: gaps beside what runs are `partial`; then `undecided`; then `fails`; then the weakest."""
    ordinary = [v for v in verdicts if v.outcome is not Outcome.SPECIAL]
    special = len(ordinary) < len(verdicts)
    running = [v for v in ordinary if v.outcome.runs]
    undecided = [v for v in ordinary if v.outcome is Outcome.UNDECIDED]
    partial = [v for v in ordinary if v.outcome is Outcome.PARTIAL]
    failing = [v for v in ordinary if v.outcome is Outcome.FAILS]
    if partial or (failing and (running or undecided)):
        return Outcome.PARTIAL, Reason.HOLES if failing else Reason.KERNELS_MISSING
    if undecided:
        return Outcome.UNDECIDED, undecided[0].reason
    if not running:
        return Outcome.FAILS, failing[0].reason if failing else Reason.OTHER_ARCHITECTURE
    weakest = min((v.outcome for v in running), key=lambda outcome: outcome.strength)
    if special and all(v.outcome is Outcome.JIT for v in running):
        return Outcome.UNDECIDED, Reason.ONLY_SPECIAL_AND_PTX
    return weakest, None


def _mark_special(target: Target, verdicts: list[ModuleVerdict]) -> list[ModuleVerdict]:
    """Turn `no-image` into `special` where the bytes show that the module is not meant for this GPU."""
    patterns = [_pattern(v.module) for v in verdicts]
    serving = Counter(p for p, v in zip(patterns, verdicts, strict=True) if v.outcome.runs)
    shared = Counter(patterns)
    most = max(serving.values(), default=0)
    # the library's own list with just this GPU missing is somebody's omission, however many modules share it
    holes = {p - _serving_part(target, p) for p, count in serving.items() if count == most}
    marked = []
    for verdict, pattern in zip(verdicts, patterns, strict=True):
        by_pattern = shared[pattern] >= _MANY and most >= _MANY and pattern not in holes and _hand_picked(pattern)
        if verdict.reason is Reason.NO_IMAGE and (
            _only_suffixed(pattern) or by_pattern or _named_for_others(target, verdict.module)
        ):
            verdict = replace(verdict, outcome=Outcome.SPECIAL, reason=Reason.OTHER_ARCHITECTURE)
        marked.append(verdict)
    return marked


def _hand_picked(pattern: Pattern) -> bool:
    """Whether a set of targets reads like a choice made for these kernels (machine code for one architecture, or
    with an a or f target in it) rather than like a list that has gone stale."""
    if len(pattern) == 1:
        return all(each.kind is CodeKind.SASS for each in pattern)
    return any(each.suffix in (ArchSuffix.ARCH_SPECIFIC, ArchSuffix.FAMILY) for each in pattern)


def _pattern(module: DeviceModule) -> Pattern:
    return frozenset(e.target for e in module.entries if e.target is not None)


def _serving_part(target: Target, pattern: Pattern) -> Pattern:
    return frozenset(
        each
        for each in pattern
        if (each.kind is CodeKind.SASS and sass_fit(target.capability, each) is not Fit.NO)
        or (each.kind is CodeKind.PTX and ptx_fit(target.capability, each))
    )


def _only_suffixed(pattern: Pattern) -> bool:
    return bool(pattern) and all(t.suffix in (ArchSuffix.ARCH_SPECIFIC, ArchSuffix.FAMILY) for t in pattern)


def _named_for_others(target: Target, module: DeviceModule) -> bool:
    """Whether every kernel's name carries an architecture word, all name an architecture that the module's images
    serve, and none names this GPU's."""
    names = kernels_of(module)
    numbers = {t.number for t in _pattern(module)}
    for name in names:
        words = _arch_words(name)
        if not words & numbers or any(word == target.capability.number for word in words):
            return False
    return bool(names)


@lru_cache(maxsize=1 << 14)  # asked again for every target
def _arch_words(name: str) -> frozenset[int]:
    return frozenset(int(word) for word in _ARCH_WORD.findall(name))
