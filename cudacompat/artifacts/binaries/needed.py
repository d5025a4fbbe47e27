"""Which CUDA runtime a program or library asks the loader for: the DT_NEEDED entries of its ELF."""

from __future__ import annotations

import re

from cudacompat.artifacts.binaries import elf
from cudacompat.artifacts.binaries.buffer import Buffer, UnreadableError

_SHT_DYNAMIC = 6
_DT_NEEDED = 1
_MOST = 4096  # entries of a dynamic section; the largest that was seen has some 200
_CUDART = re.compile(r"libcudart\.so\.(\d{1,3})(?:\.\d+)*")


def cuda_runtime(buffer: Buffer) -> int | None:
    """Return the major release of the CUDA runtime library that an ELF needs (13 of `libcudart.so.13`), `None` if it
    names none: with the runtime linked in, the bytes do not show its release. Of several the newest counts."""
    try:
        image = elf.open_elf(buffer, 0, len(buffer))
        table = elf.headers(buffer, image) if image.entries else []
        found = [_CUDART.fullmatch(name) for header in table for name in _needed(buffer, image, table, dynamic=header)]
    except UnreadableError:
        return None
    return max((int(match[1]) for match in found if match), default=None)


def _needed(buffer: Buffer, image: elf.Elf, table: list[elf.Header], dynamic: elf.Header) -> list[str]:
    if dynamic.type != _SHT_DYNAMIC or dynamic.link >= len(table):
        return []
    entry = image.layout.pair
    start = image.start + dynamic.offset
    end = min(start + dynamic.size, start + _MOST * entry.size, image.end)
    whole = bytes(buffer[start:end])
    whole = whole[: len(whole) - len(whole) % entry.size]
    strings = table[dynamic.link]
    names = (
        elf.name_at(buffer, image, strings, offset=value)
        for tag, value in entry.iter_unpack(whole)
        if tag == _DT_NEEDED
    )
    return [name for name in names if name is not None]
