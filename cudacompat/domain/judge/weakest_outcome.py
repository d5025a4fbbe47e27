"""How far an artifact comes on a target: the weakest way in which something of it runs."""

from __future__ import annotations

from cudacompat.domain.words.target import CodeKind
from cudacompat.domain.words.verdict import ArtifactVerdict, ModuleVerdict, Outcome, Target


def reached(verdict: ArtifactVerdict) -> Outcome | None:
    """Return native, compatible or jit: the artifact's own outcome, or of one that is partial the weakest way in which
    a part of it runs. `None` where it is undecided or nothing runs."""
    if verdict.outcome is not Outcome.PARTIAL:
        return verdict.outcome if verdict.outcome.runs else None
    ways = [way for module in verdict.modules if (way := runs_as(module, verdict.target)) is not None]
    return min(ways, key=lambda outcome: outcome.strength, default=None)


def runs_as(verdict: ModuleVerdict, target: Target) -> Outcome | None:
    """How a module runs; of one that lacks kernels, how those run that it has. `None` where it does not."""
    picked = verdict.picked
    if verdict.outcome is not Outcome.PARTIAL or picked is None or picked.target is None:
        return verdict.outcome if verdict.outcome.runs else None
    if picked.kind is CodeKind.PTX:
        return Outcome.JIT
    return Outcome.NATIVE if picked.target.number == target.capability.number else Outcome.COMPATIBLE
