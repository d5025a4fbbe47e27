"""Fatbins: NVIDIA's container of device code for several targets. Headers are read, nothing is inflated."""

from __future__ import annotations

from typing import NamedTuple

from cudacompat.artifacts.binaries.buffer import Buffer
from cudacompat.artifacts.binaries.fatbin_headers import (
    HEADER_SIZE,
    RELOCATABLE_PTX,
    SMALLEST_ENTRY,
    EntryHeader,
    FatbinHeader,
)
from cudacompat.artifacts.binaries.fatbin_images import KernelNames, read_entry
from cudacompat.domain.words.code import FatbinEntry

MOST_ENTRIES = 500_000


class Fatbin(NamedTuple):
    """One fatbin. `end` is where the next one may begin; when damaged, where to look for it."""

    entries: tuple[FatbinEntry, ...]
    end: int
    damage: str | None
    relocatable_ptx: bool = False
    relocatable_cubin: bool = False  # as far as uncompressed cubins show it


def read_fatbin(buffer: Buffer, at: int, limit: int, names: KernelNames | None, room: int) -> Fatbin:
    """Read the fatbin that begins at `at` and ends before `limit`, at most `room` entries of it.

    Every entry that is whole is given; `damage` says why the list stops early.
    """
    if at + HEADER_SIZE > limit:
        return Fatbin((), limit, "truncated: no whole fatbin header")
    whole = FatbinHeader.at(buffer, at)
    damage = _damage_of(whole, left=limit - at - HEADER_SIZE)
    position = at + HEADER_SIZE
    end = min(position + whole.size, limit)
    entries: list[FatbinEntry] = []
    relocatable_ptx = relocatable_cubin = False
    while position < end:
        if position + SMALLEST_ENTRY > end:
            damage = damage or f"{end - position} bytes are left after its entries"
            break
        head = EntryHeader.at(buffer, position)
        if not head.is_possible or position + head.size > end:
            damage = _cut(damage, len(entries), head, left=end - position)
            end = position + 4
            break
        if len(entries) >= room:
            damage = f"more than {MOST_ENTRIES} images in one file; the rest was not read"
            end = limit
            break
        images = read_entry(buffer, position, head, names=names)
        entries += images.entries
        relocatable_ptx |= head.kind == RELOCATABLE_PTX
        relocatable_cubin |= images.relocatable
        if images.fault and damage is None:
            damage = f"image {len(entries)} {images.fault}"
        position += head.size
    return Fatbin(tuple(entries), end, damage, relocatable_ptx=relocatable_ptx, relocatable_cubin=relocatable_cubin)


def _damage_of(head: FatbinHeader, left: int) -> str | None:
    if head.size > left:
        return f"truncated: says {head.size} bytes of entries, {left} are left"
    if not head.is_known:
        return f"fatbin version {head.version} with a header of {head.header_size} bytes, read as version 1"
    return None


def _cut(damage: str | None, count: int, head: EntryHeader, left: int) -> str:
    if head.size > left:
        what = f"image {count + 1} says {head.size} bytes, {left} are left"
    else:
        what = f"image {count + 1} has a header of {head.header} and a payload of {head.payload} bytes"
    return f"{damage}; {what}" if damage else what
