"""The function that writes a report, found by the report's type."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any


def found_in(table: Mapping[str, tuple[str, str]], report: object) -> Callable[..., Any]:
    """Return the function (module, name) that the table names for this report's type, imported now."""
    import importlib

    module, function = table[type(report).__name__]
    found: Callable[..., Any] = getattr(importlib.import_module(module), function)
    return found
