"""Members of a zip that are too large to be held in memory: parts of them are inflated again when they are asked for.

A member is inflated once to its end: its size and checksum are held to what the zip says, and where the sections of a
library begin stands last in it. The state of the inflating is kept for the begin of each part, and the bytes of the
first parts; of the others those that were asked for last.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from typing import IO, TYPE_CHECKING, NamedTuple
from zipfile import BadZipFile, ZipInfo

from cudacompat.artifacts.binaries.buffer import FileBuffer, UnreadableError

if TYPE_CHECKING:
    from zlib import _Decompress

_PART = 4 << 20
_HELD = 24  # parts, of the first ones
_RECENT = 4  # parts, of the others
_STEP = 1 << 16  # stored bytes that are read at a time

_LOCAL = 30  # bytes in front of a member, before its name
_LENGTHS = slice(26, 30)  # of the name and of what follows it


class _Mark(NamedTuple):
    """Where a part begins: the state there, where the stored bytes go on, and those that were read and not used."""

    state: _Decompress
    at: int
    rest: bytes


def begin_of(file: IO[bytes], info: ZipInfo) -> int:
    """Return where the stored bytes of a member begin."""
    file.seek(info.header_offset)
    head = file.read(_LOCAL)
    if len(head) < _LOCAL or not head.startswith(b"PK\x03\x04"):
        raise UnreadableError("no member begins where the table says")
    lengths = head[_LENGTHS]
    name, extra = int.from_bytes(lengths[:2], "little"), int.from_bytes(lengths[2:], "little")
    return info.header_offset + _LOCAL + name + extra


class ReplayedMember(FileBuffer):
    """The bytes of a member that Deflate compressed. `pay` is told of every byte when it is inflated first, and of none
    when that is done again."""

    __slots__ = ("_end", "_file", "_held", "_marks", "_pay", "_recent")

    def __init__(self, file: IO[bytes], info: ZipInfo, pay: Callable[[int], None]) -> None:
        super().__init__(-1, info.file_size)
        self._file = file
        self._pay = pay
        self._held: list[bytes] = []
        self._recent: dict[int, bytes] = {}
        begin = begin_of(file, info)
        self._end = begin + info.compress_size
        self._marks = [_Mark(zlib.decompressobj(-zlib.MAX_WBITS), begin, b"")]
        checksum = made = 0
        while made < info.file_size:
            part, after = self._inflated(self._marks[-1], min(_PART, info.file_size - made))
            self._pay(len(part))
            checksum = zlib.crc32(part, checksum)
            made += len(part)
            if len(self._held) < _HELD:
                self._held.append(part)
            else:
                self._keep(len(self._marks) - 1, part)
            self._marks.append(after)
        if checksum != info.CRC:
            raise BadZipFile(f"Bad CRC-32 for file {info.filename!r}")

    def _read(self, at: int, size: int) -> bytes:
        end = min(at + size, len(self))
        parts = []
        while at < end:
            number, skipped = divmod(at, _PART)
            parts.append(self._part(number)[skipped : skipped + end - at])
            at += len(parts[-1])
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def _part(self, number: int) -> bytes:
        if number < len(self._held):
            return self._held[number]
        part = self._recent.pop(number, None)
        if part is None:
            self._pay(0)  # there is a limit to the time
            part, _ = self._inflated(self._marks[number], min(_PART, len(self) - number * _PART))
        self._keep(number, part)
        return part

    def _keep(self, number: int, part: bytes) -> None:
        self._recent[number] = part
        if len(self._recent) > _RECENT:
            del self._recent[next(iter(self._recent))]

    def _inflated(self, mark: _Mark, size: int) -> tuple[bytes, _Mark]:
        """So many bytes from a mark on, and the mark behind them."""
        state, at, rest = mark.state.copy(), mark.at, mark.rest
        parts = []
        while size > 0:
            if not rest:
                self._file.seek(at)
                rest = self._file.read(min(_STEP, self._end - at))
                at += len(rest)
            asked = bool(rest)
            part = state.decompress(rest, size)
            rest = state.unconsumed_tail
            size -= len(part)
            parts.append(part)
            if not part and (state.eof or not asked):
                raise UnreadableError(f"does not inflate to the {len(self)} bytes that its header says")
        return b"".join(parts), _Mark(state, at, rest)
