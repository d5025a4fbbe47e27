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
        return f"{own}; JetPack 7.2 and newer run what is built for Arm servers"


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


def on_board(label: str, row: Board) -> str:
    """Return that a GPU of this name is a board's, and where its CUDA comes from."""
    return f"{label} is a Jetson board, whose driver and CUDA come with JetPack: {row.words}"


@dataclass(frozen=True, slots=True)
class L4tImage:
    """An image for boards: the first number of its L4T (36), the CUDA release of it and the kind of image (`devel`,
    `runtime`), where its name says them for certain."""

    l4t: int
    cuda: str | None = None
    flavour: str | None = None

    def serves(self, number: int) -> bool:
        """Return True if a release of this L4T is for boards of this compute capability (87). An image is for boards
        that run the same L4T: NVIDIA's page of l4t-base; of r32.7 and r35, dustynv's pages on Docker Hub."""
        return number in _BOARDS_OF_L4T.get(self.l4t, (number,))


# Boards of each L4T, and the CUDA release of each from that one on: dusty-nv/jetson-containers
# jetson_containers/l4t_version.py; NVIDIA's pages jetpack-sdk-461 and -502. From 38 on the images are those of Arm
# servers (JetPack 7: Thor, later Orin).
_BOARDS_OF_L4T = {32: (53, 62, 72), 34: (72, 87), 35: (72, 87), 36: (87,)}
_CUDA_OF_L4T = (((36, 4), "12.6"), ((36, 2), "12.2"), ((34, 1), "11.4"), ((32, 4), "10.2"), ((32, 1), "10.0"))
_L4T_OF_CUDA = {"10.0": 32, "10.2": 32, "11.4": 35, "12.2": 36, "12.6": 36}

_NVIDIAS = re.compile(
    rf"(?:{re.escape(NGC)}/)?nvidia/l4t-(?P<name>[a-z]{{2,20}}):(?:r(?P<l4t>\d\d)\.(?P<minor>\d)(?![\d])[\w.-]*"
    r"|(?P<cuda>\d\d\.\d)\.\d+-(?P<flavour>devel|runtime)[\w.-]*)",
    re.ASCII,
)
# dustynv/l4t-pytorch:r36.4.0, dustynv/ros:humble-desktop-l4t-r35.4.1
_COMMUNITYS = re.compile(r"(?:docker\.io/)?dustynv/[\w.-]+:(?:[\w.-]*-)?r(?P<l4t>\d\d)\.\d(?![\d])[\w.-]*", re.ASCII)
_LONGEST = 300  # characters of an image's name that are looked at
# The L4T since which l4t-base holds no CUDA. In earlier ones it comes from the board's own files, compiler and all:
# NVIDIA's page of l4t-base.
_BARE_SINCE = 34


def l4t_image(image: str) -> L4tImage | None:
    """Return what the name of an image for boards says; `None` for any other image."""
    plain = image[:_LONGEST].partition("@")[0]
    community = _COMMUNITYS.fullmatch(plain)
    if community is not None:
        l4t = int(community["l4t"])
        # later ones bring a CUDA release of their maker's choice
        return L4tImage(l4t, "10.2" if l4t < _BARE_SINCE else None, "devel" if l4t < _BARE_SINCE else None)
    match = _NVIDIAS.fullmatch(plain)
    if match is None:
        return None
    if match["cuda"]:
        found = _L4T_OF_CUDA.get(match["cuda"])
        return L4tImage(found, match["cuda"], match["flavour"]) if found is not None else None
    l4t = int(match["l4t"])
    cuda = next((cuda for since, cuda in _CUDA_OF_L4T if since <= (l4t, int(match["minor"])) < (38, 0)), None)
    bare = match["name"] == "base" and l4t >= _BARE_SINCE
    return L4tImage(l4t) if bare or cuda is None else L4tImage(l4t, cuda, "devel")
