"""Members of `ar` archives: GNU, BSD and Windows `.lib`."""

from __future__ import annotations

from collections.abc import Iterator
from struct import Struct
from typing import NamedTuple

from cudacompat.artifacts.binaries.buffer import Buffer, UnreadableError
from cudacompat.artifacts.binaries.section import LONGEST_NAME

MAGIC = b"!<arch>\n"
THIN = b"!<thin>\n"

_HEADER = Struct("16s32x10s2s")  # times, owners and modes are passed over
HEADER = _HEADER.size
_INDEXES = (
    "/",
    "/SYM64/",
    "__.SYMDEF",
    "__.SYMDEF SORTED",
    "__.SYMDEF_64",
    "/<ECSYMBOLS>/",
    "/<XFGHASHMAP>/",
)


class _MemberHeader(NamedTuple):
    """What stands before each member, as text."""

    name: bytes
    size: bytes
    mark: bytes


class ArMember(NamedTuple):
    """One file in an archive."""

    name: str
    start: int
    end: int


def members(buffer: Buffer, start: int, end: int) -> Iterator[ArMember]:
    """Give the members in order, without the indexes; `UnreadableError` where the archive is broken."""
    at = start + len(MAGIC)
    long_names = b""
    while at < end:
        header = _header(bytes(buffer[at : at + HEADER]))
        if header is None:
            raise UnreadableError(f"damaged archive: no member begins at byte {at - start}")
        at += HEADER
        stop = at + int(header.size)
        if stop > end:
            raise UnreadableError(f"truncated archive: its last member ends {stop - end} bytes after the end")
        raw = header.name.rstrip(b" ")
        if raw == b"//":
            long_names = bytes(buffer[at:stop])
        else:
            inside, name = _name(buffer, at, stop, raw=raw, long_names=long_names)
            if name not in _INDEXES:
                yield ArMember(name, inside, stop)
        at = stop + (stop - start) % 2


def thin_names(data: bytes) -> list[str] | None:
    """Return the paths of the members of a thin archive, from its own folder on; None where it is broken."""
    at = len(THIN)
    long_names = b""
    names = []
    while at < len(data):
        header = _header(data[at : at + HEADER])
        if header is None:
            return None
        at += HEADER
        raw = header.name.rstrip(b" ")
        if raw in (b"//", b"/", b"/SYM64/"):  # only these lie in the archive itself
            size = int(header.size)
            if raw == b"//":
                long_names = data[at : at + size]
            at += size + size % 2
        else:
            names.append(_name(data, at, at, raw=raw, long_names=long_names)[1])
    return names


def _header(raw: bytes) -> _MemberHeader | None:
    """Return the header of a member; None where none stands."""
    if len(raw) < HEADER:
        return None
    header = _MemberHeader._make(_HEADER.unpack(raw))
    return header if header.mark == b"`\n" and header.size.strip().isdigit() else None


def _name(buffer: Buffer, at: int, stop: int, raw: bytes, long_names: bytes) -> tuple[int, str]:
    """Return where the member's bytes begin, and its name."""
    if raw.startswith(b"#1/") and raw[3:].isdigit():  # BSD: the name comes before the bytes
        length = min(int(raw[3:]), stop - at)
        return at + length, _text(bytes(buffer[at : at + min(length, LONGEST_NAME)]).rstrip(b"\0"))
    if raw[:1] == b"/" and raw[1:].isdigit():
        begin = int(raw[1:])
        piece = long_names[begin : begin + LONGEST_NAME]
        ends = [place for place in (piece.find(b"/\n"), piece.find(b"\0"), piece.find(b"\n")) if place >= 0]
        return at, _text(piece[: min(ends, default=len(piece))])
    return at, _text(raw if raw in (b"/", b"/SYM64/") or raw.endswith(b">/") else raw.removesuffix(b"/"))


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "surrogateescape")
