"""Which kind of NVIDIA's kernel module drives which GPU on Linux, where one kernel loads one nvidia.ko."""

from __future__ import annotations

from enum import Enum

from cudacompat.domain.words.capability import ComputeCapability

SOURCE = (
    "https://docs.nvidia.com/datacenter/tesla/driver-installation-guide/kernel-modules.html, read in November 2026: "
    "the open kind from Turing on, the closed kind up to Hopper; the open kind is the default from 560 on"
)


class ModuleKind(Enum):
    """The two kinds of the module. The values are what the facts of a machine call them."""

    OPEN = "open"
    CLOSED = "proprietary"


_FIRST_OPEN = ComputeCapability(7, 5)
_FIRST_OPEN_ONLY = ComputeCapability(10, 0)
DEFAULT_OPEN_BRANCH = 560


def kinds(capability: ComputeCapability) -> frozenset[ModuleKind]:
    """Return the kinds of the module that drive a GPU of this compute capability."""
    if capability >= _FIRST_OPEN_ONLY:
        return frozenset({ModuleKind.OPEN})
    return frozenset({ModuleKind.CLOSED} if capability < _FIRST_OPEN else {ModuleKind.OPEN, ModuleKind.CLOSED})
