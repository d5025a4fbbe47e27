"""Applying one function to many items: the seam where processes, or other machines, take the place of a loop."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol, TypeVar

Item = TypeVar("Item")
Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class Lost:
    """In place of an answer: the process that worked on the item ended. `why` says how."""

    why: str


class Executor(Protocol):
    """Applies a function to items."""

    def map(self, function: Callable[[Item], Answer], items: Iterable[Item]) -> Iterator[tuple[Item, Answer | Lost]]:
        """Give each item and its answer, in any order."""


class Serial:
    """One item after the other, in this process; an item is taken only after the answer before it was given."""

    def map(self, function: Callable[[Item], Answer], items: Iterable[Item]) -> Iterator[tuple[Item, Answer | Lost]]:
        """Give each item and its answer, in the order of the items."""
        for item in items:
            yield item, function(item)
