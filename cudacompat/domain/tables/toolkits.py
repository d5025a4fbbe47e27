"""CUDA toolkit releases: what each can build, with which host compilers, and what driver it asks for.

The rows were measured on NVIDIA's own compilers (tools/measure_toolkit.py). There is no CUDA 12.7 (only a driver of
that number).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from cudacompat.domain.tables.generated import rows
from cudacompat.domain.words.cuda_release import CudaRelease
from cudacompat.domain.words.versions import DriverRelease, PtxIsa, ToolkitVersion

_NOTES = "https://docs.nvidia.com/cuda/archive/13.2.2/cuda-toolkit-release-notes/index.html"


def _source(measured: str, update: str) -> str:
    """What was measured; the drivers are the release notes', `update` the row of the toolkit's driver."""
    driver = f"toolkit_driver: {update}" if update else "toolkit_driver: not published"
    return f"measured: {measured}; min_driver: {_NOTES}; {driver}"


def _release(row: dict[str, Any]) -> CudaRelease:
    lowest, highest = row["msc_ver"]
    return CudaRelease(
        version=ToolkitVersion.parse(row["version"]),
        targets=tuple(row["targets"]),
        ptx_isa=PtxIsa.parse(row["ptx_isa"]),
        default_target=row["default_target"],
        gcc_max=row["gcc_max"],
        clang_max=row["clang_max"],
        msc_ver=(lowest, highest),
        min_driver=DriverRelease.parse(row["min_driver"]),
        toolkit_driver=DriverRelease.parse(row["toolkit_driver"]) if row["toolkit_driver"] else None,
        source=_source(row["measured"], row["update"]),
    )


RELEASES: tuple[CudaRelease, ...] = tuple(map(_release, rows("toolkits")))


@dataclass(frozen=True, slots=True)
class Deprecation:
    """Releases that still build the architectures below `below`, with a warning, and the first that does not."""

    since: ToolkitVersion
    below: int
    gone: ToolkitVersion
    source: str


DEPRECATIONS: tuple[Deprecation, ...] = (
    Deprecation(
        since=ToolkitVersion(11, 8),
        below=50,
        gone=ToolkitVersion(12, 0),
        source="measured: nvcc 11.8 warns for 35 and 37; 12.0 has neither",
    ),
    Deprecation(
        since=ToolkitVersion(12, 8),
        below=75,
        gone=ToolkitVersion(13, 0),
        source="measured: NVRTC 12.8 and 12.9 warn; the release notes of CUDA 12.8, Deprecated Architectures",
    ),
)


def deprecation(version: ToolkitVersion, number: int) -> Deprecation | None:
    """Return why this release warns of this architecture, `None` where it does not."""
    return next((row for row in DEPRECATIONS if row.since <= version < row.gone and number < row.below), None)


def release(version: ToolkitVersion) -> CudaRelease | None:
    """Return the release of exactly this number; `None` if the table has none."""
    return next((row for row in RELEASES if row.version == version), None)


def first_with(arch: str) -> CudaRelease | None:
    """Return the first release that builds this architecture (`"90a"`); `None` if none in the table does.

    For what the table's oldest release builds already, it is that one.
    """
    return next((row for row in RELEASES if arch in row.targets), None)


def last_with(arch: str) -> CudaRelease | None:
    """Return the last release that builds this architecture: 12.9 for `"70"`, the newest known where it still
    does; `None` if none in the table does."""
    return next((row for row in reversed(RELEASES) if arch in row.targets), None)


def with_all(archs: Iterable[str]) -> tuple[CudaRelease, ...]:
    """Return the releases that build all of these architectures, oldest first; all releases for none."""
    wanted = set(archs)
    return tuple(row for row in RELEASES if wanted.issubset(row.targets))


# From which glibc on older headers clash with the C library's, and the first release whose headers do not. Measured: a
# file with rsqrtf and cospif, headers of each release and glibc of Debian 12, 13 and sid; 2.42 by its text.
_GLIBC: tuple[tuple[tuple[int, int], ToolkitVersion], ...] = (
    ((2, 42), ToolkitVersion(13, 2)),
    ((2, 41), ToolkitVersion(13, 0)),
)


def last_glibc(version: ToolkitVersion) -> tuple[int, int] | None:
    """Return the newest glibc that goes with the headers of this release; `None` where no known one clashes."""
    clashing = [since for since, first in _GLIBC if version < first]
    return (min(clashing)[0], min(clashing)[1] - 1) if clashing else None


def first_for_glibc(major: int, minor: int) -> ToolkitVersion | None:
    """Return the first release whose headers compile with this glibc; `None` where all known ones do."""
    return next((first for since, first in _GLIBC if (major, minor) >= since), None)
