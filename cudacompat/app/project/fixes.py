"""What the fixes of findings make of the files: applied together, looked at again, until nothing is left to fix."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from cudacompat.domain.words.finding import Edit, Finding

_LINE = re.compile(r"[^\n]*\n|[^\n]+")
_KEY = re.compile(r"((?:[ ]*-[ ]+|[ ]*))([\w-]+:)[ \t]*(?:#[^\n]*)?\r?(?:\n|\Z)")  # a key with nothing in its line


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
        if name.lower().endswith((".yml", ".yaml")):
            wanted += _emptied(name, text, wanted)
        for edit in sorted(wanted, key=lambda each: (each.start, each.end), reverse=True):
            text = text[: edit.start] + edit.new + text[edit.end :]
        if text != texts[name]:
            changed[name] = text
    return changed


def _emptied(name: str, text: str, edits: Sequence[Edit]) -> list[Edit]:
    """What becomes of the keys of a YAML file whose last value goes: they go as well, since CI systems refuse a key
    with nothing below it; one that begins an item of a list keeps its place, as an empty mapping."""
    gone = [(edit.start, edit.end) for edit in edits if not edit.new and text[edit.start : edit.end].endswith("\n")]
    more: list[Edit] = []
    met: re.Match[str] | None = None  # the last key below which something goes
    key: re.Match[str] | None = None  # the key above, as long as all below it goes
    for line in _LINE.finditer(text) if gone else ():
        if not line[0].strip() or line[0].lstrip().startswith("#"):
            continue
        if any(start <= line.start() and line.end() <= end for start, end in gone):
            if key is not None and _indent(line[0]) > len(key[1]):
                met = key
                continue
        elif key is not None and met is key and _indent(line[0]) <= len(key[1]):
            more.append(_without_values(name, key))
        key = _KEY.match(text, line.start(), line.end())
    if key is not None and met is key:
        more.append(_without_values(name, key))
    return more


def _without_values(name: str, key: re.Match[str]) -> Edit:
    if "-" in key[1]:
        return Edit(name, key.end(2), key.end(2), " {}")
    return Edit(name, key.start(), key.end(), "")


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))
