"""A plain target where this build stops without its suffix.

What it finds: a plain number in the list of an engine whose version demands `a` or `f` after it.

Why it matters: llama.cpp of December 2025 (b7532 up to before b7575) compiles FP4 instructions that only 12.0a has; its
CMakeLists stops at a plain 120 and asks for 120a. Versions after that add the suffix themselves.

Example: `git clone -b b7540 https://github.com/ggml-org/llama.cpp`, then `-DCMAKE_CUDA_ARCHITECTURES=120`.

What to do: write the suffix, or take a version that adds it.
"""

from __future__ import annotations

from collections.abc import Iterable

from cudacompat.domain.project.list_edits import replacing
from cudacompat.domain.project.model import ArchListSetting, Project
from cudacompat.domain.project.walks import on_list
from cudacompat.domain.words.finding import Finding, Severity
from cudacompat.domain.words.rule import Rule
from cudacompat.domain.words.target import ArchSuffix


@on_list
def check(_project: Project, listed: ArchListSetting) -> Iterable[Finding]:
    """One finding for each list with such a number."""
    if listed.archs is None or listed.knob is None:
        return
    engine, version = listed.use.engine, listed.use.parsed
    text, first, suffix = listed.archs.text, "", ""
    for item in reversed(listed.archs.items):
        if item.code is None or item.code.suffix is not ArchSuffix.NONE:
            continue
        demanded = engine.added_suffix(version, item.code.number, demanded=True)
        if demanded:
            first, suffix = str(item.code.number), demanded
            at = text.index(first, item.start) + len(first)
            text = text[:at] + demanded + text[at:]
    if not first:
        return
    setting = listed.setting
    yield Finding(
        id=RULE.id,
        severity=Severity.ERROR,
        message=f"{engine.name} {listed.use.version} rejects plain {first}: it needs {first}{suffix}",
        path=setting.place.file,
        line=setting.place.line,
        span=setting.place.span,
        found=f"{setting.name}={setting.value}"[:160],
        why=next((hazard.why for hazard in engine.hazards if "plain" in hazard.name), f"read by {listed.reader}"),
        help=f"{setting.name}={text}",
        fix=replacing(setting, text, f"write {first}{suffix}", safe=True),
    )


RULE = Rule("suffix-needed", "Target without its required suffix", __doc__, check)
