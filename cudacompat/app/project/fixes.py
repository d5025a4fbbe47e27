"""What the fixes of findings make of the files: applied together, looked at again, until nothing is left to fix."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right, insort
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from cudacompat.domain.project.edited_file import edited_text
from cudacompat.domain.words.finding import Edit, Finding

_LINE = re.compile(r"[^\n]*\n|[^\n]+")
_KEY = re.compile(r"((?:[ ]*-[ ]+|[ ]*))([\w-]+:)[ \t]*(?:#[^\n]*)?\r?(?:\n|\Z)")  # a key with nothing in its line


def chosen(findings: Iterable[Finding], *, unsafe: bool) -> tuple[Finding, ...]:
    """Return the findings whose fixes may be made together: safe ones, unsafe ones where asked for, none of which
    touches a place that one before it touches."""
    taken: dict[str, list[tuple[int, int]]] = defaultdict(list)  # in their order: none touches another
    kept: list[Finding] = []
    for finding in findings:
        fix = finding.fix
        if fix is None or not fix.edits or (not fix.safe and not unsafe):
            continue
        if any(_touches(edit, taken[edit.file]) for edit in fix.edits):
            continue
        for edit in fix.edits:
            insort(taken[edit.file], (edit.start, edit.end))
        kept.append(finding)
    return tuple(kept)


def _touches(edit: Edit, others: Sequence[tuple[int, int]]) -> bool:
    """Whether it changes what one of the others changes, or begins where one does."""
    after = bisect_left(others, (edit.start, -1))
    if after < len(others) and (others[after][0] == edit.start or others[after][0] < edit.end):
        return True
    return after > 0 and others[after - 1][1] > edit.start


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
        text = edited_text(text, wanted)
        if text != texts[name]:
            changed[name] = text
    return changed


def _emptied(name: str, text: str, edits: Sequence[Edit]) -> list[Edit]:
    """What becomes of the keys of a YAML file whose last value goes: they go as well, since CI systems refuse a key
    with nothing below it; one that begins an item of a list keeps its place, as an empty mapping."""
    gone = sorted(
        (edit.start, edit.end) for edit in edits if not edit.new and text.endswith("\n", edit.start, edit.end)
    )
    more: list[Edit] = []
    met: re.Match[str] | None = None  # the last key below which something goes
    key: re.Match[str] | None = None  # the key above, as long as all below it goes
    for line in _LINE.finditer(text) if gone else ():
        if not line[0].strip() or line[0].lstrip().startswith("#"):
            continue
        above = bisect_right(gone, (line.start(), len(text)))
        if above and line.end() <= gone[above - 1][1]:
            if key is not None and _is_below(line[0], key):
                met = key
                continue
        elif key is not None and met is key and not _is_below(line[0], key):
            more.append(_without_values(name, key))
        key = _KEY.match(text, line.start(), line.end())
    if key is not None and met is key:
        more.append(_without_values(name, key))
    return more


def _without_values(name: str, key: re.Match[str]) -> Edit:
    if "-" in key[1]:
        return Edit(name, key.end(2), key.end(2), new=" {}")
    return Edit(name, key.start(), key.end(), new="")


def _is_below(line: str, key: re.Match[str]) -> bool:
    """Whether a line belongs to the key above it; the items of a list need no deeper indent."""
    deeper = _indent(line) - len(key[1])
    return deeper > 0 or (deeper == 0 and line.lstrip(" ").startswith("- "))


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))
