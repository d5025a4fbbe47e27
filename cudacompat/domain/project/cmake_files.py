"""A CMake file as its commands."""

from __future__ import annotations

from dataclasses import dataclass

from cudacompat.domain.project.source_file import TextSpan, Word


@dataclass(frozen=True, slots=True)
class CMakeCommand:
    """One command of a CMake file: its name in small letters, its arguments without quotes."""

    name: str
    arguments: tuple[Word, ...]
    place: TextSpan


@dataclass(frozen=True, slots=True)
class CMakeFile:
    """One CMakeLists.txt or .cmake file."""

    name: str
    commands: tuple[CMakeCommand, ...]
