"""The kernels of a cubin out of its first bytes, where those prove them; the rest of it is not inflated.

ptxas and nvlink write a cubin in this order: the ELF header, the names of the sections, the names of the symbols, the
symbols, and only then code and data; the table of sections comes last. So the symbols that a whole reading takes lie
in front. What is missing there is where each of these tables ends, which only the last table says. It is taken from
the bytes, and believed only where two of the tables, written apart from each other, say the same:

- the names of the sections begin at byte 64; those of the symbols behind them, with the same three names (in front of
  them only prototypes), or (since CUDA 13.5) behind eight zeros or more;
- the table of symbols begins with 24 zeros behind the last of the names, and goes on as long as every symbol names the
  start of a string, a section that the ELF header counts, and a type that exists;
- each `.text.NAME` among the names of the sections is a function among the symbols, and each kernel among the symbols
  (a function that a launch may enter) has its `.text.NAME`. So no symbol of a kernel is missing, and none is invented;
- of a relocatable cubin, whose symbols may name what other units hold, each of the names is one of a symbol or of a
  section (they begin with a dot), or a prototype. (nvlink keeps others; it leaves nothing unresolved.)

Where any of this does not hold the answer is None, and the image is to be read whole. This is no proof against a file
made to deceive: a table of sections that names another table of symbols is not seen. Of the images of published
libraries that it was tried on, no answer but None differed from that of the whole reading.

Another order is that of the kernels which cuBLASLt and cuDNN have written by hand: there the table of sections follows
the ELF header, and the tables of symbols and names follow it. All that a whole reading looks at lies in front, and
nothing has to be believed: `end_of_tables`.
"""

from __future__ import annotations

from struct import Struct
from typing import NamedTuple

from cudacompat.artifacts.binaries.cubin import RELOCATABLE, Symbols, is_used_from_outside, symbol_tables
from cudacompat.artifacts.binaries.elf import EM_CUDA, MAGIC, open_elf
from cudacompat.artifacts.binaries.needle import Needle

_HEAD = Struct("<4sBB10xHHI16xQ10xHHH")  # magic class order | type machine version | shoff | shentsize shnum shstrndx


class _Head(NamedTuple):
    """What an ELF file begins with."""

    magic: bytes
    width: int
    order: int
    kind: int
    machine: int
    version: int
    table: int  # of the sections: where it begins
    section_size: int
    sections: int
    names: int


_EXECUTABLE = 2
_WIDTH_64, _LITTLE_ENDIAN = 2, 1
_SECTION_SIZE = 64
_FIRST_NAMES = b"\0.shstrtab\0.strtab\0.symtab\0"
_NAMES = Needle(_FIRST_NAMES)
_NAMES_AT = 64
_CODE = b"\0.text."
_TABLES_TENFOLD = 24  # tenths of a byte that all tables take for each byte of the names of sections

_SYMBOL = Struct("<IBBH16x")
_NO_SYMBOL = bytes(24)
_GAP = Needle(bytes(8))
_PROTOTYPE = b"#"
_FUNC = 2
_ENTRY = 0x10  # STO_CUDA_ENTRY in st_other
# none, object, function, section, file; and NVIDIA's own: texture, surface, sampler, object
_TYPES = (0, 1, _FUNC, 3, 4, 10, 11, 12, 13)
_BINDINGS = (0, 1, 2)  # local, global, weak
_INFOS = frozenset(binding << 4 | kind for binding in _BINDINGS for kind in _TYPES)
_ABSOLUTE, _COMMON = 0xFFF1, 0xFFF2
_LOOK_AHEAD = 4  # symbols at the end of a front: where they are some, so are all before them


def may_be_proved(front: bytes) -> bool:
    """Whether the first bytes of an image are those of a cubin of the order told above."""
    if len(front) < _NAMES_AT + len(_FIRST_NAMES):
        return False
    head = _Head._make(_HEAD.unpack_from(front))
    return (
        (head.magic, head.width, head.order) == (MAGIC, _WIDTH_64, _LITTLE_ENDIAN)
        and head.kind in (RELOCATABLE, _EXECUTABLE)
        and (head.machine, head.section_size) == (EM_CUDA, _SECTION_SIZE)
        and head.table > 0
        and head.sections > 0
        and front.startswith(_FIRST_NAMES, _NAMES_AT)
    )


def symbols_in_front(front: bytes) -> Symbols | None:
    """Return what `read_symbols` does for the cubin that begins with `front`; None where this much of it does not prove
    that."""
    strings = _names_of_symbols(front) if may_be_proved(front) else -1
    if strings < 0:
        return None
    last = front.find(_NO_SYMBOL, strings)  # where the NUL behind the last name stands
    if last < 0:
        return None
    found = _found(front, strings, last)
    if found is None:
        return None
    code = {rest.partition(b"\0")[0] for rest in front[_NAMES_AT : strings + 1].split(_CODE)[1:]}
    if not code <= found.functions or not code.issuperset(found.kernels):
        return None
    if _Head._make(_HEAD.unpack_from(front)).kind != RELOCATABLE:
        return Symbols.of(found.kernels)
    if not _are_all(found, front[strings : last + 1]):
        return None
    return Symbols.of(found.kernels, found.outside)


def likely_end(front: bytes) -> int:
    """Return how many bytes of a cubin that may be proved probably prove it: 2.4 times what the names of its sections
    take are enough for nine of ten images of libcublasLt 13. `front` has all of these names, or tells how long they
    are on average."""
    strings = _names_of_symbols(front)
    if strings < 0:
        seen = front.count(0, _NAMES_AT)
        strings = len(front) * _Head._make(_HEAD.unpack_from(front)).sections // max(seen, 1)
    return strings * _TABLES_TENFOLD // 10


def end_of_tables(front: bytes) -> int | None:
    """Return where the tables end that `read_symbols` takes the symbols of this cubin from; None where its table of
    sections does not lie in these first bytes."""
    if len(front) < _NAMES_AT:
        return None
    head = _Head._make(_HEAD.unpack_from(front))
    sections_end = head.table + head.sections * _SECTION_SIZE
    if head.magic != MAGIC or not head.table or not head.sections or sections_end > len(front):
        return None
    symbols, strings = symbol_tables(front, open_elf(front, 0, len(front)))
    if symbols is None or strings is None:
        return None
    return max(sections_end, symbols.offset + symbols.size, strings.offset + strings.size)


def _names_of_symbols(front: bytes) -> int:
    """Return where the names of the symbols begin (with a NUL), -1 where that is not to be seen."""
    at = _NAMES.first(front, _NAMES_AT + 1, len(front))
    if at >= 0:
        return _before_prototypes(front, at)
    gap = _GAP.first(front, _NAMES_AT, len(front))
    if gap < 0:
        return -1
    return len(front) - len(front[gap:].lstrip(b"\0")) - 1


def _before_prototypes(front: bytes, at: int) -> int:
    """Step back over the names that nvlink writes in front of all others for functions that are called by address."""
    while True:
        before = front.rfind(b"\0", _NAMES_AT, at)
        if before < 0 or not front.startswith(_PROTOTYPE, before + 1):
            return at
        at = before


def _are_all(found: _Found, names: bytes) -> bool:
    """Whether no symbol is missing: every name that is none of a section, and no prototype, is one of theirs."""
    at = 0
    for name in names.split(b"\0"):
        if name and at not in found.names and not name.startswith((b".", _PROTOTYPE)):
            return False
        at += len(name) + 1
    return True


class _Found(NamedTuple):
    """The names in a table of symbols."""

    functions: set[bytes]
    kernels: dict[bytes, None]
    outside: dict[bytes, None]  # used, and to be found in other units
    names: set[int]  # where those of all symbols begin, from the first of the names


def _found(front: bytes, strings: int, last: int) -> _Found | None:
    """Return the names of the symbols behind the last name; None where the end of their table is not to be seen."""
    sections = _Head._make(_HEAD.unpack_from(front)).sections
    begin = len(front) - len(front[last:].lstrip(b"\0")) & ~7  # the first symbol, which is none, is all zeros
    if begin < last + _SYMBOL.size:
        return None
    usable = len(front) - (len(front) - begin) % _SYMBOL.size
    tail = front[max(begin, usable - _LOOK_AHEAD * _SYMBOL.size) : usable]
    if tail and _NO_SYMBOL not in tail and _taken(front, tail, strings, last=last, sections=sections) is None:
        return None  # the table goes on to the end, and more of the image is asked for sooner so
    return _taken(front, front[begin:usable], strings, last=last, sections=sections)


def _taken(front: bytes, symbols: bytes, strings: int, *, last: int, sections: int) -> _Found | None:
    """Return the names of these symbols up to what is no symbol; None where all are."""
    found = _Found(set(), {}, {}, names=set())
    for name, info, other, section in _SYMBOL.iter_unpack(symbols):
        begin = strings + name
        if (
            begin > last
            or front[begin - 1]
            or info not in _INFOS
            or (section >= sections and section not in (_ABSOLUTE, _COMMON))
        ):
            return found
        found.names.add(name)
        if info & 0xF == _FUNC and section:
            text = front[begin : front.index(b"\0", begin, last + 1)]
            found.functions.add(text)
            if other & _ENTRY:
                found.kernels[text] = None
        elif not section and is_used_from_outside(info, other):
            found.outside[front[begin : front.index(b"\0", begin, last + 1)]] = None
    return None
