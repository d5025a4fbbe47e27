"""PTX ISA versions: the toolkit that writes each, the driver that takes it, the targets that came with it.

NVIDIA: "PTX ISA", Release Notes, https://docs.nvidia.com/cuda/parallel-thread-execution/#release-notes; a CUDA release
that is newer than those is there as it was measured. Versions before 6.0 (CUDA 8 and older) are not in the table.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from cudacompat.domain.tables.generated import rows
from cudacompat.domain.words.versions import PtxIsa, ToolkitVersion

# The PTX that came with the first compiler which takes characters beyond ASCII, even in comments. Measured: the ptxas
# of CUDA 12.8 and 13.0 refuses them, and so does driver 580.159.04; that of 13.1, 13.2, 13.3, 13.4 and 13.5 does not.
BEYOND_ASCII = PtxIsa(9, 1)


@dataclass(frozen=True, slots=True)
class PtxIsaRow:
    """One line of the history: an ISA version may have several (8.5 came with CUDA 12.5 and 12.6).

    `cuda` is the release, `driver_branch` the first branch that takes it (`None`: not published),
    `targets_introduced` the architectures (`"90a"`) that a `.target` line can name from here on.
    """

    isa: PtxIsa
    cuda: ToolkitVersion | None
    driver_branch: int | None
    targets_introduced: tuple[str, ...]
    source: str


def _row(row: dict[str, Any]) -> PtxIsaRow:
    return PtxIsaRow(
        isa=PtxIsa.parse(row["ptx_isa"]),
        cuda=ToolkitVersion.parse(row["cuda"]),
        driver_branch=row["driver_branch"],
        targets_introduced=tuple(row["targets_introduced"]),
        source=row["source"],
    )


PTX_ISAS: tuple[PtxIsaRow, ...] = tuple(map(_row, rows("ptx")))


def isa_of_target(arch: str) -> PtxIsa | None:
    """Return the first PTX ISA that has this target (`"90a"`: 8.0); `None` if it is older than the table or
    unknown."""
    return next((row.isa for row in PTX_ISAS if arch in row.targets_introduced), None)


def toolkits_of(isa: PtxIsa) -> tuple[ToolkitVersion, ...]:
    """Return the CUDA releases that write this PTX ISA, oldest first (12.7, which has only a driver, among
    them)."""
    return tuple(row.cuda for row in PTX_ISAS if row.isa == isa and row.cuda is not None)
