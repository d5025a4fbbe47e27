"""What the fixes of findings make of the files: applied together, looked at again, until nothing is left to fix."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from cudacompat.domain.finding import Edit, Finding


def chosen(findings: Iterable[Finding], *, unsafe: bool) -> tuple[Finding, ...]:
    """Return the findings whose fixes may be made together: safe ones, unsafe ones where asked for, none of which
    touches a place that one before it touches."""
    taken: dict[str, list[Edit]] = defaultdict(list)
    kept: list[Finding] = []
    for finding in findings:
        fix = finding.fix
        if fix is None or not fix.edits or (not fix.safe and not unsafe):
            continue
        if any(_touch(edit, other) for edit in fix.edits for other in taken[edit.file]):
            continue
        for edit in fix.edits:
            taken[edit.file].append(edit)
        kept.append(finding)
    return tuple(kept)


def _touch(edit: Edit, other: Edit) -> bool:
    return (edit.start < other.end and other.start < edit.end) or edit.start == other.start


def edited(texts: Mapping[str, str], findings: Sequence[Finding]) -> dict[str, str]:
    """Return the new texts of the files that the fixes of these findings change."""
    edits: dict[str, list[Edit]] = defaultdict(list)
    for finding in findings:
        for edit in finding.fix.edits if finding.fix is not None else ():
            edits[edit.file].append(edit)
    changed: dict[str, str] = {}
    for name, wanted in edits.items():
        text = texts[name]
        for edit in sorted(wanted, key=lambda each: (each.start, each.end), reverse=True):
            text = text[: edit.start] + edit.new + text[edit.end :]
        if text != texts[name]:
            changed[name] = text
    return changed
