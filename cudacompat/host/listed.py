"""What a probe that lists things returns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Listed(Generic[T]):
    """What was found, in the order that the probe promises, and `notes`: what could not be looked up, in words."""

    values: tuple[T, ...]
    notes: tuple[str, ...] = ()
