"""Headers of a fatbin and of its images, field by field."""

from __future__ import annotations

from struct import Struct
from typing import NamedTuple

from cudacompat.artifacts.binaries.buffer import Buffer, unpack_at

MAGIC = b"\x50\xed\x55\xba"
OLD_MAGIC = b"\x01\x5a\xe5\x1e"
HEADER_SIZE = 16

# What an image is.
PTX, ELF, OLD_ELF, NVVM, MERCURY, INDEX, RELOCATABLE_PTX, TILE, CONCATENATED = (
    0x01,
    0x02,
    0x04,
    0x08,
    0x10,
    0x20,
    0x40,
    0x80,
    0x100,
)
_KNOWN = frozenset((PTX, ELF, OLD_ELF, NVVM, MERCURY, INDEX, RELOCATABLE_PTX, TILE, CONCATENATED))

FLAG_OPAQUE = 0x10000
FLAG_DEBUG = 0x2
FLAG_ARCH_SPECIFIC = 0x100000
FLAG_FAMILY = 0x200000

_HEADER = Struct("<4xHHQ")  # behind the magic
_ENTRY = Struct("<HHIQIIHHIIIQQQ")
SMALLEST_ENTRY = _ENTRY.size
_LARGEST_HEADER = 1 << 16
_VERSION, _ENTRY_VERSION = 1, 0x0101


class FatbinHeader(NamedTuple):
    """What a fatbin begins with, behind its magic."""

    version: int
    header_size: int
    size: int  # of its entries together

    @classmethod
    def at(cls, buffer: Buffer, start: int) -> FatbinHeader:
        """Return the header of the fatbin that begins there."""
        return cls._make(unpack_at(_HEADER, buffer, start))

    @property
    def is_known(self) -> bool:
        """Whether it is a header of the version that is read here."""
        return self.version == _VERSION and self.header_size == HEADER_SIZE


class EntryHeader(NamedTuple):
    """What an entry begins with. In a list of concatenated images, `header` is an image's
    offset and `payload` its size."""

    kind: int
    version: int
    header: int  # bytes of the header, with its options and name
    payload: int  # bytes behind the header
    stored: int  # compressed bytes of those; 0: not compressed
    options: int  # where in the header they stand
    minor: int
    major: int
    arch: int
    name: int  # where in the header it stands
    name_length: int
    flags: int
    key: int
    inflated: int

    @classmethod
    def at(cls, buffer: Buffer, start: int) -> EntryHeader:
        """Return the header of the entry that begins there."""
        return cls._make(unpack_at(_ENTRY, buffer, start))

    @property
    def size(self) -> int:
        """The bytes of the whole entry."""
        return self.header + self.payload

    @property
    def is_possible(self) -> bool:
        """Whether an entry can have these sizes: a header of a possible size, and all of it in words of 8 bytes."""
        return SMALLEST_ENTRY <= self.header <= _LARGEST_HEADER and not (self.header | self.payload) & 7

    @property
    def fault(self) -> str | None:
        """What is wrong with it by itself, behind the number of its image; None where nothing is."""
        if self.version != _ENTRY_VERSION:
            return f"has version {self.version:#x}"
        if self.stored > self.payload:
            return f"says {self.stored} compressed bytes in {self.payload}"
        return None


class Payload(NamedTuple):
    """Where an image's bytes lie, and how."""

    kind: int
    start: int
    stored: int
    flags: int
    key: int
    inflated: int | None  # None: not compressed
    inner: tuple[int, int] | None = None  # (offset, size) of the image in what the payload inflates to


def is_fatbin(buffer: Buffer, at: int, limit: int) -> bool:
    """Whether what begins with the magic here is a fatbin, judged by its header and its first entry."""
    if at + HEADER_SIZE + SMALLEST_ENTRY > limit:
        return False
    head = FatbinHeader.at(buffer, at)
    if not head.is_known or head.size & 7 or head.size < SMALLEST_ENTRY:
        return False
    first = EntryHeader.at(buffer, at + HEADER_SIZE)
    return first.kind in _KNOWN and first.is_possible and first.fault is None and first.size <= head.size
