"""PTX ISA versions: the toolkit that writes each, the driver that takes it, the targets that came with it.

NVIDIA: "PTX ISA", Release Notes, https://docs.nvidia.com/cuda/parallel-thread-execution/#release-notes;
tools/refresh_tables.py writes the rows. Versions before 6.0 (CUDA 8 and older) are not in the table.
"""

from __future__ import annotations

from dataclasses import dataclass

from cudacompat.domain.words.versions import PtxIsa, ToolkitVersion


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


# >>> generated
# By tools/refresh_tables.py; do not edit by hand.
# from: ptx_isa.json
# on: 2026-11-24
# sha256 of the rows: ce7908fd59286ca671f893758bb9b603faf5d9907bbfed81103e4f5445eb489d
PTX_ISAS: tuple[PtxIsaRow, ...] = (
    PtxIsaRow(
        isa=PtxIsa(6, 0),
        cuda=ToolkitVersion(9, 0),
        driver_branch=384,
        targets_introduced=("70",),
        source="https://docs.nvidia.com/cuda/parallel-thread-execution/#release-notes",
    ),
    PtxIsaRow(
        isa=PtxIsa(6, 1),
        cuda=ToolkitVersion(9, 1),
        driver_branch=387,
        targets_introduced=("72",),
        source="https://docs.nvidia.com/cuda/parallel-thread-execution/#release-notes",
    ),
    PtxIsaRow(
        isa=PtxIsa(6, 2),
        cuda=ToolkitVersion(9, 2),
        driver_branch=396,
        targets_introduced=(),
        source="https://docs.nvidia.com/cuda/parallel-thread-execution/#release-notes",
    ),
    PtxIsaRow(
        isa=PtxIsa(6, 3),
        cuda=ToolkitVersion(10, 0),
        driver_branch=400,
        targets_introduced=("75",),
        source="https://docs.nvidia.com/cuda/parallel-thread-execution/#release-notes",
    ),
    PtxIsaRow(
        isa=PtxIsa(6, 4),
        cuda=ToolkitVersion(10, 1),
        driver_branch=418,
        targets_introduced=(),
        source="https://docs.nvidia.com/cuda/parallel-thread-execution/#release-notes",
    ),
    PtxIsaRow(
        isa=PtxIsa(6, 5),
        cuda=ToolkitVersion(10, 2),
        driver_branch=440,
        targets_introduced=(),
        source="https://docs.nvidia.com/cuda/parallel-thread-execution/#release-notes",
    ),
    PtxIsaRow(
        isa=PtxIsa(7, 0),
        cuda=ToolkitVersion(11, 0),
        driver_branch=445,
        targets_introduced=("80",),
        source="https://docs.nvidia.com/cuda/parallel-thread-execution/#release-notes",
    ),
    PtxIsaRow(
        isa=PtxIsa(7, 1),
        cuda=ToolkitVersion(11, 1),
        driver_branch=455,
        targets_introduced=("86",),
        source="https://docs.nvidia.com/cuda/parallel-thread-execution/#release-notes",
    ),
    PtxIsaRow(
        isa=PtxIsa(7, 2),
        cuda=ToolkitVersion(11, 2),
        driver_branch=460,
        targets_introduced=(),
        source="https://docs.nvidia.com/cuda/parallel-thread-execution/#release-notes",
    ),
    PtxIsaRow(
        isa=PtxIsa(7, 3),
        cuda=ToolkitVersion(11, 3),
        driver_branch=465,
        targets_introduced=(),
        source="https://docs.nvidia.com/cuda/parallel-thread-execution/#release-notes",
    ),
    PtxIsaRow(
        isa=PtxIsa(7, 4),
        cuda=ToolkitVersion(11, 4),
        driver_branch=470,
        targets_introduced=("87",),
        source="https://docs.nvidia.com/cuda/parallel-thread-execution/#release-notes",
    ),
    PtxIsaRow(
        isa=PtxIsa(7, 5),
        cuda=ToolkitVersion(11, 5),
        driver_branch=495,
        targets_introduced=(),
        source="https://docs.nvidia.com/cuda/parallel-thread-execution/#release-notes",
    ),
    PtxIsaRow(
        isa=PtxIsa(7, 6),
        cuda=ToolkitVersion(11, 6),
        driver_branch=510,
        targets_introduced=(),
        source="https://docs.nvidia.com/cuda/parallel-thread-execution/#release-notes",
    ),
    PtxIsaRow(
        isa=PtxIsa(7, 7),
        cuda=ToolkitVersion(11, 7),
        driver_branch=515,
        targets_introduced=(),
        source="https://docs.nvidia.com/cuda/parallel-thread-execution/#release-notes",
    ),
    PtxIsaRow(
        isa=PtxIsa(7, 8),
        cuda=ToolkitVersion(11, 8),
        driver_branch=520,
        targets_introduced=("89", "90"),
        source="https://docs.nvidia.com/cuda/parallel-thread-execution/#release-notes",
    ),
    PtxIsaRow(
        isa=PtxIsa(8, 0),
        cuda=ToolkitVersion(12, 0),
        driver_branch=525,
        targets_introduced=("90a",),
        source="https://docs.nvidia.com/cuda/parallel-thread-execution/#release-notes",
    ),
    PtxIsaRow(
        isa=PtxIsa(8, 1),
        cuda=ToolkitVersion(12, 1),
        driver_branch=530,
        targets_introduced=(),
        source="https://docs.nvidia.com/cuda/parallel-thread-execution/#release-notes",
    ),
    PtxIsaRow(
        isa=PtxIsa(8, 2),
        cuda=ToolkitVersion(12, 2),
        driver_branch=535,
        targets_introduced=(),
        source="https://docs.nvidia.com/cuda/parallel-thread-execution/#release-notes",
    ),
    PtxIsaRow(
        isa=PtxIsa(8, 3),
        cuda=ToolkitVersion(12, 3),
        driver_branch=545,
        targets_introduced=(),
        source="https://docs.nvidia.com/cuda/parallel-thread-execution/#release-notes",
    ),
    PtxIsaRow(
        isa=PtxIsa(8, 4),
        cuda=ToolkitVersion(12, 4),
        driver_branch=550,
        targets_introduced=(),
        source="https://docs.nvidia.com/cuda/parallel-thread-execution/#release-notes",
    ),
    PtxIsaRow(
        isa=PtxIsa(8, 5),
        cuda=ToolkitVersion(12, 5),
        driver_branch=555,
        targets_introduced=(),
        source="https://docs.nvidia.com/cuda/parallel-thread-execution/#release-notes",
    ),
    PtxIsaRow(
        isa=PtxIsa(8, 5),
        cuda=ToolkitVersion(12, 6),
        driver_branch=560,
        targets_introduced=(),
        source="https://docs.nvidia.com/cuda/parallel-thread-execution/#release-notes",
    ),
    PtxIsaRow(
        isa=PtxIsa(8, 6),
        cuda=ToolkitVersion(12, 7),
        driver_branch=565,
        targets_introduced=("100", "100a", "101", "101a"),
        source="https://docs.nvidia.com/cuda/parallel-thread-execution/#release-notes",
    ),
    PtxIsaRow(
        isa=PtxIsa(8, 7),
        cuda=ToolkitVersion(12, 8),
        driver_branch=570,
        targets_introduced=("120", "120a"),
        source="https://docs.nvidia.com/cuda/parallel-thread-execution/#release-notes",
    ),
    PtxIsaRow(
        isa=PtxIsa(8, 8),
        cuda=ToolkitVersion(12, 9),
        driver_branch=575,
        targets_introduced=("100f", "101f", "103", "103a", "103f", "120f", "121", "121a", "121f"),
        source="https://docs.nvidia.com/cuda/parallel-thread-execution/#release-notes",
    ),
    PtxIsaRow(
        isa=PtxIsa(9, 0),
        cuda=ToolkitVersion(13, 0),
        driver_branch=580,
        targets_introduced=("88", "110", "110a", "110f"),
        source="https://docs.nvidia.com/cuda/parallel-thread-execution/#release-notes",
    ),
    PtxIsaRow(
        isa=PtxIsa(9, 1),
        cuda=ToolkitVersion(13, 1),
        driver_branch=590,
        targets_introduced=(),
        source="https://docs.nvidia.com/cuda/parallel-thread-execution/#release-notes",
    ),
    PtxIsaRow(
        isa=PtxIsa(9, 2),
        cuda=ToolkitVersion(13, 2),
        driver_branch=595,
        targets_introduced=(),
        source="https://docs.nvidia.com/cuda/parallel-thread-execution/#release-notes",
    ),
    PtxIsaRow(
        isa=PtxIsa(9, 3),
        cuda=ToolkitVersion(13, 3),
        driver_branch=610,
        targets_introduced=(),
        source="https://docs.nvidia.com/cuda/parallel-thread-execution/#release-notes",
    ),
    PtxIsaRow(
        isa=PtxIsa(9, 4),
        cuda=ToolkitVersion(13, 4),
        driver_branch=615,
        targets_introduced=("107", "107a", "107f"),
        source="https://docs.nvidia.com/cuda/parallel-thread-execution/#release-notes",
    ),
    PtxIsaRow(
        isa=PtxIsa(9, 5),
        cuda=ToolkitVersion(13, 5),
        driver_branch=None,
        targets_introduced=(),
        source="measured (ptxas/NVRTC 13.5.37); driver branch not found",
    ),
)
# <<< generated


def isa_of_target(arch: str) -> PtxIsa | None:
    """Return the first PTX ISA that has this target (`"90a"`: 8.0); `None` if it is older than the table or
    unknown."""
    return next((row.isa for row in PTX_ISAS if arch in row.targets_introduced), None)


def toolkits_of(isa: PtxIsa) -> tuple[ToolkitVersion, ...]:
    """Return the CUDA releases that write this PTX ISA, oldest first (12.7, which has only a driver, among
    them)."""
    return tuple(row.cuda for row in PTX_ISAS if row.isa == isa and row.cuda is not None)
