"""Driver branches: the CUDA version and the newest PTX ISA that each speaks.

NVIDIA: "PTX ISA", Release Notes, whose table names for each ISA version the CUDA release and the driver that
bring it: https://docs.nvidia.com/cuda/parallel-thread-execution/#release-notes. Read in November 2026 (PTX
ISA 9.4). Which driver takes ISA 9.5 (CUDA 13.5) was not published then, so no row does.
"""

from __future__ import annotations

from dataclasses import dataclass

from cudacompat.domain.words.versions import DriverCudaVersion, DriverRelease, PtxIsa


@dataclass(frozen=True, slots=True)
class DriverBranch:
    """One branch: its number (580), the CUDA version it reports, the newest PTX ISA that its JIT takes."""

    branch: int
    cuda: DriverCudaVersion
    ptx_isa: PtxIsa
    source: str


_HISTORY = "https://docs.nvidia.com/cuda/parallel-thread-execution/#release-notes"


def _row(branch: int, cuda: str, ptx_isa: str, source: str = _HISTORY) -> DriverBranch:
    return DriverBranch(branch, DriverCudaVersion.parse(cuda), PtxIsa.parse(ptx_isa), source)


BRANCHES: tuple[DriverBranch, ...] = (
    # The history names r445 for ISA 7.0; r450 is the first branch that CUDA 11.0's release notes ship and
    # support.
    _row(
        450,
        "11.0",
        "7.0",
        "CUDA 11.0 comes with 450.51.05 (its release notes); ISA 7.0 is CUDA 11.0's: " + _HISTORY,
    ),
    _row(455, "11.1", "7.1"),
    _row(460, "11.2", "7.2"),
    _row(465, "11.3", "7.3"),
    _row(470, "11.4", "7.4"),
    _row(495, "11.5", "7.5"),
    _row(510, "11.6", "7.6"),
    _row(515, "11.7", "7.7"),
    _row(520, "11.8", "7.8"),
    _row(525, "12.0", "8.0"),
    _row(530, "12.1", "8.1"),
    _row(535, "12.2", "8.2"),
    _row(545, "12.3", "8.3"),
    _row(550, "12.4", "8.4"),
    _row(555, "12.5", "8.5"),
    _row(560, "12.6", "8.5"),
    _row(565, "12.7", "8.6"),
    _row(570, "12.8", "8.7"),
    _row(575, "12.9", "8.8"),
    _row(580, "13.0", "9.0", _HISTORY + "; measured on 580.159.04: ISA 9.0 is compiled, 9.1 is error 222"),
    _row(590, "13.1", "9.1"),
    _row(595, "13.2", "9.2"),
    _row(610, "13.3", "9.3"),
    _row(615, "13.4", "9.4"),
)


def branch_of(release: DriverRelease) -> DriverBranch | None:
    """Return the newest known branch that is not above the driver's; `None` if the driver is older than the
    table.

    A branch that the table does not have (537 on Windows, or one newer than all) counts as the one before it.
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
    """The oldest driver that the CUDA runtime of one major release takes on Linux; with an older one its first call
    ends with CUDA error 35."""

    major: int
    driver: DriverRelease
    source: str


def _floor(major: int, driver: str) -> RuntimeFloor:
    source = "https://docs.nvidia.com/deploy/cuda-compatibility/minor-version-compatibility.html, read in November 2026"
    return RuntimeFloor(major, DriverRelease.parse(driver), source)


RUNTIME_FLOORS: tuple[RuntimeFloor, ...] = (_floor(11, "450.80.02"), _floor(12, "525.60.13"), _floor(13, "580.65.06"))


def runtime_floor(major: int) -> RuntimeFloor | None:
    """Return the driver that the runtime of this release needs; `None` for one that the table does not have."""
    return next((row for row in RUNTIME_FLOORS if row.major == major), None)


def takes_runtime(driver: DriverRelease, floor: RuntimeFloor) -> bool:
    """Whether this driver is at or above the floor. A branch alone (`580`) names all its releases, the newest too."""
    return driver.parts >= floor.driver.parts[: len(driver.parts)]
