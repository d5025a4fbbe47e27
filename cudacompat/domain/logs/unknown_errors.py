"""Lines that look like errors and are in no catalogue: said to be unknown, never guessed at."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from cudacompat.domain.logs.signature import Signature

_WORD = re.compile(r"[A-Za-z][A-Za-z_]{2,}|\b\d{3}\b")
_COMMON = frozenset(
    [
        "the",
        "and",
        "for",
        "with",
        "not",
        "error",
        "failed",
        "file",
        "line",
        "this",
        "that",
        "from",
        "your",
        "are",
        "was",
        "has",
        "have",
        "cuda",
        "fatal",
        "errors",
        "while",
        "version",
    ]
)
_NEAR_ENOUGH = 0.34


@dataclass(slots=True)
class Unknown:
    """A line that looks like an error: the first of its kind, how many there were, and the ids of signatures that
    share most words with it (none if none does). One that `names_fault` says more than that something failed; one that
    is `elsewhere` is of a service that has no GPU, such as a database. What one that `is_heading` reports is on the
    next line."""

    line: int
    text: str
    nearest: tuple[str, ...]
    names_fault: bool = True
    elsewhere: bool = False
    is_heading: bool = False
    count: int = 1


class Nearest:
    """Finds the signatures whose sample shares most words with a text."""

    def __init__(self, signatures: Iterable[Signature]) -> None:
        self._signatures = tuple(signatures)

    def ids(self, text: str, most: int = 3) -> tuple[str, ...]:
        """Return the ids of the nearest, at most three, none if none is near."""
        words = _words(text)
        scored = []
        for signature in self._signatures:
            own = _words_of_sample(signature.sample)
            common = len(words & own)
            if common >= 2:
                share = common / min(len(words), len(own))
                scored.append((share, common, len(own), signature.id))
        scored.sort(key=lambda item: (-item[0] * item[1], item[2], item[3]))  # of equals the one with less else in it
        return tuple(id_ for share, _, _, id_ in scored[:most] if share >= _NEAR_ENOUGH)


@cache  # for the samples of the catalogue, never for a line of a log
def _words_of_sample(sample: str) -> frozenset[str]:
    return _words(sample)


def _words(text: str) -> frozenset[str]:
    return frozenset(word.lower() for word in _WORD.findall(text[:2000])) - _COMMON
