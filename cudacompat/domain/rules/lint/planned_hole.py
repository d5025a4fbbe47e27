"""A configured build that leaves a GPU out in some of its sources.

What it finds: in a configured directory, translation units without a target that the others have: one of `--gpu`, or of
most units of the same library. Units for a- and f-targets alone are not holes.

Why it matters: the program starts, and dies at the first call into one of these.

Example: a `set_target_properties(… CUDA_ARCHITECTURES 80)` for one library among several.

What to do: give every source the same list, configure a fresh directory, and look again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from cudacompat.domain.project.model import Project
from cudacompat.domain.project.planned_builds import (
    PlannedBuild,
    PlannedUnit,
    PlannedVerdict,
    builds_of,
    judged,
    own_targets,
)
from cudacompat.domain.rules.lint.planned_facts import engine_name, requests_text
from cudacompat.domain.words.finding import Finding, Severity
from cudacompat.domain.words.phrases import count, generate_all
from cudacompat.domain.words.rule import Rule
from cudacompat.domain.words.verdict import Outcome, Target


def check(project: Project) -> Iterable[Finding]:
    """One finding for each target that some units lack and others have: those of `--gpu`, or those of most units."""
    asked = project.targets
    for build in builds_of(project.units):
        for part, target in _held(project, build):
            verdict = _worst(part, target)
            if verdict is None:
                continue
            yield Finding(
                id=RULE.id,
                severity=Severity.ERROR if project.targets and verdict.outcome is Outcome.PARTIAL else Severity.WARNING,
                message=f"{len(verdict.undone)} of {count(len(part.units), 'CUDA source')} will have no code for "
                f"{target.label}",
                path=build.file,
                line=1,
                found=requests_text(part, verdict.undone),
                why="the program starts, then fails at the first call into one of these files",
                help=f"give every source the same list: {generate_all(asked or (target,), engine_name(project))}",
                target=target.id if project.targets else None,
            )


def _held(project: Project, build: PlannedBuild) -> Iterator[tuple[PlannedBuild, Target]]:
    """What is held to which target: the whole folder to those that were asked for, else each library to its own."""
    if project.targets:
        yield from ((build, target) for target in project.targets)
        return
    libraries: dict[str | None, list[PlannedUnit]] = {}
    for unit in build.units:
        libraries.setdefault(unit.library, []).append(unit)
    for units in libraries.values():
        part = PlannedBuild(build.file, tuple(units))
        yield from ((part, target) for target in own_targets(part))


def _worst(build: PlannedBuild, target: Target) -> PlannedVerdict | None:
    """The verdict with the units that have a hole; `None` without one."""
    verdict = judged(build.units, target)
    if verdict is None or (verdict.outcome is not Outcome.PARTIAL and not verdict.counts[Outcome.UNCLEAR]):
        return None
    undone = tuple(unit for unit in verdict.undone if not unit.request.words)
    return PlannedVerdict(target, verdict.outcome, verdict.counts, undone=undone) if undone else None


RULE = Rule("planned-hole", "Build configured with gaps for a GPU", __doc__, check)
