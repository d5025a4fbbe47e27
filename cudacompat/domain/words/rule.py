"""What a rule is: one record and one pure function from facts to findings."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

from cudacompat.domain.words.finding import Finding

Facts = TypeVar("Facts", contravariant=True)
LookedAt = TypeVar("LookedAt")

SECTIONS = ("What it finds", "Why it matters", "Example", "What to do")  # of the docstring of a rule's module


@dataclass(frozen=True, slots=True)
class Rule(Generic[Facts]):
    """A rule over one kind of facts. `doc` is its module's docstring, in SECTIONS: `cudacompat explain <id>` prints
    it."""

    id: str
    title: str
    doc: str
    check: Callable[[Facts], Iterable[Finding]]


def applied(rules: Iterable[Rule[LookedAt]], facts: Iterable[LookedAt]) -> list[Finding]:
    """Return what the rules find in each of these, one after the other."""
    return [finding for each in facts for rule in rules for finding in rule.check(each)]
