"""The names by which a project's CMake files take their list from outside: variables, and variables of the environment.
Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from cudacompat.domain.builds.engine import Grammar
from cudacompat.domain.project.cmake_files import CMakeCommand, CMakeFile
from cudacompat.domain.project.cmake_values import LIST_NAME

SELECTS = "cuda_select_nvcc_arch_flags"
_OWN_NAME = re.compile(r"(?i)arch|capabilit|_cc$|_sm$")  # of a list of architectures
_REFERENCE = re.compile(r"\$(?P<environment>ENV)?\{(?P<name>\w+)\}")
_DEEPEST = 3  # variables that hand a list on to each other
_PROPERTY = "CUDA_ARCHITECTURES"


@dataclass(frozen=True, slots=True)
class OwnListNames:
    """Whose value becomes CMake's list, or that of FindCUDA, as it is; each with the grammar that it is read in."""

    variables: Mapping[str, Grammar]
    environment: Mapping[str, Grammar]


NO_NAMES = OwnListNames({}, {})


def own_list_names(files: Iterable[CMakeFile]) -> OwnListNames:
    """Return the project's own names: `set(CMAKE_CUDA_ARCHITECTURES ${A_ARCHS})`, `set(A_ARCHS $ENV{A_ARCHS})`."""
    commands = [command for file in files for command in file.commands]
    variables: dict[str, Grammar] = {}
    environment: dict[str, Grammar] = {}
    for _ in range(_DEEPEST):
        before = len(variables) + len(environment)
        for command in commands:
            for value, grammar in _handed_on(command, variables):
                match = _REFERENCE.fullmatch(value)
                if match is not None and _OWN_NAME.search(match["name"]) and not match["name"].startswith("CMAKE_"):
                    (environment if match["environment"] else variables).setdefault(match["name"], grammar)
        if len(variables) + len(environment) == before:
            break
    return OwnListNames(variables, environment)


def _handed_on(command: CMakeCommand, variables: Mapping[str, Grammar]) -> Iterator[tuple[str, Grammar]]:
    """The values that a command hands to a list, each with the grammar of whoever reads it."""
    words = [word.text for word in command.arguments]
    if command.name == "set" and len(words) > 1:
        if words[0] == LIST_NAME:
            yield words[1], Grammar.CMAKE
        elif words[0] in variables:
            yield words[1], variables[words[0]]
    elif command.name in ("set_target_properties", "set_property") and _PROPERTY in words[:-1]:
        yield words[words.index(_PROPERTY) + 1], Grammar.CMAKE
    elif command.name == SELECTS and len(words) == 2:
        yield words[1], Grammar.FIND_CUDA
