"""Two releases of the same thing compared: device code gained and lost, and which GPUs that leaves without service."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from cudacompat.domain.compare.baseline import order_of
from cudacompat.domain.compare.compilers import compare_compilers
from cudacompat.domain.compare.diff_report import (
    ArtifactDiff,
    Change,
    CodeAmount,
    DiffReport,
    Release,
    ServiceDiff,
    TargetDiff,
)
from cudacompat.domain.judge.artifact import judge_artifact
from cudacompat.domain.judge.weakest_outcome import reached
from cudacompat.domain.words.capability import ComputeCapability
from cudacompat.domain.words.choices import FailOn as FailOn
from cudacompat.domain.words.code import BinaryArtifact
from cudacompat.domain.words.target import ArchTarget
from cudacompat.domain.words.verdict import ArtifactVerdict, Outcome, Target
from cudacompat.domain.words.versions import PtxIsa


def compare(old: Release, new: Release, targets: Sequence[Target], fail_on: FailOn | None = None) -> DiffReport:
    """Return what changed from one side to the other, on each target.

    Artifacts are matched by their names without versions; where each side has just one, those two, whatever they are
    called.
    """
    pairs = _pairs(old, new)
    everywhere = frozenset[str]().union(*(_kernels(artifact) for artifact in new.artifacts))
    rest = _Rest(new, everywhere, old.alternatives)
    artifacts = tuple(_artifact(name, before, after, targets=targets, rest=rest) for name, before, after in pairs)
    service: dict[ComputeCapability, Change] = {}
    for each in (each for artifact in artifacts for each in artifact.service):
        here = service.get(each.target.capability, Change.GAINED)
        service[each.target.capability] = min(here, each.change, key=list(Change).index)
    gone = [before for _, before, after in pairs if before is not None and after is None]
    for target in targets:
        if service.get(target.capability) is Change.GAINED and any(_ran(each, target) for each in gone):
            service[target.capability] = Change.SAME
    if any(a.old_path and a.new_path for a in artifacts):
        service = {t.capability: service.get(t.capability, Change.SAME) for t in targets}
    totals: dict[ArchTarget, TargetDiff] = {}
    for part in (part for artifact in artifacts for part in artifact.targets):
        so_far = totals.get(part.target, TargetDiff(part.target, CodeAmount(), CodeAmount()))
        totals[part.target] = TargetDiff(
            part.target,
            so_far.old + part.old,
            so_far.new + part.new,
            old_isas=tuple(sorted({*so_far.old_isas, *part.old_isas})),
            new_isas=tuple(sorted({*so_far.new_isas, *part.new_isas})),
        )
    in_order = tuple(totals[target] for target in sorted(totals, key=order_of))
    return DiffReport(
        old,
        new,
        tuple(targets),
        artifacts=artifacts,
        service=service,
        totals=in_order,
        fail_on=fail_on,
        compilers=compare_compilers(old.compilers, new.compilers, targets),
    )


Pair = tuple[str, BinaryArtifact | None, BinaryArtifact | None]


def _pairs(old: Release, new: Release) -> list[Pair]:
    if len(old.artifacts) == len(new.artifacts) == 1:
        return [(new.names[new.artifacts[0].path], old.artifacts[0], new.artifacts[0])]
    before = {old.names[artifact.path]: artifact for artifact in old.artifacts}
    after = {new.names[artifact.path]: artifact for artifact in new.artifacts}
    return [(name, before.get(name), after.get(name)) for name in sorted({*before, *after})]


def _artifact(
    name: str,
    old: BinaryArtifact | None,
    new: BinaryArtifact | None,
    targets: Sequence[Target],
    rest: _Rest,
) -> ArtifactDiff:
    before, after = _kernels(old), _kernels(new)
    lost = before - after
    return ArtifactDiff(
        name=name,
        old_path=old.path if old else None,
        new_path=new.path if new else None,
        old_size=old.size if old else 0,
        new_size=new.size if new else 0,
        targets=_targets(old, new),
        lost=tuple(sorted(lost)),
        gained=tuple(sorted(after - before)),
        moved=len(lost & rest.everywhere),
        service=_services(targets, old, new, rest=rest),
        old_modules=len(old.modules) if old else 0,
        new_modules=len(new.modules) if new else 0,
        alternative=old is not None and old.path in rest.alternatives,
    )


class _Rest:
    """All of the new side: the kernels that it has (`everywhere`), which of them run, and which may, by the GPU.
    `alternatives` are the paths of the old side's libraries of which a loader takes the one for its CUDA release."""

    def __init__(self, new: Release, everywhere: frozenset[str], alternatives: frozenset[str]) -> None:
        self._new = new
        self.everywhere = everywhere
        self.alternatives = alternatives
        self.is_incomplete = bool(new.not_read)
        self._known: dict[Target, tuple[frozenset[str], frozenset[str]]] = {}

    def kernels(self, target: Target) -> tuple[frozenset[str], frozenset[str]]:
        """The kernels that run on a GPU, and those of modules about which it cannot be told."""
        if target not in self._known:
            verdicts = [v for artifact in self._new.artifacts if (v := judge_artifact(artifact, target)) is not None]
            open_ = (m.module for v in verdicts for m in v.modules if m.outcome is Outcome.UNDECIDED)
            running = frozenset[str]().union(*map(_running, verdicts))
            self._known[target] = running, frozenset[str]().union(*(module.kernels for module in open_))
        return self._known[target]


def _ran(artifact: BinaryArtifact, target: Target) -> bool:
    return _serves(judge_artifact(artifact, target))


def _services(
    targets: Sequence[Target], old: BinaryArtifact | None, new: BinaryArtifact | None, rest: _Rest
) -> tuple[ServiceDiff, ...]:
    """What became of each GPU; of an artifact that is gone, where it served and nothing else does now."""
    if old is None:
        return ()
    if new is not None:
        return tuple(_service(target, old, new) for target in targets)
    found = (_gone(target, old, rest) for target in targets)
    return tuple(each for each in found if each.change is not Change.SAME)


def _kernels(artifact: BinaryArtifact | None) -> frozenset[str]:
    return frozenset[str]().union(*(module.kernels for module in artifact.modules)) if artifact else frozenset()


def _targets(old: BinaryArtifact | None, new: BinaryArtifact | None) -> tuple[TargetDiff, ...]:
    (before, old_isas), (after, new_isas) = _amounts(old), _amounts(new)
    return tuple(
        TargetDiff(
            target,
            before.get(target, CodeAmount()),
            after.get(target, CodeAmount()),
            old_isas=tuple(sorted(old_isas.get(target, ()))),
            new_isas=tuple(sorted(new_isas.get(target, ()))),
        )
        for target in sorted({*before, *after}, key=order_of)
    )


def _amounts(artifact: BinaryArtifact | None) -> tuple[dict[ArchTarget, CodeAmount], dict[ArchTarget, set[PtxIsa]]]:
    """What there is for each target."""
    modules: Counter[ArchTarget] = Counter()
    kernels: Counter[ArchTarget] = Counter()
    sizes: Counter[ArchTarget] = Counter()
    isas: dict[ArchTarget, set[PtxIsa]] = {}
    for module in artifact.modules if artifact else ():
        here: dict[ArchTarget, set[str]] = {}
        for entry in module.entries:
            if entry.target is None:
                continue
            sizes[entry.target] += entry.size
            if entry.ptx_isa is not None:
                isas.setdefault(entry.target, set()).add(entry.ptx_isa)
            here.setdefault(entry.target, set()).update(entry.kernels or ())
        modules.update(here.keys())
        kernels.update({target: len(names) for target, names in here.items()})
    return {target: CodeAmount(modules[target], kernels[target], sizes[target]) for target in sizes}, isas


# -- service


def _service(target: Target, old: BinaryArtifact, new: BinaryArtifact | None) -> ServiceDiff:
    before, after = judge_artifact(old, target), judge_artifact(new, target) if new is not None else None
    stopped: tuple[str, ...] = ()
    if before is not None and after is not None and _serves(after):
        stopped = tuple(sorted(_running(before) & _idle(after)))
    return ServiceDiff(target, before, after, change=_change(before, after, stopped), kernels=stopped)


def _gone(target: Target, old: BinaryArtifact, rest: _Rest) -> ServiceDiff:
    """What became of the kernels of an artifact that is gone."""
    before = judge_artifact(old, target)
    if before is None or not _serves(before):
        return ServiceDiff(target, before, None, change=Change.SAME)
    ran = _running(before)
    elsewhere, unknown = rest.kernels(target)
    stopped = ran - elsewhere
    if old.path in rest.alternatives and 2 * len(ran & rest.everywhere) >= len(ran):
        stopped &= rest.everywhere  # the others are in no library of the new release, for no GPU
    change = Change.LOST if stopped == ran else Change.PARTLY_LOST
    if ran and not stopped:
        change = Change.SAME
    elif stopped <= unknown or rest.is_incomplete:
        change = Change.UNDECIDED
    return ServiceDiff(target, before, None, change=change, kernels=tuple(sorted(stopped)))


def _running(verdict: ArtifactVerdict) -> set[str]:
    """The kernels that run in some module."""
    running: set[str] = set()
    for module in verdict.modules:
        if module.outcome.runs or module.outcome is Outcome.PARTIAL:
            running |= module.module.kernels.difference(module.missing)
    return running


def _idle(verdict: ArtifactVerdict) -> set[str]:
    """The kernels that some module has and that surely run in none; those of modules for other architectures count."""
    known = (module for module in verdict.modules if module.outcome is not Outcome.UNDECIDED)
    open_ = (module for module in verdict.modules if module.outcome is Outcome.UNDECIDED)
    idle = set[str]().union(*(module.module.kernels for module in known))
    return idle.difference(_running(verdict), *(module.module.kernels for module in open_))


def _serves(verdict: ArtifactVerdict | None) -> bool:
    return verdict is not None and (verdict.outcome.runs or verdict.outcome is Outcome.PARTIAL)


def _change(old: ArtifactVerdict | None, new: ArtifactVerdict | None, stopped: Sequence[str]) -> Change:
    unknown = [verdict is not None and verdict.outcome is Outcome.UNDECIDED for verdict in (old, new)]
    if any(unknown):
        return Change.SAME if all(unknown) else Change.UNDECIDED
    if not _serves(old) or not _serves(new):
        if _serves(old):
            return Change.LOST
        return Change.GAINED if _serves(new) else Change.SAME
    assert old is not None  # noqa: S101  both serve
    assert new is not None  # noqa: S101
    if stopped or (old.outcome.runs and not new.outcome.runs):
        return Change.PARTLY_LOST
    if new.outcome.runs and not old.outcome.runs:
        return Change.STRONGER
    was, is_ = (way.strength if (way := reached(each)) else 0 for each in (old, new))
    if was != is_:
        return Change.WEAKER if is_ < was else Change.STRONGER
    older, newer = old.min_driver or 0, new.min_driver or 0
    if older == newer:
        return Change.SAME
    return Change.WEAKER if newer > older else Change.STRONGER
