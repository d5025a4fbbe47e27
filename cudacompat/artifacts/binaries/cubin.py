"""Cubins: the ELF files that hold GPU machine code. Their target, who made them, and their kernels."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from struct import Struct
from typing import NamedTuple

from cudacompat.artifacts.binaries.buffer import Buffer, UnreadableError, unpack_at
from cudacompat.artifacts.binaries.elf import (
    EM_CUDA,
    LONGEST_NAME,
    MAGIC,
    SHT_NOBITS,
    SHT_NOTE,
    SHT_STRTAB,
    SHT_SYMTAB,
    Elf,
    Header,
    headers,
    name_at,
    open_elf,
    raw_headers,
    room_for_names,
)
from cudacompat.domain.words.target import ArchSuffix
from cudacompat.domain.words.versions import ToolkitVersion

_ABI_V1 = 7  # up to CUDA 12.9 below sm_100: the number in the low byte of e_flags, the toolkit in e_version
_ABI_V2 = 8  # from CUDA 13.0, and from 12.8 on sm_100: the number in the second byte

_FIRST_SUFFIXED = 90  # no target below has a suffix: there the bit of `a` means other things
_FIRST_FAMILY = 100
_V1_ACCELERATOR = 0x800
_V2_ACCELERATOR = 0x8  # written by 12.8 and 12.9 only

_COMPAT_ACCELERATOR = 0x09
_NOTE_TOOLS = 2000  # .note.nv.tkinfo
_NOTE_CUDA = 1000  # .note.nv.cuinfo

_HEAD = Struct("<4s4xB7xHHI24xI")  # magic abi type machine version flags
_SYMBOL = Struct("<IBBH16x")  # name info other section; value and size are passed over
_NOTE = Struct("<III")
_FUNC = 2
_ENTRY = 0x10  # STO_CUDA_ENTRY in st_other
_SHARED = 0x40  # STO_CUDA_SHARED: shared memory whose size the launch gives
# Global functions and variables (STT_FUNC, STT_CUDA_OBJECT). Symbols without a type are none: the hand-written kernels
# that cuBLASLt and cuDNN carry name their shared memory and constants so, and run.
_USED_FROM_OUTSIDE = (0x12, 0x1D)
RELOCATABLE = 1
# Of the driver's system calls a relocatable cubin may use these two; one that calls vprintf or __assertfail fails
# with error 200 unless it is linked (measured on driver 580.159.04).
_RESOLVED_AT_LOAD = frozenset((b"malloc", b"free"))

_ARCH = re.compile(rb"(?<![\w-])(?:--?arch|--?gpu-name)[ =]*sm_(\d{2,4})([af]?)\b")
_RELEASE = re.compile(rb"\brelease (\d{1,3})\.(\d{1,3})\b")
_MOST_NOTES, _LARGEST_NOTES = 10_000, 4 << 20  # of those of nvlink each object brings its own
_LARGEST_COMPAT = 4096

HEAD_SIZE = _HEAD.size


class CubinHead(NamedTuple):
    """What the first 52 bytes of a cubin say."""

    number: int | None  # None where the ABI is none we know
    relocatable: bool
    toolkit: ToolkitVersion | None  # V1 only


class Symbols(NamedTuple):
    """The names in a cubin: its kernels, and what a relocatable one uses and does not hold."""

    kernels: tuple[str, ...]
    unresolved: tuple[str, ...]

    @classmethod
    def of(cls, kernels: Iterable[bytes], outside: Iterable[bytes] = ()) -> Symbols:
        """The same, out of bytes: what it uses from outside, without what the driver brings along."""
        return cls(_texts(kernels), _texts(name for name in outside if name not in _RESOLVED_AT_LOAD))


class Cubin(NamedTuple):
    """A cubin that lies outside a fatbin."""

    number: int
    suffix: ArchSuffix
    relocatable: bool
    toolkit: ToolkitVersion | None
    end: int  # where its bytes end in the buffer


@lru_cache(maxsize=256)
def toolkit_of_release(tenfold: int) -> ToolkitVersion | None:
    """Return the release written as major * 10 + minor (129 is 12.9); None for what no release has."""
    return ToolkitVersion(*divmod(tenfold, 10)) if 40 <= tenfold < 300 else None


def read_head(buffer: Buffer, at: int) -> CubinHead | None:
    """Return what the first bytes (at least `HEAD_SIZE` of them) say; None when no cubin begins here."""
    magic, abi, kind, machine, version, flags = unpack_at(_HEAD, buffer, at)
    if magic != MAGIC or machine != EM_CUDA:
        return None
    relocatable = kind == RELOCATABLE
    if abi == _ABI_V1:
        return CubinHead(flags & 0xFF, relocatable, toolkit_of_release(version))
    return CubinHead((flags >> 8) & 0xFF if abi == _ABI_V2 else None, relocatable, None)


def read_cubin(buffer: Buffer, start: int, end: int) -> Cubin:
    """Read the cubin at `start`; `UnreadableError` when it is none, or broken."""
    if end - start < HEAD_SIZE or buffer[start + 4] != 2 or buffer[start + 5] != 1:
        raise UnreadableError("no 64-bit cubin")
    head = read_head(buffer, start)
    if head is None:
        raise UnreadableError("no cubin")
    if not head.number:
        raise UnreadableError(f"a cubin of ABI {buffer[start + 8]}, which is unknown here")
    elf = open_elf(buffer, start, end)
    table = headers(buffer, elf) if elf.entries else []
    toolkit = head.toolkit
    if buffer[start + 8] == _ABI_V1:
        accelerator = elf.flags & _V1_ACCELERATOR and head.number >= _FIRST_SUFFIXED
        suffix = ArchSuffix.ARCH_SPECIFIC if accelerator else ArchSuffix.NONE
    else:
        notes = list(_notes(buffer, elf, table))
        suffix = _suffix(elf.flags, head.number, _accelerator(buffer, elf, table), notes=notes)
        toolkit = _toolkit(notes)
    stop = _end(elf, table)
    if stop > end:
        raise UnreadableError(f"truncated: its last {stop - end} bytes are missing")
    return Cubin(head.number, suffix, head.relocatable, toolkit=toolkit, end=stop)


def read_symbols(buffer: Buffer, start: int, end: int) -> Symbols:
    """Return the kernels that a cubin holds and what it leaves unresolved, mangled, in the order of its symbols."""
    elf = open_elf(buffer, start, end)
    if elf.machine != EM_CUDA:
        raise UnreadableError("no cubin")
    symbols, strings = symbol_tables(buffer, elf) if elf.entries else (None, None)
    if symbols is None:  # ptxas and nvlink write one into each, also where there is no kernel
        raise UnreadableError("it has no table of symbols")
    if symbols.entsize not in (0, _SYMBOL.size) or elf.layout.section.size != 64:
        raise UnreadableError("its symbols are of an unknown size")
    if strings is None or strings.type != SHT_STRTAB:
        raise UnreadableError("the names of its symbols are missing")
    first = start + symbols.offset
    last = first + symbols.size
    if last > end:
        raise UnreadableError("its symbols are after the end")
    kernels: dict[bytes, None] = {}
    outside: dict[bytes, None] = {}
    room = room_for_names(strings)
    linked = elf.type != RELOCATABLE
    raw = bytes(buffer[first : last - symbols.size % _SYMBOL.size])
    names = bytes(buffer[start + strings.offset : min(start + strings.offset + strings.size, end)])
    for name, info, other, section in _SYMBOL.iter_unpack(raw):
        if section:
            if info & 0xF != _FUNC or not other & _ENTRY:
                continue
        elif linked or not is_used_from_outside(info, other):
            continue
        stop = names.find(b"\0", name, name + LONGEST_NAME)
        if stop < 0:
            raise UnreadableError("the name of a symbol is outside the table of names")
        room -= stop - name
        if room < 0:
            raise UnreadableError("its symbols share their names")
        (kernels if section else outside)[names[name:stop]] = None
    return Symbols.of(kernels, outside)


def is_used_from_outside(info: int, other: int) -> bool:
    """Whether a symbol without a section, of this st_info and st_other, is what another unit has to hold."""
    return info in _USED_FROM_OUTSIDE and not other & _SHARED


def _texts(names: Iterable[bytes]) -> tuple[str, ...]:
    return tuple(name.decode("utf-8", "surrogateescape") for name in names)


def symbol_tables(buffer: Buffer, elf: Elf) -> tuple[Header | None, Header | None]:
    """Return the section of the symbols and the one of their names; None where there is none.

    By type, not by links: ptxas 12.0 writes wrong ones for sm_90. They stand in front of the sections of code, of which
    a cubin may have hundreds of thousands.
    """
    for fields in raw_headers(buffer, elf):
        if fields[1] == SHT_SYMTAB:
            symbols = Header._make(fields)
            if symbols.link >= elf.entries:
                return symbols, None
            at = elf.table + symbols.link * elf.layout.section.size
            return symbols, Header._make(unpack_at(elf.layout.section, buffer, at))
    return None, None


def _suffix(flags: int, number: int, accelerator: int | None, notes: list[tuple[int, bytes]]) -> ArchSuffix:
    if number < _FIRST_SUFFIXED:
        return ArchSuffix.NONE
    if flags & _V2_ACCELERATOR or accelerator:
        return ArchSuffix.ARCH_SPECIFIC
    if number < _FIRST_FAMILY and accelerator == 0:
        return ArchSuffix.NONE
    told = {
        match[2].decode()
        for kind, text in notes
        if kind == _NOTE_TOOLS
        for match in _ARCH.finditer(text)
        if int(match[1]) == number
    }
    return ArchSuffix(told.pop()) if len(told) == 1 else ArchSuffix.UNREADABLE


def _toolkit(notes: list[tuple[int, bytes]]) -> ToolkitVersion | None:
    for kind, text in notes:
        release = _RELEASE.search(text) if kind == _NOTE_TOOLS else None
        if release is not None:
            return ToolkitVersion(int(release[1]), int(release[2]))
    for kind, text in notes:
        if kind == _NOTE_CUDA and len(text) >= 8:
            return toolkit_of_release(int.from_bytes(text[4:8], "little"))
    return None


def _accelerator(buffer: Buffer, elf: Elf, table: list[Header]) -> int | None:
    for raw in _contents(buffer, elf, table, ".nv.compat"):
        return compat_attributes(raw).get(_COMPAT_ACCELERATOR)
    return None


@lru_cache(maxsize=1024)
def compat_attributes(raw: bytes) -> dict[int, int]:
    """Return the attributes of a `.nv.compat` section: u8 format, u8 attribute, u16 value or length."""
    attributes: dict[int, int] = {}
    at = 0
    while at + 4 <= len(raw):
        value = int.from_bytes(raw[at + 2 : at + 4], "little")
        attributes.setdefault(raw[at + 1], value)
        at += 4 + (value if raw[at] == 4 else 0)
    return attributes


def _contents(buffer: Buffer, elf: Elf, table: list[Header], *wanted: str) -> Iterator[bytes]:
    """Give the bytes of the sections with these names."""
    if elf.names >= len(table):
        return
    strings = table[elf.names]
    for header in table:
        if header.type != SHT_NOBITS and name_at(buffer, elf, strings, offset=header.name) in wanted:
            start = elf.start + header.offset
            yield bytes(buffer[start : min(start + min(header.size, _LARGEST_COMPAT), elf.end)])


def _notes(buffer: Buffer, elf: Elf, table: list[Header]) -> Iterator[tuple[int, bytes]]:
    """Give type and text of the notes of NVIDIA."""
    seen = total = 0
    for header in table:
        if header.type != SHT_NOTE:
            continue
        at = elf.start + header.offset
        end = min(at + header.size, elf.end)
        while at + _NOTE.size <= end and seen < _MOST_NOTES and total < _LARGEST_NOTES:
            name_size, size, kind = unpack_at(_NOTE, buffer, at)
            at += _NOTE.size
            text = at + (name_size + 3 & ~3)
            if text + size > end:
                break
            seen += 1
            if size <= _LARGEST_NOTES and bytes(buffer[at : at + 11]) == b"NVIDIA Corp":
                total += size
                yield kind, bytes(buffer[text : text + size])
            at = text + (size + 3 & ~3)


def _end(elf: Elf, table: list[Header]) -> int:
    end = max(elf.table + elf.entries * elf.layout.section.size, elf.segments)
    for header in table:
        if header.type != SHT_NOBITS:
            end = max(end, elf.start + header.offset + header.size)
    return max(end, elf.start + 64)
