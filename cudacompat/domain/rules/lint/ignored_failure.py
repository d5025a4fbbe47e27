"""A CUDA build whose failure is ignored.

What it finds: `|| true` (or `|| :`) after a command that compiles CUDA code in an image or a CI job: a configure with
CUDA switched on, nvcc, `cmake --build` of such a build, cargo or pip with CUDA.

Why it matters: the image is made without the program, or with the one of an older layer; the job is green. Where the
build directory survives, an old library with an old list of architectures stays in its place.

Example: `RUN cmake -B build -DGGML_CUDA=ON && cmake --build build -j || true`.

What to do: let it fail. Where a build without CUDA is meant to follow, write it as a branch that says so.
"""

from __future__ import annotations

from collections.abc import Iterable

from cudacompat.domain.project.cuda_switches import asks_for_cuda
from cudacompat.domain.project.model import Command, Project
from cudacompat.domain.words.finding import Finding, Severity
from cudacompat.domain.words.rule import Rule


def check(project: Project) -> Iterable[Finding]:
    """One finding for each chain of commands."""
    configured: set[tuple[str, int]] = set()
    said: set[int] = set()
    for command in project.commands:
        where = _where(command)
        if where is None:
            continue
        if asks_for_cuda(command):
            configured.add(where)
        builds = asks_for_cuda(command) or (
            where in configured and command.program in ("cmake", "ninja", "make") and not _is_no_build(command)
        )
        if not builds or not command.ignored or command.place.line in said:
            continue
        said.add(command.place.line)
        yield Finding(
            id=RULE.id,
            severity=Severity.WARNING,
            message=f"`|| true` hides a failure of this CUDA build ({command.program})",
            path=command.place.file,
            line=command.place.line,
            span=command.place.span,
            found=command.line[:160],
            why="after a failure the output is missing, or left over from an earlier build with other targets",
            help="remove `|| true`, or write the build without CUDA as a separate branch",
        )


def _where(command: Command) -> tuple[str, int] | None:
    """The stage or job in which it runs; `None` for a script, which may have its reasons."""
    if command.stage is not None:
        return command.stage.file, command.stage.number
    return (command.job.file, command.job.place.start) if command.job is not None else None


def _is_no_build(command: Command) -> bool:
    if command.program == "cmake":
        return not command.has("--build", "--install")
    return command.has("clean", "--version", "test", "check")


RULE = Rule("ignored-failure", "CUDA build whose failure is ignored", __doc__, check)
