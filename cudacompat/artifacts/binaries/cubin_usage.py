"""What each kernel of a cubin takes: registers and shared memory.

Where they stand was measured on cubins of CUDA 11.8 to 13.5, and is what `cuobjdump -res-usage` prints: the attribute
REGCOUNT of `.nv.info` by the number of the symbol (in old cubins the upper byte of what the section of the code says
of itself), and the size of `.nv.shared.NAME`, which occupies nothing in the file.
"""

from __future__ import annotations

from struct import Struct

from cudacompat.artifacts.binaries.buffer import Buffer, UnreadableError
from cudacompat.artifacts.binaries.elf import (
    EM_CUDA,
    LONGEST_NAME,
    SHT_NOBITS,
    SHT_SYMTAB,
    Elf,
    Header,
    open_elf,
    raw_headers,
)
from cudacompat.domain.words.code import KernelUsage

_SYMBOL = Struct("<IBBH16x")
_FUNC, _ENTRY = 2, 0x10
_WITH_DATA = 4  # the form of an attribute whose number is the length of its data
_REGISTERS = 0x2F
_PAIR = Struct("<II")
_ATTRIBUTE = Struct("<BBHII")  # one with a pair: nearly all of `.nv.info` are such
_SHARED, _CODE = b".nv.shared.", b".text."
_WANTED = (_SHARED, b".nv.info\0")
_LARGEST = 64 << 20  # bytes of `.nv.info`


def kernel_usage(buffer: Buffer, start: int, end: int) -> dict[str, KernelUsage]:
    """Return it by the kernels' mangled names, without those of which the cubin does not say it; nothing where it
    cannot be read."""
    try:
        return _usage(buffer, start, end)
    except UnreadableError:
        return {}


def _usage(buffer: Buffer, start: int, end: int) -> dict[str, KernelUsage]:
    elf = open_elf(buffer, start, end)
    if elf.machine != EM_CUDA or not elf.entries:
        return {}
    table = list(raw_headers(buffer, elf))
    if elf.names >= len(table):
        return {}
    names = _kernels(buffer, elf, table)
    titles = _content(buffer, elf, Header._make(table[elf.names]))
    starts = titles.startswith
    shared: dict[bytes, int] = {}
    registers: dict[int, int] = {}
    for each in table:
        if not starts(_WANTED, each[0]):  # most sections are others: their names are not taken
            continue
        if starts(_SHARED, each[0]):
            shared[_name(titles, each[0] + len(_SHARED))] = each[5]
        elif each[5] <= _LARGEST:
            registers |= _registers(_content(buffer, elf, Header._make(each)))
    by_code: dict[bytes, int] = {}
    if not registers.keys() >= names.keys():
        codes = (each for each in table if starts(_CODE, each[0]))
        by_code = {_name(titles, each[0] + len(_CODE)): each[7] >> 24 for each in codes}
    return {
        name.decode("utf-8", "surrogateescape"): KernelUsage(count, shared.get(name, 0))
        for number, name in names.items()
        if (count := registers.get(number) or by_code.get(name))
    }


def _content(buffer: Buffer, elf: Elf, header: Header) -> bytes:
    """The bytes of a section, as far as they lie in the file."""
    begin = elf.start + header.offset
    return bytes(buffer[begin : min(begin + header.size, elf.end)]) if header.type != SHT_NOBITS else b""


def _name(strings: bytes, at: int) -> bytes:
    """The string at `at` of a table; nothing where it lies outside."""
    stop = strings.find(b"\0", at, at + LONGEST_NAME)
    return b"" if stop < 0 else strings[at:stop]


def _kernels(buffer: Buffer, elf: Elf, table: list[tuple[int, ...]]) -> dict[int, bytes]:
    """The kernels by the numbers of their symbols."""
    symbols = next((Header._make(fields) for fields in table if fields[1] == SHT_SYMTAB), None)
    if symbols is None or symbols.link >= len(table):
        return {}
    strings = _content(buffer, elf, Header._make(table[symbols.link]))
    raw = _content(buffer, elf, symbols)
    raw = raw[: len(raw) - len(raw) % _SYMBOL.size]
    return {
        number: text
        for number, (name, info, other, section) in enumerate(_SYMBOL.iter_unpack(raw))
        if section and info & 0xF == _FUNC and other & _ENTRY and (text := _name(strings, name))
    }


def _registers(info: bytes) -> dict[int, int]:
    """The registers by the numbers of the symbols."""
    plain = len(info) % _ATTRIBUTE.size == 0
    found: dict[int, int] = {}
    for form, attribute, size, symbol, count in _ATTRIBUTE.iter_unpack(info) if plain else ():
        if form != _WITH_DATA or size != _PAIR.size:
            plain = False
            break
        if attribute == _REGISTERS:
            found[symbol] = count
    return found if plain else _registers_among_others(info)


def _registers_among_others(info: bytes) -> dict[int, int]:
    """The same where attributes have several sizes."""
    found: dict[int, int] = {}
    at = 0
    while at + 4 <= len(info):
        form, attribute = info[at], info[at + 1]
        size = int.from_bytes(info[at + 2 : at + 4], "little") if form == _WITH_DATA else 0
        if attribute == _REGISTERS and size == _PAIR.size and at + 4 + size <= len(info):
            symbol, count = _PAIR.unpack_from(info, at + 4)
            found[symbol] = count
        at += 4 + size
    return found
