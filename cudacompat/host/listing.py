"""What a probe that lists things returns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class ProbeList(Generic[T]):
    """What was found, in the order that the probe promises, and `notes`: what could not be looked up, in words."""

    values: tuple[T, ...]
    notes: tuple[str, ...] = ()


def in_words(ways: Sequence[str]) -> str:
    """`PATH, CUDA_HOME and /usr/local/cuda`: the ways to one thing, for `found_via`."""
    return " and ".join(filter(None, (", ".join(ways[:-1]), *ways[-1:])))
