"""A host compiler in the image that is newer than its CUDA release takes.

What it finds: a stage that compiles CUDA code with a gcc above the limit of its CUDA release: named as nvcc's host
compiler (CUDAHOSTCXX, NVCC_CCBIN, -DCMAKE_CUDA_HOST_COMPILER, -ccbin), or the distribution's own where none is named.

Why it matters: every CUDA file stops with "#error -- unsupported GNU version! gcc versions later than 13 are not
supported!".

Example: `ENV CUDAHOSTCXX=g++-15` in `nvidia/cuda:12.8.1-devel-ubuntu24.04` (gcc 14 at most).

What to do: install the newest compiler that the release takes and name it by CUDAHOSTCXX, or take a newer release.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from cudacompat.domain.project.command_facts import ancestry
from cudacompat.domain.project.model import Command, Project, Setting, Stage, TextSpan, Word
from cudacompat.domain.project.stages import builds_cuda, distro_of, installed, toolkit
from cudacompat.domain.project.walks import on_stage
from cudacompat.domain.tables.toolkit_packages import DISTROS_TOOLKIT
from cudacompat.domain.words.finding import Edit, Finding, Fix, Severity
from cudacompat.domain.words.nvcc_variables import CMAKES_COMPILER, COMPILER_SETTINGS
from cudacompat.domain.words.rule import Rule

_COMPILER = re.compile(r"(?:\S*/)?(?:g\+\+|gcc)-(\d{1,2})")
_OTHERS = re.compile(r"update-alternatives|ccbin|allow-unsupported-compiler|clang|gcc-toolset|scl |conda")


@on_stage
def check(project: Project, stage: Stage) -> Iterable[Finding]:
    """One finding for each stage, at the compiler that is too new."""
    made_by = toolkit(project, stage)
    command = next(
        (each for each in project.commands_of(stage) if builds_cuda(project, each) and not each.conditional), None
    )
    if made_by is None or command is None:
        return
    named = _named(command)
    if named is not None:
        match = _COMPILER.fullmatch(named.value or "")
        if match is None or int(match[1]) <= made_by.gcc_max:
            return
        major, place, found = int(match[1]), named.place, f"{named.name}={named.written}"
        edit = Edit(place.file, place.start, place.end, new=f"g++-{made_by.gcc_max}")
        fix = Fix(f"g++-{made_by.gcc_max}", (edit,), safe=False) if named.written == named.value else None
    else:
        own = _own(project, stage)
        if own is None or own[0] <= made_by.gcc_max:
            return
        (major, place, found), fix = own, None
    sets = f"{named.name if named is not None else CMAKES_COMPILER}=g++-{made_by.gcc_max}"
    yield Finding(
        id=RULE.id,
        severity=Severity.ERROR,
        message=f"gcc {major} is newer than CUDA {made_by.version} supports (maximum: gcc {made_by.gcc_max})",
        path=place.file,
        line=place.line,
        span=place.span,
        found=found[:160],
        why='nvcc stops at every file with "unsupported GNU version"',
        help=f"install g++-{made_by.gcc_max} and set {sets}, or use a newer CUDA release",
        fix=fix,
    )


def _named(command: Command) -> Setting | None:
    """The compiler that the build is told to give to nvcc; the command line comes first."""
    return next(filter(None, map(command.given, reversed(COMPILER_SETTINGS))), None)


def _own(project: Project, stage: Stage) -> tuple[int, TextSpan, str] | None:
    """The distribution's own gcc, where it is installed and nothing chooses another."""
    of = distro_of(stage.base)
    if of is None:
        return None
    place: Word | None = None
    for each in ancestry(project, stage):
        other, own = _installs(project, each)
        if other:
            return None
        place = place or own
    return (of.gcc, place.place, f"{place.text} of {of.name}") if place is not None else None


def _installs(project: Project, stage: Stage) -> tuple[bool, Word | None]:
    """Whether a stage's own instructions may choose another compiler, and where they install the distribution's."""
    return project.once(("installs_compiler", stage.key), lambda: _installs_itself(project, stage))


def _installs_itself(project: Project, stage: Stage) -> tuple[bool, Word | None]:
    own: Word | None = None
    for command in project.commands_of(stage):
        if _OTHERS.search(command.line):
            return True, None
        for word in installed(command):
            if _COMPILER.fullmatch(word.text) or word.text == DISTROS_TOOLKIT:
                return True, None  # Debian's and Ubuntu's package brings a gcc that fits, and gives it to nvcc
            if word.text in ("g++", "gcc", "build-essential", "gcc-c++"):
                own = own or word
    return any(setting.name in ("CC", "CXX", "NVCC_PREPEND_FLAGS", "PATH") for setting in stage.settings), own


RULE = Rule("image-compiler-too-new", "Host compiler too new for the image's CUDA release", __doc__, check)
