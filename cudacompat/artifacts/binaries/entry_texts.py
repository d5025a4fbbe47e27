"""The texts in the header of a fatbin's entry: options, and the name of a source."""

from __future__ import annotations

from struct import Struct

from cudacompat.artifacts.binaries.buffer import Buffer, unpack_at

_PAIR = Struct("<II")
_LONGEST_OPTIONS = 4096


def binary_options(buffer: Buffer, entry: int, header: int, *, at: int) -> bytes:
    """Return the options of a cubin's entry: behind one NUL, the stated number of bytes."""
    if at + 8 > header:
        return b""
    offset, length = unpack_at(_PAIR, buffer, entry + at)
    offset += 1
    if offset + length > header:
        return b""
    return bytes(buffer[entry + offset : entry + offset + min(length, _LONGEST_OPTIONS)])


def options_at(buffer: Buffer, entry: int, header: int, *, at: int) -> str | None:
    """Return the options of the compiler that an entry records; `None` for none."""
    if not at or at + _PAIR.size > header:
        return None
    offset, length = unpack_at(_PAIR, buffer, entry + at)
    return text_at(buffer, entry, header, at=offset, size=length)


def text_at(buffer: Buffer, entry: int, header: int, *, at: int, size: int) -> str | None:
    """Return a text in the header of an entry; `None` for an empty one, or one that lies outside."""
    if not at or not size or at + size > header:
        return None
    text = bytes(buffer[entry + at : entry + at + min(size, _LONGEST_OPTIONS)])
    return text.strip(b"\0 ").decode("utf-8", "replace") or None
