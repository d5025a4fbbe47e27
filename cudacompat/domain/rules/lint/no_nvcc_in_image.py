"""A CUDA build in an image that has no compiler.

What it finds: a stage that begins with a `base` or `runtime` image of CUDA and configures a CUDA build, calls nvcc or
installs a package that compiles CUDA code.

Why it matters: only the `devel` images carry nvcc, the headers and the link libraries. The build stops ("No CUDA
toolset found", "nvcc: not found"), or builds without CUDA where that is optional, and then runs on the CPU.

Example: `FROM nvidia/cuda:12.8.1-runtime-ubuntu24.04`, then `RUN cmake -B build -DGGML_CUDA=ON`.

What to do: build in a stage that begins with the devel image of the same release, and copy what was built into the
runtime image.
"""

from __future__ import annotations

from collections.abc import Iterable

from cudacompat.domain.finding import Edit, Finding, Fix, Severity
from cudacompat.domain.lint.facts import Project
from cudacompat.domain.lint.questions import asks_for_cuda, installs_toolkit
from cudacompat.domain.rule import Rule


def check(project: Project) -> Iterable[Finding]:
    """One finding for each stage, at its first command that compiles CUDA code."""
    for stage in project.stages:
        base = stage.base
        if base is None or base.flavour not in ("base", "runtime") or base.cuda is None:
            continue
        commands = project.commands_of(stage)
        if any(installs_toolkit(command) for command in commands):
            continue
        building = next((command for command in commands if asks_for_cuda(command)), None)
        if building is None:
            continue
        devel = base.image.replace(f"-{base.flavour}", "-devel", 1)
        file = project.file(stage.file)
        text = file.text[stage.place.start : stage.place.end] if file is not None else ""
        at = text.find(f"-{base.flavour}") + 1
        fix = None
        if stage.parent is None and at:
            start = stage.place.start + at
            edit = Edit(stage.file, start, start + len(base.flavour), "devel")
            fix = Fix(f"begin with {devel}", (edit,), safe=False)
        yield Finding(
            id=RULE.id,
            severity=Severity.ERROR,
            message=f"{base.image} has no nvcc, and {building.program} is to compile CUDA code in it",
            path=stage.file,
            line=building.place.line,
            found=building.line[:160],
            why=f"the {base.flavour} images hold what running needs; compilers and headers are in devel",
            help=f"FROM {devel} for this stage, and copy the result into the {base.flavour} image",
            fix=fix,
        )


RULE = Rule("no-nvcc-in-image", "A CUDA build in an image without a compiler", __doc__, check)
