"""Text that Markdown shows as it is: escaped, in code, in tables."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from cudacompat.report.safe_text import clipped, safe_line

_LONGEST = 4000


_SPECIAL = re.compile(r"[\\`*~<>\[\]|&]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])")


_LINKED = re.compile(r"(?i)(?<=www)\.|(?<=http):|(?<=https):|(?<=ftp):|@(?=\w)|#(?=\d)")


def escaped(text: str) -> str:
    """Free text that stays what it is: no markup, no links, no mentions, one line."""
    line = clipped(text, _LONGEST, lines=True).replace("\n", " ")
    line = _SPECIAL.sub(lambda match: "\\" + match[0], line)
    line = _LINKED.sub(lambda match: f"{match[0]}<!-- -->" if match[0] in "@#" else "\\" + match[0], line)
    return f"\\{line}" if line.startswith(("#", "+", "-", "=")) else line


def code(text: str, *, cell: bool = False) -> str:
    """A code span; in the cell of a table a `|` would end the cell even inside of one."""
    shown = clipped(text, _LONGEST)
    if cell:
        shown = shown.replace("|", "\\|")
    fence = "`" * (_longest_run(shown) + 1)
    room = " " if shown.startswith("`") or shown.endswith("`") else ""
    return f"{fence}{room}{shown}{room}{fence}"


def block(text: str, indent: str = "") -> str:
    """A block of lines as they are, below an item of a list if there is an indent."""
    fence = "`" * max(3, _longest_run(text) + 1)
    return "".join(f"{indent}{line}\n" for line in (fence, *map(safe_line, text.splitlines()), fence))


def _longest_run(text: str) -> int:
    return max((len(run) for run in re.findall("`+", text)), default=0)


def table_row(cells: Sequence[str] | Iterable[str]) -> str:
    """A row of a table; its cells are escaped already."""
    return f"| {' | '.join(cells)} |\n"
