"""The only PTX of a list serves no other GPU than those it names.

What it finds: a list of several targets whose only PTX is of a target with the suffix `a` or `f`.

Why it matters: PTX is the way for GPUs that the list does not name. That of `compute_90a` is compiled for 9.0 and for
no other GPU, that of `compute_120f` within its family; as a fallback it is dead weight. ggml itself turns 120 into
120a, its PTX too.

Example: `-DCMAKE_CUDA_ARCHITECTURES="80-real;90a"`.

What to do: ask for PTX of a plain target, the lowest that every GPU has (`80-real;90a-real;80-virtual`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from cudacompat.domain.builds.engine import Grammar
from cudacompat.domain.project.model import ArchListSetting, Project
from cudacompat.domain.rules.lint.ptx_facts import images_together, ptx_help
from cudacompat.domain.words.finding import Finding, Severity
from cudacompat.domain.words.rule import Rule
from cudacompat.domain.words.target import ArchSuffix, CodeKind


def check(project: Project) -> Iterable[Finding]:
    """One finding for each list of several targets whose PTX serves none but its own."""
    going_on: dict[tuple[str, str], bool] = {}
    for listed in project.lists:
        if listed.archs is None or listed.grammar not in (Grammar.CMAKE, Grammar.TORCH, Grammar.SPACED):
            continue
        at = (listed.setting.place.file, listed.setting.name)
        if at not in going_on:
            going_on[at] = _goes_on(project, listed)
        if going_on[at]:
            continue
        images = images_together(project, listed)
        ptx = [image for image in images if image.kind is CodeKind.PTX]
        numbers = {image.number for image in images}
        if not ptx or len(numbers) < 2 or any(image.suffix is ArchSuffix.NONE for image in ptx):
            continue
        setting = listed.setting
        names = ", ".join(dict.fromkeys(map(str, ptx)))
        written = any(f"{image.arch}" in (setting.value or "") for image in ptx) and listed.grammar is Grammar.CMAKE
        rewritten = (
            "" if written or listed.grammar is not Grammar.CMAKE else f" ({listed.use.engine.name} adds the suffix)"
        )
        family = any(image.suffix is ArchSuffix.FAMILY for image in ptx)
        others = "GPUs of other families" if family else "other GPUs"
        yield Finding(
            id=RULE.id,
            severity=Severity.NOTE,
            message=f"the only PTX is {names}{rewritten}, which {others} cannot use",
            path=setting.place.file,
            line=setting.place.line,
            span=setting.place.span,
            found=f"{setting.name or 'flags'}={setting.value}"[:160],
            why="PTX with suffix a compiles only for its own compute capability, with suffix f only within its family",
            help=ptx_help(listed, min(numbers)),
        )


def _goes_on(project: Project, listed: ArchListSetting) -> bool:
    """Whether the file adds to the list elsewhere."""
    file = project.file(listed.setting.place.file)
    name = re.escape(listed.setting.name)
    return file is not None and re.search(rf"(?i)list\s*\(\s*APPEND\s+{name}|\$\{{{name}\}}", file.text) is not None


RULE = Rule("ptx-for-one-gpu", "PTX only with the suffix a or f", __doc__, check)
