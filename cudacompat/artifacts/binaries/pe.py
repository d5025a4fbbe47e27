"""Section tables of Windows PE images (names cut to eight characters) and of COFF objects (full names)."""

from __future__ import annotations

from struct import Struct

from cudacompat.artifacts.binaries.buffer import Buffer, unpack_at
from cudacompat.artifacts.binaries.section import LONGEST_NAME, MAX_SECTIONS, OFFICIAL, HostImage, Section
from cudacompat.domain.words.code import FileFormat

MAGIC = b"MZ"
_COFF_MACHINES = (0x8664, 0xAA64, 0x14C, 0x1C4)

_COFF = Struct("<HHIIIHH")  # machine sections time symbols symbol-count optional-size characteristics
_SECTION = Struct("<8sIIIIIIHHI")
# What cl.exe writes with /bigobj: marks, version, machine, time, class, 16 bytes unused, sections, symbols, their count
_BIG = Struct("<HHHHI16s16xIII")
_BIG_CLASS = bytes.fromhex("c7a1bad1eebaa94baf20faf66aa4dcb8")
_SYMBOL, _BIG_SYMBOL = 18, 20
_EXECUTABLE_IMAGE = 0x0002
_CODE = 0x20
_INITIALIZED = 0x40
_EXECUTE = 0x20000000


def is_coff(head: bytes, size: int) -> bool:
    """Whether a file begins as a COFF object does. It has no magic: the header must make sense."""
    if _is_big(head):
        return True
    if len(head) < _COFF.size:
        return False
    machine, count, _, symbols, _, optional, flags = _COFF.unpack_from(head, 0)
    if machine not in _COFF_MACHINES or optional or flags & _EXECUTABLE_IMAGE:
        return False
    return bool(count > 0 and _COFF.size + count * _SECTION.size <= size and symbols <= size)


def read_image(buffer: Buffer, start: int, end: int) -> HostImage:
    """Return the sections of the PE image in this window."""
    coff = start + int.from_bytes(buffer[start + 60 : start + 64], "little") + 4 if end - start >= 64 else end
    if coff + _COFF.size > end:
        return HostImage(FileFormat.PE, True, None, ("PE: truncated: no whole header",))
    if buffer[coff - 4 : coff] != b"PE\0\0":
        return HostImage(FileFormat.PE, True, [], ())  # a DOS program: no sections, nothing of ours
    return _read_coff(buffer, start, coff, end, FileFormat.PE)


def read_object(buffer: Buffer, start: int, end: int) -> HostImage:
    """Return the sections of the COFF object in this window."""
    if _is_big(bytes(buffer[start : min(end, start + _BIG.size)])):
        *_, count, symbols, symbol_count = unpack_at(_BIG, buffer, start)
        names = start + symbols + symbol_count * _BIG_SYMBOL if symbols else end
        return _read_sections(
            buffer, start, start + _BIG.size, end, FileFormat.COFF, False, min(count, MAX_SECTIONS), names
        )
    return _read_coff(buffer, start, start, end, FileFormat.COFF)


def _is_big(head: bytes) -> bool:
    """Whether a COFF object has the header with 32-bit numbers of sections."""
    if len(head) < _BIG.size:
        return False
    first, second, version, _, _, kind, *_ = _BIG.unpack_from(head, 0)
    return bool(first == 0 and second == 0xFFFF and version >= 2 and kind == _BIG_CLASS)


def _read_coff(buffer: Buffer, start: int, coff: int, end: int, kind: FileFormat) -> HostImage:
    _, count, _, symbols, symbol_count, optional, flags = unpack_at(_COFF, buffer, coff)
    linked = bool(flags & _EXECUTABLE_IMAGE)
    names = start + symbols + symbol_count * _SYMBOL if symbols else end
    return _read_sections(buffer, start, coff + _COFF.size + optional, end, kind, linked, count, names)


def _read_sections(
    buffer: Buffer, start: int, table: int, end: int, kind: FileFormat, linked: bool, count: int, names: int
) -> HostImage:
    if table + count * _SECTION.size > end:
        return HostImage(kind, linked, None, (f"{kind.upper()}: truncated: its section table runs over the end",))
    sections: list[Section] = []
    problems: list[str] = []
    for index in range(count):
        raw_name, virtual, _, size, offset, _, _, _, _, bits = unpack_at(
            _SECTION, buffer, table + index * _SECTION.size
        )
        name = _name(buffer, raw_name, names, end)
        extent = min(virtual, size) if virtual and kind is FileFormat.PE else size
        at, stop = start + offset, start + offset + extent
        present = bool(bits & _INITIALIZED) and extent > 0 and offset > 0
        data = present and not bits & (_CODE | _EXECUTE)
        if present and (data or name in OFFICIAL) and stop > end:
            problems.append(f"{kind.upper()}: truncated: section {name} runs over the end")
            at, stop = min(at, end), end
        sections.append(Section(name, at, stop, present or not extent, data))
    last = max([table + count * _SECTION.size, *(section.end for section in sections if section.present)])
    return HostImage(kind, linked, sections, tuple(dict.fromkeys(problems)), min(last, end))


def _name(buffer: Buffer, raw: bytes, names: int, end: int) -> str:
    """`/58769` is an offset into the string table of an object."""
    text = raw.rstrip(b"\0")
    if text[:1] == b"/" and text[1:].isdigit():
        at = names + int(text[1:])
        stop = buffer.find(b"\0", at, min(end, at + LONGEST_NAME)) if at < end else -1
        if stop >= 0:
            text = bytes(buffer[at:stop])
    return text.decode("utf-8", "surrogateescape")
