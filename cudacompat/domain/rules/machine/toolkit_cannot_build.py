"""The installed CUDA toolkit cannot build for the GPU.

What it finds: the nvcc that a build here would run (on PATH, named by CUDACXX or CUDA_HOME, or /usr/local/cuda where
none is on PATH) is older than the first release that knows the GPU's architecture, or newer than the last that still
does.

Why it matters: the build stops with "Unsupported gpu architecture 'compute_120'", or the list is lowered until it
builds, and the result runs by JIT only.

Example: CUDA 12.4 and an RTX 5070 Ti: sm_120 needs 12.8.

What to do: install a release that can, or build in a container that has one.
"""

from __future__ import annotations

from collections.abc import Iterable

from cudacompat.domain.machine.facts import ToolkitFacts
from cudacompat.domain.rules.machine.builder_facts import used_toolkits, who_uses
from cudacompat.domain.rules.machine.machine_facts import Machine
from cudacompat.domain.rules.machine.release_facts import release_cure
from cudacompat.domain.tables.toolkits import RELEASES, first_with, last_with, release
from cudacompat.domain.words.cuda_release import CudaRelease
from cudacompat.domain.words.finding import Finding, Severity
from cudacompat.domain.words.rule import Rule
from cudacompat.domain.words.verdict import Target
from cudacompat.domain.words.versions import ToolkitVersion


def check(machine: Machine) -> Iterable[Finding]:
    """One finding for each GPU that a toolkit that builds here use cannot build for."""
    for toolkit in used_toolkits(machine.facts):
        if toolkit.version is not None:
            yield from _of_toolkit(machine, toolkit, toolkit.version)


def _of_toolkit(machine: Machine, toolkit: ToolkitFacts, version: ToolkitVersion) -> Iterable[Finding]:
    known = release(version)
    for target in machine.targets:
        arch = str(target.capability.number)
        first, last = first_with(arch), last_with(arch)
        if toolkit.targets:  # of a release that no table knows: what it says itself counts
            if arch not in toolkit.targets and first is not None and last is not None:
                yield _finding(
                    toolkit,
                    target,
                    cure=f"CUDA {last.version}, which builds it",
                    fitting=_installed(machine, first, last),
                )
            continue
        if first is None or (first is RELEASES[0] and version < first.version):
            continue  # not known: what the oldest release of the table builds, older ones may build, too
        ended = known is not None and arch not in known.targets and last is not None and last.version < version
        cured = release_cure(machine, toolkit) if version < first.version or ended else None
        if cured is not None:
            yield _told(toolkit, target, cured.help, command=cured.command)
            continue
        if version < first.version:
            fitting = _installed(machine, first, last)
            cure = f"CUDA {first.version} or newer"
        elif ended and last is not None:
            fitting = _installed(machine, first, last)
            cure = f"CUDA {last.version}, the last release that builds it"
        else:
            continue
        yield _finding(toolkit, target, cure=cure, fitting=fitting)


def _installed(machine: Machine, first: CudaRelease, last: CudaRelease | None) -> ToolkitFacts | None:
    """A toolkit here that builds for the GPU."""
    fitting = [
        each
        for each in machine.facts.toolkits
        if each.version is not None and first.version <= each.version and (last is None or each.version <= last.version)
    ]
    return max(fitting, key=lambda each: each.version or first.version, default=None)


def _finding(toolkit: ToolkitFacts, target: Target, *, cure: str, fitting: ToolkitFacts | None) -> Finding:
    if fitting is None:
        return _told(toolkit, target, f"install {cure}, or build in a container that has it", command=None)
    told = f"let builds use CUDA {fitting.version}, which is here: {fitting.path}"
    return _told(toolkit, target, told, command=f"export CUDACXX={fitting.path}")


def _told(toolkit: ToolkitFacts, target: Target, cure: str, command: str | None) -> Finding:
    arch = str(target.capability.number)
    first, last = first_with(arch), last_with(arch)
    span = f"sm_{arch} needs CUDA {first.version}" if first is not None else ""
    ends = last is not None and last is not RELEASES[-1]
    span += f" to {last.version}" if last is not None and ends else " or newer" if span else ""
    return Finding(
        id=RULE.id,
        severity=Severity.WARNING,
        path=toolkit.path,
        target=target.id,
        message=f"CUDA {toolkit.version} cannot build sm_{arch}, for {target.label}",
        found=f"{toolkit.path} is used by {who_uses(toolkit)}",
        why=span,
        help=cure,
        command=command,
    )


RULE = Rule("toolkit-cannot-build", "CUDA Toolkit cannot build for the GPU", __doc__, check)
