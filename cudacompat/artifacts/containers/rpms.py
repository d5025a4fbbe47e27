"""RPM packages: two headers, and a compressed cpio archive behind them."""

from __future__ import annotations

from collections.abc import Iterator
from struct import Struct

from cudacompat.artifacts.binaries.buffer import UnreadableError
from cudacompat.artifacts.containers.base import Budget, Member, Source

_LEAD = 96  # bytes
_HEADER = Struct(">8sII")  # magic and four bytes in reserve, entries of the index, bytes of what they point to
_MAGIC = b"\x8e\xad\xe8\x01"
_ENTRY = 16  # bytes of one of the index
_LARGEST = 256 << 20  # bytes of a header, as rpm has it


def members(source: Source, budget: Budget) -> Iterator[Member]:
    """Give what an RPM package carries: one archive."""
    source.skip(_LEAD)
    signatures = _pass_header(source)
    source.skip(-signatures % 8)
    _pass_header(source)
    budget.member()
    yield Member("payload", None, lambda: source, cost=0)


def _pass_header(source: Source) -> int:
    """Pass over a header, and return its bytes."""
    raw = source.read(_HEADER.size)
    if len(raw) < _HEADER.size:
        raise UnreadableError("truncated")
    magic, entries, size = _HEADER.unpack(raw)
    length: int = entries * _ENTRY + size
    if not magic.startswith(_MAGIC) or length > _LARGEST:
        raise UnreadableError("no header begins where one should")
    source.skip(length)
    return length
