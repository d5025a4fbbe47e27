"""Lists in the environment of commands that compile sources which are not here: `pip install git+…` beside
TORCH_CUDA_ARCH_LIST, a cmake of a checkout beside CUDAARCHS. Pure.

That the list is set where something is compiled is taken for the evidence that it is read.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from cudacompat.domain.builds.engine import Grammar
from cudacompat.domain.project.arguments import in_arguments
from cudacompat.domain.project.assignments import AssignmentKind
from cudacompat.domain.project.cmake_lists import finds_torch
from cudacompat.domain.project.cuda_switches import leaves_cuda_out
from cudacompat.domain.project.default_lists import fetched
from cudacompat.domain.project.model import ArchListSetting, Command, Project, Setting
from cudacompat.domain.project.published_jobs import is_published

_PYTHON = re.compile(r"python[\d.]*|pip[\d.]*|uv")
_SHELLS = frozenset({"bash", "sh", "dash"})
_NAMED = re.compile(r"(?:git\+|\.{0,2}/)\S|\.(?:\[.*\])?/?$|[\w.-]+/[\w./-]*$")
_MAKES = re.compile(r"^(?:install|build|wheel|bdist_wheel|develop|build_ext|sync)$")
_OWN = frozenset({"cargo", "make", "ninja"})
_BUILDS = frozenset({"cmake", "cargo", "make", "ninja", "dpkg-buildpackage", "cibuildwheel"})
_ARGUMENTS = ("CMAKE_ARGS", "SKBUILD_CMAKE_ARGS")  # that Python's builds by CMake read


def loose_groups(project: Project) -> tuple[tuple[ArchListSetting, ...], ...]:
    """Return the lists that reach such commands: each of an image by itself, those of one name in a script together, of
    which it may take one; then those that a script exports for others."""
    return project.once("loose_groups", lambda: tuple(_loose_groups(project)))


def unpublished_groups(project: Project) -> tuple[tuple[ArchListSetting, ...], ...]:
    """Return those that reach such commands in jobs which publish nothing: those of one name in a file together."""
    return tuple(tuple(group.values()) for group in _reaching(project, _loose(project), published=False).values())


def _loose(project: Project) -> dict[tuple[str, int], ArchListSetting]:
    return {
        each.setting.place.at: each
        for each in project.lists
        if each.command is None
        and not each.setting.cut
        and (each.knob is not None or each.setting.way is AssignmentKind.ENVIRONMENT)
    }


def _loose_groups(project: Project) -> Iterator[tuple[ArchListSetting, ...]]:
    loose = _loose(project)
    groups = _reaching(project, loose, published=True)
    reached = {(file, name) for file, name, _ in groups}
    for listed in loose.values():
        place = listed.setting.place
        if _exported(listed) and (place.file, listed.setting.name) not in reached:
            groups[place.file, listed.setting.name, 0][place.at] = listed
    yield from (tuple(group.values()) for group in groups.values())


_Groups = dict[tuple[str, str, int], dict[tuple[str, int], ArchListSetting]]


def _reaching(project: Project, loose: Mapping[tuple[str, int], ArchListSetting], published: bool) -> _Groups:
    names = sorted({each.setting.name for each in loose.values()})
    groups: _Groups = defaultdict(dict)
    for command in project.commands if names else ():
        if not _counts(command) or (command.job is None or is_published(project, command.job)) is not published:
            continue
        for setting in _given(command, names):
            place = setting.place
            if place.at in loose and not _is_unread(project, command, loose[place.at]):
                own = place.start if command.stage is not None else 0
                groups[place.file, setting.name, own][place.at] = loose[place.at]
    return groups


def _is_unread(project: Project, command: Command, listed: ArchListSetting) -> bool:
    """Whether the command builds the project itself, by a setup.py that runs CMake and is no extension of the framework
    whose list it is, and nothing else is built in that image: the list is for nobody there."""
    words, file = [word.text for word in command.words[1:]], project.file("setup.py")
    if listed.grammar is not Grammar.TORCH or command.stage is None or file is None:
        return False
    own = ("setup.py" in words or "." in words) and "cmake" in file.text and bool(project.cmake)
    if not own or fetched(project, command, "cd", "pushd"):
        return False
    if any(use.engine is listed.use.engine for use in project.uses):
        return False
    return not any(finds_torch(each) for read in project.cmake for each in read.commands)


def _given(command: Command, names: Iterable[str]) -> Iterator[Setting]:
    """The settings in the environment of a command, and the options in it for CMake, of these names."""
    yield from filter(None, map(command.environment.get, names))
    for carrier in filter(None, map(command.environment.get, _ARGUMENTS)):
        yield from (each for each in in_arguments(carrier) if each.name in names)


def _counts(command: Command) -> bool:
    if command.use is not None or command.instruction not in (None, "RUN") or not command.environment:
        return False
    if command.program in _OWN and (command.stage is None or command.stage.base is None or not command.stage.base.cuda):
        return False  # which may compile for the processor alone
    return compiles_sources(command) and not leaves_cuda_out(command)


def compiles_sources(command: Command) -> bool:
    """Whether the command may compile sources: of an address of git, of a folder, by a script."""
    words = [word.text for word in command.words[1:] if not word.text.startswith("-")]
    if command.program in _BUILDS:
        return True
    if command.has("-m") and words[:1] in (["build"], ["cibuildwheel"]):
        return True
    if _PYTHON.fullmatch(command.program):
        return (any(map(_MAKES.search, words)) and any(map(_NAMED.match, words))) or "setup.py" in words
    return command.program in _SHELLS and any(word.endswith(".sh") for word in words)


def _exported(listed: ArchListSetting) -> bool:
    """Whether a script gives it to what is run after it: a variable that has this meaning in any project."""
    knob, name = listed.knob, listed.setting.place.file.lower()
    return knob is not None and knob.anywhere and name.endswith((".sh", ".bash", ".ps1", ".bat", ".cmd"))
