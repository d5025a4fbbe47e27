"""What a piece of device code was compiled for: `sm_90a`, `compute_80`, `lto_100f`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum

from cudacompat.domain.words.capability import ComputeCapability
from cudacompat.domain.words.errors import ParseError


class CodeKind(Enum):
    """What the bytes of an image are; the values are the strings of the JSON."""

    SASS = "sass"
    PTX = "ptx"
    LTO_IR = "lto-ir"
    OPTIX_IR = "optix-ir"
    TILE_IR = "tile-ir"
    UNKNOWN = "unknown"

    __hash__ = object.__hash__  # Enum's own is written in Python, and targets are looked up by the hundred thousand


class ArchSuffix(Enum):
    """The letter behind a target's number.

    `ARCH_SPECIFIC` (a) runs on exactly that compute capability, `FAMILY` (f) within its family.
    `UNREADABLE` (?) stands for a bare cubin that does not say: CUDA 13 gives sm_90, sm_90a and
    family targets the same e_flags, so the number alone decides nothing.
    """

    NONE = ""
    ARCH_SPECIFIC = "a"
    FAMILY = "f"
    UNREADABLE = "?"

    __hash__ = object.__hash__


_PREFIX = {CodeKind.SASS: "sm", CodeKind.PTX: "compute", CodeKind.LTO_IR: "lto", CodeKind.TILE_IR: "tile"}
_KIND = {prefix: kind for kind, prefix in _PREFIX.items()}
_FORM = re.compile(r"(sm|compute|lto|tile)_(\d{2,3})([af?]?)")


@dataclass(frozen=True, slots=True)
class ArchTarget:
    """The target of one image: kind of code, architecture number, suffix. It has no order: see `compat`."""

    kind: CodeKind
    number: int
    suffix: ArchSuffix = ArchSuffix.NONE

    @classmethod
    def parse(cls, text: str) -> ArchTarget:
        """Return the target written as NVIDIA's tools write it (`sm_120`, `compute_90a`); else `ParseError`."""
        match = _FORM.fullmatch(text.strip())
        if match is None:
            raise ParseError(f"not an architecture (like sm_120 or compute_90a): {text!r}")
        return cls(_KIND[match[1]], int(match[2]), ArchSuffix(match[3]))

    @property
    def capability(self) -> ComputeCapability:
        """The compute capability of the GPU that this number names."""
        return ComputeCapability.from_number(self.number)

    @property
    def arch(self) -> str:
        """Number and suffix alone: `90a`."""
        return f"{self.number}{self.suffix.value}"

    def __str__(self) -> str:
        return f"{_PREFIX.get(self.kind, 'unknown')}_{self.arch}"
