"""One target twice in a list.

What it finds: a target that a list names twice (`80;80-real`).

Why it matters: nvcc compiles the same target once however often it is named, so a double is a slip, and often a wrong
number is where another was meant.

Example: `-DCMAKE_CUDA_ARCHITECTURES="80;86;86"`.

What to do: take one of them out.
"""

from __future__ import annotations

from collections.abc import Iterable

from cudacompat.domain.builds.lists.reader import ArchList, Item
from cudacompat.domain.project.list_edits import replacing
from cudacompat.domain.project.model import ArchListSetting, Project
from cudacompat.domain.project.walks import on_list
from cudacompat.domain.words.finding import Finding, Severity
from cudacompat.domain.words.rule import Rule


@on_list
def check(_project: Project, listed: ArchListSetting) -> Iterable[Finding]:
    """One finding for each list that names a target twice."""
    archs, setting = listed.archs, listed.setting
    again = _again(archs) if archs is not None else []
    if archs is None or not again:
        return
    names = ", ".join(dict.fromkeys(item.code.arch for item in again if item.code is not None))
    text = _without(archs, again[0])
    fix = replacing(setting, text, f"remove the second {names}", safe=True) if text is not None else None
    yield Finding(
        id=RULE.id,
        severity=Severity.NOTE,
        message=f"{setting.name or 'this command'} lists {names} twice",
        path=setting.place.file,
        line=setting.place.line,
        span=setting.place.span,
        found=archs.text[:160],
        why="nvcc compiles it only once; another number may have been meant",
        help=f"remove one: {text}" if text is not None else "remove one",
        fix=fix,
    )


def _again(archs: ArchList) -> list[Item]:
    """The items all of whose code an earlier item asks for."""
    seen: set[tuple[str, str]] = set()
    again = []
    for item in archs.items:
        if item.code is None:
            continue
        wanted = {(item.code.arch, kind) for kind, on in (("s", item.code.sass), ("p", item.code.ptx)) if on}
        if wanted <= seen:
            again.append(item)
        seen |= wanted
    return again


def _without(archs: ArchList, item: Item) -> str | None:
    """The text without this item; `None` where it is not alone between two separators."""
    if sum(other.start == item.start for other in archs.items) > 1:
        return None
    before = [other.end for other in archs.items if other.end <= item.start]
    return archs.text[: max(before)] + archs.text[item.end :] if before else None


RULE = Rule("duplicate-target", "Target listed twice", __doc__, check)
