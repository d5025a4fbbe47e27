"""A setting that the build cannot see: below the build, or outside of its stage.

What it finds: ENV with the list of architectures (or the CMAKE_ARGS that hold it) below the RUN that builds; and ARG
before the first FROM, used in a stage that does not declare it again.

Why it matters: instructions take effect in their order, so the build above runs without the list. An ARG before FROM
holds for the FROM lines alone: in a stage `${NAME}` is empty, and CMake gets `-DCMAKE_CUDA_ARCHITECTURES=`.

Example: `ARG CUDA_ARCHS="86;120"`, `FROM nvidia/cuda:…`, `RUN cmake -B build
-DCMAKE_CUDA_ARCHITECTURES="${CUDA_ARCHS}"`.

What to do: move ENV above the RUN; repeat `ARG NAME` below FROM (its default comes along).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import islice

from cudacompat.domain.builds.engine import Channel
from cudacompat.domain.project.assignments import AssignmentKind
from cudacompat.domain.project.command_facts import ancestry
from cudacompat.domain.project.image_names import is_nvidia_cuda
from cudacompat.domain.project.model import Command, EngineUse, Project, Setting, Stage, TextSpan
from cudacompat.domain.project.walks import on_stage
from cudacompat.domain.words.finding import Edit, Finding, Fix, Severity
from cudacompat.domain.words.rule import Rule

# What NVIDIA's images set themselves: there the name is not empty.
_OF_THE_IMAGE = re.compile(r"CUDA_VERSION|NV_\w+|NVARCH|NVIDIA_\w+|LD_LIBRARY_PATH|LIBRARY_PATH|PATH")
_REFERENCE = re.compile(r"\$\{?([A-Za-z_]\w*)")
_WHOLE_REFERENCE = re.compile(r"\$(?:\{(\w+)\}|(\w+))")
_ASSIGNED = re.compile(r"(?:^|[\s;&|(])([A-Za-z_]\w*)=")  # by the shell itself


@on_stage
def check(project: Project, stage: Stage) -> Iterable[Finding]:
    """One finding for each ENV that comes too late, and for each use of an ARG that is not there."""
    yield from _too_late(project, stage)
    yield from _outside(project, stage)
    yield from _below(project, stage)


def _too_late(project: Project, stage: Stage) -> Iterable[Finding]:
    builds = [command for command in project.commands_of(stage) if command.use is not None]
    if not builds or stage.number in _built_upon(project, stage.file):
        return
    last = max(command.place.start for command in builds)
    readers = _readers(builds)
    for setting in stage.settings:
        if setting.way is not AssignmentKind.ENVIRONMENT or not setting.written.strip() or setting.place.start < last:
            continue
        reading = [command for command, reads in readers if reads(setting)]
        if not reading or any(setting.name in each.environment for each in reading):
            continue
        building = max(reading, key=lambda command: command.place.start)
        yield Finding(
            id=RULE.id,
            severity=Severity.ERROR,
            message=f"{setting.name} is set after the {building.program} command that reads it",
            path=setting.place.file,
            line=setting.place.line,
            span=setting.place.span,
            found=f"{setting.name}={setting.written}"[:160],
            why=f"Dockerfile instructions run in order: line {building.place.line} builds without it",
            help="move it above the RUN that builds",
        )


def _built_upon(project: Project, file: str) -> frozenset[int]:
    """The stages of a Dockerfile upon which others stand that build something."""
    building = (
        stage for stage in project.stages_of(file) if any(each.use is not None for each in project.commands_of(stage))
    )
    below = (each.number for stage in building for each in islice(ancestry(project, stage), 1, None))
    return project.once(("built_upon", file), lambda: frozenset(below))


def _readers(builds: Sequence[Command]) -> list[tuple[Command, Callable[[Setting], bool]]]:
    """The builds, and what each reads; of those of one engine that see the same, the last one alone."""
    latest: dict[Hashable, tuple[Command, Callable[[Setting], bool]]] = {}
    for command in builds:
        use = command.use
        if use is not None:
            sees = tuple(name in command.environment for name in _names(use))
            latest[use.engine.name, use.version, sees] = command, partial(_reads, use)
    return list(latest.values())


def _names(use: EngineUse) -> tuple[str, ...]:
    return ("CMAKE_ARGS", *(knob.name for knob in use.knobs if knob.channel is Channel.ENVIRONMENT))


def _reads(use: EngineUse, setting: Setting) -> bool:
    if setting.name == "CMAKE_ARGS":
        inside = [knob.name for knob in use.knobs if knob.channel is Channel.CMAKE_ARGS]
        return any(f"-D{name}" in setting.written for name in inside)
    return setting.name in _names(use)


def _outside(project: Project, stage: Stage) -> Iterable[Finding]:
    file = project.file(stage.file)
    before = _before_from(project, stage.file)
    if file is None or not before or stage.base is None:
        return
    declared = {each.name for own in ancestry(project, stage) for each in own.settings}
    following = next(iter(project.stages_of(stage.file)[stage.number + 1 :]), None)
    body = file.text[stage.place.end : following.place.start if following is not None else len(file.text)]
    named = set(_REFERENCE.findall(body)) - set(_ASSIGNED.findall(body))
    for argument in before.values():
        name = argument.name
        if name in declared or name not in named or not argument.written or argument.value is None:
            continue
        if is_nvidia_cuda(stage.base) and _OF_THE_IMAGE.fullmatch(name):
            continue
        at = _used(project, stage, name)
        if at is None:
            continue
        end = stage.place.end
        yield Finding(
            id=RULE.id,
            severity=Severity.ERROR,
            message=f"${name} is empty here: its ARG is before FROM and is not repeated in this stage",
            path=at.file,
            line=at.line,
            span=at.span,
            found=file.text[at.start : at.end].splitlines()[0][:160],
            why=f"an ARG before the first FROM applies only to FROM lines; {argument.written!r} does not reach "
            "the build",
            help=f"add ARG {name} after the FROM of this stage",
            fix=Fix(f"repeat ARG {name}", (Edit(stage.file, end, end, new=f"\nARG {name}"),), safe=True),
        )


def _before_from(project: Project, file: str) -> Mapping[str, Setting]:
    """The ARG in front of the first FROM, the last one of each name."""
    first = project.stages_of(file)[0].place.start
    found = (
        each
        for each in project.settings_in(file)
        if each.place.start < first and each.way is AssignmentKind.BUILD_ARGUMENT
    )
    return project.once(("before_from", file), lambda: {each.name: each for each in found})


def _below(project: Project, stage: Stage) -> Iterable[Finding]:
    """An ARG with a list that a build above it already uses."""
    known: set[str] = set()
    before = {each.name for own in ancestry(project, stage) if own is not stage for each in own.settings}
    for setting in stage.settings:
        if setting.name in known or setting.way is not AssignmentKind.BUILD_ARGUMENT or not setting.written:
            known.add(setting.name)
            continue
        known.add(setting.name)
        at = _used(project, stage, setting.name)
        if (
            at is None
            or at.start >= setting.place.start
            or setting.name in before
            or _OF_THE_IMAGE.fullmatch(setting.name)
        ):
            continue
        yield Finding(
            id=RULE.id,
            severity=Severity.ERROR,
            message=f"${setting.name} is empty here: its ARG is below",
            path=at.file,
            line=at.line,
            span=at.span,
            found=project.text(at).splitlines()[0][:160],
            why=f"Dockerfile instructions run in order: line {setting.place.line} comes too late",
            help=f"move ARG {setting.name} above this RUN",
        )


def _used(project: Project, stage: Stage, name: str) -> TextSpan | None:
    """Where it decides what CUDA code is built: on the line of a build, or in a setting that some build reads."""
    return project.once(("used_in_builds", stage.key), lambda: _all_used(project, stage)).get(name)


def _all_used(project: Project, stage: Stage) -> Mapping[str, TextSpan]:
    """The names that decide it, each with the first place."""
    found: dict[str, TextSpan] = {}
    for command in project.commands_of(stage):
        for word in command.words if command.use is not None else ():
            for name in _referred(project.text(word.place)) if not word.known else ():
                if name not in command.environment:
                    found.setdefault(name, word.place)
    for setting in stage.settings:
        if setting.way is AssignmentKind.ENVIRONMENT and setting.name in project.known:
            for name in _referred(setting.written):
                found.setdefault(name, setting.place)
    return found


def _referred(text: str) -> Iterator[str]:
    return (match[1] or match[2] for match in _WHOLE_REFERENCE.finditer(text))


RULE = Rule("setting-after-use", "Setting placed after its use", __doc__, check)
