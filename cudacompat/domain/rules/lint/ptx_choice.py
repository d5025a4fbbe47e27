"""PTX that serves less than it seems to.

What it finds: a list whose only PTX is of a target with the suffix `a` or `f` (`ptx-for-one-gpu`), where it was
asked for beside other targets; a list that asks for PTX and nothing else (`only-ptx`); and one that an image or a
preset builds with and that asks for none (`no-ptx`).

Why it matters: PTX is the way for GPUs that the list does not name. That of `compute_90a` is compiled for 9.0 and
for no other GPU, that of `compute_120f` within its family; as a fallback it is dead weight. ggml itself turns 120
into 120a, its PTX too. And where there is nothing but PTX, the driver compiles every kernel at the first start on
each machine, and again after each update of the driver. Where there is none, no GPU of a coming generation runs what
is built.

Example: `-DCMAKE_CUDA_ARCHITECTURES="80-real;90a"`; `-DCMAKE_CUDA_ARCHITECTURES=80-virtual`.

What to do: ask for PTX of a plain target, the lowest that every GPU has (`80-real;90a-real;80-virtual`); add machine
code for the cards that you know.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from cudacompat.domain.builds.engine import Grammar, Ptx
from cudacompat.domain.project.command_facts import leaves_cuda_out
from cudacompat.domain.project.list_coverage import images_beside
from cudacompat.domain.project.model import ArchListSetting, Project
from cudacompat.domain.words.finding import Finding, Severity
from cudacompat.domain.words.rule import Rule
from cudacompat.domain.words.target import ArchSuffix, ArchTarget, CodeKind


def for_one_gpu(project: Project) -> Iterable[Finding]:
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
        images = _all(project, listed)
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
        yield Finding(
            id=ONE_GPU.id,
            severity=Severity.NOTE,
            message=f"the only PTX here is {names}{rewritten}: no GPU outside this list can use it",
            path=setting.place.file,
            line=setting.place.line,
            found=f"{setting.name or 'flags'}={setting.value}"[:160],
            why="PTX with the suffix a is compiled for its own number alone, with f within its family",
            help=_help(listed, min(numbers)),
        )


def _goes_on(project: Project, listed: ArchListSetting) -> bool:
    """Whether the file adds to the list elsewhere."""
    file = project.file(listed.setting.place.file)
    name = re.escape(listed.setting.name)
    return file is not None and re.search(rf"(?i)list\s*\(\s*APPEND\s+{name}|\$\{{{name}\}}", file.text) is not None


def _help(listed: ArchListSetting, lowest: int) -> str:
    if listed.grammar is Grammar.CMAKE:
        bare = any(item.code is not None and item.code.ptx for item in (listed.archs.items if listed.archs else ()))
        return f"add {lowest}-virtual for other GPUs" + (", and -real behind the others" if bare else "")
    return f"put +PTX behind {lowest // 10}.{lowest % 10} for other GPUs"


def alone(project: Project) -> Iterable[Finding]:
    """One finding for each list that a build is given and that asks for nothing but PTX."""
    for listed in project.lists:
        if listed.archs is None or listed.command is None or listed.command.conditional or not listed.setting.name:
            continue
        images = _all(project, listed)
        if not images or any(image.kind is not CodeKind.PTX for image in images):
            continue
        setting = listed.setting
        yield Finding(
            id=ALONE.id,
            severity=Severity.NOTE,
            message=f"{setting.name} asks for PTX alone: every kernel is compiled at the first start on each machine",
            path=setting.place.file,
            line=setting.place.line,
            found=f"{setting.name}={setting.value}"[:160],
            why="the driver keeps the result in a cache of its own, until it is updated or the home folder is fresh",
            help="add machine code for the cards that you know, such as 86-real",
        )


def none_at_all(project: Project) -> Iterable[Finding]:
    """One finding for each list of an image build or a preset in which nothing is for GPUs that come later.

    Elsewhere a list without PTX is mostly meant: a test, a job for one card, a build for this machine.
    """
    seen: set[tuple[str, str]] = set()
    for listed in project.lists:
        setting = listed.setting
        if not (_ships(listed) or setting.place.file.endswith("Presets.json")) or not _can_ask_for_ptx(listed):
            continue
        images = _all(project, listed)
        at = (setting.place.file, setting.name)
        if not images or at in seen or any(image.kind is not CodeKind.SASS for image in images):
            continue
        seen.add(at)
        newest = max(image.number for image in images)
        yield Finding(
            id=NONE.id,
            severity=Severity.NOTE,
            message=f"{setting.name} asks for no PTX: no GPU of a generation after {newest // 10}.x runs this",
            path=setting.place.file,
            line=setting.place.line,
            found=f"{setting.name}={setting.value}"[:160],
            why="machine code runs within its own major version; only PTX is compiled for what comes later",
            help=_help(listed, _plain(listed, images)),
        )


def _ships(listed: ArchListSetting) -> bool:
    """Whether it reaches a build of an image, and that one is with CUDA."""
    command = listed.command
    return (
        command is not None and command.stage is not None and not command.conditional and not leaves_cuda_out(command)
    )


def _can_ask_for_ptx(listed: ArchListSetting) -> bool:
    knob = listed.knob
    return (
        listed.archs is not None
        and listed.grammar in (Grammar.CMAKE, Grammar.TORCH, Grammar.SPACED)
        and (knob is not None and knob.ptx in (Ptx.ALONE, Ptx.WITH_CODE))
    )


def _plain(listed: ArchListSetting, images: tuple[ArchTarget, ...]) -> int:
    """The highest number whose PTX the build leaves as it is."""
    use = listed.use
    numbers = sorted({image.number for image in images}, reverse=True)
    plain = (each for each in numbers if not use.engine.added_suffix(use.parsed, each, ptx=True))
    return next(plain, numbers[-1])


def _all(project: Project, listed: ArchListSetting) -> tuple[ArchTarget, ...]:
    return images_beside(project, listed)


ONE_GPU = Rule("ptx-for-one-gpu", "The only PTX serves no other GPU", __doc__, for_one_gpu)
NONE = Rule("no-ptx", "Nothing for the GPUs that come", __doc__, none_at_all)
ALONE = Rule("only-ptx", "Nothing but PTX", __doc__, alone)
