"""Wheels and other zips: member by member, with hard limits; nothing is ever unpacked to disk."""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from functools import partial
from typing import IO, cast

from cudacompat.artifacts.binaries.buffer import Buffer, UnreadableError, in_words
from cudacompat.artifacts.containers.base import LARGEST, Budget, ByteStream, Member, Source

_LARGEST_TABLE = 32 << 20  # of a zip and those around it together: their entries take twenty times as much memory
_ALWAYS_ALLOWED = 64 << 20
_MOST_RATIO = 200  # deflate can do 1032, the fullest device code in published wheels stays below 50
_SMALLEST_REPLAYED = 192 << 20  # bytes of a member that is not held whole in memory
_COST_OF_SLOW = 10  # bzip2 and LZMA take ten times as long as deflate, and no wheel has them
_ENCRYPTED = 0x1
_ZSTD = 93
_READ = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA, _ZSTD)
_OTHER_METHODS = {1: "Shrink", 6: "Implode", 9: "Deflate64", 95: "xz", 96: "JPEG", 97: "WavPack", 98: "PPMd"}  # APPNOTE
_ENCRYPTED_METHOD = 99

# One field of each is read: of both ends the size of the table of members, of the locator where the other end is.
_END = struct.Struct("<12xI6x")
_END64 = struct.Struct("<40xQ8x")
_LOCATOR = struct.Struct("<8xQ4x")

# Whatever zipfile raises for bytes that are not as they should be.
_BAD = (
    zipfile.BadZipFile,
    zipfile.LargeZipFile,
    zlib.error,
    struct.error,
    EOFError,
    OSError,
    RuntimeError,
    ValueError,
    LookupError,
    AttributeError,
    OverflowError,
)


_NO_END = "File is not a zip file"  # zipfile, of bytes that begin as a zip and have no table of members at their end
_TRUNCATED = "truncated: the table of its members, which ends a zip, is missing"


def members(source: Source, budget: Budget) -> Iterator[Member]:
    """Give the members of a zip in their order."""
    stream = source.seekable()
    try:
        table = _table_size(stream, source.size or 0)
    except _BAD as error:
        raise UnreadableError(in_words(error)) from error
    with budget.held(table, _LARGEST_TABLE, "its table of members"):
        try:
            archive = zipfile.ZipFile(stream)
        except _BAD as error:
            cut = isinstance(error, zipfile.BadZipFile) and str(error) == _NO_END
            raise UnreadableError(_TRUNCATED if cut else in_words(error)) from error
        for info in archive.infolist():
            budget.member()
            if not info.filename.endswith("/"):
                yield _member(archive, info)


def _member(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Member:
    claims = None
    if info.file_size > _ALWAYS_ALLOWED and info.file_size > min(LARGEST, _MOST_RATIO * info.compress_size):
        claims = f"claims to inflate from {info.compress_size} to {info.file_size} bytes: not inflated"
    slow = info.compress_type in (zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)
    return Member(
        name=info.filename,
        size=info.file_size,
        open=partial(_open, archive, info),
        sealed=_sealed(info),
        too_large=claims,
        cost=_COST_OF_SLOW if slow else 1,
        replay=_replay(archive.fp, info) if archive.fp is not None else None,
    )


def _sealed(info: zipfile.ZipInfo) -> str | None:
    method = info.compress_type
    if info.flag_bits & _ENCRYPTED or method == _ENCRYPTED_METHOD:
        return "encrypted"
    if method in _READ:
        return None
    return (
        f"compressed by {_OTHER_METHODS.get(method, f'method {method}')}, which is not read in a zip; 7z x unpacks it"
    )


def _replay(file: IO[bytes], info: zipfile.ZipInfo) -> Callable[[Callable[[int], None]], Buffer] | None:
    """What gives the bytes of a large member by parts; None for one that is held in memory."""
    if info.compress_type != zipfile.ZIP_DEFLATED or info.file_size < _SMALLEST_REPLAYED:
        return None
    from cudacompat.artifacts.containers.zip_replay import ReplayedMember  # few members are so large

    return partial(ReplayedMember, file, info)


def _open(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> ByteStream:
    if info.compress_type == _ZSTD and archive.fp is not None:
        from cudacompat.artifacts.containers.zip_zstd import zstd_of_zip

        return zstd_of_zip(archive.fp, info)
    return cast(ByteStream, archive.open(info))


def _table_size(stream: IO[bytes], size: int) -> int:
    """Return the bytes of the table of members, 0 where there is none: zipfile reads all of it at once."""
    tail = min(size, _END.size + 0xFFFF)
    stream.seek(size - tail)
    raw = stream.read(tail)
    at = raw.rfind(b"PK\x05\x06")
    if at < 0 or at + _END.size > len(raw):
        return 0  # zipfile says it better
    directory: int
    (directory,) = _END.unpack_from(raw, at)
    if at >= _LOCATOR.size and raw[at - _LOCATOR.size : at - _LOCATOR.size + 4] == b"PK\x06\x07":
        (other_end,) = _LOCATOR.unpack_from(raw, at - _LOCATOR.size)
        stream.seek(min(other_end, size))
        end = stream.read(_END64.size)
        if len(end) == _END64.size and end[:4] == b"PK\x06\x06":
            (large,) = _END64.unpack(end)
            directory = max(directory if directory != 0xFFFFFFFF else 0, large)
    return min(directory, size)
