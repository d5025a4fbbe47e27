"""The generated tables: the files of `data/` beside this module, which tools/refresh_tables.py writes.

Nothing is read before a table is asked for.
"""

from __future__ import annotations

import json
import pkgutil
from typing import Any


def table(name: str) -> dict[str, Any]:
    """Return the table of this name: its `rows`, and what its head says of their origin."""
    text = pkgutil.get_data(__package__, f"data/{name}.json")
    if text is None:  # a loader that cannot give data, which no installation of this package has
        raise FileNotFoundError(f"no table {name} in {__package__}")
    found: dict[str, Any] = json.loads(text)
    return found


def rows(name: str) -> list[dict[str, Any]]:
    """Return the rows of the table of this name."""
    found: list[dict[str, Any]] = table(name)["rows"]
    return found
