"""CMake's language: commands with the places of their arguments, and the values that they give to names."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from cudacompat.domain.project.assignments import Assignment, AssignmentKind
from cudacompat.domain.project.cmake_lists import SETS_PROPERTY

_TOKEN = re.compile(
    r"(?P<comment>#(?:\[(?P<eq>=*)\[)?)"
    r"|(?P<bracket>\[(?P<beq>=*)\[)"
    r"|(?P<quoted>\"(?:[^\"\\]|\\.)*+(?P<closed>\")?)"
    r"|(?P<open>\()|(?P<close>\))"
    r"|(?P<word>(?:[^\s()#\"\\]|\\.)+)",
    re.DOTALL,
)
_BRACKET_ENDS = re.compile(r"(?=\](=*)\])")
_WORD = re.compile(r"(?:[^\s()#\"\\]|\\.)+", re.DOTALL)
_ENV = re.compile(r"ENV\{(\w+)\}")
_PROPERTIES = ("CUDA_ARCHITECTURES",)
_SET_ENDS = frozenset({"CACHE", "PARENT_SCOPE"})


@dataclass(frozen=True, slots=True)
class Argument:
    """One argument: its place without quotes, whether it had them."""

    start: int
    end: int
    text: str
    quoted: bool


@dataclass(frozen=True, slots=True)
class CMakeCall:
    """One command, its arguments and its place."""

    name: str
    arguments: tuple[Argument, ...]
    start: int
    end: int


@lru_cache(maxsize=2)
def commands(text: str) -> tuple[CMakeCall, ...]:
    """Return the commands; what is not closed at the end is left out."""
    return tuple(_commands(text))


def _commands(text: str) -> Iterator[CMakeCall]:
    name, start = "", 0
    depth = 0
    arguments: list[Argument] = []
    brackets = _Brackets(text)
    at = 0
    while (match := _TOKEN.search(text, at)) is not None:
        at = match.end()
        if match["comment"] is not None:
            close = brackets.end(match["eq"], at) if match["eq"] is not None else None
            at = close if close is not None else _line_end(text, at)
            continue
        bare = match["word"] is not None
        if match["bracket"] is not None:
            close = brackets.end(match["beq"], at)
            bare = close is None
            word = _WORD.match(text, match.start()) if bare else None
            at = close if close is not None else word.end() if word is not None else at
        if match["quoted"] is not None and match["closed"] is None:
            at = match.start() + 1
            continue
        if match["open"] is not None:
            depth += 1
            if depth == 1:
                arguments = []
        elif match["close"] is not None:
            depth = max(depth - 1, 0)
            if depth == 0 and name:
                yield CMakeCall(name.lower(), tuple(arguments), start, end=at)
                name = ""
        elif depth == 0:
            name, start = (text[match.start() : at] if bare else ""), match.start()
        elif match["quoted"] is not None:
            arguments.append(Argument(match.start() + 1, at - 1, match[0][1:-1], quoted=True))
        else:
            arguments.append(Argument(match.start(), at, text[match.start() : at], quoted=False))


class _Brackets:
    """Where bracket arguments and comments end: the ends are looked for once, however many begin."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._ends: dict[str, list[int]] | None = None

    def end(self, equals: str, at: int) -> int | None:
        """Return where the bracket with these equals signs ends whose inside begins here; `None` where it does not."""
        if self._ends is None:
            self._ends = defaultdict(list)
            for match in _BRACKET_ENDS.finditer(self._text):
                self._ends[match[1]].append(match.start())
        ends = self._ends.get(equals, [])
        first = bisect_left(ends, at)
        return ends[first] + len(equals) + 2 if first < len(ends) else None


def _line_end(text: str, at: int) -> int:
    end = text.find("\n", at)
    return len(text) if end < 0 else end


def assignments(text: str) -> Iterator[Assignment]:
    """Yield what set(), set_property() and set_target_properties() give to names."""
    for command in commands(text):
        arguments = command.arguments
        if command.name in ("set", "option") and len(arguments) > 1:
            env = _ENV.fullmatch(arguments[0].text)
            values = []
            for argument in arguments[1:] if command.name == "set" else arguments[2:3]:  # option(NAME "help" value)
                if argument.text in _SET_ENDS and not argument.quoted:
                    break
                values.append(argument)
            way = AssignmentKind.ENVIRONMENT if env else AssignmentKind.DEFINE
            yield from _joined(text, env[1] if env else arguments[0].text, values, way=way, what="set() in CMake")
        elif command.name in SETS_PROPERTY:
            for index, argument in enumerate(arguments):
                if argument.text in _PROPERTIES:
                    rest = arguments[index + 1 :]
                    values = list(rest) if command.name == "set_property" else list(rest[:1])
                    yield from _joined(
                        text, argument.text, values, way=AssignmentKind.DEFINE, what=f"{command.name}() in CMake"
                    )


def _joined(text: str, name: str, values: list[Argument], way: AssignmentKind, what: str) -> Iterator[Assignment]:
    if not values:
        return
    start, end = values[0].start, values[-1].end
    if len(values) == 1:
        quote = '"' if values[0].quoted else ""
        yield Assignment(name, text[start:end], start, end=end, way=way, what=what, quote=quote, cased=True)
    elif not any(each.quoted for each in values):
        yield Assignment(name, text[start:end], start, end=end, way=way, what=what, separator=" ", cased=True)
    else:
        yield Assignment(
            name, text[start - 1 : end + 1], start - 1, end=end + 1, way=way, what=what, separator=" ", quote="mixed"
        )
