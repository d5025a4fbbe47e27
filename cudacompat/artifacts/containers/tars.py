"""Tar archives: member by member as the bytes come, nothing held but the member that is looked at.

A reader of its own, not `tarfile`: that one keeps a record of every member and reads an extended header whole,
whatever size it claims. A test compares the two.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from enum import Enum
from typing import NamedTuple

from cudacompat.artifacts.binaries.buffer import Buffer, FileWindow, UnreadableError
from cudacompat.artifacts.containers.base import Budget, Member, MemberBytes, Source

_BLOCK = 512
_LARGE = 8 << 20  # bytes of a member that is not held: smaller ones are read faster in one piece
_LARGEST_HEADER = 1 << 20  # bytes of an extended header; the longest path of a system has 4096
_REGULAR = (b"0", b"\0", b"7")
_HARD, _SYMBOLIC, _FOLDER = b"1", b"2", b"5"
_WITHOUT_DATA = (_HARD, _SYMBOLIC, b"3", b"4", _FOLDER, b"6")
_LONG_NAME, _LONG_LINK, _EXTENDED, _GLOBAL, _SPARSE = b"L", b"K", b"x", b"g", b"S"
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
    name: str | None = None
    target: str | None = None
    attributes: dict[bytes, bytes] = {}
    while True:
        block = source.read(_BLOCK)
        if len(block) < _BLOCK:
            raise UnreadableError("truncated: it has no end mark")
        if not block.strip(b"\0"):
            return
        if not is_header(block):
            raise UnreadableError("no member begins where one should")
        budget.member()
        kind, size = block[156:157], _number(block[124:136])
        if kind in (_LONG_NAME, _LONG_LINK, _EXTENDED, _GLOBAL):
            text = _extended(source, size)
            if kind == _LONG_NAME:
                name = _text(text.rstrip(b"\0"))
            elif kind == _LONG_LINK:
                target = _text(text.rstrip(b"\0"))
            elif kind == _EXTENDED:
                attributes = _records(text)
            continue
        if b"size" in attributes:
            size = _decimal(attributes[b"size"])
        if b"path" in attributes:
            name = _text(attributes[b"path"])
        if b"linkpath" in attributes:
            target = _text(attributes[b"linkpath"])
        sparse = kind == _SPARSE or any(key.startswith(b"GNU.sparse.") for key in attributes)
        if kind == _SPARSE:
            _pass_map(source, block)
        shown = name or _name(block)
        if (kind in _REGULAR and not shown.endswith("/")) or kind == _SPARSE:
            yield from _regular(source, attributes, shown, size=size, sparse=sparse)
        else:
            if kind not in _WITHOUT_DATA:
                source.skip(size + -size % _BLOCK)
            other = TarKind.FOLDER if kind in _REGULAR else TarKind.OTHER  # old writers: a folder ends with a slash
            yield TarEntry(
                _KINDS.get(kind, other), shown, target if target is not None else _text(_cut(block[157:257]))
            )
        name, target, attributes = None, None, {}


def _regular(source: Source, attributes: dict[bytes, bytes], name: str, size: int, sparse: bool) -> Iterator[TarEntry]:
    window = MemberBytes(source, size)
    if b"GNU.sparse.name" in attributes:
        name = _text(attributes[b"GNU.sparse.name"])
    why = "a sparse file, which is not put together" if sparse else None
    in_parts = _in_parts(source, size) if size >= _LARGE and not sparse else None
    yield TarEntry(TarKind.FILE, name, member=Member(name, size, lambda: window, sealed=why, cost=0, replay=in_parts))
    source.skip(window.left + -size % _BLOCK)


def _in_parts(source: Source, size: int) -> Callable[[object], Buffer] | None:
    """What gives a member of an archive that lies on the disk as it is: nothing of it has to be held. None for one that
    comes out of another container."""
    place = source.place()
    if place is None or size > place.left:  # the reading to its end tells that it is cut off
        return None
    return lambda _: FileWindow(place.file.fileno(), place.at, size)


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


def _pass_map(source: Source, block: bytes) -> None:
    more = block[482]
    while more:
        following = source.read(_BLOCK)
        if len(following) < _BLOCK:
            raise UnreadableError("truncated")
        more = following[504]


def _name(block: bytes) -> str:
    name = _cut(block[:100])
    prefix = _cut(block[345:500]) if block[257:263] == b"ustar\0" else b""
    return _text(prefix + b"/" + name if prefix else name)


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
        raise UnreadableError("a member whose size is no number") from None


def _decimal(text: bytes) -> int:
    if not text.isdigit() or len(text) > 18:
        raise UnreadableError("a member whose size is no number")
    return int(text)


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "surrogateescape")
