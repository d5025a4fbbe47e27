"""What a configured build is going to compile, seen before the hours of compiling.

What it finds: in compile_commands.json, build.ninja or the reply of CMake's file API of a configured folder, by each
translation unit's own flags: only nvcc's default target (`planned-default-target`), `-arch=native`
(`planned-native`), no code for a GPU of `--gpu` or nothing but PTX for it (`planned-missing-target`), and some units
without a target that the others have (`planned-hole`; units for a- and f-targets alone are no holes).

Why it matters: what is in these flags is what comes out. A list that never arrived shows here, in a second, and not
after a build, an image, a deployment and the first start.

Example: `cmake -B build -G Ninja`, then `cudacompat lint . --gpu "RTX 5070 Ti"`.

What to do: set the list where this build reads it (`cudacompat generate ENGINE --gpu …`), configure a fresh folder, and
look again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from cudacompat.domain.builds.lists.nvcc_flags import Requested, describe
from cudacompat.domain.project.model import PlannedUnit, Project
from cudacompat.domain.project.planned_builds import (
    PlannedBuild,
    PlannedVerdict,
    builds_of,
    defaulted,
    judged,
    own_targets,
)
from cudacompat.domain.words.finding import Finding, Severity
from cudacompat.domain.words.phrases import count, generate_command, some
from cudacompat.domain.words.rule import Rule
from cudacompat.domain.words.verdict import Outcome, Target

_WHY = "what these flags ask for is what the build will carry"


def _found(build: PlannedBuild, units: Iterable[PlannedUnit] = ()) -> str:
    named = [f"{unit.source.rsplit('/', 1)[-1]}: {describe(unit.request)}" for unit in units]
    return some(named or [f"{describe(request)} ({number})" for request, number in build.requests], 3)


def check_default(project: Project) -> Iterable[Finding]:
    """One finding for a folder whose every unit is for nvcc's default target: an error if that is no GPU's own."""
    for build in builds_of(project.units):
        if not _all_default(build):
            continue
        verdicts = [judged(build.units, target) for target in project.targets]
        if verdicts and all(each is not None and each.outcome is Outcome.NATIVE for each in verdicts):
            continue
        yield Finding(
            id=DEFAULT.id,
            severity=Severity.ERROR if project.targets else Severity.WARNING,
            message=f"{count(len(build.units), 'CUDA source')}, all configured for nvcc's default target",
            path=build.file,
            line=1,
            found=_found(build),
            why="nobody's list reached the compiler; sm_52 up to CUDA 12, sm_75 from CUDA 13",
            help=_help(project, *project.targets),
        )


def _all_default(build: PlannedBuild) -> bool:
    return all(defaulted(request) for request, _ in build.requests)


def _help(project: Project, *targets: Target) -> str:
    command = generate_command(targets[0], _engine(project)) if targets else "-DCMAKE_CUDA_ARCHITECTURES=…"
    return f"{command}   then configure a fresh folder"


def _engine(project: Project) -> str:
    """The engine that the project is; without one, the word that stands for it."""
    return project.uses[0].engine.name if project.uses else "ENGINE"


def _is_native(request: Requested) -> bool:
    return "native" in request.words


def check_native(project: Project) -> Iterable[Finding]:
    """One finding for a folder with units for the GPU of the machine that builds."""
    for build in builds_of(project.units):
        units = [unit for unit in build.units if _is_native(unit.request)]
        if units:
            yield Finding(
                id=NATIVE.id,
                severity=Severity.WARNING,
                message=f"{len(units)} of {count(len(build.units), 'CUDA source')} will be compiled with -arch=native",
                path=build.file,
                line=1,
                found=_found(build),
                why="that is the GPU of the machine that builds; where there is none, nvcc takes its default target",
                help=_help(project, *project.targets),
            )


def check_missing(project: Project) -> Iterable[Finding]:
    """One finding for each GPU of `--gpu` that a folder's units have no code for, or just PTX."""
    for build in builds_of(project.units):
        if _all_default(build):
            continue
        for target in project.targets:
            verdict = judged(build.units, target)
            if verdict is None or verdict.outcome not in (Outcome.FAILS, Outcome.JIT):
                continue
            fails = verdict.outcome is Outcome.FAILS
            what = "nothing that this build compiles runs on" if fails else "this build has only PTX to offer for"
            yield Finding(
                id=MISSING.id,
                severity=Severity.ERROR if fails else Severity.WARNING,
                message=f"{what} {target.label}",
                path=build.file,
                line=1,
                found=_found(build),
                why=_WHY if fails else "the driver compiles it at the first start on every machine",
                help=_help(project, target),
                target=target.id,
            )


def check_hole(project: Project) -> Iterable[Finding]:
    """One finding for each target that some units lack and others have: those of `--gpu`, or those of most units."""
    for build in builds_of(project.units):
        for part, target in _held(project, build):
            verdict = _worst(part, target)
            if verdict is None:
                continue
            yield Finding(
                id=HOLE.id,
                severity=Severity.ERROR if project.targets and verdict.outcome is Outcome.PARTIAL else Severity.WARNING,
                message=f"{len(verdict.undone)} of {count(len(part.units), 'CUDA source')} will have no code for "
                f"{target.label}, and the others will",
                path=build.file,
                line=1,
                found=_found(part, verdict.undone),
                why="the program starts, and dies at the first call into one of these",
                help=f"give every source the same list: {generate_command(target, _engine(project))}",
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
    return PlannedVerdict(target, verdict.outcome, verdict.counts, undone) if undone else None


DEFAULT = Rule("planned-default-target", "A configured build for the compiler's default target", __doc__, check_default)
NATIVE = Rule("planned-native", "A configured build for the GPU of the machine that builds", __doc__, check_native)
MISSING = Rule("planned-missing-target", "A configured build without code for a GPU", __doc__, check_missing)
HOLE = Rule("planned-hole", "A configured build that leaves a GPU out in some sources", __doc__, check_hole)
