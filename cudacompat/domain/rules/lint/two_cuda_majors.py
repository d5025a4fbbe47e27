"""Packages for two major CUDA releases in one environment.

What it finds: requirements that are installed together, of which one is built for, or brings, the libraries of another
major CUDA release than the torch (or the first such package): by what was read in their wheels, or by the
release in the package's own name.

Why it matters: each looks for its own libcublas, libcudnn and libcudart. What the one brings along does not serve the
other, which then ends in "cannot open shared object file", or finds a cuDNN of the wrong build.

Example: `torch==2.13.0` (CUDA 13) with `ctranslate2==4.8.5`, which loads libcublas.so.12.

What to do: take builds for one major release: torch from the cu12 index, or the package's release for the newer CUDA;
else install the other's libraries (`nvidia-cublas-cu12`, `nvidia-cudnn-cu12`) in addition.
"""

from __future__ import annotations

from collections.abc import Iterable

from cudacompat.domain.project.model import Project
from cudacompat.domain.rules.lint.wheel_facts import environments_of
from cudacompat.domain.wheels.package_set import overwritten_by_brought, two_majors
from cudacompat.domain.words.finding import Finding, Severity
from cudacompat.domain.words.rule import Rule


def check(project: Project) -> Iterable[Finding]:
    """One warning for each environment."""
    for environment in environments_of(project):
        overwritten = {conflict.second.name for conflict, _ in overwritten_by_brought(environment)}
        for each in two_majors(environment):
            if each.second.name in overwritten:
                continue  # an error of its own
            yield Finding(
                id=RULE.id,
                severity=Severity.WARNING,
                message=f"two major CUDA releases in one environment: {each.first_label} and {each.second_label}",
                path=each.second.file,
                line=each.second.line,
                why="each loads the CUDA libraries of one major release, and cannot use those of the other",
                help="install builds of both for one major CUDA release, or the CUDA libraries of both",
            )


RULE = Rule("two-cuda-majors", "Two major CUDA releases in one environment", __doc__, check)
