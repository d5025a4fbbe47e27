"""Driver branches: the CUDA version and the newest PTX ISA that each speaks.

From NVIDIA's history of the PTX ISA (`ptx`), which names for each version the CUDA release and the driver that bring
it. Where it names no driver yet, no row here takes that version.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from cudacompat.domain.tables.ptx import PTX_ISAS
from cudacompat.domain.words.versions import DriverCudaVersion, DriverRelease, PtxIsa


@dataclass(frozen=True, slots=True)
class DriverBranch:
    """One branch: its number (580), the CUDA version it reports, the newest PTX ISA that its JIT takes."""

    branch: int
    cuda: DriverCudaVersion
    ptx_isa: PtxIsa
    source: str


_HISTORY = "https://docs.nvidia.com/cuda/parallel-thread-execution/#release-notes"
# The history names r445 for ISA 7.0; r450 is the first branch that CUDA 11.0's release notes ship and support.
_FIRST = DriverBranch(
    branch=450,
    cuda=DriverCudaVersion(11, 0),
    ptx_isa=PtxIsa(7, 0),
    source="CUDA 11.0 comes with 450.51.05 (its release notes); ISA 7.0 is CUDA 11.0's: " + _HISTORY,
)
_MEASURED = {580: "; measured on 580.159.04: ISA 9.0 is compiled, 9.1 is error 222"}


def _branches() -> Iterator[DriverBranch]:
    yield _FIRST
    for row in PTX_ISAS:
        if row.driver_branch is not None and row.driver_branch > _FIRST.branch and row.cuda is not None:
            cuda = DriverCudaVersion(row.cuda.major, row.cuda.minor)
            source = row.source + _MEASURED.get(row.driver_branch, "")
            yield DriverBranch(row.driver_branch, cuda, row.isa, source=source)


BRANCHES: tuple[DriverBranch, ...] = tuple(_branches())


def branch_of(release: DriverRelease) -> DriverBranch | None:
    """Return the newest known branch that is not above the driver's; `None` if the driver is older than the
    table.

    A branch that the table does not have (one newer than all) counts as the one before it.
    """
    return next((row for row in reversed(BRANCHES) if row.branch <= release.branch), None)


def max_ptx(release: DriverRelease) -> PtxIsa | None:
    """Return the newest PTX ISA that this driver is known to compile; `None` if the driver is older than the
    table."""
    row = branch_of(release)
    return None if row is None else row.ptx_isa


def first_branch_taking(isa: PtxIsa) -> DriverBranch | None:
    """Return the oldest known branch that compiles PTX of this ISA version; `None` if it is newer than every
    known driver. For PTX older than the table it is the table's first branch."""
    return next((row for row in BRANCHES if row.ptx_isa >= isa), None)


@dataclass(frozen=True, slots=True)
class RuntimeFloor:
    """The oldest driver that the CUDA runtime of one major release takes on Linux, and on Windows. With an older one
    its first call ends with CUDA error 35."""

    major: int
    driver: DriverRelease
    windows: DriverRelease
    source: str

    def oldest(self, *, windows: bool) -> DriverRelease:
        """Return the oldest driver on that system."""
        return self.windows if windows else self.driver


def _floor(major: int, driver: str, windows: str) -> RuntimeFloor:
    source = "https://docs.nvidia.com/deploy/cuda-compatibility/minor-version-compatibility.html, read in November 2026"
    return RuntimeFloor(major, DriverRelease.parse(driver), DriverRelease.parse(windows), source=source)


RUNTIME_FLOORS: tuple[RuntimeFloor, ...] = (
    _floor(11, "450.80.02", "452.39"),
    _floor(12, "525.60.13", "527.41"),
    _floor(13, "580.65.06", "580"),
)


def runtime_floor(major: int) -> RuntimeFloor | None:
    """Return the driver that the runtime of this release needs; `None` for one that the table does not have."""
    return next((row for row in RUNTIME_FLOORS if row.major == major), None)


def takes_runtime(driver: DriverRelease, floor: RuntimeFloor, *, windows: bool = False) -> bool:
    """Whether this driver is at or above the floor. A branch alone (`580`) names all its releases, the newest too. It
    is one of Windows where that is said or its number is of Windows alone, else of Linux."""
    oldest = floor.oldest(windows=windows or driver.of_windows)
    return driver.parts >= oldest.parts[: len(driver.parts)]


def needed_driver(major: int, driver: DriverRelease) -> DriverRelease | None:
    """Return the oldest driver with which programs of this CUDA major release run, if this driver is older."""
    floor = runtime_floor(major)
    if floor is None or takes_runtime(driver, floor):
        return None
    return floor.oldest(windows=driver.of_windows)
