"""The lists that a project's own files give to its builds, for want of one on the command. Pure.

Only what is certain: one list, that nothing in the project changes, and that no option, variable or preset replaces.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from cudacompat.domain.builds.engine import BuildSystem
from cudacompat.domain.project.assignments import AssignmentKind
from cudacompat.domain.project.cmake_languages import condition, makes_cuda, standing, top_of
from cudacompat.domain.project.command_facts import base_name, in_cargo_config
from cudacompat.domain.project.model import ArchListSetting, CMakeFile, Command, Project, Setting, SourceFile
from cudacompat.domain.words.programs import MAKE
from cudacompat.domain.words.switch_values import is_off, is_on

_NAME = "CMAKE_CUDA_ARCHITECTURES"
_WHERE_UNSET = re.compile(rf"NOT (?:DEFINED )?{_NAME}")
# What else may decide the list of a configuration.
_DECIDES = ("-C", "--toolchain", "--workflow", "-DCMAKE_TOOLCHAIN_FILE", "-DCMAKE_PROJECT", "-DCMAKE_CUDA_FLAGS")
_FETCHES = frozenset({"git", "wget", "curl", "tar", "unzip", "svn"})
_CHOOSES = re.compile(r"(?m)^[ \t]*(?:ifn?eq|ifn?def|else)\b|\$\((?:if|shell|wildcard)\b")
_MOST_READ = 100  # lists of one Makefile
_LOOP = re.compile(r"\$\(foreach\b[^\n]*")
_OF_TARGETS = re.compile(r"arch|gencode|compute|sm_|\$\((?:eval|call)\b", re.IGNORECASE)
_GIVEN_BEFORE = re.compile(r"(?m)^[ \t]*(?:export[ \t]+)?(\w+)[ \t]*\?=")

_OWN_CHOICE = re.compile(r"gencode|arch=|compute_\d|sm_\d\d|is_available|CUDA_HOME|FORCE_CUDA|device_count")
_SWITCH = re.compile(r"(?:getenv|environ(?:\.get)?)\s*[(\[]\s*[\"'](\w{0,60}(?:CUDA|GPU|KERNEL)\w{0,60})[\"']")
_DENIES = re.compile(r"(?:^|_)(?:NO|SKIP|DISABLE|WITHOUT)_")
_MAKES = re.compile(r"\bCUDAExtension\s*\(|\.cu['\"]")
_SOURCE = re.compile(r"\.cu\b|\bglob\b|listdir|rglob")  # of C++ sources alone an extension needs no target


def standing_lists(project: Project) -> tuple[ArchListSetting, ...]:
    """The lists that decide what the project's own builds make: of its CMakeLists.txt, its presets, cargo's [env]."""
    return (*_of_cmake(project), *_of_presets(project), *_of_cargo(project))


def taken_by(project: Project, command: Command) -> ArchListSetting | None:
    """The list of a file of the project that this command builds with; `None` where it has its own, or that is not
    certain."""
    use = command.use
    if use is None or command.conditional or project.file(use.shown) is None or _lists_at(project, command):
        return None
    if use.engine.system is BuildSystem.CARGO:
        return next(iter(_of_cargo(project)), None)
    if command.program != "cmake" or not all(word.known for word in command.words) or fetched(project, command):
        return None
    if any(word.text.startswith(_DECIDES) for word in command.words) or "CUDAARCHS" in command.environment:
        return None
    if any(word.text.startswith("--preset") for word in command.words):
        presets = _of_presets(project)
        return presets[0] if len(presets) == 1 else None
    return next(iter(_of_cmake(project)), None) if not _of_presets(project) else None


def reaching(project: Project) -> Iterator[tuple[ArchListSetting, Command]]:
    """Yield the lists with the commands that they reach: by the line or the environment, and in images by a file of the
    project."""
    for listed in project.lists:
        if listed.command is not None:
            yield listed, listed.command
    for command in project.commands:
        if command.stage is not None:
            taken = taken_by(project, command)
            for listed in (taken,) if taken is not None else flags_of_make(project, command):
                yield listed, command


def flags_of_make(project: Project, command: Command) -> tuple[ArchListSetting, ...]:
    """The targets in the flags of the project's own Makefile, where this `make` certainly runs it as it is."""
    file = makefile_run(project, command)
    return flags_in(project, file.name) if file is not None else ()


def makefile_run(project: Project, command: Command) -> SourceFile | None:
    """The project's own Makefile, where this `make` certainly runs it as it is and it chooses nothing."""
    if command.program not in MAKE or command.conditional or fetched(project, command):
        return None
    if any("=" in word.text or not word.known for word in command.words[1:]):
        return None
    if command.stage is not None and any(copy.stage is not None for copy in command.stage.copies):
        return None
    file = next((each for name in ("Makefile", "makefile") if (each := project.file(name)) is not None), None)
    if file is None or _chooses(project, file):
        return None
    open_ = project.once(("given_before", file.name), lambda: frozenset(_GIVEN_BEFORE.findall(file.text)))
    return file if open_.isdisjoint(command.environment) else None


def _chooses(project: Project, file: SourceFile) -> bool:
    """Whether the Makefile takes one of several values, or makes flags in a loop that was not read."""
    return project.once(
        ("chooses", file.name), lambda: _CHOOSES.search(file.text) is not None or _loops_unread(project, file)
    )


def _loops_unread(project: Project, file: SourceFile) -> bool:
    loops = [each for each in _LOOP.finditer(file.text) if _OF_TARGETS.search(each[0])]
    read = [each.setting.place.start for each in project.lists_in(file.name) if each.archs is not None]
    return not all(any(loop.start() <= at < loop.end() for at in read[:_MOST_READ]) for loop in loops)


def flags_in(project: Project, name: str) -> tuple[ArchListSetting, ...]:
    """The targets in the flags of one Makefile that chooses nothing; together they are what it compiles for."""
    file = project.file(name)
    if file is None or _chooses(project, file):
        return ()
    flags = (each for each in project.lists_in(name) if each.setting.way is AssignmentKind.FLAGS)
    return project.once(("flags_in", name), lambda: tuple(flags))


def compiles_cuda(project: Project, command: Command) -> bool:
    """Whether this command configures the project's own CMakeLists.txt, and that has CUDA as a language in any case."""
    use = command.use
    if use is None or command.program != "cmake" or use.engine.system is not BuildSystem.CMAKE:
        return False
    if use.engine.repositories or project.file(use.shown) is None or fetched(project, command):
        return False
    return project.once("cuda_anyway", lambda: _has_language(top_of(project)))


def _has_language(top: CMakeFile | None) -> bool:
    return top is not None and any(makes_cuda(each.command) and not each.around for each in standing(top))


def makes_extension(project: Project, command: Command) -> bool:
    """Whether this command builds an extension of PyTorch whose setup.py compiles CUDA code whatever the machine, and
    leaves the targets to PyTorch."""
    use = command.use
    file = project.file(use.shown) if use is not None and use.engine.stops_unset else None
    if file is None or not project.once(("makes_extension", file.name), lambda: _always_made(file.text)):
        return False
    return not any(_turns_off(name, command.given(name)) for name in _switches(project, file))


def _switches(project: Project, file: SourceFile) -> frozenset[str]:
    """The variables of the environment by which a setup.py may leave its CUDA code out."""
    return project.once(("switches", file.name), lambda: frozenset(_SWITCH.findall(file.text)))


def _turns_off(name: str, given: Setting | None) -> bool:
    """Whether the value of such a variable leaves the CUDA code out: `BUILD_CUDA=0`, `NO_CUDA=1`."""
    value = given.value if given is not None else None
    return is_on(value) if _DENIES.search(name) else is_off(value)


def _always_made(text: str) -> bool:
    return bool(_MAKES.search(text)) and _SOURCE.search(text) is not None and not _OWN_CHOICE.search(text)


def _of_cmake(project: Project) -> tuple[ArchListSetting, ...]:
    return project.once("lists_of_cmake", lambda: tuple(_found_in_cmake(project)))


def _found_in_cmake(project: Project) -> Iterator[ArchListSetting]:
    top = top_of(project)
    if top is None:
        return
    changes = [
        each
        for file in project.cmake
        for each in standing(file)
        if each.command.name in ("set", "list", "string")
        and any(word.text == _NAME for word in each.command.arguments[:2])
    ]
    if len(changes) != 1 or changes[0].command.place.file != top.name:
        return
    around = changes[0].around
    if around and not (len(around) == 1 and around[0].name == "if" and _WHERE_UNSET.fullmatch(condition(around[0]))):
        return
    place = changes[0].command.place
    for listed in project.lists_in(top.name):
        inside = place.start <= listed.setting.place.start <= place.end
        if listed.setting.name == _NAME and inside and (listed.archs is not None or listed.word):
            yield listed


def _of_presets(project: Project) -> tuple[ArchListSetting, ...]:
    found = (
        each
        for each in project.lists
        if each.setting.name == _NAME
        and each.setting.way is AssignmentKind.DEFINE
        and base_name(each.setting.place.file) == "CMakePresets.json"
    )
    return project.once("lists_of_presets", lambda: tuple(found))


def _of_cargo(project: Project) -> tuple[ArchListSetting, ...]:
    found = (
        each for each in project.lists if each.use.engine.system is BuildSystem.CARGO and in_cargo_config(each.setting)
    )
    return project.once("lists_of_cargo", lambda: tuple(found))


def _lists_at(project: Project, command: Command) -> bool:
    """Whether a list reaches the command by its line or its environment."""
    shared = command.environment
    return any(project.lists_at(each.place) for each in command.defines) or project.once(
        ("lists_at", id(shared)), lambda: any(project.lists_at(each.place) for each in shared.values())
    )


def fetched(project: Project, command: Command, *more: str) -> bool:
    """Whether the image or job fetched sources before, or ran one of these programs, so that it may build others."""
    first = _first_of_programs(project, command)
    named = (first[program] for program in (*_FETCHES, *more) if program in first)
    return min(named, default=command.place.start) < command.place.start


def _first_of_programs(project: Project, command: Command) -> Mapping[str, int]:
    """Where each program is run first in the image or job of a command."""
    if command.stage is not None:
        beside, key = project.commands_of(command.stage), command.stage.key
    elif command.job is not None:
        beside, key = project.commands_in(command.job), command.job.place.at
    else:
        return {}
    return project.once(("first_of_programs", key, command.stage is None), lambda: _firsts(beside))


def _firsts(commands: Sequence[Command]) -> Mapping[str, int]:
    found: dict[str, int] = {}
    for command in commands:
        found[command.program] = min(found.get(command.program, command.place.start), command.place.start)
    return found
