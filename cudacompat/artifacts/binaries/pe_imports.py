"""Which CUDA runtime a Windows program or library asks the loader for: the import tables of its PE image.

Source of the layout: Microsoft, "PE Format", "The .idata Section" and "Delay-Load Import Tables",
https://learn.microsoft.com/windows/win32/debug/pe-format
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from struct import Struct
from typing import NamedTuple

from cudacompat.artifacts.binaries.buffer import Buffer, UnreadableError, unpack_at

_COFF = Struct("<2xH12xH2x")  # behind the mark: sections, bytes of the optional header
_SECTION = Struct("<8xIIII16x")
_DIRECTORY = Struct("<II")
_COUNT = Struct("<I")
_WIDE, _NARROW = 0x20B, 0x10B
_DIRECTORIES_AT = {_NARROW: 96, _WIDE: 112}
_MOST_SECTIONS = 96  # the loader takes no more
_MOST = 4096  # rows of a table
_LONGEST = 256  # bytes of a name


class _Table(NamedTuple):
    """A kind of import table: its place in the directory, the bytes of a row, and where the row has the name."""

    number: int
    row: int
    name: int


_TABLES = (_Table(1, 20, 12), _Table(13, 32, 4))
# cudart64_110.dll is of CUDA 11.0 and every later 11, cudart64_12.dll of CUDA 12, cudart64_75.dll of CUDA 7.5
# cuBLAS is numbered as the CUDA release that it is part of, and has the runtime of that release linked in
_CUDART = re.compile(r"(?:cudart|cublas|cublasLt)(?:32|64)_(\d{2,3})\.dll", re.IGNORECASE)
_FIRST_BY_MAJOR = 10
_LAST_BY_MAJOR = 49


def cuda_runtime_of_pe(buffer: Buffer) -> int | None:
    """Return the major release of the CUDA runtime library that a PE image imports (13 of `cudart64_13.dll`), at once
    or when it is first called, `None` if it names none. Of several the newest counts."""
    try:
        found = [_CUDART.fullmatch(name) for name in _imported(buffer)]
    except UnreadableError:
        return None
    return max((_major(int(match[1])) for match in found if match), default=None)


def _major(number: int) -> int:
    """Until CUDA 11 the name of the runtime has the minor release as well."""
    return number if _FIRST_BY_MAJOR <= number <= _LAST_BY_MAJOR else number // 10


def _imported(buffer: Buffer) -> Iterator[str]:
    """The names of the libraries that an image imports."""
    size = len(buffer)
    coff = int.from_bytes(buffer[60:64], "little") + 4
    if size < 64 or coff + _COFF.size > size or buffer[coff - 4 : coff] != b"PE\0\0":
        return
    count, optional = unpack_at(_COFF, buffer, coff)
    start = coff + _COFF.size
    magic = int.from_bytes(buffer[start : start + 2], "little")
    directories = _DIRECTORIES_AT.get(magic)
    if directories is None or start + optional > size or optional < directories:
        return
    sections = [
        unpack_at(_SECTION, buffer, at)
        for number in range(min(count, _MOST_SECTIONS))
        if (at := start + optional + number * _SECTION.size) + _SECTION.size <= size
    ]
    (known,) = unpack_at(_COUNT, buffer, start + directories - _COUNT.size)
    for table in _TABLES:
        entry = directories + table.number * _DIRECTORY.size
        if table.number >= known or entry + _DIRECTORY.size > optional:
            continue
        address, _ = unpack_at(_DIRECTORY, buffer, start + entry)
        yield from _names(buffer, sections, address, table=table)


def _names(buffer: Buffer, sections: list[tuple[int, ...]], address: int, *, table: _Table) -> Iterator[str]:
    at = _offset(sections, address) if address else None
    if at is None:
        return
    for number in range(_MOST):
        row = bytes(buffer[at + number * table.row : at + (number + 1) * table.row])
        if len(row) < table.row or not any(row):
            return
        place = _offset(sections, int.from_bytes(row[table.name : table.name + 4], "little"))
        if place is not None:
            name = bytes(buffer[place : place + _LONGEST]).partition(b"\0")[0]
            yield name.decode("ascii", "replace")


def _offset(sections: list[tuple[int, ...]], address: int) -> int | None:
    """The byte in the file of an address in the loaded image."""
    for virtual_size, virtual, size, offset in sections:
        if virtual <= address < virtual + max(virtual_size, size) and address - virtual < size:
            return offset + address - virtual
    return None
