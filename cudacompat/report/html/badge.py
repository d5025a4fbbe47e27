"""The answer of a check as a badge: an SVG for a README, which loads nothing and runs nothing."""

from __future__ import annotations

from html import escape
from typing import TextIO

from cudacompat.report.html.summary import badge_words
from cudacompat.report.safe_text import without_commands
from cudacompat.report.view import View

_LABEL = "CUDA"
_COLORS = {"green": "#2b7d2f", "yellow": "#8a6d00", "orange": "#b5500b", "red": "#b3261e", "grey": "#5f6368"}
_PAD = 6
_NARROW, _WIDE = frozenset("iljtf.,:;|'!()[] 1I"), frozenset("mwMWGO@%")  # of the letters of common sans-serif fonts


def badge(view: View, stream: TextIO) -> None:
    """Write the badge, ASCII, one final newline."""
    words, color = badge_words(view)
    left, right = _width(_LABEL) + 2 * _PAD, _width(words) + 2 * _PAD
    text = escape(without_commands(words))
    whole = escape(f"{_LABEL}: {words}")
    stream.write(
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{left + right}" height="20" role="img" aria-label="{whole}">'
        f"<title>{whole}</title>"
        f'<clipPath id="r"><rect width="{left + right}" height="20" rx="3"/></clipPath>'
        f'<g clip-path="url(#r)"><rect width="{left}" height="20" fill="#444"/>'
        f'<rect x="{left}" width="{right}" height="20" fill="{_COLORS[color]}"/></g>'
        '<g fill="#fff" text-anchor="middle" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11">'
        f'<text x="{left / 2:g}" y="14" textLength="{left - 2 * _PAD}">{_LABEL}</text>'
        f'<text x="{left + right / 2:g}" y="14" textLength="{right - 2 * _PAD}">{text}</text></g></svg>\n'
    )


def _width(text: str) -> int:
    """The width of a text in pixels, about; the text is fitted into it."""
    return round(
        sum(4.2 if letter in _NARROW else 9.6 if letter in _WIDE else 8 if letter.isupper() else 7 for letter in text)
    )
