"""The stages of a Dockerfile that a plain build leaves out: neither the last one nor what it is made of. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cudacompat.domain.project.model import Project, Stage
from cudacompat.domain.project.stages import ships

# --target dev, target: dev, target = "dev"
_TARGET = re.compile(r"(?i)(?<![a-z])target[\"']?[ \t:=]{1,4}[\"']?([\w.-]{1,100})")


def is_unused(project: Project, stage: Stage) -> bool:
    """Whether nothing that the project builds needs the stage: no container starts from it, no file of the project
    names it as its target, and no stage of which that is true begins with it or takes files from it."""
    return stage.number not in project.once(("needed_stages", stage.file), lambda: _needed(project, stage.file))


def _needed(project: Project, file: str) -> frozenset[int]:
    stages = {each.number: each for each in project.stages_of(file)}
    targets = project.once("stages_named_as_targets", lambda: frozenset(_targets(project)))
    waiting = [
        number for number, each in stages.items() if ships(project, each) or (each.name or "").lower() in targets
    ]
    needed: set[int] = set()
    while waiting:
        number = waiting.pop()
        if number in stages and number not in needed:
            needed.add(number)
            waiting += _uses(project, stages[number])
    return frozenset(needed)


def _uses(project: Project, stage: Stage) -> Iterator[int]:
    """The stages that a stage begins with, copies from or mounts."""
    if stage.parent is not None:
        yield stage.parent
    yield from (copy.stage for copy in stage.copies if isinstance(copy.stage, int))
    mounted = {mount.options.get("from", "") for each in project.commands_of(stage) for mount in each.mounts}
    for other in project.stages_of(stage.file):
        if mounted & {other.name, str(other.number)}:
            yield other.number


def _targets(project: Project) -> Iterator[str]:
    for file in project.files:
        yield from (match[1].lower() for match in _TARGET.finditer(file.text))
