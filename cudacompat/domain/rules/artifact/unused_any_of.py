"""A group of alternatives that no file is in.

What it finds: globs of `any-of` of which none matches a file with device code that was read.

Why it matters: the files that were meant are checked each by itself, or were not built at all, which is not an error.

Example: `--any-of "lib_cuda1*.so"` where the files are called libfoo_cuda12.so.

What to do: correct the glob; it is compared with the whole path, inner names included (`*.whl!/*_cuda1*.so`). Where one
policy serves several runs that each see a part of the files, it may be another run's.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from cudacompat.domain.words.finding import Finding, Severity
from cudacompat.domain.words.rule import Rule


@dataclass(frozen=True, slots=True)
class AlternativesFacts:
    """The globs of one group of alternatives, how many of the files that were judged they match, and how many of these
    there are."""

    globs: tuple[str, ...]
    matched: int
    judged: int


def check(group: AlternativesFacts) -> Iterable[Finding]:
    """One warning for a group that is empty, where files were judged."""
    if group.judged and not group.matched:
        yield Finding(
            id=RULE.id,
            severity=Severity.WARNING,
            path=None,
            message=f"any-of {', '.join(group.globs)} matches no file with device code",
            help="correct the glob: it is compared with the whole path",
        )


RULE = Rule("unused-any-of", "Alternatives that no file is one of", __doc__, check)
