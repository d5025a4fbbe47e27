"""The commands that the launchers of a project install with, as commands of the project."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from cudacompat.artifacts.buildfiles.commands import ShellCommand
from cudacompat.artifacts.buildfiles.launchers import OVERRIDE, LauncherInstall, from_text, installs, is_launcher
from cudacompat.domain.project.model import Command, SourceFile

_USERS = re.compile(r"(?:^|/)webui-user\.(?:sh|bat|cmd|ps1)$", re.IGNORECASE)
_GIVEN = re.compile(
    rf"(?im)^[ \t]*(?:export[ \t]+|set[ \t]+|\$env:)?[\"']?{OVERRIDE}[ \t]*=[ \t]*[\"']?(?P<value>[^\"'\r\n]{{1,2000}})"
)


def launcher_commands(files: Sequence[SourceFile]) -> Iterator[Command]:
    """Yield what the launchers install. A command that the user's own file gives in TORCH_COMMAND stands in place of
    theirs, at its own place; where several such files are there, each is for another system, and the others stand for
    themselves, as all do where no launcher is."""
    launchers = [(file, each) for file in files if is_launcher(file.name) for each in _installs(file)]
    given = [_command(file, each) for file in files if _USERS.search(file.name) for each in _given(file)]
    replaced = False
    for file, install in launchers:
        command = _command(file, install.command)
        if not (given and install.replaceable):
            yield command
        elif not replaced:  # in the launcher's name, with whose other commands it makes one environment
            replaced = True
            yield replace(given[-1], caller=command)
    yield from given[:-1] if replaced else given


def _installs(file: SourceFile) -> tuple[LauncherInstall, ...]:
    try:
        return installs(file)
    except ValueError:  # a template, or a program of Python 2
        return ()


def _given(file: SourceFile) -> Iterator[ShellCommand]:
    for match in _GIVEN.finditer(file.text):
        yield from from_text(file, match["value"], match.start("value"), end=match.end("value"), conditional=False)


def _command(file: SourceFile, command: ShellCommand) -> Command:
    return Command(
        program=command.program,
        words=command.words,
        place=file.place(command.start, command.end),
        environment=command.environment,
        defines=command.defines,
        conditional=command.conditional,
    )
