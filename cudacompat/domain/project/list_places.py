"""The places of a project that carry a list of architectures, and what becomes of each. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class PlaceState(Enum):
    """What becomes of a place; the values are the strings of the JSON."""

    CHANGES = "changes"
    THERE = "there"  # it has the target already
    UNREAD = "unread"  # nothing in this build reads it
    CANNOT = "cannot"  # it has to be changed by hand
    NO_LIST = "no-list"  # a default of CMake code that names no target, for where nothing else sets the list
    OTHER_CASE = "other-case"  # the target is carried by another line, for another case


@dataclass(frozen=True, slots=True)
class ListPlace:
    """One list in a project: where, what it is, who reads it, and what becomes of it."""

    file: str
    line: int
    what: str
    name: str
    value: str
    reader: str | None
    state: PlaceState
    becomes: str | None = None
    why: str | None = None
