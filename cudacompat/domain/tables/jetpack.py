"""Jetson boards, whose driver and CUDA come with JetPack: the last release of each kind of board, before its packages
became those of Arm servers."""

from __future__ import annotations

import re
from dataclasses import dataclass

from cudacompat.domain.tables.image_tags import NGC


@dataclass(frozen=True, slots=True)
class Board:
    """The boards of one compute capability: the last JetPack for them (or the last with packages of its own), its CUDA
    release and base image. `ends` is whether no later one is for them."""

    number: int
    jetpack: str
    cuda: str
    image: str
    ends: bool

    @property
    def words(self) -> str:
        """What there is for the board, in words."""
        image = f"{NGC}/nvidia/{self.image}"
        if self.ends:
            return f"JetPack {self.jetpack} with CUDA {self.cuda} is the last for it (image {image})"
        own = f"JetPack {self.jetpack} has CUDA {self.cuda} and its own images ({image})"
        return f"{own}; from JetPack 7.2 on it takes those of Arm servers"


# NVIDIA's pages jetpack-sdk-461, -502, 7.0, 7.1; dusty-nv/jetson-containers jetson_containers/l4t_version.py. Thor
# (11.0) has the packages of Arm servers from its first JetPack (7.0) on, and needs no row.
BOARDS: tuple[Board, ...] = (
    Board(53, "4.6", "10.2", image="l4t-base:r32.7.1", ends=True),
    Board(62, "4.6", "10.2", image="l4t-base:r32.7.1", ends=True),
    Board(72, "5.1", "11.4", image="l4t-jetpack:r35.4.1", ends=True),
    Board(87, "6.2", "12.6", image="l4t-jetpack:r36.4.0", ends=False),
)


def board(number: int) -> Board | None:
    """Return the row of the boards of this compute capability (87), `None` where it is no Jetson's."""
    return next((row for row in BOARDS if row.number == number), None)


# The CUDA release of each L4T from that one on: dusty-nv/jetson-containers jetson_containers/l4t_version.py. From 38 on
# the images are those of Arm servers.
_CUDA_OF_L4T = (((36, 4), "12.6"), ((36, 2), "12.2"), ((34, 1), "11.4"), ((32, 4), "10.2"), ((32, 1), "10.0"))
_IMAGE = re.compile(
    rf"(?:{re.escape(NGC)}/)?nvidia/l4t-(?:jetpack:r(\d\d)\.(\d)(?:\.\d+)*|cuda:(\d\d\.\d)\.\d+-devel)", re.ASCII
)


def cuda_of_image(image: str) -> str | None:
    """Return the CUDA release whose compiler is in an image for boards, by its tag; `None` for any other."""
    match = _IMAGE.fullmatch(image)
    if match is None:
        return None
    if match[3]:
        return match[3]
    l4t = int(match[1]), int(match[2])
    return next((cuda for since, cuda in _CUDA_OF_L4T if since <= l4t < (38, 0)), None)
