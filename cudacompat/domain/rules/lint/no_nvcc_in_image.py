"""A CUDA build in an image that has no compiler.

What it finds: a stage that begins with a `base` or `runtime` image of CUDA, or a CI job that runs in one, and that
configures a CUDA build, calls nvcc or installs a package that compiles CUDA code.

Why it matters: only the `devel` images carry nvcc, the headers and the link libraries. The build stops ("No CUDA
toolset found", "nvcc: not found"), or builds without CUDA where that is optional, and then runs on the CPU.

Example: `FROM nvidia/cuda:12.8.1-runtime-ubuntu24.04`, then `RUN cmake -B build -DGGML_CUDA=ON`.

What to do: build in a stage that begins with the devel image of the same release, and copy what was built into the
runtime image.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from cudacompat.domain.project.ci_jobs import jobs_with
from cudacompat.domain.project.command_facts import installs_toolkit
from cudacompat.domain.project.cuda_switches import asks_for_cuda
from cudacompat.domain.project.default_lists import compiles_cuda, makes_extension
from cudacompat.domain.project.model import Base, Command, Project
from cudacompat.domain.words.finding import Edit, Finding, Fix, Severity
from cudacompat.domain.words.rule import Rule


def check(project: Project) -> Iterable[Finding]:
    """One finding for each stage and job, at its first command that compiles CUDA code."""
    for stage in project.stages:
        building = _building(project, stage.base, project.commands_of(stage))
        if building is None or stage.base is None or stage.base.flavour is None:
            continue
        text = project.text(stage.place)
        at = text.find(f"-{stage.base.flavour}") + 1
        fix = None
        if stage.parent is None and at:
            start = stage.place.start + at
            edit = Edit(stage.file, start, start + len(stage.base.flavour), new="devel")
            fix = Fix(f"use {_devel(stage.base)}", (edit,), safe=False)
        copy = f"use {_devel(stage.base)} in this stage, and copy the result into the {stage.base.flavour} image"
        yield _finding(stage.base, building, copy, fix=fix)
    for job, commands in jobs_with(project):
        building = _building(project, job.base, commands)
        if building is not None and job.base is not None:
            yield _finding(job.base, building, f"run the job in {_devel(job.base)}", fix=None)


def _building(project: Project, base: Base | None, commands: Sequence[Command]) -> Command | None:
    if base is None or base.flavour not in ("base", "runtime") or base.cuda is None:
        return None
    if any(installs_toolkit(command) for command in commands):
        return None
    return next(
        (
            command
            for command in commands
            if asks_for_cuda(command)
            or (not command.conditional and (compiles_cuda(project, command) or makes_extension(project, command)))
        ),
        None,
    )


def _devel(base: Base) -> str:
    return base.image.replace(f"-{base.flavour}", "-devel", 1)


def _finding(base: Base, building: Command, help_: str, fix: Fix | None) -> Finding:
    return Finding(
        id=RULE.id,
        severity=Severity.ERROR,
        message=f"{base.image} has no nvcc, and {building.program} compiles CUDA code in it",
        path=building.place.file,
        line=building.place.line,
        span=building.place.span,
        found=building.line[:160],
        why=f"{base.flavour} images contain runtime files only; devel images add compilers and headers",
        help=help_,
        fix=fix,
    )


RULE = Rule("no-nvcc-in-image", "CUDA build in an image without nvcc", __doc__, check)
