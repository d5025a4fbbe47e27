"""What readers of single files found, as parts of a project."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from cudacompat.artifacts.buildfiles import cmake
from cudacompat.artifacts.buildfiles.commands import ShellCommand
from cudacompat.domain.project.assignments import Assignment, AssignmentKind
from cudacompat.domain.project.model import (
    CiJob,
    CMakeCommand,
    Command,
    EngineUse,
    Mount,
    Setting,
    SourceFile,
    Stage,
    Word,
)

_UNKNOWN = re.compile(r"\$(?:ENV)?\{|\$\(|\$\w|`|\{\{")


def command_of(
    command: ShellCommand,
    file: SourceFile,
    *,
    stage: Stage | None = None,
    job: CiJob | None = None,
    mounts: tuple[Mount, ...] = (),
    use: EngineUse | None = None,
    instruction: str | None = None,
) -> Command:
    """Return a command of a file as one of the project."""
    return Command(
        program=command.program,
        words=command.words,
        place=file.place(command.start, command.end),
        environment=command.environment,
        defines=command.defines,
        stage=stage,
        job=job,
        mounts=mounts,
        use=use,
        conditional=command.conditional,
        ignored=command.ignored,
        instruction=instruction,
    )


def setting_of(file: SourceFile, each: Assignment) -> Setting:
    """Return what a parser of plain settings found, as a setting of the project."""
    value = None if _UNKNOWN.search(each.value) and each.way is not AssignmentKind.FLAGS else each.value
    if each.separator == " " and value is not None:
        value = ";".join(value.replace('"', " ").split())  # arguments of set(): CMake joins them
    return Setting(
        each.name,
        value,
        file.place(each.start, each.end),
        way=each.way,
        written=each.value,
        quote=each.quote,
        in_shell=each.in_shell,
        cut=each.cut,
        separator=each.separator,
        of_target=each.what.startswith("set_"),
    )


def cmake_commands(file: SourceFile) -> Iterator[CMakeCommand]:
    """Yield the commands of a CMake file."""
    for command in cmake.commands(file.text):
        place = file.place(command.start, command.end)
        words = tuple(
            Word(
                argument.text,
                "${" not in argument.text and "$<" not in argument.text,
                replace(place, start=argument.start, end=argument.end),
            )
            for argument in command.arguments
        )
        yield CMakeCommand(command.name, words, place)
