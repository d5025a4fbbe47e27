"""The targets that a command hands to make: `make NVCC_GENCODE="-gencode …"`, or `make SM=61` for a Makefile that makes
flags of it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from cudacompat.app.project.make_recipes import flags_of_variables
from cudacompat.app.project.parts import setting_of
from cudacompat.artifacts.buildfiles import settings
from cudacompat.artifacts.buildfiles.kinds import FileKind, kind_of
from cudacompat.domain.builds.lists.nvcc_flags import TARGET_OPTION
from cudacompat.domain.project.assignments import AssignmentKind
from cudacompat.domain.project.command_facts import is_aside
from cudacompat.domain.project.model import Command, Setting, SourceFile
from cudacompat.domain.words.programs import MAKE

_FLAGS = re.compile(rf"(?<![\w-]){TARGET_OPTION}[= ]")
_NUMBER = r"(?:sm_|compute_)?\d{2,3}[af]?"
_NUMBERS = re.compile(rf"{_NUMBER}(?:[\s,;]+{_NUMBER})*+")
_NAMED = re.compile(r"\w+=")
_MOST_FILES = 50
_MOST_CALLS = 200


def handed_to_make(files: Iterable[SourceFile], commands: Iterable[Command]) -> Iterator[tuple[Setting, Command]]:
    """Yield the flags that commands hand to make, each with its command."""
    makefiles = [file for file in files if kind_of(file.name) is FileKind.MAKE and not is_aside(file.name)]
    calls = (command for command in commands if command.program in MAKE)
    for count, command in enumerate(calls):
        if count == _MOST_CALLS:
            return
        for word in command.words[1:]:
            name = word.text.partition("=")[0] if _NAMED.match(word.text) else ""
            setting = command.environment.get(name)
            if setting is not None and setting.value:
                flags = _flags_of(setting, makefiles[:_MOST_FILES])
                if flags is not None:
                    yield flags, command


def replaced_by_calls(files: Iterable[SourceFile], commands: Iterable[Command]) -> frozenset[tuple[str, int]]:
    """Return where the flags of Makefiles stand that no build has: each call of make gives another value to the
    variable of which they are made. Jobs are not counted, which may try one."""
    calls = [each for each in commands if each.program in MAKE and each.job is None and not is_aside(each.place.file)]
    if not 0 < len(calls) <= _MOST_CALLS:
        return frozenset()
    named = [{word.text.partition("=")[0] for word in each.words[1:] if _NAMED.match(word.text)} for each in calls]
    names = frozenset.intersection(*map(frozenset, named))
    makefiles = [file for file in files if kind_of(file.name) is FileKind.MAKE] if names else []
    return frozenset(at for file in makefiles[:_MOST_FILES] for at in _made_of(file, names))


def _made_of(file: SourceFile, names: frozenset[str]) -> Iterator[tuple[str, int]]:
    """Where flags stand that are made of these variables."""
    if not any(f"$({name})" in file.text or f"${{{name}}}" in file.text for name in names):
        return
    parser = settings.parser(file.name)
    found = [setting_of(file, each) for each in (parser(file.text) if parser is not None else ())]
    others = [each for each in found if each.name not in names]
    kept = {each.place.at for each in flags_of_variables(file, others)}
    yield from (each.place.at for each in flags_of_variables(file, found) if each.place.at not in kept)


def _flags_of(setting: Setting, makefiles: Sequence[SourceFile]) -> Setting | None:
    """The flags that come of a value; `None` where none do."""
    value = setting.value or ""
    if _FLAGS.search(value):
        return replace(setting, name="", way=AssignmentKind.FLAGS)
    if _NUMBERS.fullmatch(value) is None:
        return None
    using = [file for file in makefiles if re.search(rf"\$[({{]{setting.name}[)}}]", file.text) is not None]
    if len(using) != 1:
        return None
    parser = settings.parser(using[0].name)
    found = [setting_of(using[0], each) for each in (parser(using[0].text) if parser is not None else ())]
    others = [each for each in found if each.name != setting.name]
    before = {each.value for each in flags_of_variables(using[0], others)}
    given = replace(setting, written=value, way=AssignmentKind.ENVIRONMENT)
    made = [each.value for each in flags_of_variables(using[0], [*others, given]) if each.value not in before]
    text = " ".join(dict.fromkeys(each for each in made if each))
    return replace(setting, name="", value=text, way=AssignmentKind.FLAGS) if text else None
