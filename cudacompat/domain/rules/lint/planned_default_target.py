"""A configured build for the compiler's default target, seen before it is compiled.

What it finds: in compile_commands.json, build.ninja or the reply of CMake's file API of a configured directory, by each
translation unit's own flags: only nvcc's default target.

Why it matters: what is in these flags is what comes out. A list that never arrived shows here, in a second, and not
after a build, an image, a deployment and the first start.

Example: `cmake -B build -G Ninja` without a list, then `cudacompat lint . --gpu "RTX 5070 Ti"`.

What to do: set the list where this build reads it (`cudacompat generate --gpu 12.0`), configure a fresh directory,
and look again.
"""

from __future__ import annotations

from collections.abc import Iterable

from cudacompat.domain.project.model import Project
from cudacompat.domain.project.planned_builds import (
    builds_of,
    judged,
)
from cudacompat.domain.rules.lint.planned_facts import all_default, generate_help, requests_text
from cudacompat.domain.words.finding import Finding, Severity
from cudacompat.domain.words.rule import Rule
from cudacompat.domain.words.verdict import Outcome


def check(project: Project) -> Iterable[Finding]:
    """One finding for a folder whose every unit is for nvcc's default target: an error if that is no GPU's own."""
    for build in builds_of(project.units):
        if not all_default(build):
            continue
        verdicts = [judged(build.units, target) for target in project.targets]
        if verdicts and all(each is not None and each.outcome is Outcome.NATIVE for each in verdicts):
            continue
        yield Finding(
            id=RULE.id,
            severity=Severity.ERROR if project.targets else Severity.WARNING,
            message=f"all CUDA sources ({len(build.units)}) are configured for nvcc's default target",
            path=build.file,
            line=1,
            found=requests_text(build),
            why="no list reached the compiler; sm_52 up to CUDA 12, sm_75 from CUDA 13",
            help=generate_help(project),
        )


RULE = Rule("planned-default-target", "Build configured for nvcc's default target", __doc__, check)
