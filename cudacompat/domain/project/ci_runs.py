"""The runs of a CI job's matrix: which toolkit and which list meet in each."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import NamedTuple

from cudacompat.domain.builds.lists.reader import ArchList
from cudacompat.domain.project.ci_jobs import toolkits
from cudacompat.domain.project.image_names import base_of
from cudacompat.domain.project.model import ArchListSetting, CiJob, Command, Project
from cudacompat.domain.words.matrix_names import OF_MATRIX
from cudacompat.domain.words.versions import ToolkitVersion

_OF_VARIABLE = re.compile(r"\$(?:\{(\w+)\}|(\w+))")


class CiRun(NamedTuple):
    """One run of a job: the values of its matrix, the toolkit that compiles in it, and what shows that."""

    values: Mapping[str, str]
    cuda: ToolkitVersion
    shown: str


def runs(job: CiJob, commands: tuple[Command, ...]) -> tuple[CiRun, ...]:
    """The runs of a job whose toolkit is certain; without values where only the toolkits of all of them are known."""
    return tuple(_each(job, commands)) if job.runs else tuple(CiRun({}, *each) for each in toolkits(job, commands))


def _each(job: CiJob, commands: tuple[Command, ...]) -> Iterator[CiRun]:
    for values in job.runs:
        image = OF_MATRIX.sub(lambda match, of=values: of.get(match[1], match[0]), job.container or "")  # type: ignore[misc]
        base = base_of(image) if image else None
        matrix = {name: (text,) for name, text in values.items()}
        found = toolkits(replace(job, base=base, bases=(), matrix=matrix), commands)
        if len(found) == 1:
            yield CiRun(values, *found[0])


def lists_in(
    project: Project, job: CiJob, listed: ArchListSetting, command: Command, run: Mapping[str, str]
) -> tuple[ArchList, ...]:
    """The lists that a setting of a command may be in one run of its job; all of its lists where another thing than the
    matrix decides."""
    every = listed.outcomes
    names = set(OF_MATRIX.findall(_written(project, listed, command))) if listed.choices and run else set()
    if len(names) != 1:
        return every
    (name,) = names
    values = job.matrix.get(name, ())
    if len(values) != len(every):
        return every
    value = run.get(name)
    return (every[values.index(value)],) if value in values else ()


def _written(project: Project, listed: ArchListSetting, command: Command) -> str:
    """What stands where the list is given, or in the variable that it is."""
    written = project.text(listed.setting.place)
    named = _OF_VARIABLE.fullmatch(written)
    handed = command.environment.get(named[1] or named[2]) if named is not None else None
    return handed.written if handed is not None else written
