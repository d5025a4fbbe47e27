"""What a build command is given: the options on its line and in CMAKE_ARGS, and cargo's features."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from functools import lru_cache

from cudacompat.domain.builds.engine import BuildSystem
from cudacompat.domain.project.assignments import AssignmentKind
from cudacompat.domain.project.model import Command, Setting, TextSpan
from cudacompat.domain.words.shell_words import shell_words

_WRITTEN = re.compile(r"-D\s?([A-Za-z_]\w*)(?::[A-Za-z]+)?=['\"]?")
_LINE_END = re.compile("\n")
_NEAR = 16  # characters: so far quotes and backslashes can push a value
_DEFINE = re.compile(r"-D\s?([A-Za-z_]\w*)(?::[A-Za-z]+)?=(\S*)")


def in_arguments(setting: Setting) -> tuple[Setting, ...]:
    """The -DNAME=VALUE in the value of CMAKE_ARGS or the like."""
    return _inside(setting) if setting.value is not None and "-D" in setting.value else ()


@lru_cache(maxsize=256)  # one setting reaches many commands
def _inside(setting: Setting) -> tuple[Setting, ...]:
    return tuple(_found_in(setting))


def _found_in(setting: Setting) -> Iterator[Setting]:
    if setting.value is None:
        return
    named: dict[str, int] = {}  # where the value of each begins that is written there
    for found in _WRITTEN.finditer(setting.written):
        named.setdefault(found[1], found.end())
    ends = [found.start() for found in _LINE_END.finditer(setting.written)]
    try:
        words = shell_words(setting.value)
    except ValueError:
        words = setting.value.split()
    for word in " ".join(words).replace("-D ", "-D").split(" "):
        match = _DEFINE.fullmatch(word)
        if match is None:
            continue
        begin = named.get(match[1])
        near = begin is not None and match[2]
        at = setting.written.find(match[2], begin, begin + len(match[2]) + _NEAR) if near and begin is not None else -1
        place = setting.place
        if at >= 0:
            line = place.line + bisect_left(ends, at)
            place = TextSpan(place.file, line, place.start + at, place.start + at + len(match[2]))
        written = match[2] if at >= 0 else ""  # put in by a variable
        quote = setting.quote or ("" if setting.in_shell else " ")
        yield Setting(
            match[1],
            match[2],
            place,
            way=AssignmentKind.DEFINE,
            written=written,
            quote=quote,
            in_shell=setting.in_shell,
        )


def defines_of(command: Command) -> Iterator[Setting]:
    """Yield the options that reach CMake: those on the command's line, and those in CMAKE_ARGS where pip builds."""
    yield from command.defines
    given = command.environment.get("CMAKE_ARGS")
    if given is not None and command.use is not None and command.use.engine.system is BuildSystem.PIP:
        yield from in_arguments(given)


def features_of(command: Command) -> set[str]:
    """The features on cargo's command line; `*` for all of them."""
    words = [word.text for word in command.words]
    found: set[str] = set()
    for index, word in enumerate(words):
        if word in ("--features", "-F") and index + 1 < len(words):
            found.update(re.split(r"[,\s]+", words[index + 1]))
        elif word.startswith("--features="):
            found.update(re.split(r"[,\s]+", word.partition("=")[2]))
        elif word == "--all-features":
            found.add("*")
    return found
