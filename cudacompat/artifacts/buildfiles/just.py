"""Justfiles: the commands of their recipes, with the values that the file gives to names put in."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from cudacompat.artifacts.buildfiles import commands as shell
from cudacompat.artifacts.buildfiles.commands import ShellCommand
from cudacompat.domain.project.assignments import AssignmentKind
from cudacompat.domain.project.model import Setting, SourceFile

_TEXT = r"(?:\"(?P<double>[^\"\\\n]*)\"|'(?P<single>[^'\n]*)')"
# arch := "80" | export arch := env("ARCH", "80")
_GIVEN = re.compile(
    r"(?m)^(?P<export>export[ \t]+)?(?P<name>[A-Za-z_][\w-]*)[ \t]*:=[ \t]*"
    rf"(?:env(?:_var_or_default)?\([ \t]*['\"]\w+['\"][ \t]*,[ \t]*)?{_TEXT}[ \t]*\)?[ \t]*(?:#[^\n]*)?$"
)
_PARAMETER = re.compile(rf"(?<![\w-])(?P<name>[A-Za-z_][\w-]*)={_TEXT}")
_HEAD = re.compile(r"(?m)^@?[A-Za-z_][\w-]*+[^\n:]*+:(?!=)[^\n]*$")
_BODY_LINE = re.compile(r"[ \t]+[^\n]*\n?|[ \t]*\n")
_PUT_IN = re.compile(r"\{\{([^{}\n]{1,100})\}\}")
_QUIET = re.compile(r"(?m)^([ \t]+)([@-]+)")
_MOST_RECIPES = 1_000


def just_commands(file: SourceFile) -> Iterator[ShellCommand]:
    """Yield the commands of each recipe, in order; what only a run of just can know is left unknown."""
    every = dict(_given(file, _GIVEN, 0, end=len(file.text)))
    for count, head in enumerate(_HEAD.finditer(file.text)):
        if count == _MOST_RECIPES:
            raise ValueError(f"more than {_MOST_RECIPES} recipes")
        start = end = min(head.end() + 1, len(file.text))
        while (line := _BODY_LINE.match(file.text, end)) is not None and line.end() > end:
            end = line.end()
        own = {**every, **dict(_given(file, _PARAMETER, head.start(), end=head.end()))}
        masked = _QUIET.sub(lambda match: match[1] + " " * len(match[2]), file.text[start:end])
        masked = _PUT_IN.sub(lambda match, own=own: _reference(match, own), masked)  # type: ignore[misc]
        environment = {setting.name: setting for setting in own.values()}
        yield from shell.commands(file, start, end, environment=environment, masked=masked)


def _given(file: SourceFile, pattern: re.Pattern[str], start: int, end: int) -> Iterator[tuple[str, Setting]]:
    """The names that get a text, as they are written, each with what a shell is told: an exported one under its name,
    the others under one that no program asks for."""
    for match in pattern.finditer(file.text, start, end):
        group = "single" if match["double"] is None else "double"
        place = file.place(*match.span(group))
        exported = pattern is _GIVEN and match["export"] is not None
        name = match["name"] if exported else _inner(match["name"])
        way = AssignmentKind.ENVIRONMENT
        yield match["name"], Setting(name, match[group], place, way=way, written=match[group], in_shell=True)


def _inner(name: str) -> str:
    return name.replace("-", "_").lower()


def _reference(match: re.Match[str], known: Mapping[str, Setting]) -> str:
    """A variable of the shell's of the same length in place of one of just's."""
    setting = known.get(match[1].strip())
    if setting is None:
        return "$" + "_" * (len(match[0]) - 1)
    return f"${{{setting.name}-".ljust(len(match[0]) - 1) + "}"
