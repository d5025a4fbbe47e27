"""A file before and after a change."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from cudacompat.domain.words.finding import Edit


@dataclass(frozen=True, slots=True)
class EditedFile:
    """One file before and after."""

    name: str
    before: str
    after: str


def edited_text(text: str, edits: Iterable[Edit]) -> str:
    """Return the text with these edits made, none of which touches what another one changes."""
    pieces: list[str] = []
    done = 0
    for edit in sorted(edits, key=lambda each: (each.start, each.end)):
        pieces += (text[done : edit.start], edit.new)
        done = edit.end
    return "".join((*pieces, text[done:]))
