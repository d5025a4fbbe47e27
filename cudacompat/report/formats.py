"""The formats a report can be written in."""

from __future__ import annotations

from typing import TextIO

FORMATS = ("text", "json")


def write(report: object, format_: str, stream: TextIO, color: str = "auto", *, quiet: bool = False) -> None:
    """Write the report in that format (one of FORMATS); only what the format needs is
    imported. `quiet` leaves nothing but errors in the text."""
    if format_ == "json":
        from cudacompat.report import json

        json.render(report, stream)
    else:
        from cudacompat.report import text

        text.render(report, stream, color, quiet=quiet)
