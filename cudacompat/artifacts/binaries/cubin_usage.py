"""What each kernel of a cubin takes: registers and shared memory.

Where they stand was measured on cubins of CUDA 11.8 to 13.5, and is what `cuobjdump -res-usage` prints: the attribute
REGCOUNT of `.nv.info` by the number of the symbol (in old cubins the upper byte of what the section of the code says
of itself), and the size of `.nv.shared.NAME`, which occupies nothing in the file.
"""

from __future__ import annotations

from struct import Struct

from cudacompat.artifacts.binaries.buffer import Buffer, UnreadableError
from cudacompat.artifacts.binaries.elf import EM_CUDA, SHT_NOBITS, SHT_SYMTAB, Elf, Header, headers, name_at, open_elf
from cudacompat.domain.words.code import KernelUsage

_SYMBOL = Struct("<IBBH16x")
_FUNC, _ENTRY = 2, 0x10
_WITH_DATA = 4  # the form of an attribute whose number is the length of its data
_REGISTERS = 0x2F
_PAIR = Struct("<II")
_INFO, _SHARED, _CODE = ".nv.info", ".nv.shared.", ".text."
_WANTED = (b".nv.info\0", _SHARED.encode(), _CODE.encode())
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
    table = headers(buffer, elf)
    names = _kernels(buffer, elf, table)
    shared: dict[str, int] = {}
    registers: dict[int, int] = {}
    by_code: dict[str, int] = {}
    if elf.names >= len(table):
        return {}
    strings = table[elf.names]
    begin = elf.start + strings.offset
    raw = bytes(buffer[begin : min(begin + strings.size, elf.end)]) if strings.type != SHT_NOBITS else b""
    for header in table:
        if not raw.startswith(_WANTED, header.name):  # most sections are others: their names are not taken
            continue
        name = name_at(buffer, elf, strings, offset=header.name) or ""
        if name.startswith(_SHARED):
            shared[name[len(_SHARED) :]] = header.size
        elif name == _INFO and header.size <= _LARGEST:
            begin = elf.start + header.offset
            registers |= _registers(bytes(buffer[begin : min(begin + header.size, elf.end)]))
        elif name.startswith(_CODE):
            by_code[name[len(_CODE) :]] = header.info >> 24
    return {
        name: KernelUsage(count, shared.get(name, 0))
        for number, name in names.items()
        if (count := registers.get(number) or by_code.get(name))
    }


def _kernels(buffer: Buffer, elf: Elf, table: list[Header]) -> dict[int, str]:
    """The kernels by the numbers of their symbols."""
    symbols = next((header for header in table if header.type == SHT_SYMTAB), None)
    if symbols is None or symbols.link >= len(table):
        return {}
    first = elf.start + symbols.offset
    raw = bytes(buffer[first : min(first + symbols.size - symbols.size % _SYMBOL.size, elf.end)])
    raw = raw[: len(raw) - len(raw) % _SYMBOL.size]
    found: dict[int, str] = {}
    for number, (name, info, other, section) in enumerate(_SYMBOL.iter_unpack(raw)):
        if section and info & 0xF == _FUNC and other & _ENTRY:
            text = name_at(buffer, elf, table[symbols.link], offset=name)
            if text is not None:
                found[number] = text
    return found


def _registers(info: bytes) -> dict[int, int]:
    """The registers by the numbers of the symbols."""
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
