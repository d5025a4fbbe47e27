"""Where CMake files make CUDA a language, and in what conditions their commands stand. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from cudacompat.domain.project.model import CMakeCommand, CMakeFile, Project

_DEEPEST = 100  # blocks within each other; what stands deeper is told to stand in the hundredth
OPENS = frozenset({"if", "foreach", "while", "function", "macro", "block"})
_BY_FIND_CUDA = frozenset({"cuda_add_library", "cuda_add_executable", "cuda_compile", "cuda_compile_ptx"})
_VERSION = re.compile(r"(\d+)\.(\d+)(?:\.[\d.]+)?(?:\.\.\.(\d+)\.(\d+)[\d.]*)?")


@dataclass(frozen=True, slots=True)
class CommandScope:
    """A command and the blocks that it stands in, the outermost first: `if` (or the last `elseif`, `else`),
    `function` …"""

    command: CMakeCommand
    around: tuple[CMakeCommand, ...]
    opened: tuple[CMakeCommand, ...]  # the first `if` of each of them

    def excludes(self, other: CommandScope) -> bool:
        """Whether the two stand in different branches of one if()."""
        branches = zip(self.opened, other.opened, self.around, other.around, strict=False)
        return any(mine is its and branch is not another for mine, its, branch, another in branches)

    @property
    def called(self) -> bool:
        """Whether it stands in a function or macro, so that its place in the file says nothing about the order."""
        return any(each.name in ("function", "macro") for each in self.around)


def top_of(project: Project) -> CMakeFile | None:
    """The CMakeLists.txt at the top of the project."""
    return next((file for file in project.cmake if file.name == "CMakeLists.txt"), None)


def standing(file: CMakeFile) -> Iterator[CommandScope]:
    """Yield the file's commands with what is around each."""
    around: tuple[CMakeCommand, ...] = ()
    opened: tuple[CMakeCommand, ...] = ()
    deeper = 0  # how many more blocks are open than are told
    for command in file.commands:
        if command.name.startswith("end") and command.name.removeprefix("end") in OPENS:
            deeper, around, opened = (deeper - 1, around, opened) if deeper else (0, around[:-1], opened[:-1])
            continue
        if command.name in ("elseif", "else") and around and not deeper:
            around = (*around[:-1], command)
        yield CommandScope(command, around, opened)
        if command.name in OPENS:
            deep = len(around) == _DEEPEST
            deeper, around = (deeper + 1, around) if deep else (0, (*around, command))
            opened = opened if deep else (*opened, command)


def makes_cuda(command: CMakeCommand) -> bool:
    """Whether it makes CUDA a language: project(… CUDA) or enable_language(CUDA)."""
    words = [word.text for word in command.arguments]
    if command.name == "enable_language":
        return "CUDA" in words
    if command.name != "project" or "CUDA" not in words[1:]:
        return False
    described = "DESCRIPTION" in words and words.index("DESCRIPTION") + 1 == words.index("CUDA")
    return not described


def adds_by_find_cuda(command: CMakeCommand) -> bool:
    """Whether it lets CMake's old module FindCUDA compile CUDA sources."""
    return command.name in _BY_FIND_CUDA


def minimum(file: CMakeFile) -> tuple[int, int] | None:
    """The CMake whose policies hold in the file, by its own cmake_minimum_required: the upper bound of a range."""
    for command in file.commands:
        if command.name == "cmake_minimum_required":
            match = _VERSION.search(" ".join(word.text for word in command.arguments if word.known))
            if match is None:
                return None
            return (int(match[3]), int(match[4])) if match[3] else (int(match[1]), int(match[2]))
    return None


def condition(command: CMakeCommand) -> str:
    """The words of an if()."""
    return " ".join(word.text for word in command.arguments)
