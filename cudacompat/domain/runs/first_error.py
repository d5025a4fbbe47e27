"""The first error in what a build printed: what came after it is mostly its consequence. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

MOST_LINES = 6

# Forms of messages: gcc, clang and nvcc (`a.cu(3): error`, `a.c:3:1: error:`), nvcc's and ptxas' own, linkers, CMake,
# rustc and cargo, make, Python, pip, apt, buildah.
_ERROR = re.compile(
    r"(?:^|[\s:])(?:fatal )?error(?:\[[A-Z]\d+\])?\s*(?:[:#]|$)"
    r"|\): error\b|^nvcc fatal|^ptxas (?:fatal|error|\S+, line \d+; error)|^nvlink (?:fatal|error)|^fatbinary fatal"
    r"|undefined reference to|cannot find -l|^CMake Error|\*\*\* No rule to make target|multiple definition of"
    r"|^(?:\w+\.)*\w*(?:Error|Exception): |^error: |^ERROR: |^E: |thread '.*' panicked at|No space left on device"
    r"|^Killed$|Killed +signal terminated|internal compiler error|^\S+: not found$|: command not found"
)
# What says that a part failed whose own message stands above, or that there were none.
_NOT = re.compile(
    r"\b0 errors?\b|--?W?error\b|-Werror|error-limit|error_code\b|errors? generated\.$|^make(?:\[\d+\])?: \*\*\* \[|"
    r"^\[\d+/\d+\]|^\[ *\d+%\]|^FAILED: |^ninja: build stopped|-- (?:Looking|Performing|Check)",
)


def begins_error(line: str) -> bool:
    """Whether a compiler, linker or other program of a build says its error here."""
    return _ERROR.search(line) is not None and _NOT.search(line) is None


def with_context(lines: Sequence[str]) -> tuple[str, ...]:
    """Return of the lines from an error on what belongs to it: itself, and what follows up to an empty line."""
    kept: list[str] = []
    for line in lines[:MOST_LINES]:
        if kept and (not line.strip() or begins_error(line)):
            break
        kept.append(line)
    return tuple(kept)
