"""A target that this setting cannot be given.

What it finds: an architecture in a list whose reader stops at it or passes it over: 12.0 in CTranslate2's
CUDA_ARCH_LIST, 86 in FLASH_ATTN_CUDA_ARCHS, a suffix where plain numbers are taken.

Why it matters: CMake's FindCUDA module, which CTranslate2 uses, allows one digit before the point: 10.0 and up are
"Unknown CUDA Architecture Name" in every release of CMake. flash-attention knows a few numbers and silently
ignores others, so that the wheel lacks what the line asks for.

Example: `cmake -DWITH_CUDA=ON -DCUDA_ARCH_LIST="8.6;12.0"` for CTranslate2.

What to do: use the setting that takes it (`-DCUDA_NVCC_FLAGS="-gencode=arch=compute_120,code=sm_120"`), or the
number that stands for it (machine code of 80 serves 86 and 89).
"""

from __future__ import annotations

from collections.abc import Iterable

from cudacompat.domain.builds.engine import Channel, Knob
from cudacompat.domain.builds.lists.guess import meant
from cudacompat.domain.builds.lists.writer import CodeTarget, spell
from cudacompat.domain.project.list_edits import literal, replacing
from cudacompat.domain.project.model import ArchListSetting, Project
from cudacompat.domain.project.open_quotes import quotes_for
from cudacompat.domain.project.walks import on_list
from cudacompat.domain.words.errors import UsageError
from cudacompat.domain.words.finding import Edit, Finding, Fix, Severity
from cudacompat.domain.words.rule import Rule


@on_list
def check(project: Project, listed: ArchListSetting) -> Iterable[Finding]:
    """One finding for each list with such a target."""
    knob = listed.knob
    if knob is None or knob.stops is None or listed.setting.name != knob.name:
        return
    codes = _codes(listed)
    refused = [each for each in codes if not knob.takes(each.number, each.suffix.value)]
    if not refused:
        return
    if knob.stops:
        yield _stopping(project, listed, knob, codes=codes, refused=refused)
    else:
        yield _left_out(listed, knob, codes, refused=refused)


def _codes(listed: ArchListSetting) -> list[CodeTarget]:
    if listed.archs is not None:
        return list(listed.archs.code)
    items = meant(listed.setting.value) if listed.setting.value is not None and listed.wrong is not None else None
    high = [each for each in items or () if each.number >= 100]  # a grammar that cannot even say it
    return [CodeTarget(each.number, each.suffix) for each in items or ()] if high and listed.knob is not None else []


def _stopping(
    project: Project, listed: ArchListSetting, knob: Knob, codes: list[CodeTarget], refused: list[CodeTarget]
) -> Finding:
    setting, engine = listed.setting, listed.use.engine
    other = next(
        (
            each
            for each in engine.knobs
            if each is not knob
            and each.channel is Channel.DEFINE
            and each.window.holds(listed.use.parsed)
            and all(each.takes(code.number, code.suffix.value) for code in refused)
        ),
        None,
    )
    value = _spelled(other, refused) if other is not None else None
    names = ", ".join(dict.fromkeys(each.dotted if "." in (setting.value or "") else each.arch for each in refused))
    kept = [each for each in codes if each not in refused]
    plain = ", ".join(each.arch.rstrip("af") for each in refused)
    return Finding(
        id=RULE.id,
        severity=Severity.ERROR,
        message=f"{knob.name} does not accept {names}: the {engine.name} build stops",
        path=setting.place.file,
        line=setting.place.line,
        span=setting.place.span,
        found=f"{setting.name}={setting.value}"[:160],
        why=f"read by {listed.reader}",
        help=f'use -D{other.name}="{value}"' if other is not None and value else f"write {plain}",
        fix=_moved(project, listed, knob, kept=kept, argument=f"-D{other.name}={value}")
        if other is not None and value
        else None,
    )


def _spelled(knob: Knob, codes: list[CodeTarget]) -> str | None:
    try:
        return spell(knob.grammar, codes)
    except UsageError:
        return None


def _moved(project: Project, listed: ArchListSetting, knob: Knob, kept: list[CodeTarget], argument: str) -> Fix | None:
    """The fix that leaves the others in the list and gives the rest by another -D before it."""
    setting, command = listed.setting, listed.command
    file = project.file(setting.place.file)
    taken = argument[2:].partition("=")[0]
    if file is None or command is None or not setting.in_shell or not literal(setting) or not setting.quote.strip():
        return None
    if any(each.name == taken for each in command.defines) or not any(each is setting for each in command.defines):
        return None
    left = _spelled(knob, kept) if kept else (knob.empty[0] if knob.empty is not None else None)
    start = file.text.rfind("-D", 0, setting.place.start)
    if file.text[start - 1] in "\"'":
        start -= 1
    if left is None or not file.text[start - 1].isspace():
        return None
    place = setting.place
    quote = quotes_for(project, file.name, start + 1, end=start + 2)
    if quote is None:
        return None
    edits = (
        Edit(file.name, start, start, new=f"{quote}{argument}{quote} "),
        Edit(file.name, place.start, place.end, new=left),
    )
    return Fix(f"pass it through {taken}", edits, safe=True)


def _left_out(listed: ArchListSetting, knob: Knob, codes: list[CodeTarget], refused: list[CodeTarget]) -> Finding:
    setting = listed.setting
    names = ", ".join(dict.fromkeys(each.arch for each in refused))
    instead = list(dict.fromkeys(CodeTarget(knob.stand_in(each.number)) for each in codes))
    served = all(knob.takes(each.number, "") for each in instead)
    value = _spelled(knob, sorted(instead, key=lambda each: each.number)) if served else None
    nothing = len(refused) == len(codes)
    known = ", ".join(map(str, knob.known))
    return Finding(
        id=RULE.id,
        severity=Severity.ERROR if nothing or not served else Severity.WARNING,
        message=f"{listed.use.engine.name} silently ignores {names} in {knob.name}",
        path=setting.place.file,
        line=setting.place.line,
        span=setting.place.span,
        found=f"{setting.name}={setting.value}"[:160],
        why=f"supported values: {known}" if known else f"read by {listed.reader}",
        help=f"{knob.name}={value}" if value else f"it builds only for {known}",
        fix=replacing(setting, value, f"use supported values: {value}", safe=True) if value else None,
    )


RULE = Rule("engine-does-not-take", "Target that the setting does not accept", __doc__, check)
