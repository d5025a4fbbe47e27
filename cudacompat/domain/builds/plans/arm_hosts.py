"""The processor beside a GPU: some GPUs are part of a chip, or of a board, whose processor is an Arm one. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from cudacompat.domain.builds.plans.model import RequestedTarget
from cudacompat.domain.tables.arm_hosts import is_arm_only
from cudacompat.domain.tables.drivers import needed_driver
from cudacompat.domain.tables.jetpack import board, on_board
from cudacompat.domain.tables.toolkits import RELEASES, release
from cudacompat.domain.words.versions import DriverRelease, ToolkitVersion


def on_arm(wanted: Sequence[RequestedTarget]) -> bool:
    """Whether every one of these GPUs has an Arm processor beside it, and no other."""
    return all(is_arm_only(each.number, each.label) for each in wanted)


def by_host(wanted: Sequence[RequestedTarget]) -> tuple[tuple[RequestedTarget, ...], ...]:
    """Return these GPUs by the processor beside them, those with an Arm one last; one group where all have the same."""
    arm = tuple(each for each in wanted if is_arm_only(each.number, each.label))
    others = tuple(each for each in wanted if each not in arm)
    return tuple(filter(None, (others, arm)))


def two_hosts(wanted: Sequence[RequestedTarget]) -> str | None:
    """Return which of these come with an Arm processor and which do not, so that no single file of machine code serves
    them all; `None` where one does."""
    parts = by_host(wanted)
    if len(parts) < 2:
        return None
    first, second = ([*dict.fromkeys(each.label for each in part)] for part in parts)
    comes, does = "comes" if len(second) == 1 else "come", "does" if len(first) == 1 else "do"
    return f"{', '.join(second)} {comes} with an Arm processor, and {', '.join(first)} {does} not"


def why_no_image(wanted: Sequence[RequestedTarget]) -> str | None:
    """Return why no image of `nvidia/cuda` serves one of these: a board of Jetson's; `None` where one does."""
    others = ", ".join(dict.fromkeys(each.label for each in wanted if board(each.number) is None))
    for each in wanted:
        row = board(each.number)
        if row is not None:
            return (
                f"{on_board(each.label, row)}; "
                "build on the board (cudacompat rebuild), or in JetPack's image with the settings of --as env"
                f"{f'; make the image for {others} without --gpu of a board' if others else ''}"
            )
    return None


def release_of_board(wanted: Sequence[RequestedTarget], driver: DriverRelease | None = None) -> str | None:
    """Return the CUDA release that the boards' JetPack has, where all of these are the same kind of Jetson; of one that
    is older than the table of releases, the oldest there. `None` for any other GPUs, and where its programs do not run
    with the driver."""
    rows = {board(each.number) for each in wanted}
    row = rows.pop() if len(rows) == 1 else None
    if row is None or (driver is not None and needed_driver(ToolkitVersion.parse(row.cuda).major, driver) is not None):
        return None
    return row.cuda if release(ToolkitVersion.parse(row.cuda)) is not None else str(RELEASES[0].version)


def boards_notes(wanted: Sequence[RequestedTarget], cuda: ToolkitVersion) -> list[str]:
    """Return a note for each Jetson board: which CUDA its JetPack has, and what that means for the plan's release."""
    found = []
    for each in wanted:
        row = board(each.number)
        if row is not None and cuda == ToolkitVersion.parse(row.cuda):
            found.append(f"{each.label} is a Jetson board: {row.words}")
        elif row is not None and cuda > ToolkitVersion.parse(row.cuda):
            starts = f"; what CUDA {cuda} builds does not start there: build with JetPack's" if row.ends else ""
            found.append(f"{each.label} is a Jetson board: {row.words}{starts}")
    return found
