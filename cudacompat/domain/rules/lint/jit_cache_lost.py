"""An image whose code is PTX alone, with nowhere to keep what the driver compiles from it.

What it finds: a list of PTX alone (`90-virtual`) in a Dockerfile that ships its build, and no CUDA_CACHE_PATH in the
image or in a service of the project.

Why it matters: the driver compiles all kernels at the first start, which takes from seconds to minutes, and keeps them
in ~/.nv/ComputeCache. A container's home directory goes with the container: every start is a first one.

Example: `-DCMAKE_CUDA_ARCHITECTURES=75-virtual` in an image.

What to do: add machine code for the GPUs that are used (`86-real`), or keep the cache: CUDA_CACHE_PATH on a volume.
"""

from __future__ import annotations

from collections.abc import Iterable

from cudacompat.domain.builds.lists.writer import says_ptx
from cudacompat.domain.project.model import Project
from cudacompat.domain.words.finding import Finding, Severity
from cudacompat.domain.words.rule import Rule

_NAMES = ("CUDA_CACHE_PATH", "CUDA_CACHE_DISABLE")


def check(project: Project) -> Iterable[Finding]:
    """One finding for each list of PTX alone."""
    if any(setting.name in _NAMES for setting in project.settings):
        return
    for listed in project.lists:
        command, archs = listed.command, listed.archs
        if command is None or command.stage is None or command.instruction != "RUN" or archs is None:
            continue
        if not archs.code or not says_ptx(listed.grammar) or any(each.sass for each in archs.code):
            continue
        if not _says_start(project, command.stage.file):
            continue
        setting = listed.setting
        yield Finding(
            id=RULE.id,
            severity=Severity.NOTE,
            message="each new container recompiles all kernels: PTX only, and no JIT cache is kept",
            path=setting.place.file,
            line=setting.place.line,
            span=setting.place.span,
            found=f"{setting.name}={setting.value}"[:160],
            why="the driver stores compiled code in the home directory, which is lost with the container",
            help="add machine code for your GPUs, or put CUDA_CACHE_PATH on a volume",
        )


def _says_start(project: Project, file: str) -> bool:
    """Whether a Dockerfile says what a container starts."""
    stages = project.stages_of(file)
    return project.once(("says_start", file), lambda: any(project.starts_of(stage) for stage in stages))


RULE = Rule("jit-cache-lost", "PTX only, without a persistent JIT cache", __doc__, check)
