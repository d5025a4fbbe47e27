"""Tar archives: member by member as the bytes come, nothing held but the member that is looked at.

A reader of its own, not `tarfile`: that one keeps a record of every member and reads an extended header whole,
whatever size it claims. A test compares the two.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import Enum
from struct import Struct
from typing import NamedTuple

from cudacompat.artifacts.binaries.buffer import Buffer, FileBuffer, UnreadableError, is_sparse
from cudacompat.artifacts.containers.base import Budget, Member, MemberBytes, Source

_BLOCK = 512
_LARGE = 8 << 20  # bytes of a member that is not held: smaller ones are read faster in one piece
_LARGEST_HEADER = 1 << 20  # bytes of an extended header; the longest path of a system has 4096
_REGULAR = (b"0", b"\0", b"7")
_HARD, _SYMBOLIC, _FOLDER = b"1", b"2", b"5"
_WITHOUT_DATA = (_HARD, _SYMBOLIC, b"3", b"4", _FOLDER, b"6")
_LONG_NAME, _LONG_LINK, _EXTENDED, _GLOBAL, _SPARSE = b"L", b"K", b"x", b"g", b"S"
_ANNOUNCING = (_LONG_NAME, _LONG_LINK, _EXTENDED, _GLOBAL)
# name | mode uid gid | size | mtime checksum | kind | target | magic | version owner group device | prefix
_HEADER = Struct("100s24x12s20xc100s6s82x155s12x")
_GOES_ON = 482 - 345  # in the place of the prefix, GNU's old sparse files say whether more of their map follows
_RECORD = re.compile(rb"(\d{1,7}) ([^=\n]{1,200})=")


class TarKind(Enum):
    """What an entry of a tar archive is."""

    FILE = "file"
    FOLDER = "folder"
    SYMBOLIC = "symbolic link"
    HARD = "hard link"
    OTHER = "other"


class TarEntry(NamedTuple):
    """One entry: `target` is what a link leads to, `member` the bytes of a regular file."""

    kind: TarKind
    name: str
    target: str = ""
    member: Member | None = None


_KINDS = {_HARD: TarKind.HARD, _SYMBOLIC: TarKind.SYMBOLIC, _FOLDER: TarKind.FOLDER}


def is_header(block: bytes) -> bool:
    """Whether 512 bytes are the header of a member: they carry their own checksum."""
    stated = block[148:156].strip(b"\0 ")
    if len(block) < _BLOCK or not stated.isdigit() or not block[0]:
        return False
    try:
        return int(stated, 8) == sum(block[:148]) + 8 * 32 + sum(block[156:_BLOCK])
    except ValueError:
        return False


def members(source: Source, budget: Budget) -> Iterator[Member]:
    """Give the regular files of a tar archive in their order."""
    return (entry.member for entry in entries(source, budget) if entry.member is not None)


def entries(source: Source, budget: Budget) -> Iterator[TarEntry]:
    """Give all entries of a tar archive in their order."""
    announced = _Announced()
    while (header := _next_header(source)) is not None:
        budget.member()
        if header.kind in _ANNOUNCING:
            announced.take(header.kind, _extended(source, _number(header.size)))
        else:
            yield from _entry(source, header, announced)
            announced = _Announced()


class _TarHeader(NamedTuple):
    """What stands in front of an entry (ustar: POSIX.1, pax)."""

    name: bytes
    size: bytes
    kind: bytes
    target: bytes
    magic: bytes
    prefix: bytes

    @property
    def path(self) -> str:
        """The name with the folders that did not fit into it."""
        name = _cut(self.name)
        prefix = _cut(self.prefix) if self.magic == b"ustar\0" else b""
        return _text(prefix + b"/" + name if prefix else name)


@dataclass(slots=True)
class _Announced:
    """What entries say of the one behind them."""

    name: str | None = None
    target: str | None = None
    attributes: dict[bytes, bytes] = field(default_factory=dict)

    def take(self, kind: bytes, text: bytes) -> None:
        """Take what an entry of such a kind says."""
        if kind == _LONG_NAME:
            self.name = _text(text.rstrip(b"\0"))
        elif kind == _LONG_LINK:
            self.target = _text(text.rstrip(b"\0"))
        elif kind == _EXTENDED:
            self.attributes = _records(text)

    def text(self, key: bytes, otherwise: str | None) -> str | None:
        """An attribute in words, else this."""
        return _text(self.attributes[key]) if key in self.attributes else otherwise


def _next_header(source: Source) -> _TarHeader | None:
    """The header that comes next; None at the end mark."""
    block = source.read(_BLOCK)
    if len(block) < _BLOCK:
        raise UnreadableError("truncated: it has no end mark")
    if not block.strip(b"\0"):
        return None
    if not is_header(block):
        raise UnreadableError("no member begins where one should")
    return _TarHeader._make(_HEADER.unpack(block))


def _entry(source: Source, header: _TarHeader, announced: _Announced) -> Iterator[TarEntry]:
    kind, attributes = header.kind, announced.attributes
    size = _decimal(attributes[b"size"]) if b"size" in attributes else _number(header.size)
    name = announced.text(b"path", announced.name) or header.path
    target = announced.text(b"linkpath", announced.target)
    sparse = kind == _SPARSE or any(key.startswith(b"GNU.sparse.") for key in attributes)
    if kind == _SPARSE:
        _pass_map(source, header)
    if (kind in _REGULAR and not name.endswith("/")) or kind == _SPARSE:
        yield from _regular(source, attributes, name, size=size, sparse=sparse)
        return
    if kind not in _WITHOUT_DATA:
        source.skip(size + -size % _BLOCK)
    other = TarKind.FOLDER if kind in _REGULAR else TarKind.OTHER  # old writers: a folder ends with a slash
    yield TarEntry(_KINDS.get(kind, other), name, target if target is not None else _text(_cut(header.target)))


def _regular(source: Source, attributes: dict[bytes, bytes], name: str, size: int, sparse: bool) -> Iterator[TarEntry]:
    window = MemberBytes(source, size)
    if b"GNU.sparse.name" in attributes:
        name = _text(attributes[b"GNU.sparse.name"])
    why = "a sparse file, which is not put together" if sparse else None
    in_parts = _in_parts(source, size) if size >= _LARGE and not sparse else None
    yield TarEntry(TarKind.FILE, name, member=Member(name, size, lambda: window, sealed=why, cost=0, replay=in_parts))
    source.skip(window.left + -size % _BLOCK)


def _in_parts(source: Source, size: int) -> Callable[[Callable[[int], None]], Buffer] | None:
    """What gives a member of an archive that lies on the disk as it is: nothing of it has to be held. None for one that
    comes out of another container."""
    place = source.place()
    if place is None or size > place.left:  # the reading to its end tells that it is cut off
        return None
    file, at = place.file.fileno(), place.at
    sparse = is_sparse(os.fstat(file))
    return lambda paid: FileBuffer(file, size, start=at, sparse=sparse, clock=lambda: paid(0))


def _extended(source: Source, size: int) -> bytes:
    if size > _LARGEST_HEADER:
        raise UnreadableError(f"an extended header of {size} bytes")
    text = source.read(size)
    source.skip(-size % _BLOCK)
    if len(text) < size:
        raise UnreadableError("truncated")
    return text


def _records(text: bytes) -> dict[bytes, bytes]:
    """The records of an extended header: `LENGTH KEY=VALUE\\n`."""
    found: dict[bytes, bytes] = {}
    at = 0
    while (match := _RECORD.match(text, at)) is not None:
        length = int(match[1])
        if length <= match.end() - at:
            break
        found[match[2]] = text[match.end() : at + length - 1]
        at += length
    if text[at:].strip(b"\0"):
        raise UnreadableError("a damaged extended header")
    return found


def _pass_map(source: Source, header: _TarHeader) -> None:
    more = header.prefix[_GOES_ON]
    while more:
        following = source.read(_BLOCK)
        if len(following) < _BLOCK:
            raise UnreadableError("truncated")
        more = following[504]


def _cut(field: bytes) -> bytes:
    return field.split(b"\0", 1)[0]


def _number(field: bytes) -> int:
    """A number in octal digits, or in base 256 where the first bit is set."""
    if field[0] & 0x80:
        number = int.from_bytes(field[1:], "big")
        if field[0] != 0x80 or number >= 1 << 62:
            raise UnreadableError("a member of an impossible size")
        return number
    text = field.strip(b"\0 ")
    try:
        return int(text, 8) if text else 0
    except ValueError:
        raise UnreadableError("a member whose size is not a number") from None


def _decimal(text: bytes) -> int:
    if not text.isdigit() or len(text) > 18:
        raise UnreadableError("a member whose size is not a number")
    return int(text)


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "surrogateescape")
