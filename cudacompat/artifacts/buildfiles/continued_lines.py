"""The lines of a Dockerfile that go on in the next one."""

from __future__ import annotations

import re

from cudacompat.artifacts.buildfiles.blanking import blanked

CONTINUED = re.compile(r"\\[ \t]*\r?\n")
_DROPPED = re.compile(r"(?m)^[ \t]*(?:#[^\n]*)?\r?\n")


def past_continuation(text: str, at: int, end: int) -> int:
    """Where the text goes on behind line ends that are continued, and the lines that are dropped behind them."""
    continued = CONTINUED.match(text, at, end)
    while continued is not None:
        at = continued.end()
        while (dropped := _DROPPED.match(text, at, end)) is not None and dropped.end() > at:
            at = dropped.end()
        while at < end and text[at] in " \t":
            at += 1
        continued = CONTINUED.match(text, at, end)
    return at


def one_line(body: str) -> str:
    """The body on one line, of the same length: without the line ends that continue it and the lines it drops."""
    if "\n" not in body.rstrip("\r\n"):
        return body
    first, newline, rest = body.partition("\n")
    return blanked(CONTINUED, first + newline + blanked(_DROPPED, rest, line_ends=True), line_ends=True)
