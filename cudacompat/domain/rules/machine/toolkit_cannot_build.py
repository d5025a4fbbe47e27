"""The installed CUDA toolkit cannot build for the GPU.

What it finds: the nvcc that a build here would run is older than the first release that knows the GPU's architecture,
or newer than the last that still does.

Why it matters: the build stops with "Unsupported gpu architecture 'compute_120'", or somebody lowers the list until it
builds, and the result runs by JIT only.

Example: CUDA 12.4 and an RTX 5070 Ti: sm_120 needs 12.8.

What to do: install a release that can, or build in a container that has one.
"""

from __future__ import annotations

from collections.abc import Iterable

from cudacompat.domain.rules.machine.machine_facts import Machine
from cudacompat.domain.tables.toolkits import RELEASES, first_with, last_with, release
from cudacompat.domain.words.finding import Finding, Severity
from cudacompat.domain.words.rule import Rule


def check(machine: Machine) -> Iterable[Finding]:
    """One finding for each GPU that the active toolkit cannot build for."""
    active = next((t for t in machine.facts.toolkits if t.active and t.version), None)
    if active is None or active.version is None:
        return
    known = release(active.version)
    for target in machine.targets:
        arch = str(target.capability.number)
        first, last = first_with(arch), last_with(arch)
        if first is None:
            continue
        if active.version < first.version:
            cure = f"CUDA {first.version} or newer"
        elif known is not None and arch not in known.targets and last is not None and last.version < active.version:
            cure = f"CUDA {last.version}, the last release that builds it"
        else:
            continue
        yield Finding(
            id=RULE.id,
            severity=Severity.WARNING,
            path=active.path,
            target=target.id,
            message=f"CUDA {active.version} cannot build sm_{arch}, for {target.label}",
            found=f"the nvcc that a build here runs is {active.path}, found by {active.found_via}",
            why=f"sm_{arch} is built by CUDA {first.version}"
            + ("" if last is None or last is RELEASES[-1] else f" to {last.version}"),
            help=f"install {cure}, or build in a container with it",
        )


RULE = Rule("toolkit-cannot-build", "The toolkit cannot build for the GPU", __doc__, check)
