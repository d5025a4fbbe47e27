"""Architectures in NVCC_APPEND_FLAGS with ccache.

What it finds: NVCC_APPEND_FLAGS or NVCC_PREPEND_FLAGS with -gencode or -arch for a build whose CUDA compiler runs
through ccache, and a cache that outlives the build: a script, a job that keeps ccache's directory, a cache mount.

Why it matters: ccache looks up an object by the command line, and nvcc takes these variables past it. After a change
ccache returns the objects of the old list (measured with ccache 4.7.5 and nvcc).

Example: `export NVCC_APPEND_FLAGS="-gencode arch=compute_120,code=sm_120"` with
`-DCMAKE_CUDA_COMPILER_LAUNCHER=ccache`.

What to do: give the architectures on the command line, by -DCMAKE_CUDA_ARCHITECTURES; or make them part of ccache's key
(CCACHE_NAMESPACE), or switch the launcher off for CUDA.
"""

from __future__ import annotations

from collections.abc import Iterable

from cudacompat.domain.project.model import Command, Project
from cudacompat.domain.words.finding import Finding, Severity
from cudacompat.domain.words.nvcc_variables import FLAG_VARIABLES
from cudacompat.domain.words.rule import Rule
from cudacompat.domain.words.switch_values import is_on

_LAUNCHER = "CMAKE_CUDA_COMPILER_LAUNCHER"


def check(project: Project) -> Iterable[Finding]:
    """One finding for each place that sets the flags."""
    said: set[tuple[str, int]] = set()
    installing = {command.place.file for command in project.commands if _installs(command)}
    for command in project.commands:
        flags = next((command.environment[name] for name in FLAG_VARIABLES if name in command.environment), None)
        if flags is None or not ("arch" in flags.written or "-gencode" in flags.written):
            continue
        launched = _launched(command, installing)
        at = flags.place.at
        if launched is None or at in said or "CCACHE_DISABLE" in command.environment:
            continue
        if "CCACHE_NAMESPACE" in command.environment or not _outlives(command):
            continue
        said.add(at)
        yield Finding(
            id=RULE.id,
            severity=Severity.WARNING,
            message=f"ccache ignores {flags.name} and can return objects for the old targets",
            path=flags.place.file,
            line=flags.place.line,
            span=flags.place.span,
            found=f"{flags.name}={flags.written}"[:160],
            why=f"{launched}; ccache hashes the command line, and nvcc reads this variable from the environment",
            help="pass the targets on the command line: -DCMAKE_CUDA_ARCHITECTURES",
        )


def _launched(command: Command, installing: set[str]) -> str | None:
    """What puts ccache in front of nvcc for this build."""
    if command.use is None:
        return None
    launcher = command.given(_LAUNCHER)
    if launcher is not None:
        return f"{_LAUNCHER} is ccache" if _is_ccache(launcher.value) else None
    option = command.use.engine.finds_ccache
    switch = command.given(option) if option else None
    if not option or (switch is not None and not is_on(switch.value)) or command.place.file not in installing:
        return None
    return f"{command.use.engine.name} puts ccache before nvcc where it finds it ({option})"


def _is_ccache(value: str | None) -> bool:
    return value is not None and value.rpartition("/")[2] == "ccache"


def _installs(command: Command) -> bool:
    return command.program in ("apt-get", "apt", "dnf", "yum", "apk") and command.has("ccache")


def _outlives(command: Command) -> bool:
    """Whether what ccache keeps is there for the next build."""
    if command.stage is not None:
        return any(mount.type == "cache" and "ccache" in mount.options.get("target", "") for mount in command.mounts)
    if command.job is None:
        return True
    return any(
        "ccache" in (step.uses or "") or ("path" in step.given and "ccache" in step.given["path"].written)
        for step in command.job.steps
    )


RULE = Rule("ccache-append-flags", "Targets that ccache does not see", __doc__, check)
