"""The line of a file that a finding is about, short enough to print and without secrets."""

from __future__ import annotations

import re
from itertools import takewhile

from cudacompat.domain.project.source_file import SourceFile
from cudacompat.domain.words.finding import Finding, SourceExcerpt
from cudacompat.domain.words.secrets import masked

_LONGEST = 8000  # characters of a line; a longer one was written by a program, and is not shown
_MOST_SHOWN = 400  # characters of an excerpt; a report fits it to its width
_MOST_BEFORE = 100  # of them before what the finding is about
_LINES_BEFORE = 3  # an option at the end of a line may say that the next line begins with a secret
_NAME_BEFORE = re.compile(
    r"""(?<![\w$])(?P<name>[A-Za-z_]\w*)(?:[ \t]*(?::|=|:=)[ \t]*|[ \t]+)["']?\Z"""
)  # `NAME="`, `NAME: `
_CONTINUED = " \t\r\\`^"  # the end of a line that continues: of sh, PowerShell and cmd


def excerpt_of(finding: Finding, file: SourceFile) -> SourceExcerpt | None:
    """Return the finding's line in `file`; `None` if there is none, if it is blank or longer than 8000 characters.

    The whole line is marked where the characters are not known, or where a secret among them is hidden.
    """
    bounds = file.bounds(finding.line) if finding.line is not None else None
    if bounds is None or bounds[1] - bounds[0] > _LONGEST:
        return None
    begin, end = bounds
    text = file.text[begin:end].rstrip()
    if not text:
        return None
    span = finding.span
    exact = span is not None and begin <= span[0] < begin + len(text) and span[1] > span[0]
    columns: tuple[int | None, int | None] = (None, None)
    marked = _whole(text)
    if span is not None and exact:
        marked = _with_name(finding, text, span[0] - begin), min(span[1] - begin, len(text))
        columns = marked[0] + 1, marked[1] + 1
    shown = _hidden(file, finding.line or 1, text)
    if shown != text:
        marked = _moved(text, shown, marked)
    at = 0 if len(shown) <= _MOST_SHOWN else max(0, marked[0] - _MOST_BEFORE)
    piece = shown[at : at + _MOST_SHOWN]
    return SourceExcerpt(piece, marked[0] - at, min(marked[1] - at, len(piece)), *columns)


def _with_name(finding: Finding, text: str, start: int) -> int:
    """Where a marked value begins: with the name that it is given to, if the message is about that name."""
    match = _NAME_BEFORE.search(text[max(0, start - _MOST_BEFORE) : start])
    if match is None or re.search(rf"(?<!\w){re.escape(match['name'])}(?!\w)", finding.message) is None:
        return start
    return start - len(match[0])


def _whole(text: str) -> tuple[int, int]:
    return len(text) - len(text.lstrip()), len(text)


def _hidden(file: SourceFile, number: int, text: str) -> str:
    """The line without secrets, also those that the lines before it introduce."""
    lines = []
    for before in range(max(1, number - _LINES_BEFORE), number):
        begin, end = file.bounds(before) or (0, 0)
        lines.append(file.text[max(begin, end - _LONGEST) : end].rstrip(_CONTINUED))
    return masked("\n".join([*lines, text])).rpartition("\n")[2]


def _moved(text: str, shown: str, marked: tuple[int, int]) -> tuple[int, int]:
    """Where in the `shown` line the `marked` piece of the text is; the whole line if that is where they differ."""
    before = _alike(text, shown)
    if marked[1] <= before:
        return marked
    after = _alike(text[before:][::-1], shown[before:][::-1])
    if marked[0] >= len(text) - after:
        return marked[0] + len(shown) - len(text), marked[1] + len(shown) - len(text)
    return _whole(shown)


def _alike(one: str, other: str) -> int:
    """How many characters they begin with are the same."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))
