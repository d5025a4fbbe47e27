"""A program that is compiled in a newer distribution than the one it runs in.

What it finds: a stage that ships and copies files from a stage that compiles, where the glibc of the first is older, by
the distributions of both, and the newer one has other versions of functions that nearly every program calls: 2.34 (the
start of each program, threads), 2.38 (numbers out of text, as C++ compiles them).

Why it matters: the program does not start: "version `GLIBC_2.38' not found".

Example: `FROM nvidia/cuda:12.8.1-devel-ubuntu24.04 AS build`, and `COPY --from=build /src/server /` in
`nvidia/cuda:12.8.1-runtime-ubuntu22.04`.

What to do: take the same distribution for both stages.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from cudacompat.domain.project.command_facts import ancestry
from cudacompat.domain.project.model import Command, Copy, Project, Stage
from cudacompat.domain.project.stages import builds_cuda, distro_of, ships
from cudacompat.domain.project.walks import on_stage
from cudacompat.domain.words.finding import Finding, Severity
from cudacompat.domain.words.programs import MAKE
from cudacompat.domain.words.rule import Rule

# From which glibc on newly built programs ask for it: sourceware.org/glibc/wiki/Release/2.34 (libpthread and libdl in
# libc, __libc_start_main) and Release/2.38 (__isoc23_strtol and its kin, which _GNU_SOURCE, and so g++, calls)
_ASKED_FOR = ((2, 34), (2, 38))
_COMPILERS = frozenset({"ninja", "nvcc", "gcc", "g++", "cc", "c++", "clang", "clang++"})
# what makes a program that asks for no glibc of its own machine, or for another one
_OTHERWISE = re.compile(r"(?<![\w-])-static(?![\w-])|musl|crt-static|\bzig\b|auditwheel|conda|--sysroot|gcc-toolset")
_NO_PROGRAM = re.compile(
    r".*\.(?:py|txt|md|json|ya?ml|toml|gguf|onnx|safetensors|pt|h|hpp|cuh?|cpp|js|css|html|ptx|cubin|fatbin)"
    r"|(?:.*/)?(?:models?|include|templates|static|docs?|assets|LICENSE|certs)/?"
)


@on_stage
def check(project: Project, stage: Stage) -> Iterable[Finding]:
    """One warning for each stage, at the first such copy."""
    here = distro_of(stage.base)
    if here is None or here.glibc is None or not stage.copies or not ships(project, stage):
        return
    stages = project.stages_of(stage.file)
    for copy in stage.copies:
        source = stages[copy.stage] if isinstance(copy.stage, int) and copy.stage < len(stages) else None
        there = distro_of(source.base) if source is not None else None
        if source is None or there is None or there.glibc is None or not _may_be_program(copy):
            continue
        asked = next((each for each in reversed(_ASKED_FOR) if here.glibc < each <= there.glibc), None)
        if asked is None or not _compiles(project, source):
            continue
        version = ".".join(map(str, asked))
        yield Finding(
            id=RULE.id,
            severity=Severity.WARNING,
            message=f"programs from {there.name} may not start in {here.name}: its glibc is older than {version}",
            path=copy.place.file,
            line=copy.place.line,
            span=copy.place.span,
            found=f"glibc {_dotted(there.glibc)} of {there.name}, glibc {_dotted(here.glibc)} of {here.name}",
            why=f'the loader stops with "version `GLIBC_{version}\' not found"',
            help=f"use one distribution for both stages: build in {here.name}, or run in {there.name}",
        )
        return


def _dotted(version: tuple[int, int]) -> str:
    return f"{version[0]}.{version[1]}"


def _may_be_program(copy: Copy) -> bool:
    return any(_NO_PROGRAM.fullmatch(each[:300]) is None for each in copy.sources)


def _compiles(project: Project, stage: Stage) -> bool:
    """Whether the stage, or one that it begins with, compiles for the glibc that it has."""
    commands = [each for one in ancestry(project, stage) for each in project.commands_of(one)]
    if any(_OTHERWISE.search(each.line[:4000]) for each in commands):
        return False
    return any(_is_build(project, each) for each in commands if not each.conditional)


def _is_build(project: Project, command: Command) -> bool:
    if command.program in _COMPILERS or (command.program == "cmake" and command.has("--build")):
        return True
    base = command.stage.base if command.stage is not None else None
    if command.program in MAKE and base is not None and base.cuda is not None:
        return True  # elsewhere make may compile Go, or a site's scripts
    return builds_cuda(project, command)


RULE = Rule("built-for-newer-glibc", "Program compiled in a newer distribution than it runs in", __doc__, check)
