"""A configured build for the GPU of the machine that builds.

What it finds: in a configured directory, translation units with `-arch=native` among their flags.

Why it matters: that is the GPU of the machine that builds. Where there is none, nvcc only warns and takes its default
target.

Example: `cmake -B build -DCMAKE_CUDA_ARCHITECTURES=native` on a machine without a GPU.

What to do: name the architectures (`cudacompat generate --gpu 12.0`), configure a fresh directory, and look again.
"""

from __future__ import annotations

from collections.abc import Iterable

from cudacompat.domain.builds.lists.nvcc_flags import Requested
from cudacompat.domain.project.model import Project
from cudacompat.domain.project.planned_builds import (
    builds_of,
)
from cudacompat.domain.rules.lint.planned_facts import generate_help, requests_text
from cudacompat.domain.words.finding import Finding, Severity
from cudacompat.domain.words.phrases import count
from cudacompat.domain.words.rule import Rule


def _is_native(request: Requested) -> bool:
    return "native" in request.words


def check(project: Project) -> Iterable[Finding]:
    """One finding for a folder with units for the GPU of the machine that builds."""
    for build in builds_of(project.units):
        units = [unit for unit in build.units if _is_native(unit.request)]
        if units:
            yield Finding(
                id=RULE.id,
                severity=Severity.WARNING,
                message=f"{len(units)} of {count(len(build.units), 'CUDA source')} will be compiled with -arch=native",
                path=build.file,
                line=1,
                found=requests_text(build),
                why="-arch=native means the build machine's GPU; without a GPU nvcc uses its default target",
                help=generate_help(project),
            )


RULE = Rule("planned-native", "Build configured for the build machine's GPU", __doc__, check)
