"""Two packages that own the same directory.

What it finds: requirements that are installed together and put their files into one directory of site-packages: the
build for the CPU and the one for CUDA (onnxruntime and onnxruntime-gpu), or two builds for different CUDA releases
(cupy-cuda11x and cupy-cuda12x; nvidia-cudnn-cu12 and the nvidia-cudnn-cu13 that a torch for CUDA 13 brings).

Why it matters: the one that is installed last wins, file by file, and which that is changes from run to run. With the
build for the CPU everything runs, slowly, and no error is printed.

Example: `dependencies = ["onnxruntime", "onnxruntime-gpu"]`.

What to do: name one of them only. Where another package asks for the CPU build, uninstall both and install the one for
CUDA again, or override the dependency.
"""

from __future__ import annotations

from collections.abc import Iterable

from cudacompat.domain.project.model import Project
from cudacompat.domain.rules.lint.wheel_facts import environments_of
from cudacompat.domain.wheels.package_set import one_folder, overwritten_by_brought
from cudacompat.domain.words.finding import Finding, Severity
from cudacompat.domain.words.rule import Rule


def check(project: Project) -> Iterable[Finding]:
    """One error for each pair."""
    for packages in project.packages:
        for each in one_folder(packages):
            yield Finding(
                id=RULE.id,
                severity=Severity.ERROR,
                message=f"{each.first_label} and {each.second_label} own the same files",
                path=each.second.file,
                line=each.second.line,
                why="the one that is installed last overwrites the other, and it may be the one without CUDA",
                help=f"keep one: drop {each.first.name} or {each.second.name}",
            )
    for environment in environments_of(project):
        for conflict, brought in overwritten_by_brought(environment):
            second = conflict.second
            yield Finding(
                id=RULE.id,
                severity=Severity.ERROR,
                message=f"{second.name} and {brought}, which {conflict.first_label} brings, own the same files",
                path=second.file,
                line=second.line,
                why="the one that is installed last overwrites the other, and they are for two major CUDA releases",
                help=f"drop {second.name}, or take a build of {conflict.first.name} for its CUDA release",
            )


RULE = Rule("packages-overwrite", "Two packages that own the same files", __doc__, check)
