"""The toolkit here makes PTX that the driver here cannot compile.

What it finds: the nvcc that a build here would run emits a PTX ISA newer than this driver takes.

Why it matters: machine code built here runs, PTX built here does not: a build without the GPU's own target ends in
error 222 on this very machine. CUDA's minor version compatibility does not cover PTX.

Example: nvcc 13.5 (PTX 9.5) on driver 580 (PTX up to 9.0).

What to do: always build machine code for the GPUs it will run on, or update the driver.
"""

from __future__ import annotations

from collections.abc import Iterable

from cudacompat.domain.machine.facts import Found
from cudacompat.domain.rules.machine.machine_facts import Machine
from cudacompat.domain.tables.drivers import BRANCHES, max_ptx
from cudacompat.domain.tables.toolkits import release
from cudacompat.domain.words.finding import Finding, Severity
from cudacompat.domain.words.rule import Rule


def check(machine: Machine) -> Iterable[Finding]:
    """One finding if the active toolkit's PTX is newer than the driver takes."""
    driver = machine.facts.driver.value.release if isinstance(machine.facts.driver, Found) else None
    active = next((t for t in machine.facts.toolkits if t.active and t.version), None)
    built_by = release(active.version) if active is not None and active.version is not None else None
    limit = max_ptx(driver) if driver is not None and driver.branch <= BRANCHES[-1].branch else None
    if active is None or built_by is None or limit is None or built_by.ptx_isa <= limit:
        return
    cuda = machine.facts.driver.value.cuda if isinstance(machine.facts.driver, Found) else None
    if cuda is not None and (cuda.major, cuda.minor) >= (built_by.version.major, built_by.version.minor):
        return  # Jetson counts its drivers otherwise, and forward compatibility brings a newer compiler
    yield Finding(
        id=RULE.id,
        severity=Severity.WARNING,
        path=active.path,
        message=f"driver {driver} cannot run PTX built by CUDA {active.version}",
        found=f"nvcc writes PTX ISA {built_by.ptx_isa}; this driver accepts PTX ISA {limit} and lower",
        why="machine code is not affected",
        help="build machine code for every GPU (CMake: -real; nvcc: code=sm_NN), or update the driver",
    )


RULE = Rule("toolkit-newer-than-driver", "CUDA Toolkit newer than the driver", __doc__, check)
