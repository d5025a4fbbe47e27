"""The host compiler is newer than the CUDA toolkit accepts.

What it finds: the gcc or clang that nvcc would use is above the toolkit's limit.

Why it matters: every CUDA file stops with "#error -- unsupported GNU version! gcc versions later than 14 are not
supported!". Overriding the check often only moves the failure.

Example: gcc 15 with CUDA 12.9, whose limit is 14.

What to do: install an older compiler beside it and name it: CMAKE_CUDA_HOST_COMPILER, CUDAHOSTCXX or NVCC_CCBIN.
"""

from __future__ import annotations

from collections.abc import Iterable

from cudacompat.domain.rules.machine.machine_facts import Machine
from cudacompat.domain.tables.toolkits import release
from cudacompat.domain.words.finding import Finding, Severity
from cudacompat.domain.words.rule import Rule


def check(machine: Machine) -> Iterable[Finding]:
    """One finding if the default gcc is above the active toolkit's limit and no other is named."""
    active = next((t for t in machine.facts.toolkits if t.active and t.version), None)
    known = release(active.version) if active is not None and active.version is not None else None
    named = machine.variable("CUDAHOSTCXX") or machine.variable("NVCC_CCBIN")
    gcc = next((c for c in machine.facts.compilers if c.name == "gcc"), None)
    if active is None or known is None or gcc is None or named or gcc.major <= known.gcc_max:
        return
    yield Finding(
        id=RULE.id,
        severity=Severity.WARNING,
        path=gcc.path,
        message=f"gcc {gcc.version} is newer than CUDA {active.version} accepts (up to gcc {known.gcc_max})",
        help=f"install g++-{known.gcc_max} and set CUDAHOSTCXX=g++-{known.gcc_max}, or use a newer CUDA release",
    )


RULE = Rule("host-compiler-too-new", "Host compiler too new for the toolkit", __doc__, check)
