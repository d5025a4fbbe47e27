"""From the verdicts of its modules to the verdict of an artifact."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace

from cudacompat.domain.judge.alike import judge_modules
from cudacompat.domain.judge.assembled import Proofs, assembled
from cudacompat.domain.judge.compat import NOT_JUDGED, counts_for_something, first_branch, is_unread, judge
from cudacompat.domain.judge.fits import ptx_fit
from cudacompat.domain.judge.gaps import most_lack_the_gpu, sort_gaps
from cudacompat.domain.judge.linked_runtime import runtime_of
from cudacompat.domain.judge.relink import linked_at_load, relink
from cudacompat.domain.tables.drivers import runtime_floor, takes_runtime
from cudacompat.domain.words.code import BinaryArtifact, DeviceModule, FileFormat, Registration
from cudacompat.domain.words.phrases import sort_key
from cudacompat.domain.words.target import ArchTarget, CodeKind
from cudacompat.domain.words.verdict import ArtifactVerdict, Basis, Evidence, ModuleVerdict, Outcome, Reason, Target
from cudacompat.domain.words.versions import PtxIsa

# CUDA 11 and 12 build 5.2 when nobody sets an architecture, CUDA 13 builds 7.5; PTX ISA 9.0 came with CUDA 13.0.
_SEVERAL = 3  # architectures that a profiler's functions are for, at least
_CUDA_13_PTX = PtxIsa(9, 0)
_SERVED_OTHERWISE = (Evidence.SAME_KERNELS, Evidence.ONE_PER_ARCHITECTURE)


def judge_artifact(artifact: BinaryArtifact, target: Target, proofs: Proofs | None = None) -> ArtifactVerdict | None:
    """Return what becomes of the artifact on the target, or `None` where no module of it counts for anything.

    `proofs` are what an assembler made of the PTX that verdicts rest on, `None` where none was asked.

    Modules that the runtime registers decide; those elsewhere in the file decide only where nothing with
    kernels is registered, or where the driver takes an image of theirs for this GPU and then refuses it, and are noted
    otherwise.
    """
    counting = _judged_kinds([module for module in artifact.modules if counts_for_something(module)])
    registered = [m for m in counting if m.registration is Registration.REGISTERED]
    stray = [m for m in counting if m.registration is Registration.STRAY]
    if _is_put_into_others(artifact.modules):
        stray = [m for m in stray if not (m.bare and all(entry.kind is CodeKind.PTX for entry in m.entries))]
    relocatable = [m for m in artifact.modules if m.registration is Registration.RELOCATABLE and artifact.linked]
    unlinked = _unlinked(artifact, target, registered)
    if any(m.kernels or any(is_unread(e) for e in m.entries) for m in registered) or unlinked or not stray:
        deciding = _judge_all(artifact, target, registered, relocatable=relocatable, proofs=proofs)
        noted = _judge_all(artifact, target, stray, proofs=proofs)
        deciding += [verdict for verdict in noted if _is_refused(target, verdict)]
        noted = [verdict for verdict in noted if not _is_refused(target, verdict)]
    else:
        deciding = _judge_all(artifact, target, [*registered, *stray], relocatable=relocatable, proofs=proofs)
        noted = []
    # what the device linker will take in decides nothing beside modules that are loaded as they are
    if artifact.linked or not any(verdict.module.kernels for verdict in deciding):
        deciding += unlinked
    if not deciding:
        return None
    counts = Counter(verdict.outcome for verdict in deciding)
    outcome, reason = _combine(deciding)
    windows = target.on_windows or artifact.format == FileFormat.PE
    needed = [v.min_driver for v in deciding if v.min_driver is not None]
    runtime = runtime_of(artifact)
    floor = runtime_floor(runtime) if runtime is not None else None
    if floor is not None and outcome is not Outcome.FAILS:
        oldest = floor.oldest(windows=windows)
        if artifact.runtime is not None or oldest.branch > (first_branch(target.capability) or 0):
            needed.append(oldest.parts[0])  # of a runtime that nothing names only what asks more than the GPU does
        if target.driver is not None and not takes_runtime(target.driver, floor, windows=windows):
            outcome, reason = Outcome.FAILS, Reason.RUNTIME_NEEDS_DRIVER
    if needed and outcome.runs:
        needed.append(first_branch(target.capability) or 0)
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
        runtime=runtime,
        runtime_is_linked=runtime is not None and artifact.runtime is None,
        default_target=default_target(registered),
        held=len(artifact.modules),
        targets=_targets(artifact.modules),
        is_assembled=proofs is not None,
        windows=windows,
        awaits_link=outcome is Outcome.UNDECIDED and all(_awaits_link(artifact, v) for v in deciding),
    )


def _targets(modules: Iterable[DeviceModule]) -> tuple[ArchTarget, ...]:
    found = frozenset[ArchTarget]().union(*(module.targets for module in modules))
    kinds = (CodeKind.SASS, CodeKind.PTX)
    return tuple(each for kind in kinds for each in sorted((t for t in found if t.kind is kind), key=sort_key))


def _awaits_link(artifact: BinaryArtifact, verdict: ModuleVerdict) -> bool:
    """Whether the module is an input of a linker that has not run: LTO-IR, or relocatable code of an object file."""
    if verdict.reason is Reason.NOT_JUDGED_KIND:
        return True
    relocatable = verdict.module.registration is Registration.RELOCATABLE
    return verdict.reason is Reason.RELOCATABLE and relocatable and not artifact.linked


def _is_refused(target: Target, verdict: ModuleVerdict) -> bool:
    """Whether the header of a PTX image promises this GPU what its text cannot do: who loads the module, loads this
    image, and the driver refuses it. TensorFlow 2.16 to 2.20 hold a thousand modules of their own that say compute_90
    over compute_90a; on GPUs of 12.0 it stops at the first of them (tensorflow#99592, #101746:
    CUDA_ERROR_INVALID_PTX)."""
    return verdict.outcome is Outcome.FAILS and any(
        ptx_fit(target.capability, each.header_target) and not ptx_fit(target.capability, each.target)
        for each in verdict.module.entries
        if each.kind is CodeKind.PTX and each.header_target is not None and each.target is not None
    )


def _is_put_into_others(modules: Sequence[DeviceModule]) -> bool:
    """Whether a file holds finished machine code without any kernel for several architectures, each by itself: the
    functions that a profiler puts into the programs of others. A PTX text beside them measures the profiler's own time,
    on the GPUs that it knows (libnvperf_host of CUDA 11.8 to 13 has one for compute_70, in torch for 5.0, too): what
    needs no profiler needs none of it."""
    bare = [m for m in modules if m.bare and m.registration is Registration.STRAY]
    machine = [m for m in bare if all(entry.kind is CodeKind.SASS and entry.kernels == () for entry in m.entries)]
    others = [m for m in bare if m not in machine and any(entry.kind is CodeKind.SASS for entry in m.entries)]
    return not others and len({target.number for m in machine for target in m.targets}) >= _SEVERAL


def default_target(modules: Iterable[DeviceModule]) -> str | None:
    """Return `sm_52` or `sm_75` if every module with kernels carries exactly what nvcc builds when no architecture
    is set (machine code and PTX of its default target, and nothing else), else `None`.

    Source: measured, nvcc 11.8 and 13.x without -arch; the incident's own "compiled for: 520".
    """
    found: set[str] = set()
    for module in modules:
        if not module.kernels:
            continue
        sass = {e.target for e in module.entries if e.kind is CodeKind.SASS}
        ptx = {e.target for e in module.entries if e.kind is CodeKind.PTX}
        isas = [e.ptx_isa for e in module.entries if e.ptx_isa is not None]
        if not isas:
            return None
        number = 75 if max(isas) >= _CUDA_13_PTX else 52
        if sass != {ArchTarget(CodeKind.SASS, number)} or ptx != {ArchTarget(CodeKind.PTX, number)}:
            return None
        found.add(f"sm_{number}")
    return found.pop() if len(found) == 1 else None


def _judged_kinds(modules: list[DeviceModule]) -> list[DeviceModule]:
    """The modules without those that hold only LTO-IR, OptiX IR or Tile IR, unless there is nothing else: what is
    compiled or linked later decides nothing beside code that is loaded as it is."""
    loaded = [module for module in modules if any(entry.kind not in NOT_JUDGED for entry in module.entries)]
    return loaded or modules


def _judge_all(
    artifact: BinaryArtifact,
    target: Target,
    modules: Sequence[DeviceModule],
    relocatable: Sequence[DeviceModule] = (),
    *,
    proofs: Proofs | None,
) -> list[ModuleVerdict]:
    verdicts = relink(target, judge_modules(target, modules), relocatable)
    if proofs is not None:
        verdicts = [assembled(verdict, target, proofs) for verdict in verdicts]
    return sort_gaps(target, verdicts, artifact.linked, units=relocatable)


def _unlinked(artifact: BinaryArtifact, target: Target, registered: Sequence[DeviceModule]) -> list[ModuleVerdict]:
    """Verdicts for relocatable modules: in a linked file only those whose kernels the device link left out,
    in an object file or archive all of them (undecided: what the link will make of them is not known)."""
    relocatable = [
        m for m in artifact.modules if m.registration is Registration.RELOCATABLE and counts_for_something(m)
    ]
    if not artifact.linked:
        return judge_modules(target, relocatable)
    linked = frozenset[str]().union(*(m.kernels for m in registered))
    # an empty module is what nvcc registers for a device link of PTX alone
    at_load = any(m.registration is Registration.REGISTERED and not m.entries for m in artifact.modules)
    verdicts = []
    for module in relocatable:
        names = module.kernels
        missing = tuple(sorted(names - linked))
        if missing and len(missing) == len(names) and at_load:
            verdicts.append(linked_at_load(target, module, relocatable))
        elif missing and len(missing) == len(names):
            verdict = replace(judge(target, module), outcome=Outcome.FAILS, reason=Reason.NOT_LINKED)
            verdicts.append(replace(verdict, missing=missing))
        elif not names and any(is_unread(entry) for entry in module.entries):
            verdicts.append(judge(target, module))
    return verdicts


def _combine(verdicts: Sequence[ModuleVerdict]) -> tuple[Outcome, Reason | None]:
    """The contract's rule: a library most of which lacks the GPU fails; gaps beside what runs are `partial`; then
    `undecided`; then `fails`; then the weakest. What is special or unclear decides nothing."""
    # where the same kernels, or their siblings of one architecture each, run here, nothing is left open
    special = any(v.outcome is Outcome.SPECIAL and v.evidence not in _SERVED_OTHERWISE for v in verdicts)
    running = [v for v in verdicts if v.outcome.runs]
    undecided = [v for v in verdicts if v.outcome is Outcome.UNDECIDED]
    partial = [v for v in verdicts if v.outcome is Outcome.PARTIAL]
    failing = [v for v in verdicts if v.outcome is Outcome.FAILS]
    if running and most_lack_the_gpu(verdicts):
        return Outcome.FAILS, Reason.MOST_MODULES
    if partial or (failing and (running or undecided)):
        if failing and not partial and all(v.reason is Reason.PTX_ISA_TOO_NEW for v in failing):
            return Outcome.PARTIAL, Reason.PTX_ISA_TOO_NEW  # nothing lacks: another driver compiles it
        return Outcome.PARTIAL, Reason.HOLES if failing else Reason.KERNELS_MISSING
    if undecided:
        return Outcome.UNDECIDED, _prevailing_reason(undecided)
    if not running:
        return Outcome.FAILS, _prevailing_reason(failing) if failing else Reason.OTHER_ARCHITECTURE
    weakest = min((v.outcome for v in running), key=lambda outcome: outcome.strength)
    if special and all(v.outcome is Outcome.JIT for v in running):
        return Outcome.UNDECIDED, Reason.ONLY_SPECIAL_AND_PTX
    return weakest, None


def _prevailing_reason(verdicts: Sequence[ModuleVerdict]) -> Reason | None:
    """The most frequent reason, whatever the order of the modules in the file."""
    reasons = Counter(verdict.reason for verdict in verdicts)
    return max(reasons, key=lambda reason: (reasons[reason], reason.value if reason else ""))
