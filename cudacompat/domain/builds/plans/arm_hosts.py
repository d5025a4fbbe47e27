"""The processor beside a GPU: some GPUs are part of a chip, or of a board, whose processor is an Arm one. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from cudacompat.domain.builds.plans.model import RequestedTarget
from cudacompat.domain.tables.arm_hosts import is_arm_only
from cudacompat.domain.tables.jetpack import board
from cudacompat.domain.words.versions import ToolkitVersion


def on_arm(wanted: Sequence[RequestedTarget]) -> bool:
    """Whether every one of these GPUs has an Arm processor beside it, and no other."""
    return all(is_arm_only(each.number, each.label) for each in wanted)


def why_no_image(wanted: Sequence[RequestedTarget]) -> str | None:
    """Return why no image of `nvidia/cuda` serves one of these: a board of Jetson's; `None` where one does."""
    for each in wanted:
        row = board(each.number)
        if row is not None:
            return (
                f"{each.label} is a Jetson board, whose driver and CUDA come with JetPack: {row.words}; "
                "build on the board (cudacompat rebuild), or in JetPack's image with the settings of --as env"
            )
    return None


def boards_notes(wanted: Sequence[RequestedTarget], cuda: ToolkitVersion) -> list[str]:
    """Return a note for each Jetson board whose JetPack is older than the CUDA release of the plan."""
    found = []
    for each in wanted:
        row = board(each.number)
        if row is not None and cuda > ToolkitVersion.parse(row.cuda):
            starts = f"; what CUDA {cuda} builds does not start there: build with JetPack's" if row.ends else ""
            found.append(f"{each.label} is a Jetson board: {row.words}{starts}")
    return found
