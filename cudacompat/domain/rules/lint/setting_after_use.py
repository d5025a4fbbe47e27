"""A setting that stands where the build cannot see it: below the build, or outside of its stage.

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
from collections.abc import Iterable

from cudacompat.domain.builds.engine import Channel
from cudacompat.domain.project.assignments import AssignmentKind
from cudacompat.domain.project.command_facts import ancestry
from cudacompat.domain.project.image_names import is_nvidia_cuda
from cudacompat.domain.project.model import Command, Project, Setting, Stage, TextSpan
from cudacompat.domain.words.finding import Edit, Finding, Fix, Severity
from cudacompat.domain.words.rule import Rule

# What NVIDIA's images set themselves: there the name is not empty.
_OF_THE_IMAGE = re.compile(r"CUDA_VERSION|NV_\w+|NVARCH|NVIDIA_\w+|LD_LIBRARY_PATH|LIBRARY_PATH|PATH")
_REFERENCE = re.compile(r"\$\{?([A-Za-z_]\w*)")
_ASSIGNED = re.compile(r"(?:^|[\s;&|(])([A-Za-z_]\w*)=")  # by the shell itself


def check(project: Project) -> Iterable[Finding]:
    """One finding for each ENV that comes too late, and for each use of an ARG that is not there."""
    for stage in project.stages:
        yield from _too_late(project, stage)
        yield from _outside(project, stage)
        yield from _below(project, stage)


def _too_late(project: Project, stage: Stage) -> Iterable[Finding]:
    builds = [command for command in project.commands_of(stage) if command.use is not None]
    for setting in stage.settings:
        if setting.way is not AssignmentKind.ENVIRONMENT or not setting.written.strip():
            continue
        above = [command for command in builds if command.place.start < setting.place.start]
        reading = [command for command in above if _reads(command, setting)]
        if not reading or len(above) != len(builds) or any(setting.name in each.environment for each in reading):
            continue
        later = [
            command
            for other in project.stages_of(stage.file)
            if other.number != stage.number and stage.number in (each.number for each in ancestry(project, other))
            for command in project.commands_of(other)
            if command.use is not None
        ]
        if later:
            continue
        building = reading[-1]
        yield Finding(
            id=RULE.id,
            severity=Severity.ERROR,
            message=f"{setting.name} is set below the {building.program} command that reads it",
            path=setting.place.file,
            line=setting.place.line,
            found=f"{setting.name}={setting.written}"[:160],
            why=f"instructions take effect in their order: line {building.place.line} builds without it",
            help="move it above the RUN that builds",
        )


def _reads(command: Command, setting: Setting) -> bool:
    use = command.use
    if use is None:
        return False
    if setting.name == "CMAKE_ARGS":
        inside = [knob.name for knob in use.knobs if knob.channel is Channel.CMAKE_ARGS]
        return any(f"-D{name}" in setting.written for name in inside)
    return any(knob.channel is Channel.ENVIRONMENT and knob.name == setting.name for knob in use.knobs)


def _outside(project: Project, stage: Stage) -> Iterable[Finding]:
    file = project.file(stage.file)
    first = project.stages_of(stage.file)[0].place.start
    before = [
        each
        for each in project.settings_in(stage.file)
        if each.place.start < first and each.way is AssignmentKind.BUILD_ARGUMENT
    ]
    if file is None or not before or stage.base is None:
        return
    declared = {each.name for own in ancestry(project, stage) for each in own.settings}
    following = next((each for each in project.stages_of(stage.file) if each.number == stage.number + 1), None)
    body = file.text[stage.place.end : following.place.start if following is not None else len(file.text)]
    named = set(_REFERENCE.findall(body)) - set(_ASSIGNED.findall(body))
    for argument in {each.name: each for each in before}.values():
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
            message=f"${name} is empty here: its ARG stands before FROM and is not repeated in this stage",
            path=at.file,
            line=at.line,
            found=file.text[at.start : at.end].splitlines()[0][:160],
            why=f"an ARG before the first FROM holds for FROM alone; the build gets nothing for {argument.written!r}",
            help=f"ARG {name}, below the FROM of this stage",
            fix=Fix(f"repeat ARG {name}", (Edit(stage.file, end, end, f"\nARG {name}"),), safe=True),
        )


def _below(project: Project, stage: Stage) -> Iterable[Finding]:
    """An ARG with a list that a build above it already uses."""
    known: set[str] = set()
    for setting in stage.settings:
        if setting.name in known or setting.way is not AssignmentKind.BUILD_ARGUMENT or not setting.written:
            known.add(setting.name)
            continue
        known.add(setting.name)
        at = _used(project, stage, setting.name)
        before = {each.name for own in ancestry(project, stage) if own is not stage for each in own.settings}
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
            message=f"${setting.name} is empty here: its ARG stands below",
            path=at.file,
            line=at.line,
            found=project.text(at).splitlines()[0][:160],
            why=f"instructions take effect in their order: line {setting.place.line} comes too late",
            help=f"move ARG {setting.name} above this RUN",
        )


def _used(project: Project, stage: Stage, name: str) -> TextSpan | None:
    """Where it decides what CUDA code is built: on the line of a build, or in a setting that some build reads."""
    refers = re.compile(rf"\$(?:\{{{name}\}}|{name}\b)")
    for command in project.commands_of(stage):
        if command.use is None or name in command.environment:
            continue
        for word in command.words:
            if not word.known and refers.search(project.text(word.place)):
                return word.place
    for setting in stage.settings:
        if (
            setting.way is AssignmentKind.ENVIRONMENT
            and setting.name in project.known
            and refers.search(setting.written)
        ):
            return setting.place
    return None


RULE = Rule("setting-after-use", "A setting that the build cannot see", __doc__, check)
