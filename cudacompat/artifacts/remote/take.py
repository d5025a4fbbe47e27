"""A file behind an address, put on the disk: of a zip the members that may hold device code, of others all."""

from __future__ import annotations

import hashlib
import re
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import BinaryIO, Protocol

from cudacompat.artifacts.remote.connection import CHUNK, Connection, Patience, Remote, Stream
from cudacompat.artifacts.remote.errors import FileReplacedError, NoRangesError, RemoteError
from cudacompat.artifacts.remote.zip_table import (
    LOCAL,
    TAIL,
    TableEntry,
    TableError,
    digest_of_zip,
    entries_of,
    table_of,
    table_place,
)

_HEAD = 512
_NEAR = 1 << 17  # bytes between two wanted members that are taken rather than asked around
_ZIPS = (LOCAL, b"PK\x05\x06")
_SHA256 = re.compile(r"(?:^|[&#])sha256=([0-9a-fA-F]{64})(?:&|$)")


class TransferWatcher(Protocol):
    """Is told what travels. `began` comes once the size is known (None where a server does not say)."""

    def began(self, size: int | None) -> None:
        """The file has so many bytes."""

    def came(self, count: int) -> None:
        """So many more bytes have come."""


class Parts(Protocol):
    """Gives ranges of bytes of a file."""

    def part(self, remote: Remote, start: int, end: int) -> Iterator[bytes]:
        """Give the bytes `[start, end)` piece by piece."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What lies on the disk now: `size` are the bytes of the file as it is published, `travelled` those that came, and
    `left_out` the members of a zip that were not asked for. `digest` is that of the zip as it is published
    (`digest_of_zip`), where members may be missing on the disk."""

    size: int
    travelled: int
    left_out: int = 0
    digest: str | None = None


def take(url: str, into: Path, told: TransferWatcher, most: int, patience: Patience | None = None) -> Taken:
    """Put the file behind `url` at `into`, which is not there yet; `RemoteError` where it cannot be had, or has more
    than `most` bytes. A `#sha256=` of the address is what the whole file is held to."""
    address, _, fragment = url.partition("#")
    digest = _SHA256.search(fragment)
    counted = _Counter(told.came)
    connection = Connection(address, patience, counted)
    if digest is None:
        try:
            return _by_ranges(connection, into, told, most=most, counted=counted)
        except (NoRangesError, FileReplacedError, TableError):
            pass  # once more, and all of it in one answer
    return _whole(connection, into, told, most=most, digest=digest and digest[1].lower(), counted=counted)


class _Counter:
    def __init__(self, tell: Callable[[int], None]) -> None:
        self.total = 0
        self._tell = tell

    def __call__(self, count: int) -> None:
        self.total += count
        self._tell(count)


def _by_ranges(connection: Connection, into: Path, told: TransferWatcher, most: int, counted: _Counter) -> Taken:
    with connection.first(_HEAD) as (remote, stream):
        if not remote.ranges:
            told.began(remote.size)
            return _all_of(stream, remote.size, into, most=most, digest=None, counted=counted)
        head = _exactly(stream, min(_HEAD, remote.size or 0))
    size = remote.size or 0
    require_room(size, most, into)
    told.began(size)
    with into.open("w+b") as file:
        if not head.startswith(_ZIPS):
            _copy(connection, remote, [(0, size)], file=file)
            return Taken(size, counted.total)
        left_out, digest = members_of_zip(connection, remote, head, file=file)
    return Taken(size, counted.total, left_out, digest=digest)


def members_of_zip(connection: Parts, remote: Remote, head: bytes, file: BinaryIO) -> tuple[int, str | None]:
    """Write what is wanted of a zip, each member where it lies in the whole, and return how many are left out, and the
    digest of the whole; `head` are its first bytes, by which it is told what it is, whether its first member is wanted
    or not. `NoRangesError` or `TableError` where its parts do not fit together."""
    size = remote.size or 0
    tail_at = max(0, size - TAIL)
    tail = b"".join(connection.part(remote, tail_at, size))
    start, length = table_place(tail, size)
    if start >= tail_at:
        table = tail[start - tail_at : start - tail_at + length]
    else:
        table = b"".join(connection.part(remote, start, start + length))
    entries = list(entries_of(table))
    wanted = [entry for entry in entries if entry.is_wanted]
    spans = list(_spans(entries, wanted, start))
    file.write(head[:start])
    _copy(connection, remote, _joined(spans), file=file)
    file.seek(start)
    file.write(table_of(wanted, start))
    for entry in wanted:
        file.seek(entry.offset)
        if file.read(len(LOCAL)) != LOCAL:  # the check sums of the members are for who reads them
            raise NoRangesError("the parts that the server sent do not fit together")
    end = table[: max(0, tail_at - start)] + tail[max(0, start - tail_at) :]
    joined = start + length >= tail_at  # nothing lies between the table and the last bytes
    return len(entries) - len(wanted), digest_of_zip(size, [end]) if joined else None


def _spans(entries: Sequence[TableEntry], wanted: Sequence[TableEntry], end: int) -> Iterator[tuple[int, int]]:
    """The bytes of each wanted member: up to where the next one begins."""
    begins = sorted({entry.offset for entry in entries} | {end})
    after = dict(pairwise(begins))
    for offset in sorted({entry.offset for entry in wanted}):
        if offset >= end or offset not in after:
            raise TableError("its table of members is damaged")
        yield offset, after[offset]


def _joined(spans: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    joined: list[tuple[int, int]] = []
    for start, end in spans:
        if joined and start - joined[-1][1] <= _NEAR:
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return joined


def _copy(connection: Parts, remote: Remote, spans: Sequence[tuple[int, int]], file: BinaryIO) -> None:
    for start, end in spans:
        file.seek(start)
        for piece in connection.part(remote, start, end):
            file.write(piece)


def _whole(
    connection: Connection, into: Path, told: TransferWatcher, most: int, digest: str | None, counted: _Counter
) -> Taken:
    with connection.whole() as (size, stream):
        told.began(size)
        return _all_of(stream, size, into, most=most, digest=digest, counted=counted)


def _all_of(stream: Stream, size: int | None, into: Path, most: int, digest: str | None, counted: _Counter) -> Taken:
    require_room(size or 0, most, into)
    seen = hashlib.sha256()
    count = 0
    with into.open("wb") as file:
        while piece := stream.read(CHUNK):
            count += len(piece)
            if count > most:
                raise RemoteError(_too_large(most))
            seen.update(piece)
            file.write(piece)
    if digest is not None and seen.hexdigest() != digest:
        raise RemoteError("the file is not the one whose sha256 the address names")
    return Taken(count, counted.total)


def _exactly(stream: Stream, count: int) -> bytes:
    data = b""
    while len(data) < count and (piece := stream.read(count - len(data))):
        data += piece
    return data


def require_room(size: int, most: int, into: Path) -> None:
    """`RemoteError` for a file that has more than `most` bytes, or more than the disk at `into` has room for."""
    if size > most:
        raise RemoteError(_too_large(most))
    if size > shutil.disk_usage(into.parent).free:
        raise RemoteError(f"there is no room for it in {into.parent}")


def _too_large(most: int) -> str:
    from cudacompat.domain.words.byte_sizes import byte_size

    return f"the file has more than {byte_size(most)} (--max-bytes-read)"
