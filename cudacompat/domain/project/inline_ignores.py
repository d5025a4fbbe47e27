"""Ignores that stand in the files themselves: `# cudacompat: ignore[rule-id] the reason`.

One holds for the line that it stands on, and, where it stands on lines of its own, for the first line below them.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from cudacompat.domain.project.model import SourceFile
from cudacompat.domain.words.finding import Finding, Suppressed

_IGNORE = re.compile(r"cudacompat:[ \t]*ignore(?:\[([^\]\n]*)\])?[ \t:-]*([^\r\n]*)")
_COMMENT = re.compile(r"[ \t]*(?:#|//|--|<!--|/\*)")
_CLOSES = re.compile(r"[ \t]*(?:\*/|-->)[ \t]*$")
_MOST = 10_000


@dataclass(frozen=True, slots=True)
class InlineIgnore:
    """One comment: the rules that it names, why, the lines that it holds for."""

    file: str
    line: int
    rules: tuple[str, ...]
    reason: str
    lines: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class InlineUse:
    """One comment, how many findings it took out, which of its rules there are none of, and which were not run."""

    ignore: InlineIgnore
    matched: int
    unknown: tuple[str, ...]
    not_run: tuple[str, ...] = ()


def ignores_in(file: SourceFile) -> Iterator[InlineIgnore]:
    """Yield the ignores in a file."""
    if "cudacompat:" not in file.text:
        return
    lines = file.text.split("\n")
    below = 0  # how many lines there are up to the end of the comment
    for number, line in enumerate(lines[:_MOST], 1):
        match = _IGNORE.search(line)
        if match is None:
            continue
        holds = [number]
        if _COMMENT.match(line):
            below = max(below, number)
            while below < len(lines) and _COMMENT.match(lines[below]):
                below += 1
            holds.append(below + 1)
        rules = tuple(part.strip() for part in (match[1] or "").split(",") if part.strip())
        yield InlineIgnore(file.name, number, rules, reason=_CLOSES.sub("", match[2]).strip(), lines=tuple(holds))


def apply(
    findings: Iterable[Finding], files: Sequence[SourceFile], known: frozenset[str], run: frozenset[str]
) -> tuple[tuple[Finding, ...], tuple[Suppressed, ...], tuple[InlineUse, ...]]:
    """Return what still counts, what does not, and how each ignore was used. One without a reason takes nothing out.
    `known` are the ids that an ignore may name, `run` those of the rules that were run."""
    ignores = [each for file in files for each in ignores_in(file)]
    matched = dict.fromkeys(range(len(ignores)), 0)
    at: dict[tuple[str | None, int | None], list[int]] = defaultdict(list)
    for index, ignore in enumerate(ignores):
        for line in ignore.lines:
            at[ignore.file, line].append(index)
    kept: list[Finding] = []
    suppressed: list[Suppressed] = []
    for finding in findings:
        by = None
        for index in at.get((finding.path, finding.line), ()):
            ignore = ignores[index]
            if finding.id in ignore.rules:
                matched[index] += 1
                by = by or (ignore if ignore.reason else None)
        if by is None:
            kept.append(finding)
        else:
            suppressed.append(Suppressed(finding, "ignore", by.reason))
    uses = tuple(
        InlineUse(
            ignore,
            matched[index],
            tuple(rule for rule in ignore.rules if rule not in known),
            not_run=tuple(rule for rule in ignore.rules if rule in known and rule not in run),
        )
        for index, ignore in enumerate(ignores)
    )
    return tuple(kept), tuple(suppressed), uses
