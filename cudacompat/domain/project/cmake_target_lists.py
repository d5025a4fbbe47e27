"""The lists of CMake targets (their property CUDA_ARCHITECTURES) that an image build certainly compiles. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from cudacompat.domain.project.cmake_languages import CommandScope, standing
from cudacompat.domain.project.cmake_lists import PROPERTY, SETS_PROPERTY, owners_of
from cudacompat.domain.project.command_facts import folder_of
from cudacompat.domain.project.cuda_switches import leaves_cuda_out
from cudacompat.domain.project.default_lists import compiles_cuda
from cudacompat.domain.project.model import ArchListSetting, CMakeFile, Command, Project

_ADDS = frozenset({"add_library", "add_executable"})
_NOT_COMPILED = frozenset({"INTERFACE", "ALIAS", "IMPORTED", "EXCLUDE_FROM_ALL"})
_SOME_TARGET = ("--target", "-t")  # of cmake --build: not all that was configured
_BUILDS = frozenset({"make", "ninja"})


def reaching_targets(project: Project) -> Iterator[tuple[ArchListSetting, Command]]:
    """Yield the lists of targets with the commands of images that configure them."""
    for command in project.commands:
        if command.stage is None or command.conditional or not compiles_cuda(project, command):
            continue
        if not leaves_cuda_out(command) and _builds_all(project, command):
            for listed in _lists(project):
                yield listed, command


def _builds_all(project: Project, command: Command) -> bool:
    """Whether the stage builds what it configures, and no target alone."""
    after = [] if command.stage is None else project.commands_of(command.stage)
    builds = [each for each in after if each.has("--build") or each.program in _BUILDS]
    some = (each for each in builds if each.has(*_SOME_TARGET) or _names_one(each))
    return bool(builds) and not any(some)


def _names_one(command: Command) -> bool:
    """Whether make or ninja is given a target: a word that is neither an option nor a number of jobs."""
    words = (word.text for word in command.words[1:])
    return command.program in _BUILDS and not all(each.startswith("-") or each[:1].isdigit() for each in words)


def _lists(project: Project) -> tuple[ArchListSetting, ...]:
    return project.once("lists_of_cmake_targets", lambda: tuple(_found(project)))


def _found(project: Project) -> Iterator[ArchListSetting]:
    for file in added_files(project):
        scopes = tuple(standing(file))
        compiled = {_first(each) for each in scopes if _is_compiled(each)}
        sets = [each for each in scopes if each.command.name in SETS_PROPERTY and _names_property(each)]
        often = Counter(owner for each in sets for owner in owners_of(each.command))
        for scope in sets:
            owners = owners_of(scope.command)
            sure = not scope.around and any(owner in compiled and often[owner] == 1 for owner in owners)
            place = scope.command.place
            inside = (each for each in project.lists_at(place) if each.setting.of_target and each.archs is not None)
            yield from inside if sure else ()


def added_files(project: Project) -> Iterator[CMakeFile]:
    """Yield the CMakeLists.txt at the top, and those that are added from there in any case."""
    files: Mapping[str, CMakeFile] = {file.name: file for file in project.cmake}
    waiting, seen = ["CMakeLists.txt"], set[str]()
    while waiting:
        file = files.get(waiting.pop())
        if file is None or file.name in seen:
            continue
        seen.add(file.name)
        yield file
        start = f"{folder_of(file.name)}/".lstrip("/")
        for scope in standing(file):
            if scope.command.name == "add_subdirectory" and not scope.around and len(scope.command.arguments) == 1:
                waiting.append(f"{start}{_first(scope).strip('/')}/CMakeLists.txt")


def _first(scope: CommandScope) -> str:
    words = scope.command.arguments
    return words[0].text if words else ""


def _names_property(scope: CommandScope) -> bool:
    return any(word.text == PROPERTY for word in scope.command.arguments)


def _is_compiled(scope: CommandScope) -> bool:
    """Whether a target of CUDA sources is made there in any case."""
    words = [word.text for word in scope.command.arguments[1:]]
    if scope.command.name not in _ADDS or scope.around or not _NOT_COMPILED.isdisjoint(words):
        return False
    return any(word.endswith(".cu") or "$" in word for word in words)
