"""What nvcc of a release builds for, also of the releases before the table's first, which distributions still package.

An old release is told by the history of PTX: an architecture is in the release whose PTX first has it as a target, and
in those that follow. Measured the same on `ptxas --help` of 11.2.152 (Debian bullseye) and 11.5.119 (Ubuntu jammy).
"""

from __future__ import annotations

from dataclasses import dataclass

from cudacompat.domain.tables.ptx import PTX_ISAS
from cudacompat.domain.tables.toolkits import RELEASES, first_with, release
from cudacompat.domain.words.versions import ToolkitVersion


@dataclass(frozen=True, slots=True)
class NvccRelease:
    """One release of nvcc and the architectures that it builds machine code for (`"86"`, `"90a"`)."""

    version: ToolkitVersion
    targets: tuple[str, ...]


def nvcc_release(version: ToolkitVersion) -> NvccRelease | None:
    """Return what this release builds for, from CUDA 9.0 on; `None` for an older one and for one that does not exist
    or is not known yet."""
    known = release(version)
    if known is not None:
        return NvccRelease(version, known.targets)
    if not any(row.cuda == version for row in PTX_ISAS) or version > RELEASES[0].version:
        return None
    early = (arch for arch in RELEASES[0].targets if (since := _since(arch)) is None or since <= version)
    return NvccRelease(version, tuple(early))


def first_nvcc_with(arch: str) -> ToolkitVersion | None:
    """Return the release that first builds this architecture (`"89"`: 11.8); `None` where none is known to, and for
    one that is older than CUDA 9.0."""
    first = first_with(arch)
    if first is None:
        return None
    return _since(arch) if first is RELEASES[0] else first.version


def _since(arch: str) -> ToolkitVersion | None:
    return next((row.cuda for row in PTX_ISAS if arch in row.targets_introduced), None)
