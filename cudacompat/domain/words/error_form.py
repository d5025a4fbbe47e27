"""The record of a form in which an error line is written, and how much such a line says."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum


class Weight(Enum):
    """How much a form says."""

    ERROR = "error"  # an error, whatever the line's level
    BY_LEVEL = "by-level"  # words of failure: an error unless the line itself says that it is a warning or less
    FAILED = "failed"  # says only that something failed; the reason is in another line


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorForm:
    """One form: its expression, literals one of which each line of it holds, a line of it, and one that is none."""

    pattern: re.Pattern[str]
    needles: tuple[str, ...]
    example: str
    other: str
    weight: Weight = Weight.ERROR


def form(
    pattern: str, needles: str | tuple[str, ...], example: str, *, other: str, weight: Weight = Weight.ERROR
) -> ErrorForm:
    """Return a form. `needles` may be one text, in which they are separated by `~`."""
    literals = tuple(needles.split("~")) if isinstance(needles, str) else needles
    return ErrorForm(pattern=re.compile(pattern), needles=literals, example=example, other=other, weight=weight)
