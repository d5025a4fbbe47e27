"""Ways through a project, written once: a rule that looks at one command, stage, list or job at a time is a function of
that, and the walk makes of it a function of the project.

    @on_command
    def check(project: Project, command: Command) -> Iterable[Finding]: ...

A rule that tells each place once is walked `in_turn`: it is given what it remembered at the parts before, an empty set
at the first.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator
from functools import wraps
from typing import TypeVar

from cudacompat.domain.project.ci_jobs import jobs_with
from cudacompat.domain.project.model import (
    ArchListSetting,
    CiJob,
    Command,
    Project,
    SourceFile,
    Stage,
)
from cudacompat.domain.words.finding import Finding

Part = TypeVar("Part")
Memory = set[Hashable]
Check = Callable[[Project], Iterable[Finding]]
Walk = Callable[[Callable[[Project, Part], Iterable[Finding]]], Check]
WalkInTurn = Callable[[Callable[[Project, Part, Memory], Iterable[Finding]]], Check]


def _over(parts: Callable[[Project], Iterable[Part]]) -> Walk[Part]:
    def walk(of_part: Callable[[Project, Part], Iterable[Finding]]) -> Check:
        @wraps(of_part)
        def check(project: Project) -> Iterator[Finding]:
            for part in parts(project):
                yield from of_part(project, part)

        return check

    return walk


def _in_turn(parts: Callable[[Project], Iterable[Part]]) -> WalkInTurn[Part]:
    def walk(of_part: Callable[[Project, Part, Memory], Iterable[Finding]]) -> Check:
        @wraps(of_part)
        def check(project: Project) -> Iterator[Finding]:
            memory: Memory = set()
            for part in parts(project):
                yield from of_part(project, part, memory)

        return check

    return walk


def _commands(project: Project) -> tuple[Command, ...]:
    return project.commands


def _stages(project: Project) -> tuple[Stage, ...]:
    return project.stages


def _lists(project: Project) -> tuple[ArchListSetting, ...]:
    return project.lists


def _files(project: Project) -> tuple[SourceFile, ...]:
    return project.files


on_command = _over(_commands)
on_stage = _over(_stages)
on_list = _over(_lists)
on_file = _over(_files)
on_command_in_turn = _in_turn(_commands)
on_list_in_turn = _in_turn(_lists)


def on_job(of_job: Callable[[Project, CiJob, tuple[Command, ...]], Iterable[Finding]]) -> Check:
    """The walk over the jobs of CI, each with its commands in order."""

    @wraps(of_job)
    def check(project: Project) -> Iterator[Finding]:
        for job, commands in jobs_with(project):
            yield from of_job(project, job, commands)

    return check
