"""A line of somebody's file fitted to a number of columns, and where in it the marked piece stands."""

from __future__ import annotations

from rich.cells import cell_len

from cudacompat.domain.words.finding import SourceExcerpt
from cudacompat.report.safe_text import safe

_CUT = "..."
_TAB = "    "
_LEAD = 0.3  # the share of the columns before a marked piece that does not fit from the line's start


def fitted(excerpt: SourceExcerpt, columns: int) -> tuple[str, int, int]:
    """Return the text in at most `columns` columns, safe to print and without its indent, and the column and the width
    of the marked piece in it. What is cut off at either end is said by `...`; one mark there is in any case."""
    before, marked, after = (
        safe(part.replace("\t", _TAB))
        for part in (
            excerpt.text[: excerpt.start].lstrip() if excerpt.text[: excerpt.start].strip() else "",
            excerpt.text[excerpt.start : excerpt.end],
            excerpt.text[excerpt.end :],
        )
    )
    least = max(1, cell_len(marked), min(cell_len(marked + after), len(_CUT)))  # what has to stand behind it
    if cell_len(before) + least > columns:
        lead = max(int(columns * _LEAD), columns - len(_CUT) - least)
        before = _end_of(before, lead)
    room = columns - cell_len(before)
    rest = _start_of(marked + after, room)
    return before + rest, cell_len(before), max(1, min(cell_len(marked), room))


def _start_of(text: str, columns: int) -> str:
    return text if cell_len(text) <= columns else _cells(text, columns - len(_CUT)) + _CUT


def _end_of(text: str, columns: int) -> str:
    if cell_len(text) <= columns:
        return text
    return _CUT + _cells(text[::-1], columns - len(_CUT))[::-1]


def _cells(text: str, columns: int) -> str:
    """The beginning of the text that is no wider."""
    used = 0
    for number, character in enumerate(text):
        used += cell_len(character)
        if used > columns:
            return text[:number]
    return text
