"""A devel image that only runs what another stage built.

What it finds: the last stage begins with a devel image of nvidia/cuda, copies a CMake or cargo build from another
stage, and compiles and installs nothing.

Why it matters: compilers, headers and static libraries are several GB that every host pulls for nothing.

Example: two stages, both `FROM nvidia/cuda:12.8.1-devel-ubuntu24.04`, the second with COPY and ENTRYPOINT alone.

What to do: begin the last stage with the runtime image of the same release.
"""

from __future__ import annotations

from collections.abc import Iterable

from cudacompat.domain.builds.engine import BuildSystem
from cudacompat.domain.project.image_names import is_nvidia_cuda
from cudacompat.domain.project.list_edits import exchanged
from cudacompat.domain.project.model import Project, Stage
from cudacompat.domain.project.stages import built_in, installed
from cudacompat.domain.project.walks import on_stage
from cudacompat.domain.words.finding import Finding, Severity
from cudacompat.domain.words.rule import Rule

_HARMLESS = frozenset(
    {
        "apt-get",
        "apt",
        "rm",
        "mkdir",
        "chmod",
        "chown",
        "useradd",
        "groupadd",
        "adduser",
        "ln",
        "echo",
        "ldconfig",
        "set",
    }
)
_RUNNING = ("lib", "ca-certificates", "curl", "wget", "ffmpeg", "tini", "tzdata", "locales")


@on_stage
def check(project: Project, stage: Stage) -> Iterable[Finding]:
    """One finding for each file whose last stage is such a one."""
    base = stage.base
    if not stage.last or stage.parent is not None or base is None or base.flavour != "devel":
        return
    commands = project.commands_of(stage)
    built = [command for _, command in built_in(project, stage)]
    if not built or not is_nvidia_cuda(base) or not all(each.program in _HARMLESS for each in commands):
        return
    if not all(each.use and each.use.engine.system in (BuildSystem.CMAKE, BuildSystem.CARGO) for each in built):
        return
    packages = [word.text for command in commands for word in installed(command)]
    if any(not name.startswith(_RUNNING) or "-dev" in name for name in packages) or not project.starts_of(stage):
        return
    if any(word.text.endswith(("sh", "nvcc")) for each in project.starts_of(stage) for word in each.words):
        return
    runtime = base.image.replace("-devel", "-runtime", 1)
    yield Finding(
        id=RULE.id,
        severity=Severity.NOTE,
        message="this image ships compilers and headers that its stage does not use",
        path=stage.file,
        line=stage.place.line,
        span=stage.place.span,
        found=base.image,
        why="the devel image is several GB larger than the runtime image",
        help=f"FROM {runtime}",
        fix=exchanged(project, stage.place, "-devel", new="-runtime", what=f"use {runtime}"),
    )


RULE = Rule("ships-devel", "devel image that only runs programs", __doc__, check)
