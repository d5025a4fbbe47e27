"""A list that asks only for PTX.

What it finds: a list that a build is given, without machine code for any GPU.

Why it matters: the driver compiles every kernel at the first start on each machine, and again after each update of the
driver: from seconds to half an hour.

Example: `-DCMAKE_CUDA_ARCHITECTURES=80-virtual`.

What to do: add machine code for the GPUs that you know (`86-real`).
"""

from __future__ import annotations

from collections.abc import Iterable

from cudacompat.domain.project.model import ArchListSetting, Project
from cudacompat.domain.project.walks import on_list
from cudacompat.domain.rules.lint.ptx_facts import images_together
from cudacompat.domain.words.finding import Finding, Severity
from cudacompat.domain.words.rule import Rule
from cudacompat.domain.words.target import CodeKind


@on_list
def check(project: Project, listed: ArchListSetting) -> Iterable[Finding]:
    """One finding for each list that a build is given and that asks for nothing but PTX."""
    if listed.archs is None or listed.command is None or listed.command.conditional or not listed.setting.name:
        return
    images = images_together(project, listed)
    if not images or any(image.kind is not CodeKind.PTX for image in images):
        return
    setting = listed.setting
    yield Finding(
        id=RULE.id,
        severity=Severity.NOTE,
        message=f"{setting.name} builds only PTX: every kernel is compiled at first start",
        path=setting.place.file,
        line=setting.place.line,
        span=setting.place.span,
        found=f"{setting.name}={setting.value}"[:160],
        why="the driver caches the result until its next update, or until the home directory is lost",
        help="add machine code for the GPUs that you know, such as 86-real",
    )


RULE = Rule("only-ptx", "Only PTX", __doc__, check)
