"""The code of this project as trees, parsed once by all tests of a process that look at it."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path


@cache
def tree_of(path: Path) -> ast.Module:
    """Return the module in a file of the checkout, which no test changes: not to be changed either."""
    return ast.parse(path.read_text(encoding="utf-8"))
