"""A configured build without code for a GPU.

What it finds: in a configured directory, by each translation unit's own flags: no code for a GPU of `--gpu`, or nothing
but PTX for it.

Why it matters: what is in these flags is what comes out: the program will fail there with error 209, or compile every
kernel at its first start.

Example: `cmake -B build -DCMAKE_CUDA_ARCHITECTURES=86`, then `cudacompat lint . --gpu "RTX 5070 Ti"`.

What to do: add the GPU's target to the list (`cudacompat generate --gpu 12.0`), configure a fresh directory, and
look again.
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

_WHY = "the build will contain what these flags request"


def check(project: Project) -> Iterable[Finding]:
    """One finding for each GPU of `--gpu` that a folder's units have no code for, or just PTX."""
    for build in builds_of(project.units):
        if all_default(build):
            continue
        for target in project.targets:
            verdict = judged(build.units, target)
            if verdict is None or verdict.outcome not in (Outcome.FAILS, Outcome.JIT):
                continue
            fails = verdict.outcome is Outcome.FAILS
            what = "this build will contain no code for" if fails else "this build will contain only PTX for"
            yield Finding(
                id=RULE.id,
                severity=Severity.ERROR if fails else Severity.WARNING,
                message=f"{what} {target.label}",
                path=build.file,
                line=1,
                found=requests_text(build),
                why=_WHY if fails else "the driver compiles the PTX at the first start on every machine",
                help=generate_help(project),
                target=target.id,
            )


RULE = Rule("planned-missing-target", "Build configured without code for a GPU", __doc__, check)
