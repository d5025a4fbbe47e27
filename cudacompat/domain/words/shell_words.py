"""The words of a command line, as `shlex.split` gives them; that takes time that grows with the square of a word."""

from __future__ import annotations

import re

_PIECE = re.compile(
    r"""(?P<blank>[ \t\r\n]++)|(?P<plain>[^ \t\r\n"'\\]++)|'(?P<single>[^']*+)'"""
    r"""|"(?P<double>(?:[^"\\]++|\\.)*+)"|\\(?P<escaped>.)""",
    re.DOTALL,
)
_ESCAPED = re.compile(r'\\(["\\])')


def shell_words(line: str) -> list[str]:
    """Return the words of a line, its quotes and backslashes taken off; `ValueError` for a quote that nothing closes
    and a backslash at the end."""
    words: list[str] = []
    word: list[str] | None = None
    at = 0
    while at < len(line):
        piece = _PIECE.match(line, at)
        if piece is None:
            raise ValueError("a backslash at the end" if line[at] == "\\" else "a quote that nothing closes")
        at = piece.end()
        if piece.lastgroup == "blank":
            if word is not None:
                words.append("".join(word))
            word = None
            continue
        word = word if word is not None else []
        text = piece[piece.lastgroup or 0]
        word.append(_ESCAPED.sub(r"\1", text) if piece.lastgroup == "double" else text)
    return words if word is None else [*words, "".join(word)]
