"""ELF section tables, of host binaries and of cubins.

A plain walk of the table, not pyelftools: the import of that alone takes longer than this walk takes for
hundreds of libraries, and a hostile table makes it raise errors of many kinds. A test compares the two.
"""

from __future__ import annotations

from collections.abc import Iterator
from struct import Struct
from typing import NamedTuple

from cudacompat.artifacts.binaries.buffer import Buffer, UnreadableError, unpack_at
from cudacompat.artifacts.binaries.section import MAX_SECTIONS, OFFICIAL, HostImage, Section
from cudacompat.domain.words.code import FileFormat

MAGIC = b"\x7fELF"
EM_CUDA = 190
_PROCESSORS = {62: "x86_64", 183: "aarch64"}
SHT_PROGBITS = 1
SHT_SYMTAB = 2
SHT_STRTAB = 3
SHT_NOBITS = 8
SHT_NOTE = 7

_ET_REL, _ET_EXEC, _ET_DYN = 1, 2, 3
_SHF_EXECINSTR = 0x4
_SHF_COMPRESSED = 0x800
LONGEST_NAME = 1 << 16  # mangled names of CUTLASS kernels have thousands of characters


class _Layout(NamedTuple):
    ehdr: Struct  # type machine version entry phoff shoff flags ehsize phentsize phnum shentsize shnum shstrndx
    section: Struct  # name type flags addr offset size link info addralign entsize
    pair: Struct  # tag and value of an entry of the dynamic section


_LAYOUTS = {
    (kind, order): _Layout(Struct(mark + ehdr), Struct(mark + section), Struct(mark + pair))
    for kind, ehdr, section, pair in (
        (1, "HHIIIIIHHHHHH", "IIIIIIIIII", "II"),
        (2, "HHIQQQIHHHHHH", "IIQQQQIIQQ", "QQ"),
    )
    for order, mark in ((1, "<"), (2, ">"))
}


class FileHeader(NamedTuple):
    """What the file begins with, behind its first 16 bytes."""

    type: int
    machine: int
    version: int
    entry: int
    segments: int  # where their table begins
    sections: int  # where their table begins; 0 without one
    flags: int
    header_size: int
    segment_size: int
    segment_count: int
    section_size: int
    section_count: int  # 0: the first section's size is it
    names: int


class Header(NamedTuple):
    """One section header, its offset counted from the start of the ELF."""

    name: int
    type: int
    flags: int
    addr: int
    offset: int
    size: int
    link: int
    info: int
    align: int
    entsize: int


class Elf(NamedTuple):
    """An ELF in a window of a buffer: the numbers of its header, and where its section table lies."""

    start: int
    end: int
    type: int
    machine: int
    version: int
    flags: int
    table: int  # in the buffer; 0 when there is no section table
    entries: int
    names: int  # index of the section that holds the names
    segments: int  # where the table of segments ends
    layout: _Layout


def machine(head: bytes) -> int:
    """Return e_machine of a file that begins with these bytes, 0 when they are too few to say."""
    if len(head) < 20:
        return 0
    return int.from_bytes(head[18:20], "big" if head[5] == 2 else "little")


def open_elf(buffer: Buffer, start: int, end: int) -> Elf:
    """Read the ELF header at `start`; `UnreadableError` when it, or its section table, is broken."""
    if end - start < 52 or buffer[start : start + 4] != MAGIC:
        raise UnreadableError("truncated: no whole ELF header")
    layout = _LAYOUTS.get((buffer[start + 4], buffer[start + 5]))
    if layout is None:
        raise UnreadableError("an ELF of no known class or byte order")
    if end - start < 16 + layout.ehdr.size:
        raise UnreadableError("truncated: no whole ELF header")
    header = FileHeader._make(unpack_at(layout.ehdr, buffer, start + 16))
    elf = Elf(
        start=start,
        end=end,
        type=header.type,
        machine=header.machine,
        version=header.version,
        flags=header.flags,
        table=0,
        entries=0,
        names=0,
        segments=start + header.segments + header.segment_size * header.segment_count,
        layout=layout,
    )
    if header.sections == 0:
        return elf
    table = start + header.sections
    size = header.section_size
    if size != layout.section.size:
        raise UnreadableError(f"its section table has entries of {size} bytes")
    if table + size > end:
        raise UnreadableError("truncated: its section table is after the end")
    first = Header(*unpack_at(layout.section, buffer, table))
    count = header.section_count or first.size
    names = first.link if header.names == 0xFFFF else header.names
    if table + count * size > end:
        raise UnreadableError("truncated: its section table runs over the end")
    if count > MAX_SECTIONS:
        raise UnreadableError(f"{count} sections")
    return elf._replace(table=table, entries=count, names=names)


def headers(buffer: Buffer, elf: Elf) -> list[Header]:
    """Return the section headers in order."""
    return [Header._make(fields) for fields in raw_headers(buffer, elf)]


def raw_headers(buffer: Buffer, elf: Elf) -> Iterator[tuple[int, ...]]:
    """Give the fields of the section headers in order, for when there are hundreds of thousands to see."""
    size = elf.layout.section.size
    return elf.layout.section.iter_unpack(bytes(buffer[elf.table : elf.table + elf.entries * size]))


def name_at(buffer: Buffer, elf: Elf, strings: Header, offset: int) -> str | None:
    """Return the string at `offset` of a string table; None when it lies outside."""
    start = elf.start + strings.offset
    end = min(start + strings.size, elf.end)
    if strings.type == SHT_NOBITS or offset >= strings.size or start + offset >= end:
        return None
    start += offset
    stop = buffer.find(b"\0", start, min(end, start + LONGEST_NAME))
    return None if stop < 0 else bytes(buffer[start:stop]).decode("utf-8", "surrogateescape")


def room_for_names(strings: Header) -> int:
    """Return how many characters the names out of one table may have together. Linkers let a name be the tail of
    another; a file in which thousands of names are one long tail is made to fill the memory."""
    return 8 * strings.size + 4096


def read_image(buffer: Buffer, start: int, end: int) -> HostImage:
    """Return the sections of the host ELF in this window."""
    try:
        elf = open_elf(buffer, start, end)
    except UnreadableError as error:
        return HostImage(FileFormat.ELF, linked=False, sections=None, problems=(f"ELF: {error}",))
    linked = elf.type in (_ET_EXEC, _ET_DYN)
    processor = _PROCESSORS.get(elf.machine)
    if not elf.entries:
        return HostImage(FileFormat.ELF, linked, sections=None, problems=(), processor=processor)
    table = headers(buffer, elf)
    if elf.names >= len(table):
        return HostImage(FileFormat.ELF, linked, sections=None, problems=("ELF: its section names are missing",))
    strings = table[elf.names]
    sections: list[Section] = []
    problems: list[str] = []
    room = room_for_names(strings)
    for header in table[1:]:
        name = name_at(buffer, elf, strings, offset=header.name)
        room -= len(name or "")
        if room < 0:
            return HostImage(
                FileFormat.ELF, linked, None, problems=("ELF: its sections share their names: none is believed",)
            )
        if name is None:
            problems.append("ELF: a section's name is outside the table of names")
            name = ""
        official = name in OFFICIAL
        present = header.type != SHT_NOBITS
        data = (
            header.type == SHT_PROGBITS
            and not header.flags & (_SHF_EXECINSTR | _SHF_COMPRESSED)
            and not name.startswith((".debug_", ".zdebug_"))
        )
        at = start + header.offset
        stop = at + header.size
        if present and (official or data) and stop > end:
            problems.append(f"ELF: truncated: section {name} runs over the end")
            at, stop = min(at, end), end
        sections.append(Section(name, at, stop, present=present, data=data))
    last = max(elf.table + elf.entries * elf.layout.section.size, elf.segments)
    last = max([last, *(section.end for section in sections if section.present)])
    return HostImage(
        FileFormat.ELF,
        linked,
        sections,
        problems=tuple(dict.fromkeys(problems)),
        end=min(last, end),
        processor=processor,
    )
