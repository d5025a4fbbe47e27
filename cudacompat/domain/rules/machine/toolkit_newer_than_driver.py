"""The toolkit here makes PTX that the driver here cannot compile.

What it finds: the nvcc that a build here would run emits a PTX ISA newer than this driver takes.

Why it matters: machine code built here runs, PTX built here does not: a build without the GPU's own target ends in
error 222 on this very machine. CUDA's minor version compatibility does not cover PTX.

Example: nvcc 13.5 (PTX 9.5) on driver 580 (PTX up to 9.0).

Of another major release not even machine code runs: its runtime asks for a newer driver as a program starts
(error 35).

What to do: always build machine code for the GPUs it will run on, or update the driver; of another major release,
update the driver or build with a toolkit that it takes.
"""

from __future__ import annotations

from collections.abc import Iterable

from cudacompat.domain.machine.facts import Found, ToolkitFacts
from cudacompat.domain.rules.machine.machine_facts import Machine
from cudacompat.domain.rules.machine.release_facts import buildable, must_change, release_cure
from cudacompat.domain.tables.driver_choice import DriverChoice, NoDriver, choose_driver, kind_for
from cudacompat.domain.tables.driver_packages import install_command
from cudacompat.domain.tables.drivers import BRANCHES, max_ptx, needed_driver
from cudacompat.domain.tables.jetpack import board
from cudacompat.domain.tables.toolkits import RELEASES, release
from cudacompat.domain.words.cuda_release import CudaRelease
from cudacompat.domain.words.finding import Finding, Severity
from cudacompat.domain.words.rule import Rule
from cudacompat.domain.words.versions import DriverRelease, ToolkitVersion


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
    floor = needed_driver(built_by.version.major, driver) if driver is not None else None
    if driver is not None and floor is not None:
        yield _other_major(machine, active, built_by, driver=driver, floor=floor)
        return
    yield Finding(
        id=RULE.id,
        severity=Severity.WARNING,
        path=active.path,
        message=f"driver {driver} cannot run PTX built by CUDA {active.version}",
        found=f"nvcc writes PTX ISA {built_by.ptx_isa}; this driver accepts PTX ISA {limit} and lower",
        why="machine code is not affected",
        help=", or ".join(("build machine code for every GPU (CMake: -real; nvcc: code=sm_NN)", *_newer(machine))),
    )


def _other_major(
    machine: Machine, active: ToolkitFacts, built_by: CudaRelease, *, driver: DriverRelease, floor: DriverRelease
) -> Finding:
    """Of a toolkit whose runtime does not start with this driver, whatever code it builds."""
    cure = release_cure(machine, active) if must_change(machine, built_by.version) else None
    newer = _newer(machine, floor.branch)
    told = cure.help if cure is not None else ", or ".join((*newer, *_older(machine, driver)))
    return Finding(
        id=RULE.id,
        severity=Severity.WARNING,
        path=active.path,
        message=f"driver {driver} cannot run PTX built by CUDA {built_by.version}, nor start its programs",
        found=f"the runtime of CUDA {built_by.version.major} needs driver {floor} or newer",
        why="the first call of the runtime ends in error 35, whatever code is built",
        help=told,
        command=cure.command if cure is not None else _command(machine, floor.branch) if newer else None,
    )


def _newer(machine: Machine, branch: int | None = None) -> tuple[str, ...]:
    """What brings another driver, of this branch or a newer one, to this machine; nothing where its GPUs take none."""
    capabilities = [target.capability for target in machine.targets]
    if any(board(each.number) for each in capabilities):
        return ("install a JetPack that brings it",)
    choice = choose_driver(capabilities, linux=not machine.is_wsl)
    last = choice.last if isinstance(choice, DriverChoice) else None
    if isinstance(choice, NoDriver) or (last is not None and branch is not None and last < branch):
        return ()
    to = f" to {branch} or newer" if branch is not None else ""
    return (f"update the driver{_place(machine)}{to}",)


def _place(machine: Machine) -> str:
    return " of Windows" if machine.is_wsl else " of the host" if machine.facts.container.inside else ""


def _command(machine: Machine, branch: int) -> str | None:
    """The command that installs a driver of this branch here, where its driver is this system's own."""
    capabilities = [target.capability for target in machine.targets]
    if not capabilities or _place(machine) or any(board(each.number) for each in capabilities):
        return None
    return install_command(machine.facts.platform, branch, kind_for(capabilities, branch)).command


def _older(machine: Machine, driver: DriverRelease) -> tuple[str, ...]:
    """The older release to build with, where one that the driver takes builds for these GPUs here."""
    own = machine.facts.driver.value.cuda if isinstance(machine.facts.driver, Found) else None
    older = buildable(machine)
    limit = max_ptx(driver)
    compiled = [row for row in older if limit is not None and row.ptx_isa <= limit]
    if not older:
        return ()
    said = ToolkitVersion(own.major, own.minor) if own is not None else None
    takes = said is not None and (said < RELEASES[0].version or any(row.version == said for row in older))
    return (f"build with CUDA {said if takes else (compiled or older)[-1].version}",)


RULE = Rule("toolkit-newer-than-driver", "CUDA Toolkit newer than the driver", __doc__, check)
