"""What may decide the architectures of a plain CMake project: by what its files say, comments aside. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from cudacompat.domain.project.cmake_lists import PROPERTY, SETS_PROPERTY, finds_torch
from cudacompat.domain.project.command_facts import (
    OF_AUTOTOOLS,
    base_name,
    folder_of,
    is_above,
    is_any_makefile,
    is_aside,
    is_cmake,
)
from cudacompat.domain.project.model import CMakeCommand, Command, Project
from cudacompat.domain.words.nvcc_variables import FLAG_VARIABLES
from cudacompat.domain.words.switch_values import is_off, is_on

# Any of these in a command of CMake may be the list, or what makes one.
_IN_CMAKE = re.compile(
    r"CMAKE_CUDA_ARCHITECTURES|CUDAARCHS|gencode|generate-code|-arch=|--gpu-arch|compute_\d\d|sm_\d\d|ARCH_FLAGS"
    r"|ARCH_LIST|rapids|kokkos|CUDA_ARCH[S]?\b",
    re.IGNORECASE,
)
# These reach CMake from outside.
_FROM_OUTSIDE = re.compile(
    r"CMAKE_CUDA_ARCHITECTURES|CUDAARCHS|CMAKE_CUDA_FLAGS|CUDAFLAGS|NVCC_(?:APPEND|PREPEND)_FLAGS|gencode|generate-code"
    r"|-arch=(?:sm|compute)_"
)
_COMMENT = re.compile(r"(?m)^[ \t]*(?:#|//|;|::|@?rem\b)[^\n]*|[ \t]#[ \t][^\n]*", re.IGNORECASE)
_SAYS_NOTHING = frozenset({"message", "mark_as_advanced", "project", "if", "elseif", "else", "endif"})
_IN_ENVIRONMENT = ("CUDAARCHS", "CUDAFLAGS", *FLAG_VARIABLES, "CMAKE_TOOLCHAIN_FILE")


def decided_in_cmake(project: Project) -> bool:
    """Whether a command of the project's CMake files may set the list, or add a target to the flags."""
    return project.once("decided_in_cmake", lambda: any(_decides(each) for f in project.cmake for each in f.commands))


def decided_for(project: Project, folder: str) -> bool:
    """Whether a CMake file may do so that acts on the project in this folder: not those of another project beside it,
    which has a project() of its own."""
    deciding = project.once(
        "deciding_in_cmake", lambda: tuple(f.name for f in project.cmake if any(map(_decides, f.commands)))
    )
    return any(is_above(folder, (root := _root_of(project, name))) or is_above(root, folder) for name in deciding)


def _root_of(project: Project, name: str) -> str:
    """The folder of the nearest CMakeLists.txt with project() above a file; empty for none."""
    roots = project.once("roots_of_cmake", lambda: frozenset(_roots(project)))
    folder = folder_of(name)
    while folder and folder not in roots:
        folder = folder_of(folder)
    return folder


def _roots(project: Project) -> Iterator[str]:
    for file in project.cmake:
        if base_name(file.name) == "CMakeLists.txt" and any(each.name == "project" for each in file.commands):
            yield folder_of(file.name)


def _decides(command: CMakeCommand) -> bool:
    words = [word.text for word in command.arguments]
    if command.name in _SAYS_NOTHING or (command.name == "option" and _is_switch(words[2:])):
        return False
    if (command.name in SETS_PROPERTY and PROPERTY in words) or finds_torch(command):
        return True
    if _IN_CMAKE.search(command.name):
        return True
    named = command.name in ("set", "option") and words[:1] == [PROPERTY]  # a variable that CMake does not read
    return any(_IN_CMAKE.search(word) or PROPERTY + "=" in word for word in words[1 if named else 0 :])


def _is_switch(values: Sequence[str]) -> bool:
    """Whether option() makes a plain switch: one of these words is no list, whatever its name is."""
    return all(is_on(each) or is_off(each) for each in values[:1])


def given_from_outside(project: Project, folder: str = "") -> bool:
    """Whether a file of another kind may give a list, or a target, to CMake in this folder; or may hold what cannot be
    read here. A Makefile of another folder gives none."""
    if project.lookalikes:
        return True
    giving = project.once(
        "given_from_outside", lambda: tuple(each.name for each in project.files if _gives(project, each.name))
    )
    return any(_reaches(name, folder) for name in giving)


def _reaches(name: str, folder: str) -> bool:
    other = folder_of(name)
    return not is_any_makefile(base_name(name).lower()) or is_above(folder, other) or is_above(other, folder)


def _gives(project: Project, name: str) -> bool:
    if is_cmake(name) or (is_any_makefile(name) and is_aside(name)) or name.endswith(OF_AUTOTOOLS):
        return False
    file = project.file(name)
    if file is None or not _FROM_OUTSIDE.search(file.text):
        return False
    return _FROM_OUTSIDE.search(_COMMENT.sub("", file.text)) is not None


def has_own_list(project: Project, command: Command, *, but: str = "") -> bool:
    """Whether a list, or a target, may reach this very command: on its line, or in its environment by another variable
    than `but`."""
    if any(each.setting.name != but for each in project.lists_reaching(command)):
        return True
    if any(name in command.environment for name in _IN_ENVIRONMENT if name != but):
        return True
    if any(_FROM_OUTSIDE.search(word.text) for word in command.words):
        return True
    file = project.file(command.place.file)  # `echo CUDAARCHS=80 >> "$GITHUB_ENV"`
    return command.job is not None and file is not None and "CUDAARCHS" in file.text
