"""Wheels and other zips: member by member, in memory, with hard limits; nothing is ever unpacked to disk."""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections.abc import Iterator
from typing import IO, NamedTuple, cast

from cudacompat.artifacts.binaries.buffer import Allowance, UnreadableError
from cudacompat.artifacts.binaries.ptx import SNIFFED, is_ptx
from cudacompat.artifacts.sniff import HEAD, Kind, sniff

MOST_MEMBERS = 100_000
DEEPEST = 3  # zips in a zip in a zip in the outermost one
_LARGEST_DIRECTORY = 32 << 20
_LARGEST = 4 << 30
_ALWAYS_ALLOWED = 64 << 20
_MOST_RATIO = 200  # deflate can do 1032, the fullest device code in published wheels stays below 50
_CHUNK = 1 << 20
_COST_OF_SLOW = 10  # bzip2 and LZMA take ten times as long as deflate, and no wheel has them
_ENCRYPTED = 0x1

_END = struct.Struct("<4s4H2LH")
_END64 = struct.Struct("<4sQ2H2L4Q")
_LOCATOR = struct.Struct("<4sLQL")

# Whatever zipfile and the decompressors below it raise for bytes that are not as they should be.
_BAD = (
    zipfile.BadZipFile,
    zipfile.LargeZipFile,
    zlib.error,
    struct.error,
    EOFError,
    OSError,
    RuntimeError,  # encrypted; NotImplementedError is one
    ValueError,
    LookupError,
    AttributeError,
    OverflowError,
    MemoryError,
)


class Member(NamedTuple):
    """One file in a zip. `data` is None where it was not needed or, with `why`, could not be had."""

    name: str
    kind: Kind
    head: bytes
    data: bytearray | None
    why: str | None


class ZipReader:
    """Reads the members of one zip; making one raises `UnreadableError` when it is none that can be read."""

    def __init__(self, stream: IO[bytes], size: int, allowance: Allowance) -> None:
        self._allowance = allowance
        try:
            _guard(stream, size)
            self._zip = zipfile.ZipFile(stream)
        except _BAD as error:
            raise UnreadableError(f"damaged zip: {_words(error)}") from error

    @property
    def too_many(self) -> bool:
        """Whether there are more members than are read."""
        return len(self._zip.infolist()) > MOST_MEMBERS

    def members(self) -> Iterator[Member]:
        """Give the members in their order; only those are inflated that may hold device code."""
        for info in self._zip.infolist()[:MOST_MEMBERS]:
            if not info.filename.endswith("/"):
                yield self._member(info)

    def _member(self, info: zipfile.ZipInfo) -> Member:
        name = info.filename
        if info.flag_bits & _ENCRYPTED:
            return Member(name, Kind.OTHER, b"", None, "encrypted")
        head, kind = b"", Kind.OTHER
        try:
            with cast(zipfile.ZipExtFile, self._zip.open(info)) as stream:
                head = stream.read(HEAD)
                kind = sniff(head, info.file_size)
                if kind is Kind.MAYBE_PTX:
                    head += stream.read(SNIFFED)
                    kind = Kind.PTX if is_ptx(head) else Kind.OTHER
                if kind in (Kind.OTHER, Kind.SEALED):
                    return Member(name, kind, head, None, None)
                return Member(name, kind, head, self._inflate(info, stream, head), None)
        except UnreadableError as error:
            return Member(name, kind, head, None, str(error))
        except _BAD as error:
            return Member(name, kind, head, None, f"damaged member: {_words(error)}")
        except Exception as error:
            if type(error).__name__ != "LZMAError":  # not importable where Python was built without lzma
                raise
            return Member(name, kind, head, None, f"damaged member: {_words(error)}")

    def _inflate(self, info: zipfile.ZipInfo, stream: zipfile.ZipExtFile, head: bytes) -> bytearray:
        cap = min(_LARGEST, max(_ALWAYS_ALLOWED, _MOST_RATIO * info.compress_size))
        if info.file_size > cap:
            raise UnreadableError(
                f"claims to inflate from {info.compress_size} to {info.file_size} bytes: not inflated"
            )
        slow = info.compress_type in (zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)
        if not self._allowance.take(info.file_size * (_COST_OF_SLOW if slow else 1)):
            raise UnreadableError("what this file may inflate is used up")
        # all at once: to grow it would take half as much again, and zeroed memory costs nothing until it is written
        data = bytearray(info.file_size)
        at = len(head)
        data[:at] = head
        with memoryview(data) as view:
            while at < len(data) and (count := stream.readinto(view[at : at + _CHUNK])):
                at += count
        if at != len(data) or stream.read(1):
            raise UnreadableError(f"does not inflate to the {info.file_size} bytes that its header says")
        return data


def _words(error: BaseException) -> str:
    if isinstance(error, MemoryError):
        return "it does not fit in memory"
    text = str(error) or type(error).__name__
    return text.splitlines()[0][:200]


def _guard(stream: IO[bytes], size: int) -> None:
    """Refuse a zip whose table of members alone would fill the memory: zipfile reads all of it at once."""
    tail = min(size, _END.size + 0xFFFF)
    stream.seek(size - tail)
    raw = stream.read(tail)
    at = raw.rfind(b"PK\x05\x06")
    if at < 0 or at + _END.size > len(raw):
        return  # zipfile says it better
    directory = _END.unpack_from(raw, at)[5]
    if at >= _LOCATOR.size and raw[at - _LOCATOR.size : at - _LOCATOR.size + 4] == b"PK\x06\x07":
        stream.seek(min(_LOCATOR.unpack_from(raw, at - _LOCATOR.size)[2], size))
        end = stream.read(_END64.size)
        if len(end) == _END64.size and end[:4] == b"PK\x06\x06":
            directory = max(directory if directory != 0xFFFFFFFF else 0, _END64.unpack(end)[8])
    if min(directory, size) > _LARGEST_DIRECTORY:
        raise zipfile.BadZipFile(f"its table of members has {directory} bytes")
