"""A variable that makes the driver compile at every start, or forbids it, in what is shipped.

What it finds: CUDA_FORCE_PTX_JIT=1, CUDA_DISABLE_PTX_JIT=1 or CUDA_CACHE_DISABLE=1 in an image that is shipped, or in a
service.

Why it matters: these are for tests. CUDA_FORCE_PTX_JIT ignores all machine code: every start compiles, and what carries
none but machine code fails. CUDA_DISABLE_PTX_JIT fails on every GPU that is newer than the build. CUDA_CACHE_DISABLE
throws away what the driver compiled, so that each start of a program that needs it is a cold one.

Example: `ENV CUDA_FORCE_PTX_JIT=1`.

What to do: set them for the one command of the test; `cudacompat bench` and `verify` do that themselves.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from cudacompat.domain.project.assignments import AssignmentKind
from cudacompat.domain.project.command_facts import ancestry, removal
from cudacompat.domain.project.model import Project, Setting
from cudacompat.domain.words.finding import Finding, Severity
from cudacompat.domain.words.rule import Rule

_WHY = {
    "CUDA_FORCE_PTX_JIT": "all machine code is ignored: each start compiles PTX, and what carries none fails",
    "CUDA_DISABLE_PTX_JIT": "on a GPU that is newer than the build every kernel fails (error 223)",
    "CUDA_CACHE_DISABLE": "what the driver compiles is thrown away: each start compiles it again",
}


def check(project: Project) -> Iterable[Finding]:
    """One finding for each place that sets one."""
    said: set[tuple[str, int]] = set()
    for setting in _shipped(project):
        at = setting.place.at
        if setting.name not in _WHY or (setting.value or "").strip() != "1" or at in said:
            continue
        said.add(at)
        yield Finding(
            id=RULE.id,
            severity=Severity.WARNING,
            message=f"{setting.name}=1 is for tests, and here it holds for every start",
            path=setting.place.file,
            line=setting.place.line,
            span=setting.place.span,
            found=f"{setting.name}={setting.written}",
            why=_WHY[setting.name],
            help="remove it; set it for the command of a test alone",
            fix=removal(project, setting, safe=False),
        )


def _shipped(project: Project) -> Iterator[Setting]:
    """What is set where a container starts: ENV of the last stage and those it begins with, and services."""
    for stage in project.stages:
        if stage.last:
            for each in ancestry(project, stage):
                yield from (setting for setting in each.settings if setting.way is AssignmentKind.ENVIRONMENT)
    for service in project.services:
        yield from (setting for setting in service.environment.values() if setting.way is AssignmentKind.ENVIRONMENT)


RULE = Rule("jit-variable-shipped", "A test's variable in what is shipped", __doc__, check)
