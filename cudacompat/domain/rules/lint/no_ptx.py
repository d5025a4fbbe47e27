"""Nothing in a list is for the GPUs that come later.

What it finds: a list that an image or a preset builds with and that asks for no PTX. Elsewhere a list without PTX is
mostly meant: a test, a job for one GPU, a build for this machine.

Why it matters: machine code runs within its own major version. Where there is no PTX, no GPU of a coming generation
runs what is built.

Example: `-DCMAKE_CUDA_ARCHITECTURES="86-real;89-real"` in a Dockerfile.

What to do: ask for PTX of one plain target in addition to the machine code (`86-real;89`).
"""

from __future__ import annotations

from collections.abc import Iterable

from cudacompat.domain.builds.engine import Grammar, Ptx
from cudacompat.domain.project.cuda_switches import leaves_cuda_out
from cudacompat.domain.project.model import ArchListSetting, Project
from cudacompat.domain.project.walks import Memory, on_list_in_turn
from cudacompat.domain.rules.lint.ptx_facts import images_together, ptx_help
from cudacompat.domain.words.finding import Finding, Severity
from cudacompat.domain.words.rule import Rule
from cudacompat.domain.words.target import ArchTarget, CodeKind


@on_list_in_turn
def check(project: Project, listed: ArchListSetting, seen: Memory) -> Iterable[Finding]:
    """One finding for each list of an image build or a preset in which nothing is for GPUs that come later.

    Elsewhere a list without PTX is mostly meant: a test, a job for one GPU, a build for this machine.
    """
    setting = listed.setting
    if not (_ships(listed) or setting.place.file.endswith("Presets.json")) or not _can_ask_for_ptx(listed):
        return
    images = images_together(project, listed)
    at = (setting.place.file, setting.name)
    if not images or at in seen or any(image.kind is not CodeKind.SASS for image in images):
        return
    seen.add(at)
    newest = max(image.number for image in images)
    yield Finding(
        id=RULE.id,
        severity=Severity.NOTE,
        message=f"{setting.name} builds no PTX: GPUs newer than {newest // 10}.x cannot run the result",
        path=setting.place.file,
        line=setting.place.line,
        span=setting.place.span,
        found=f"{setting.name}={setting.value}"[:160],
        why="machine code runs only within its major version; only PTX can be compiled for later GPUs",
        help=ptx_help(listed, _plain(listed, images)),
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


RULE = Rule("no-ptx", "No PTX for future GPUs", __doc__, check)
