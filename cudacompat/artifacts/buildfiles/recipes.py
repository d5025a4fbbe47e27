"""The kinds of files that hold commands and the variables of these, and what reads each."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from cudacompat.artifacts.buildfiles.cog import cog_commands
from cudacompat.artifacts.buildfiles.commands import ShellCommand
from cudacompat.artifacts.buildfiles.just import just_commands
from cudacompat.artifacts.buildfiles.kinds import FileKind
from cudacompat.artifacts.buildfiles.spec import spec_commands
from cudacompat.domain.project.model import SourceFile

RECIPES: Mapping[FileKind | None, Callable[[SourceFile], Iterator[ShellCommand]]] = {
    FileKind.SPEC: spec_commands,
    FileKind.JUST: just_commands,
    FileKind.COG: cog_commands,
}
