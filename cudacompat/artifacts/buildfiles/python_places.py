"""Where the expressions of a Python program stand in its text."""

from __future__ import annotations

import ast
import re


class PythonPlaces:
    """Finds them in one text."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._starts = [0, *(match.end() for match in re.finditer(r"\r\n|\r|\n", text))]

    def span(self, node: ast.expr) -> tuple[int, int]:
        """Return the characters from which and to which an expression stands."""
        start = self._at(node.lineno, node.col_offset)
        return start, self._at(node.end_lineno or node.lineno, node.end_col_offset or 0)

    def _at(self, line: int, column: int) -> int:
        """The place of a column that Python counts in bytes."""
        start = self._starts[line - 1]
        stop = self._starts[line] if line < len(self._starts) else len(self._text)
        row = self._text[start:stop]
        return start + (column if row.isascii() else len(row.encode()[:column].decode(errors="ignore")))
