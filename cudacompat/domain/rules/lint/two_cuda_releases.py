"""An image that runs on another CUDA release than it was built with.

What it finds: a stage on an image of CUDA that copies what another stage built with CUDA of a newer release, or of
another major one.

Why it matters: libcudart.so and libcublas.so carry the major version in their names: a program built with CUDA 13 does
not find libcudart.so.12. Within a major version older libraries may lack what a newer toolkit's headers promised;
newer libraries serve older programs.

Example: `FROM nvidia/cuda:13.0.2-devel-ubuntu24.04 AS build`, then `FROM nvidia/cuda:12.8.1-runtime-ubuntu24.04`.

What to do: give both stages the same release, best by one ARG before the first FROM.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from cudacompat.domain.project.command_facts import ancestry
from cudacompat.domain.project.image_names import is_nvidia_cuda
from cudacompat.domain.project.list_edits import exchanged
from cudacompat.domain.project.model import Command, Project, Stage
from cudacompat.domain.project.stages import built_in, installed, patch_of, toolkit
from cudacompat.domain.project.walks import on_stage
from cudacompat.domain.words.finding import Finding, Fix, Severity
from cudacompat.domain.words.rule import Rule

_LIBRARIES = re.compile(r"(?:cuda-(?:libraries|cudart|runtime|toolkit)|libcublas|libcudart)[\w.=+*-]*")
_CUDA_FILES = re.compile(r"/usr/local/cuda|libcudart|libcublas|site-packages|/nvidia")


@on_stage
def check(project: Project, stage: Stage) -> Iterable[Finding]:
    """One finding for each stage that begins with an older release, or another major one, than what it copies."""
    base = stage.base
    if base is None or base.cuda is None or stage.parent is not None or _brings_libraries(project, stage):
        return
    built = [(source, toolkit(project, source)) for source, _ in built_in(project, stage)]
    releases = {row.version for _, row in built if row is not None}
    if len(releases) != 1 or any(row is None for _, row in built):
        return
    newest = releases.pop()
    if newest == base.cuda or (newest.major == base.cuda.major and newest < base.cuda):
        return
    other = newest.major != base.cuda.major
    source = built[0][0]
    yield Finding(
        id=RULE.id,
        severity=Severity.ERROR if other else Severity.WARNING,
        message=f"the build uses CUDA {newest}, the runtime image CUDA {base.cuda}",
        path=stage.file,
        line=stage.place.line,
        span=stage.place.span,
        found=f"{base.image}; {source.base.image if source.base else ''} in line {source.place.line}",
        why=(
            (
                f"programs built with CUDA {newest.major} need libcudart.so.{newest.major} and libcublas.so."
                f"{newest.major}"
            )
            if other
            else "older libraries may lack functions that the newer headers declare"
        ),
        help="use the same CUDA release in both stages",
        fix=_fix(project, stage, source),
    )


def _brings_libraries(project: Project, stage: Stage) -> bool:
    return any(_brings_itself(project, each) for each in ancestry(project, stage))


def _brings_itself(project: Project, stage: Stage) -> bool:
    """Whether a stage's own instructions bring CUDA's libraries."""
    copied = (_CUDA_FILES.search(source) is not None for copy in stage.copies for source in copy.sources)
    run = (_brings(command) for command in project.commands_of(stage))
    return project.once(("brings_libraries", stage.key), lambda: any(copied) or any(run))


def _brings(command: Command) -> bool:
    line = command.line
    if any(_LIBRARIES.fullmatch(word.text) for word in installed(command)):
        return True
    return "nvidia-" in line or "libcudart_static" in line


def _fix(project: Project, stage: Stage, source: Stage) -> Fix | None:
    if stage.base is None or source.base is None or not is_nvidia_cuda(stage.base):
        return None
    old, new = patch_of(stage.base), patch_of(source.base)
    if old is None or new is None:
        return None
    return exchanged(project, stage.place, old, new=new, what=f"use CUDA {new}")


RULE = Rule("two-cuda-releases", "Build and runtime use different CUDA releases", __doc__, check)
