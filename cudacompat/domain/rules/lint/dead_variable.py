"""A variable for architectures that nothing in this project reads.

What it finds: TORCH_CUDA_ARCH_LIST, CUDA_DOCKER_ARCH, GGML_CUDA_COMPUTE_CAPABILITY and the like, set for a build that
does not read them, with no other mention in the project.

Why it matters: the build succeeds and ignores it. Who set it believes that the architectures are chosen; the binary
carries the compiler's default, or an old list, and fails on the card it was meant for.

Example: `ENV TORCH_CUDA_ARCH_LIST="12.0"` in an image that builds whisper.cpp.

What to do: remove it, and set what this build reads (`cudacompat generate ENGINE --gpu …` says what).
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from cudacompat.domain.engine import DeadSetting
from cudacompat.domain.extend import Way
from cudacompat.domain.finding import Finding, Severity
from cudacompat.domain.lint.facts import Project, Setting, Use
from cudacompat.domain.lint.questions import removal
from cudacompat.domain.rule import Rule

_NOBODYS = "GGML_CUDA_COMPUTE_CAPABILITY"


def check(project: Project) -> Iterable[Finding]:
    """One finding for each place that sets it."""
    dead = {each.name: (each, use) for use in project.uses for each in use.engine.dead if each.window.holds(use.parsed)}
    seen: set[tuple[str, int]] = set()
    for setting in project.settings:
        at = (setting.place.file, setting.place.start)
        if at in seen or setting.way not in (Way.ENVIRONMENT, Way.DEFINE, Way.BUILD_ARGUMENT):
            continue
        seen.add(at)
        why = _why(project, setting, dead)
        if why is None:
            continue
        knobs = dict.fromkeys(knob.name for use in project.uses for knob in use.engine.knobs)
        yield Finding(
            id=RULE.id,
            severity=Severity.ERROR,
            message=f"nothing in this project reads {setting.name}",
            path=setting.place.file,
            line=setting.place.line,
            found=f"{setting.name}={setting.written}"[:120],
            why=why,
            help=f"remove it; the architectures are set by {next(iter(knobs))}" if knobs else "remove it",
            fix=removal(project, setting),
        )


def _why(project: Project, setting: Setting, dead: dict[str, tuple[DeadSetting, Use]]) -> str | None:
    if _mentioned_elsewhere(project, setting):
        return None
    if setting.name == _NOBODYS:
        return "no known program reads a variable of this name"
    found = dead.get(setting.name)
    if found is None or any(_reads(use, setting.name) for use in project.uses):
        return None
    each, use = found
    elsewhere = f"; it belongs to {each.read_by}" if each.read_by else ""
    return f"{use.engine.name} ({use.shown}): {each.why}{elsewhere}"


def _reads(use: Use, name: str) -> bool:
    knobs = (*use.engine.knobs, *use.engine.env_knobs, *use.engine.file_knobs)
    return any(knob.name == name and knob.window.holds(use.parsed) for knob in knobs)


def _mentioned_elsewhere(project: Project, setting: Setting) -> bool:
    """Whether something other than what sets it speaks of it: `$NAME`, `ENV{NAME}`, `os.environ["NAME"]`."""
    reading = re.compile(
        rf"\$\{{?{re.escape(setting.name)}\b|ENV\{{{re.escape(setting.name)}\}}|\$\({re.escape(setting.name)}\)"
        rf"|(?:environ|getenv|env|env_var|var)\w*\W{{1,3}}{re.escape(setting.name)}\b"
        rf"|(?:env|matrix|inputs|vars)\.{re.escape(setting.name)}\b"
    )
    return any(reading.search(file.text) for file in project.files if setting.name in file.text)


RULE = Rule("dead-variable", "A variable for architectures that nothing reads", __doc__, check)
