"""A file of a project as text, and pieces of it."""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass, field

_LINE_END = re.compile("\n")


@dataclass(frozen=True, slots=True)
class TextSpan:
    """A piece of a file: `text[start:end]` (characters), which begins in this line (from 1)."""

    file: str
    line: int
    start: int
    end: int

    @property
    def span(self) -> tuple[int, int]:
        """Return the characters of the file that it takes: `text[span[0]:span[1]]`."""
        return self.start, self.end

    @property
    def at(self) -> tuple[str, int]:
        """Where it begins: what is told once for each place is remembered by this."""
        return self.file, self.start


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One file of the project: its path below it, its text as it is."""

    name: str
    text: str
    _ends: list[int] = field(default_factory=list, init=False, repr=False, compare=False)  # of lines, once asked for

    def place(self, start: int, end: int) -> TextSpan:
        """Return the place of `text[start:end]`."""
        return TextSpan(self.name, bisect_left(self._line_ends(), start) + 1, start, end=end)

    def bounds(self, line: int) -> tuple[int, int] | None:
        """Return where a line (from 1) begins and ends, its line feed not included; `None` if there is none."""
        ends = self._line_ends()
        if not 1 <= line <= len(ends):
            return None
        return (ends[line - 2] + 1 if line > 1 else 0), ends[line - 1]

    def _line_ends(self) -> list[int]:
        if not self._ends:
            self._ends.extend(match.start() for match in _LINE_END.finditer(self.text))
            self._ends.append(len(self.text))
        return self._ends


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a command as the program gets it; `known` is whether nothing in it is left for the build. `choices`
    are all the texts that it may be where it is not known, and one of several."""

    text: str
    known: bool
    place: TextSpan
    choices: tuple[str, ...] = ()
