"""A file before and after a change."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class EditedFile:
    """One file before and after."""

    name: str
    before: str
    after: str
