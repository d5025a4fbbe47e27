"""A build for many GPUs whose CPU half is for one CPU.

What it finds: an image, or a job that makes a release, which gives an engine a list of architectures and leaves the
option on that compiles its CPU code for the machine that builds (GGML_NATIVE).

Why it matters: -march=native of a builder with AVX-512 ends in "Illegal instruction" on another machine, before any GPU
is asked. The list of architectures does not change that half.

Example: `RUN cmake -B build -DGGML_CUDA=ON "-DCMAKE_CUDA_ARCHITECTURES=86;120"`

What to do: add -DGGML_NATIVE=OFF (or SOURCE_DATE_EPOCH=1 to the environment, where the build script passes no option).
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from cudacompat.domain.builds.engine import BuildSystem, Channel, Purpose, RequiredSetting
from cudacompat.domain.project.arguments import in_arguments
from cudacompat.domain.project.model import Command, EngineUse, Project
from cudacompat.domain.project.stages import builds_cuda
from cudacompat.domain.project.walks import on_command
from cudacompat.domain.words.finding import Edit, Finding, Fix, Severity
from cudacompat.domain.words.rule import Rule

_RELEASE = re.compile(r"release|publish|deploy|wheel|package", re.IGNORECASE)
# What else decides for which CPU it is built.
_OTHERWISE = re.compile(r"ALL_VARIANTS|BACKEND_DL|TOOLCHAIN|march|GGML_AVX|GGML_CPU|preset|SYSTEM_PROCESSOR")


@on_command
def check(project: Project, command: Command) -> Iterable[Finding]:
    """One finding for each command that builds so."""
    use = command.use
    if use is None or not _ships(command) or all(each.archs is None for each in project.lists_reaching(command)):
        return
    portable = _portable(use)
    if not portable or command.conditional or not builds_cuda(project, command) or _decided(project, command, portable):
        return
    first = portable[0]
    written = f"-D{first.name}={first.value}" if first.channel is Channel.DEFINE else f"{first.name}={first.value}"
    yield Finding(
        id=RULE.id,
        severity=Severity.WARNING,
        message=f"the CPU code of {use.engine.name} is built for the build machine's CPU",
        path=command.place.file,
        line=command.place.line,
        span=command.place.span,
        found=command.line[:160],
        why=f"{first.name} defaults to ON and adds -march=native; an older CPU may stop with `Illegal instruction`",
        help=written,
        fix=_off(project, command, first) if first.channel is Channel.DEFINE else None,
    )


def _portable(use: EngineUse) -> tuple[RequiredSetting, ...]:
    own = (*use.engine.fixed, *use.engine.env_fixed)
    return tuple(each for each in own if each.purpose is Purpose.PORTABLE and each.window.holds(use.parsed))


def _ships(command: Command) -> bool:
    if command.stage is not None:
        return True
    return command.job is not None and bool(_RELEASE.search(f"{command.job.file} {command.job.name}"))


def _decided(project: Project, command: Command, portable: Iterable[RequiredSetting]) -> bool:
    names = {each.name for each in portable} | {"SOURCE_DATE_EPOCH"}
    shared = command.environment
    if any(each.name in names for each in command.defines) or any(name in shared for name in names):
        return True
    arguments = shared.get("CMAKE_ARGS")
    if arguments is not None and command.use is not None and command.use.engine.system is BuildSystem.PIP:
        inside = project.once(
            ("argument_names", arguments.place.at), lambda: frozenset(each.name for each in in_arguments(arguments))
        )
        if not inside.isdisjoint(names):
            return True
    return any(_OTHERWISE.search(word.text) for word in command.words) or project.once(
        ("decided_otherwise", id(shared)), lambda: any(_OTHERWISE.search(each.value or "") for each in shared.values())
    )


def _off(project: Project, command: Command, fixed: RequiredSetting) -> Fix | None:
    """The option in front of the first one on the line."""
    word = next((word for word in command.words[1:] if word.text.startswith("-D")), None)
    if word is None or word.text == "-D" or project.file(word.place.file) is None:
        return None
    edit = Edit(word.place.file, word.place.start, word.place.start, new=f"-D{fixed.name}={fixed.value} ")
    return Fix(f"add -D{fixed.name}={fixed.value}", (edit,), safe=False)


RULE = Rule("cpu-half-native", "CPU code built for the build machine only", __doc__, check)
