"""Findings of one rule at one place, for several targets, as one thing to read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cudacompat.domain.words.finding import CodePlace, Finding
from cudacompat.report.rule_text import rule_text
from cudacompat.report.view import details

_MOST_PLACES = 6


@dataclass(frozen=True, slots=True)
class Said:
    """A text, and the targets for which it is said (none where it is the same for all)."""

    text: str
    targets: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FindingGroup:
    """One rule at one place: the message for each target, and each field once where the targets agree in it."""

    id: str
    title: str
    path: str | None
    line: int | None
    messages: tuple[str, ...]
    fields: tuple[tuple[str, tuple[Said, ...]], ...]
    places: tuple[CodePlace, ...]
    docs: str
    findings: int


def group(findings: Sequence[Finding]) -> list[FindingGroup]:
    """Return the groups in the order of their first findings."""
    found: dict[tuple[str, str | None, int | None], list[Finding]] = {}
    for finding in findings:
        found.setdefault((finding.id, finding.path, finding.line), []).append(finding)
    return [_group(each) for each in found.values()]


def _group(findings: Sequence[Finding]) -> FindingGroup:
    first = findings[0]
    fields: list[tuple[str, tuple[Said, ...]]] = []
    for label in ("found", "why", "help"):
        said: dict[str, list[str]] = {}
        for finding in findings:
            text = dict(details(finding)).get(label)
            if text is not None:
                said.setdefault(text, []).append(finding.target or "")
        if len(said) == 1 and len(next(iter(said.values()))) == len(findings):
            fields.append((label, (Said(next(iter(said))),)))
        elif said:
            fields.append((label, tuple(Said(text, tuple(filter(None, targets))) for text, targets in said.items())))
    places = dict.fromkeys(place for finding in findings for place in finding.places)
    return FindingGroup(
        id=first.id,
        title=rule_text(first.id).title,
        path=first.path,
        line=first.line,
        messages=tuple(dict.fromkeys(finding.message for finding in findings)),
        fields=tuple(fields),
        places=tuple(places)[:_MOST_PLACES],
        docs=first.docs,
        findings=len(findings),
    )
