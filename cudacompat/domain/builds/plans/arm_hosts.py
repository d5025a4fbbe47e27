"""The processor beside a GPU: some GPUs are part of a chip, or of a board, whose processor is an Arm one. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from cudacompat.domain.builds.plans.model import RequestedTarget
from cudacompat.domain.tables.arm_hosts import is_arm_only

# Boards whose driver and CUDA come with JetPack, before its packages became those of servers: the last release. Source:
# NVIDIA's pages jetpack-sdk-461, -502, 7.0, 7.1; dusty-nv/jetson-containers jetson_containers/l4t_version.py.
_JETPACK = {
    53: "JetPack 4.6 with CUDA 10.2 is the last for it",
    62: "JetPack 4.6 with CUDA 10.2 is the last for it",
    72: "JetPack 5.1 with CUDA 11.4 is the last for it (image nvcr.io/nvidia/l4t-jetpack:r35.4.1)",
    87: "JetPack 6.2 has CUDA 12.6 and its own images (nvcr.io/nvidia/l4t-jetpack:r36.4.0); from JetPack 7.2 on it "
    "takes those of Arm servers",
}


def on_arm(wanted: Sequence[RequestedTarget]) -> bool:
    """Whether every one of these GPUs has an Arm processor beside it, and no other."""
    return all(is_arm_only(each.number, each.label) for each in wanted)


def why_no_image(wanted: Sequence[RequestedTarget]) -> str | None:
    """Return why no image of `nvidia/cuda` serves one of these: a board of Jetson's; `None` where one does."""
    for each in wanted:
        if each.number in _JETPACK:
            return (
                f"{each.label} is a Jetson board, whose driver and CUDA come with JetPack: {_JETPACK[each.number]}; "
                "build on the board (cudacompat rebuild), or in JetPack's image with the settings of --as env"
            )
    return None
