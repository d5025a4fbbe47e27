"""Values of a document of JSON that have to be of one type: `TypeError` for all others."""

from __future__ import annotations

from typing import Any


def as_list(value: Any) -> list[Any]:
    """Return a list."""
    if not isinstance(value, list):
        raise TypeError("not a list")
    return value


def as_text(value: Any) -> str:
    """Return a text."""
    if not isinstance(value, str):
        raise TypeError("not a text")
    return value


def as_text_or_none(value: Any) -> str | None:
    """Return a text, or None for null."""
    return None if value is None else as_text(value)


def as_number(value: Any) -> int:
    """Return a whole number that is not negative."""
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise TypeError("not a number")
    return value


def as_number_or_none(value: Any) -> int | None:
    """Return such a number, or None for null."""
    return None if value is None else as_number(value)


def as_flag(value: Any) -> bool:
    """Return true or false."""
    if not isinstance(value, bool):
        raise TypeError("neither true nor false")
    return value
