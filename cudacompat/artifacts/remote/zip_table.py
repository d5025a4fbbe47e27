"""The table at the end of a zip, as far as it says which bytes hold which member; and the table of fewer members."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from struct import Struct

LARGEST = 32 << 20  # bytes of a table
TAIL = 22 + 0xFFFF  # in which the end record lies
LOCAL = b"PK\x03\x04"

_END = Struct("<4s4H2IH")
_END64 = Struct("<4sQ2H2I4Q")
_LOCATOR = Struct("<4sIQI")
_ENTRY = Struct("<4s6H3I5H2I")
_FULL = 0xFFFFFFFF
_MANY = 0xFFFF

# What cannot hold code for a GPU: texts for people and for other compilers, and pictures. Larger ones are taken all
# the same, whatever they are called.
_TEXTS = (
    *(".py", ".pyi", ".pyx", ".pxd", ".h", ".hpp", ".hh", ".hxx", ".cuh", ".inl", ".inc", ".c", ".cc", ".cpp", ".cxx"),
    *(".cu", ".td", ".md", ".rst", ".json", ".toml", ".yaml", ".yml", ".ini", ".cfg", ".html", ".css", ".js", ".ts"),
    *(".map", ".svg", ".png", ".jpg", ".jpeg", ".gif", ".ico", ".ipynb", ".csv", ".tsv", ".xml", ".cmake", ".typed"),
    *(".proto", ".ttf", ".woff", ".woff2"),
)
_LARGEST_TEXT = 1 << 20
_NAMES_CUDA = "/version.py"  # of torch and its companions: the CUDA release of the wheel


class TableError(ValueError):
    """The bytes are no table of a zip as programs write them."""


@dataclass(frozen=True, slots=True)
class TableEntry:
    """One member: its row in the table as it is, where its bytes begin, and how many it inflates to."""

    row: bytes
    name: str
    offset: int
    size: int

    @property
    def is_wanted(self) -> bool:
        """Whether it may hold device code, or names the CUDA release that the wheel was built with."""
        name = self.name.lower()
        return not name.endswith(_TEXTS) or self.size > _LARGEST_TEXT or name.endswith(_NAMES_CUDA)


def table_place(tail: bytes, total: int) -> tuple[int, int]:
    """Return where the table begins in a zip of `total` bytes, of which these are the last, and how long it is.

    `TableError` for what has no table there, or has more behind it than an end record.
    """
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or at + _END.size > len(tail):
        raise TableError("no table of members")
    _, _, _, _, _, size, start, _ = _END.unpack_from(tail, at)
    end = total - len(tail) + at
    locator = at - _LOCATOR.size
    if locator >= 0 and tail[locator : locator + 4] == b"PK\x06\x07":
        _, _, at64, _ = _LOCATOR.unpack_from(tail, locator)
        inside = at64 - (total - len(tail))
        if not 0 <= inside <= len(tail) - _END64.size or tail[inside : inside + 4] != b"PK\x06\x06":
            raise TableError("its second end record is not where it should be")
        *_, size, start = _END64.unpack_from(tail, inside)
        end = at64
    if start + size != end or size > LARGEST:
        raise TableError("its table of members is not where it should be")
    return start, size


def entries_of(table: bytes) -> Iterator[TableEntry]:
    """Give the members in the order of the table; `TableError` where it is damaged."""
    at = 0
    while at < len(table):
        if len(table) - at < _ENTRY.size or table[at : at + 4] != b"PK\x01\x02":
            raise TableError("its table of members is damaged")
        *_, packed, size, name_len, extra_len, note_len, _, _, _, offset = _ENTRY.unpack_from(table, at)
        name_at = at + _ENTRY.size
        end = name_at + name_len + extra_len + note_len
        if end > len(table):
            raise TableError("its table of members is damaged")
        if _FULL in (packed, size, offset):
            extra = table[name_at + name_len : name_at + name_len + extra_len]
            size, offset = _large(extra, packed, size, offset=offset)
        name = table[name_at : name_at + name_len].decode("utf-8", "replace")
        yield TableEntry(table[at:end], name, offset, size=size)
        at = end


def _large(extra: bytes, packed: int, size: int, offset: int) -> tuple[int, int]:
    """Size and offset from the extra field of zip64: it holds, in this order, those that are full elsewhere."""
    at = 0
    while at + 4 <= len(extra):
        kind, length = int.from_bytes(extra[at : at + 2], "little"), int.from_bytes(extra[at + 2 : at + 4], "little")
        body = extra[at + 4 : at + 4 + length]
        if kind == 1:
            values = [int.from_bytes(body[i : i + 8], "little") for i in range(0, len(body) - 7, 8)]
            wanted = [each == _FULL for each in (size, packed, offset)]
            if len(values) < sum(wanted):
                break
            taken = iter(values)
            size, _, offset = (
                next(taken) if full else each for full, each in zip(wanted, (size, packed, offset), strict=True)
            )
            return size, offset
        at += 4 + length
    raise TableError("its table of members is damaged")


def table_of(entries: Iterable[TableEntry], start: int) -> bytes:
    """Return the table of these members, to be put at `start`, with all end records."""
    rows = [entry.row for entry in entries]
    size = sum(map(len, rows))
    count = len(rows)
    end64 = _END64.pack(b"PK\x06\x06", _END64.size - 12, 45, 45, 0, 0, count, count, size, start)
    locator = _LOCATOR.pack(b"PK\x06\x07", 0, start + size, 1)
    small = min(count, _MANY)
    end = _END.pack(b"PK\x05\x06", 0, 0, small, small, min(size, _FULL), min(start, _FULL), 0)
    large = count >= _MANY or start >= _FULL
    return b"".join([*rows, end64, locator, end] if large else [*rows, end])


def digest_of_zip(size: int, end: Iterable[bytes]) -> str:
    """Return what tells a zip from another one of its name: its size, and the SHA-256 of its `end`, the table of its
    members with their checksums and what comes behind it. Of a zip of gigabytes it needs a few bytes."""
    digest = hashlib.sha256()
    for piece in end:
        digest.update(piece)
    return f"{size}-{digest.hexdigest()}"
