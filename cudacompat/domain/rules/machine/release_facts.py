"""The CUDA releases that a machine can build with: for all of its GPUs, with its C library, for its driver.

One answer for every rule about a toolkit: where its release cannot stay, each of them has the same cure.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cudacompat.domain.machine.facts import Found, HostCompiler, ToolkitFacts
from cudacompat.domain.rules.machine.builder_facts import used_compilers
from cudacompat.domain.rules.machine.glibc_facts import GlibcLimit, glibc_limit
from cudacompat.domain.rules.machine.machine_facts import Machine
from cudacompat.domain.tables.drivers import max_ptx, needed_driver
from cudacompat.domain.tables.jetpack import board
from cudacompat.domain.tables.toolkits import RELEASES, with_all
from cudacompat.domain.words.cuda_release import CudaRelease
from cudacompat.domain.words.versions import DriverRelease, ToolkitVersion


@dataclass(frozen=True, slots=True)
class ReleaseCure:
    """What to do about a toolkit whose release cannot stay: in words, and the command where a fitting one is here.
    `releases` are those that do, none where another thing has to change."""

    help: str
    command: str | None = None
    releases: tuple[CudaRelease, ...] = ()

    def takes(self, compiler: HostCompiler) -> bool:
        """Return whether the host compiler needs no cure of its own: the first of these releases accepts it, or nothing
        is built with it."""
        return not self.releases or compiler.major <= _most(self.releases[0], compiler)


def must_change(machine: Machine, version: ToolkitVersion) -> bool:
    """Return whether a toolkit of this release builds nothing here, or not for one of the GPUs."""
    limit = glibc_limit(machine.facts)
    known = next((row for row in RELEASES if row.version == version), None)
    clashes = limit is not None and version < limit.first
    return clashes or (known is not None and not set(_archs(machine)) <= set(known.targets))


def release_cure(machine: Machine, toolkit: ToolkitFacts) -> ReleaseCure | None:
    """Return what to do about a toolkit of a release that cannot stay; `None` where no release builds for all of the
    GPUs, so that each has to be told alone."""
    ending = next((row for each in _archs(machine) if (row := board(int(each))) is not None and row.ends), None)
    if ending is not None:
        cure = f"JetPack {ending.jetpack} with its CUDA {ending.cuda}"
        return ReleaseCure(f"install {cure}, or build in a container that has it")
    limit = glibc_limit(machine.facts)
    building = with_all(_archs(machine))
    if not building:
        return None
    compiled = [row for row in building if limit is None or row.version >= limit.first]
    if not compiled and limit is not None:
        return ReleaseCure(_no_release(limit, building))
    running = buildable(machine)
    if not running:
        return ReleaseCure(_needs_driver(machine, compiled[0], limit, building=building))
    preferred = _accepting(machine, running) or running
    here = _installed(machine, preferred)
    if here is not None:
        told = f"let builds use CUDA {here.version}, which is here: {here.path}"
        return ReleaseCure(told, f"export CUDACXX={here.path}", preferred)
    clashes = limit is not None and toolkit.version is not None and toolkit.version < limit.first
    words = span(preferred, building) + _by_ptx(machine, running) + _older_compiler(machine, preferred)
    if clashes:
        return ReleaseCure(f"use {words}, or {_CONTAINER}", None, preferred)
    return ReleaseCure(f"install {words}, or build in a container that has it", None, preferred)


_CONTAINER = "build in a container with an older glibc"


def span(releases: Sequence[CudaRelease], building: Sequence[CudaRelease] = ()) -> str:
    """Return these releases in words: `CUDA 12.8 or newer`, `CUDA 12.8 to 12.9`; of one that is the last of those that
    are `building` for the GPUs, so."""
    first, last = releases[0].version, releases[-1].version
    if releases[-1] is RELEASES[-1]:
        return f"CUDA {first} or newer"
    if building and building[-1] is releases[-1]:
        return f"CUDA {last}, the last release that builds it"
    return f"CUDA {first}" if first == last else f"CUDA {first} to {last}"


def buildable(machine: Machine) -> tuple[CudaRelease, ...]:
    """Return the releases that build for all GPUs here, with this C library, and whose programs run with this
    driver."""
    limit = glibc_limit(machine.facts)
    compiled = (row for row in with_all(_archs(machine)) if limit is None or row.version >= limit.first)
    return tuple(row for row in compiled if _runs(machine, row))


def _archs(machine: Machine) -> list[str]:
    return [str(target.capability.number) for target in machine.targets]


def _driver(machine: Machine) -> DriverRelease | None:
    """The driver that is judged for: the one that was named, else the one here."""
    return next((target.driver for target in machine.targets if target.driver is not None), machine.driver)


def _runs(machine: Machine, row: CudaRelease) -> bool:
    """Return whether the driver runs its programs: by its number, or as it says itself (Jetson has other numbers)."""
    driver = _driver(machine)
    own = machine.facts.driver.value.cuda if isinstance(machine.facts.driver, Found) else None
    if own is not None and driver == machine.driver and row.version.major <= own.major:
        return True
    return driver is None or needed_driver(row.version.major, driver) is None


def _most(row: CudaRelease, compiler: HostCompiler) -> int:
    return row.clang_max if compiler.name == "clang" else row.gcc_max


def _accepting(machine: Machine, running: Sequence[CudaRelease]) -> tuple[CudaRelease, ...]:
    """Those that accept the host compilers which builds use here."""
    used = [each.compiler for each in used_compilers(machine.facts)]
    return tuple(row for row in running if all(each.major <= _most(row, each) for each in used))


def _older_compiler(machine: Machine, releases: Sequence[CudaRelease]) -> str:
    """What else has to change, where the last of these accepts none of the compilers that builds use here."""
    used = [each.compiler for each in used_compilers(machine.facts)]
    above = next((each for each in used if each.major > _most(releases[-1], each)), None)
    if above is None:
        return ""
    limit = _most(releases[-1], above)
    return f", with {above.name} {limit} (CUDAHOSTCXX={'g++' if above.name == 'gcc' else 'clang++'}-{limit})"


def _installed(machine: Machine, releases: Sequence[CudaRelease]) -> ToolkitFacts | None:
    """The newest toolkit here of one of these releases, or of one that no table knows and that says it builds all."""
    versions = {row.version for row in releases}
    archs = set(_archs(machine))
    fitting = [
        each
        for each in machine.facts.toolkits
        if each.version in versions or (each.targets and archs <= set(each.targets))
    ]
    return max(fitting, key=lambda each: each.version or releases[0].version, default=None)


def _by_ptx(machine: Machine, running: Sequence[CudaRelease]) -> str:
    """What is left to heed, where the driver compiles the PTX of none of these."""
    driver = _driver(machine)
    limit = max_ptx(driver) if driver is not None else None
    if limit is None or any(row.ptx_isa <= limit for row in running):
        return ""
    return f" (with machine code for every GPU: driver {driver} compiles no PTX of it)"


def _no_release(limit: GlibcLimit, building: Sequence[CudaRelease]) -> str:
    last = f"CUDA {building[-1].version} is the last that builds for the GPU"
    return f"{_CONTAINER}: no release that goes with {limit.libc} builds for the GPU ({last})"


def _needs_driver(
    machine: Machine, first: CudaRelease, limit: GlibcLimit | None, *, building: Sequence[CudaRelease]
) -> str:
    """What to do where the driver runs the programs of none of the releases that are left."""
    driver = _driver(machine)
    floor = needed_driver(first.version.major, driver) if driver is not None else None
    branch = f"driver {floor.branch} or newer" if floor is not None else "a newer driver"
    both = f"CUDA {first.version} or newer with {branch}"
    if any(_runs(machine, row) for row in building) and limit is not None:
        return f"{_CONTAINER}; {limit.libc} asks for {both}, here is driver {driver}"
    return f"use {both}, here is driver {driver}"
