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
    "CUDA_FORCE_PTX_JIT": "the driver ignores machine code: each start compiles PTX, and code without PTX fails",
    "CUDA_DISABLE_PTX_JIT": "on a GPU that is newer than the build every kernel fails (error 223)",
    "CUDA_CACHE_DISABLE": "the driver discards what it compiles, so each start compiles it again",
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
            message=f"{setting.name}=1 is a test setting, but here it applies to every start",
            path=setting.place.file,
            line=setting.place.line,
            span=setting.place.span,
            found=f"{setting.name}={setting.written}",
            why=_WHY[setting.name],
            help="remove it, or set it only for the test command",
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


RULE = Rule("jit-variable-shipped", "Test variable in a shipped image", __doc__, check)
