"""Making a stranger's text safe to print."""

from __future__ import annotations

import unicodedata


def safe(text: str) -> str:
    """Return the text with everything that could move a cursor, colour, reorder or break a line made visible.

    Control and format characters (terminal escapes, bidirectional overrides, zero-width marks), line separators and
    undecodable bytes come out as backslash escapes; nothing is dropped, so two names stay two names.
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(c if unicodedata.category(c) not in _HIDDEN else _escaped(c) for c in text)


_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def _escaped(character: str) -> str:
    code = ord(character)
    if 0xDC80 <= code <= 0xDCFF:  # a byte that was not valid UTF-8, kept by surrogateescape
        return f"\\x{code - 0xDC00:02x}"
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def clipped(text: str, most: int, *, lines: bool = False) -> str:
    """The text made safe and cut to about `most` characters, with the number left out said. With `lines` the ends of
    its lines stay (for prose, never for names)."""
    shown = text[:most]
    cleaned = "\n".join(map(safe, shown.split("\n"))) if lines else safe(shown)
    return cleaned if len(text) <= most else f"{cleaned}… ({len(text) - most} more characters)"
