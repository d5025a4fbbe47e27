"""Section tables of Windows PE images (names cut to eight characters) and of COFF objects (full names)."""

from __future__ import annotations

from struct import Struct
from typing import NamedTuple

from cudacompat.artifacts.binaries.buffer import Buffer, unpack_at
from cudacompat.artifacts.binaries.section import LONGEST_NAME, MAX_SECTIONS, OFFICIAL, HostImage, Section
from cudacompat.domain.words.code import FileFormat

MAGIC = b"MZ"
_COFF_MACHINES = (0x8664, 0xAA64, 0x14C, 0x1C4)
_OBJECT_STARTS = frozenset({bytes(2), *(machine.to_bytes(2, "little") for machine in _COFF_MACHINES)})
_PROCESSORS = {0x8664: "x86_64", 0xAA64: "aarch64"}  # PE Format, "Machine types"

_COFF = Struct("<HH4xIIHH")  # the time is passed over
_SECTION = Struct("<8sI4xII12xI")  # its address, and what relocates it, are passed over
_BIG = Struct("<HHH6x16s16xIII")  # what cl.exe writes with /bigobj
_BIG_CLASS = bytes.fromhex("c7a1bad1eebaa94baf20faf66aa4dcb8")
_SYMBOL, _BIG_SYMBOL = 18, 20
_EXECUTABLE_IMAGE = 0x0002
_CODE = 0x20
_INITIALIZED = 0x40
_EXECUTE = 0x20000000


class _FileHeader(NamedTuple):
    """`_COFF`: what a COFF object begins with, and a PE image has behind its mark."""

    machine: int
    sections: int
    symbols: int  # where their table begins; 0 without one
    symbol_count: int
    optional_size: int
    flags: int


class _BigHeader(NamedTuple):
    """`_BIG`: the header with 32-bit numbers of sections."""

    first_mark: int
    second_mark: int
    version: int
    kind: bytes
    sections: int
    symbols: int
    symbol_count: int


class _SectionHeader(NamedTuple):
    """`_SECTION`: one row of the table."""

    name: bytes
    virtual_size: int
    size: int
    offset: int
    flags: int


def is_coff(head: bytes, size: int) -> bool:
    """Whether a file begins as a COFF object does. It has no magic: the header must make sense."""
    if head[:2] not in _OBJECT_STARTS:  # seen first: of tens of thousands of files in a folder hardly one is an object
        return False
    if _is_big(head):
        return True
    if len(head) < _COFF.size:
        return False
    header = _FileHeader._make(_COFF.unpack_from(head, 0))
    if header.machine not in _COFF_MACHINES or header.optional_size or header.flags & _EXECUTABLE_IMAGE:
        return False
    return header.sections > 0 and _COFF.size + header.sections * _SECTION.size <= size and header.symbols <= size


def read_image(buffer: Buffer, start: int, end: int) -> HostImage:
    """Return the sections of the PE image in this window."""
    coff = start + int.from_bytes(buffer[start + 60 : start + 64], "little") + 4 if end - start >= 64 else end
    if coff + _COFF.size > end:
        return HostImage(FileFormat.PE, True, None, problems=("PE: truncated: no whole header",))
    if buffer[coff - 4 : coff] != b"PE\0\0":
        return HostImage(FileFormat.PE, True, [], problems=())  # a DOS program: no sections, nothing of ours
    return _read_coff(buffer, start, end, coff=coff, kind=FileFormat.PE)


def read_object(buffer: Buffer, start: int, end: int) -> HostImage:
    """Return the sections of the COFF object in this window."""
    if _is_big(bytes(buffer[start : min(end, start + _BIG.size)])):
        header = _BigHeader._make(unpack_at(_BIG, buffer, start))
        return _read_sections(
            buffer,
            start,
            end,
            table=start + _BIG.size,
            count=min(header.sections, MAX_SECTIONS),
            names=start + header.symbols + header.symbol_count * _BIG_SYMBOL if header.symbols else end,
            kind=FileFormat.COFF,
            linked=False,
        )
    return _read_coff(buffer, start, end, coff=start, kind=FileFormat.COFF)


def _is_big(head: bytes) -> bool:
    """Whether a COFF object has the header with 32-bit numbers of sections."""
    if len(head) < _BIG.size:
        return False
    header = _BigHeader._make(_BIG.unpack_from(head, 0))
    marks = header.first_mark == 0 and header.second_mark == 0xFFFF
    return marks and header.version >= 2 and header.kind == _BIG_CLASS


def _read_coff(buffer: Buffer, start: int, end: int, *, coff: int, kind: FileFormat) -> HostImage:
    header = _FileHeader._make(unpack_at(_COFF, buffer, coff))
    return _read_sections(
        buffer,
        start,
        end,
        table=coff + _COFF.size + header.optional_size,
        count=header.sections,
        names=start + header.symbols + header.symbol_count * _SYMBOL if header.symbols else end,
        kind=kind,
        linked=bool(header.flags & _EXECUTABLE_IMAGE),
        processor=_PROCESSORS.get(header.machine) if kind is FileFormat.PE else None,
    )


def _read_sections(
    buffer: Buffer,
    start: int,
    end: int,
    *,
    table: int,
    count: int,
    names: int,
    kind: FileFormat,
    linked: bool,
    processor: str | None = None,
) -> HostImage:
    if table + count * _SECTION.size > end:
        return HostImage(
            kind, linked, None, problems=(f"{kind.upper()}: truncated: its section table runs over the end",)
        )
    sections: list[Section] = []
    problems: list[str] = []
    last = table + count * _SECTION.size
    for index in range(count):
        header = _SectionHeader._make(unpack_at(_SECTION, buffer, table + index * _SECTION.size))
        name = _name(buffer, header.name, names, end=end)
        extent = header.size
        if header.virtual_size and kind is FileFormat.PE:
            extent = min(header.virtual_size, header.size)
        at, stop = start + header.offset, start + header.offset + extent
        if header.offset and header.size:
            last = max(last, at + header.size)  # a section ends behind the zeros that fill it up
        present = bool(header.flags & _INITIALIZED) and extent > 0 and header.offset > 0
        data = present and not header.flags & (_CODE | _EXECUTE)
        if present and (data or name in OFFICIAL) and stop > end:
            problems.append(f"{kind.upper()}: truncated: section {name} runs over the end")
            at, stop = min(at, end), end
        sections.append(Section(name, at, stop, present=present or not extent, data=data))
    return HostImage(
        kind, linked, sections, problems=tuple(dict.fromkeys(problems)), end=min(last, end), processor=processor
    )


def _name(buffer: Buffer, raw: bytes, names: int, *, end: int) -> str:
    """`/58769` is an offset into the string table of an object."""
    text = raw.rstrip(b"\0")
    if text[:1] == b"/" and text[1:].isdigit():
        at = names + int(text[1:])
        stop = buffer.find(b"\0", at, min(end, at + LONGEST_NAME)) if at < end else -1
        if stop >= 0:
            text = bytes(buffer[at:stop])
    return text.decode("utf-8", "surrogateescape")
