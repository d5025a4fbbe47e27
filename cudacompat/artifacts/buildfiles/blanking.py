"""Text with pieces taken out, every other character still at its place: what is found in it is found in the file."""

from __future__ import annotations

import re

_ALL_BUT_LINE_ENDS = re.compile(r"[^\n]")


def blanked(pattern: re.Pattern[str], text: str, *, line_ends: bool = False) -> str:
    """Return the text with blanks for what the pattern matches, except where its group `kept` does; with `line_ends`,
    for the line ends in it, too."""

    def blank(match: re.Match[str]) -> str:
        if match.lastgroup == "kept":
            return match[0]
        return " " * len(match[0]) if line_ends else _ALL_BUT_LINE_ENDS.sub(" ", match[0])

    return pattern.sub(blank, text)


def unknown(pattern: re.Pattern[str], text: str) -> str:
    """Return the text with a variable of the same length, which nothing sets, for what the pattern matches."""
    return pattern.sub(lambda match: "$" + "_" * (len(match[0]) - 1), text)
