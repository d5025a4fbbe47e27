"""The targets that a project's own CMake files name, all together: variables, properties of targets, flags. Pure.

A configuration takes some of them, by its branches. So what all of them together do not serve is served by none.
"""

from __future__ import annotations

import re
from collections import ChainMap
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from cudacompat.domain.builds.engine import Grammar
from cudacompat.domain.builds.lists.find_cuda import find_cuda_code
from cudacompat.domain.builds.lists.nvcc_flags import ARCH_OPTION, PAIR_OPTION, TARGET_OPTION, requested
from cudacompat.domain.builds.lists.reader import UnreadableListError, read_list
from cudacompat.domain.project.cmake_languages import OPENS, makes_cuda
from cudacompat.domain.project.cmake_list_names import SELECTS
from cudacompat.domain.project.cmake_values import (
    LIST_NAME,
    Values,
    defaults_of,
    given_names,
    holds,
    is_left_out,
    is_unset,
    is_users_choice,
    looped_over,
    names_set,
    put_in,
    references_of,
    unset_in,
    until_end,
    variables_of,
)
from cudacompat.domain.project.command_facts import base_name, folder_of, is_aside
from cudacompat.domain.project.model import CMakeCommand, CMakeFile, Project, TextSpan
from cudacompat.domain.tables.architectures import ARM_ONLY
from cudacompat.domain.words.capability import ComputeCapability
from cudacompat.domain.words.switch_values import is_off
from cudacompat.domain.words.target import ArchTarget

PROPERTY = "CUDA_ARCHITECTURES"
SETS_PROPERTY = frozenset({"set_property", "set_target_properties", "set_directory_properties"})
# -gencode, -arch=sm_70, $<$<COMPILE_LANGUAGE:CUDA>:-gencode=arch=compute_70,code=sm_70>; not -march=native
_FLAG = re.compile(rf"(?<![\w-])(?:{PAIR_OPTION}|-{{1,2}}gpu-arch\w*|-arch(?=[=\s]|$))|\barch=compute_")
# of Apple's compiler: -arch arm64, -arch ${CMAKE_OSX_ARCHITECTURES}
_APPLES = re.compile(r"-arch[=\s;]+[\"']?(?:\$\{\w*OSX_ARCH\w*\}|arm(?:v\d|64)|x86_64|i386)")
_ONE_FLAG = re.compile(TARGET_OPTION + r"[=\s;]+[\"']?[^\s;\"'>]+")
_IN_FLAGS = re.compile(
    PAIR_OPTION + r"[=\s;]+[\"']?(arch=compute_\d{2,3}[af]?(?:,code=(?:\[[\w,]+\]|[\w]+(?:,(?:sm|compute)_\w+)*))?)"
    rf"|{ARCH_OPTION}[=\s;]+(\w+)"
)
_ESCAPED_QUOTE = re.compile(r"\\+[\"']")
_QUOTES = re.compile(r"\\+[\"']?|[\"']")
_NO_SUFFIX = re.compile(r"(?<=\d)-(?=;|$)")  # ${NUMBER}-${SUFFIX}, where the suffix may be empty
_NO_NUMBER = re.compile(
    r"(?:arch=|-arch[=\s]+|-code[=\s]+|code=)(?:sm|compute)_(?!\w)|-arch=(?=[\s;]|$)"
)  # -arch=sm_${ARCH}
_ARM, _OTHER = re.compile(r"(?i)aarch64|arm64|\barm\b|tegra|jetson"), re.compile(r"(?i)x86|amd64|i\d86")
# USE_CUDA, NOT DEFINED CMAKE_CUDA_ARCHITECTURES, CUDA_VERSION VERSION_LESS 12.8; not WIN32
_GATE = re.compile(
    r"(?:TARGET \w+|(?:NOT (?:DEFINED )?)?\"?\$?\{?\w*(?:CUDA|GPU|NVCC|CUBLAS)\w*\}?\"?"
    r"(?: (?:STREQUAL|VERSION_\w+) .*)?)"
)
_BY_NVCC = re.compile(r"STREQUAL \"?(?:nvcc|NVIDIA)\"?$")  # of several compilers the one that makes it
_SWITCH = re.compile(r"\"?(?:\$\{)?(\w+)\}?\"?")  # USE_CUDA, ${USE_CUDA}
_MOST_BLOCKS, _MOST_BRANCHES = 50, 50  # that are looked at
_MOST_LOOPS = 8  # within each other
_LEAST_BRANCHES = 2  # who sets a list in two branches sets one in each


@dataclass(frozen=True, slots=True)
class CMakeTargets:
    """What one command names: its images, where, for which processors (`None`: any), whether in a branch that need not
    be taken, the CMake targets whose property it sets (none of a variable and of flags), whether it adds to it, whether
    it gives flags, which come on top of lists."""

    place: TextSpan
    images: tuple[ArchTarget, ...]
    arm: bool | None
    conditional: bool
    owners: tuple[str, ...] = ()
    appends: bool = False
    flags: bool = False


@dataclass(frozen=True, slots=True)
class _Place:
    command: CMakeCommand
    arm: bool | None
    blocks: tuple[tuple[str, ...], ...]  # of each `if` around it, the conditions so far
    loops: tuple[CMakeCommand, ...] = ()  # the innermost around it

    @property
    def conditions(self) -> tuple[str, ...]:
        """Those that hold there."""
        return tuple(block[-1] for block in self.blocks)


def named_targets(project: Project) -> tuple[CMakeTargets, ...]:
    """Return what the CMake files name; nothing where one of them may name more than can be read."""
    return project.once("named_targets", lambda: _named_targets(project))


def for_capability(targets: Sequence[CMakeTargets], capability: ComputeCapability) -> tuple[CMakeTargets, ...]:
    """Return those that count on machines with this GPU; nothing where a configuration may go past all of them, as one
    for other processors goes past lists that are for Arm alone."""
    arm = capability.number in ARM_ONLY
    if not arm and all(each.arm for each in targets):
        return ()
    counting = tuple(each for each in targets if not arm or each.arm is not False)
    sure = any(not each.conditional or each.arm is not None for each in counting)
    places = {each.place.at for each in counting}
    return counting if sure or len(places) >= _LEAST_BRANCHES else ()


def _named_targets(project: Project) -> tuple[CMakeTargets, ...]:
    files = [file for file in project.cmake if not is_aside(file.name)]
    if any(file.name == "CMakeLists.txt" for file in files):
        return _named_in(project, files)
    trees: dict[str, list[CMakeFile]] = {}  # each folder at the top is built by itself
    for file in files:
        trees.setdefault(file.name.partition("/")[0], []).append(file)
    return tuple(each for tree in trees.values() for each in _named_in(project, tree))


def _named_in(project: Project, files: Sequence[CMakeFile]) -> tuple[CMakeTargets, ...]:
    every = [place for file in files for place in _places(file)]
    gates = _gates(every)
    given = defaults_of(files, frozenset(given_names(project)))
    switches = {name: on for name, on in given.items() if on or name not in gates}
    places = [place for place in every if not is_left_out(place.blocks, switches)]
    places = _without_torch(places)
    if any(_makes_selection(command) for file in files for command in file.commands):
        return ()  # a function of this name that may know other lists than CMake's
    commands = [place.command for place in places]
    variables = variables_of(commands, project.commands)
    known = names_set(files).union(given_names(project))
    conditions = {each for place in places for block in place.blocks for each in block}
    plain = {**unset_in(conditions, known), **switches}
    found: list[CMakeTargets] = []
    loops: dict[int, Values] = {}
    copied = frozenset(filter(None, (_copied(place.command) for place in places)))
    for place in places:
        if not references_of(place.command).isdisjoint(copied):
            continue  # the list of another CMake target, which counts where it stands
        conditional = any(_may_be_passed(block, gates) and not holds(block, plain) for block in place.blocks)
        for text in _lists_of(place.command, _inside(place, variables, loops)):
            images = _images(text) if text is not None else None
            if images is None and (is_left_out(place.blocks, plain) or _is_open_by_choice(place, variables, known)):
                continue
            if images is None:
                return ()
            if images:
                span = place.command.place
                owners, appends = (
                    owners_of(place.command),
                    any(word.text == "APPEND" for word in place.command.arguments),
                )
                flags = text is not None and _FLAG.search(text) is not None
                found.append(
                    CMakeTargets(
                        span, images, place.arm, conditional=conditional, owners=owners, appends=appends, flags=flags
                    )
                )
    return (*_beside(places), *found) if found else ()


def _inside(place: _Place, variables: Values, loops: dict[int, Values]) -> Values:
    """The variables as they are there: those of the loops around it have what their own loop goes over."""
    found: list[Values] = []
    for each in place.loops:
        if id(each) not in loops:
            loops[id(each)] = looped_over(each, variables) if each.arguments else {}
        found.append(loops[id(each)])
    return ChainMap(*reversed(found), variables) if found else variables  # type: ignore[arg-type]


def _beside(places: Iterable[_Place]) -> Iterator[CMakeTargets]:
    """The lists for FindCUDA that come on top of flags: `set(CUDA_ARCH_LIST "6.1" CACHE STRING "")`. Alone they say
    nothing: what reads them is a program of the project's own."""
    for place in places:
        words = [word.text for word in place.command.arguments]
        text = ";".join(until_end(words[1:])) if place.command.name == "set" and words else ""
        numbers = any(map(str.isdigit, text))  # a word may be one for a program of the project's own
        if numbers and words[0].endswith("ARCH_LIST") and (flags := _of_find_cuda(text)) is not None:
            images = _images(flags)
            if images:
                yield CMakeTargets(place.command.place, images, place.arm, conditional=True)


def _copied(command: CMakeCommand) -> str:
    """The variable that takes the list of a CMake target: `get_target_property(ARCHS core CUDA_ARCHITECTURES)`."""
    words = [word.text for word in command.arguments]
    return words[0] if command.name == "get_target_property" and words[2:] == [PROPERTY] else ""


def _is_open_by_choice(place: _Place, variables: Values, known: frozenset[str]) -> bool:
    """Whether what a command names is not known because whoever builds chooses it, and nothing is built of it else: in
    a branch for that, or as the list of one CMake target that is empty then."""
    command = place.command
    if is_users_choice(command, place.conditions, variables):
        return True
    names = references_of(command)
    return bool(owners_of(command)) and bool(names) and all(is_unset(name, known) for name in names)


def _without_torch(places: Sequence[_Place]) -> list[_Place]:
    """Those that PyTorch's package does not overwrite, which it does in the folder that looks for it and below; none
    where a file looks for it that others include."""
    if any(_hands_on(place.command) for place in places):
        return list(places)
    finders = {place.command.place.file for place in places if finds_torch(place.command)}
    if not all(base_name(file) == "CMakeLists.txt" for file in finders):
        return []
    folders = tuple(f"{folder_of(file)}/" for file in finders)
    if "/" in folders:
        return []
    return [place for place in places if not place.command.place.file.startswith(folders)]


def owners_of(command: CMakeCommand) -> tuple[str, ...]:
    """Return the CMake targets of which the command sets the list; none where a name is not known."""
    words = [word.text for word in command.arguments]
    if PROPERTY not in words or command.name == "set_directory_properties":
        return ()
    if command.name == "set_target_properties" and "PROPERTIES" in words:
        names = words[: words.index("PROPERTIES")]
    elif command.name == "set_property" and words[:1] == ["TARGET"] and "PROPERTY" in words:
        names = [name for name in words[1 : words.index("PROPERTY")] if not name.startswith("APPEND")]
    else:
        return ()
    return () if any("$" in name for name in names) else tuple(names)


def finds_torch(command: CMakeCommand) -> bool:
    """Whether it looks for PyTorch, whose package overwrites the list."""
    return command.name == "find_package" and [word.text for word in command.arguments[:1]] == ["Torch"]


def _hands_on(command: CMakeCommand) -> bool:
    """Whether it gives CMake's list to a package that overwrites it else, and then builds with it."""
    words = [word.text for word in command.arguments]
    return command.name == "set" and words[0].endswith("_ARCH_LIST") and f"${{{LIST_NAME}}}" in words[1:]


def _places(file: CMakeFile) -> Iterator[_Place]:
    """The commands of a file, each with what is known of the branch that it stands in."""
    around: list[list[str]] = []  # of each open block, its conditions so far; of one that is no `if`, none
    opened_by: list[CMakeCommand] = []
    for command in file.commands:
        opened = command.name.removeprefix("end")
        words = " ".join(word.text for word in command.arguments)
        if command.name.startswith("end") and opened in OPENS:
            del around[-1:], opened_by[-1:]
        elif command.name in OPENS:
            if command.name == "foreach":
                yield _Place(command, None, blocks=_blocks(around))
            around.append([words] if command.name == "if" else [])
            opened_by.append(command)
        elif command.name in ("elseif", "else") and around:
            around[-1].append(words if command.name == "elseif" else "")
        else:
            arms = [arm for block in around if block and (arm := _arm(block)) is not None]
            yield _Place(
                command,
                arms[-1] if arms else None,
                blocks=_blocks(around),
                loops=tuple(each for each in opened_by[-_MOST_LOOPS:] if each.name == "foreach"),
            )


def _blocks(around: Sequence[Sequence[str]]) -> tuple[tuple[str, ...], ...]:
    """The innermost blocks that are an `if`; of one with more branches than anybody writes, the last."""
    blocks = (block for block in around[-_MOST_BLOCKS:] if block)
    return tuple(tuple(block) if len(block) <= _MOST_BRANCHES else ("", block[-1]) for block in blocks)


def _arm(block: Sequence[str]) -> bool | None:
    """Whether a branch is that of Arm processors, by its conditions; `None` where they do not say."""
    *before, now = block
    if now:
        if _ARM.search(now):
            return not now.startswith("NOT ")
        return False if _OTHER.search(now) and not now.startswith("NOT ") else None
    if any(_ARM.search(each) and not each.startswith("NOT ") for each in before):
        return False
    return True if any(_OTHER.search(each) for each in before) else None


def _gates(places: Iterable[_Place]) -> frozenset[str]:
    """The switches in whose branch alone CUDA becomes a language: who asks about a GPU has them on, whatever their
    default is."""
    found = (
        match[1]
        for place in places
        if makes_cuda(place.command)
        for block in place.blocks
        if len(block) == 1 and (match := _SWITCH.fullmatch(block[0])) is not None
    )
    return frozenset(found)


def _may_be_passed(block: Sequence[str], gates: frozenset[str]) -> bool:
    """Whether CUDA may be compiled without this branch."""
    if len(block) != 1:
        return bool(block) and _BY_NVCC.search(block[-1]) is None
    switch = _SWITCH.fullmatch(block[0])
    return not _GATE.fullmatch(block[0]) and not (switch is not None and switch[1] in gates)


def _lists_of(command: CMakeCommand, variables: Values) -> Iterator[str | None]:
    """The lists that a command names, as CMake or nvcc reads them; `None` for one that is not known."""
    words = [word.text for word in command.arguments]
    if command.name == "set" and words[:1] == [LIST_NAME]:
        yield from put_in(";".join(until_end(words[1:])), variables)
    elif command.name == "list" and words[1:2] == [LIST_NAME]:
        if words[0] == "APPEND":
            yield from put_in(";".join(words[2:]), variables)
        elif words[0] in ("INSERT", "TRANSFORM", "PREPEND"):
            yield None
    elif command.name == "string" and LIST_NAME in words[1:]:
        yield None
    elif command.name in SETS_PROPERTY and PROPERTY in words:
        at = words.index(PROPERTY) + 1
        rest = words[at:] if command.name == "set_property" else words[at : at + 1]
        yield from put_in(";".join(rest), variables)
    elif command.name == SELECTS and words:
        texts = put_in(";".join(words[1:]), variables)
        yield from (_of_find_cuda(each) if each is not None else None for each in texts)
    elif any(map(_APPLES.search, words)):
        return
    elif command.name not in ("message", "if", "elseif", "while") and any(map(_FLAG.search, words)):
        line = _ESCAPED_QUOTE.sub("", " ".join(words))  # code=\\"sm_70,compute_70\\"
        flags = " ".join(match[0] for match in _ONE_FLAG.finditer(line))
        if flags:
            yield from put_in(flags, variables)


def _makes_selection(command: CMakeCommand) -> bool:
    return command.name in ("function", "macro") and [each.text.lower() for each in command.arguments[:1]] == [SELECTS]


def _of_find_cuda(text: str) -> str | None:
    """The flags that FindCUDA's function makes of a list such as `7.0 8.6+PTX`, or of a word such as `Auto`."""
    kinds = ((each, kind) for each in find_cuda_code(text) or () for kind in ("sm", "compute"))
    asked = ((each, kind) for each, kind in kinds if kind == "sm" or each.ptx)
    return " ".join(f"-gencode arch=compute_{each.arch},code={kind}_{each.arch}" for each, kind in asked) or None


def _images(text: str) -> tuple[ArchTarget, ...] | None:
    """The images that a list or flags ask for; none for a word that leaves them to others, `None` where it is not
    known."""
    text = _NO_SUFFIX.sub("", text.strip().strip(";"))
    if is_off(text):
        return ()
    if _FLAG.search(text):
        if _NO_NUMBER.search(text):
            return ()  # what nobody gives by itself, or the items of the list
        text = _QUOTES.sub("", text)  # code=\\"sm_70,compute_70\\"
        flags = [part for match in _IN_FLAGS.finditer(text) for part in _as_flag(match)]
        asked = requested(flags)
        return tuple(sorted(asked.images, key=str)) if asked.images and not asked.words else None
    try:
        archs = read_list(Grammar.CMAKE, text)
    except UnreadableListError:
        return None
    return tuple(image for code in archs.code for image in code.images())


def _as_flag(match: re.Match[str]) -> tuple[str, str]:
    return ("-gencode", match[1]) if match[1] else ("-arch", match[2])
