"""The first error in what a build printed: what came after it is mostly its consequence."""

from __future__ import annotations

from collections.abc import Sequence

from cudacompat.domain.words.error_lines import names_fault

MOST_LINES = 6


def begins_error(line: str) -> bool:
    """Whether a compiler, linker or other program of a build says its error here, and not only that a step failed."""
    return names_fault(line)


def with_context(lines: Sequence[str]) -> tuple[str, ...]:
    """Return of the lines from an error on what belongs to it: itself, and what follows up to an empty line."""
    kept: list[str] = []
    for line in lines[:MOST_LINES]:
        if kept and (not line.strip() or begins_error(line)):
            break
        kept.append(line)
    return tuple(kept)
