"""A setup that takes a ready wheel instead of building.

What it finds: a list for a package whose own setup.py downloads a wheel of its project where one fits:
FLASH_ATTN_CUDA_ARCHS for flash-attn.

Why it matters: the wheel is taken as it is, and the list is never read. The architectures are those that its maker
chose.

Example: `FLASH_ATTN_CUDA_ARCHS=120 pip install flash-attn --no-build-isolation`.

What to do: forbid the download: FLASH_ATTENTION_FORCE_BUILD=TRUE for flash-attn.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from cudacompat.domain.builds.engine import RequiredSetting
from cudacompat.domain.project.ci_jobs import lists_of
from cudacompat.domain.project.model import Command, Project
from cudacompat.domain.project.walks import Memory, on_command_in_turn
from cudacompat.domain.words.finding import Edit, Finding, Fix, Severity
from cudacompat.domain.words.rule import Rule


@on_command_in_turn
def check(project: Project, command: Command, said: Memory) -> Iterable[Finding]:
    """One finding for each list that a build of pip's may not come to read."""
    forcing = _forcing(command)
    if forcing is None or command.use is None or command.conditional:
        return
    given = command.environment.get(forcing.name)
    listed = next(iter(lists_of(project, command)), None)
    if listed is None or (given is not None and (given.value is None or given.value == forcing.value)):
        return
    place = listed.setting.place
    if place.at in said:
        return
    said.add(place.at)
    yield Finding(
        id=RULE.id,
        severity=Severity.WARNING,
        message=f"setup may install a prebuilt {command.use.engine.name} wheel and ignore {listed.setting.name}",
        path=place.file,
        line=place.line,
        span=place.span,
        found=f"{listed.setting.name}={listed.setting.written}"[:160],
        why=f"{forcing.why} ({forcing.source})",
        help=f"{forcing.name}={forcing.value}",
        fix=_forced(project, command, forcing),
    )


def _forcing(command: Command) -> RequiredSetting | None:
    use = command.use
    if use is None or not ({"install", "wheel"} & {word.text for word in command.words[1:4]}):
        return None
    if "setup.py" in command.line:
        return None
    return next((each for each in use.engine.fixed if each.against_wheel and each.window.holds(use.parsed)), None)


def _forced(project: Project, command: Command, forcing: RequiredSetting) -> Fix | None:
    first = command.words[0].place
    before = project.text(command.place)[: first.start - command.place.start]
    if forcing.name in command.environment or not re.fullmatch(
        r"""(?:\w+=(?:"[^"]*"|'[^']*'|[^\s"'\\]*)[\s\\]+)*""", before
    ):
        return None
    edit = Edit(first.file, first.start, first.start, new=f"{forcing.name}={forcing.value} ")
    return Fix(f"set {forcing.name}", (edit,), safe=True)


RULE = Rule("wheel-instead-of-build", "Setup that may install a prebuilt wheel", __doc__, check)
