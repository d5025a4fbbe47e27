"""Members of a zip that are compressed by zstd: Python's own reader of zips has it from 3.14 on only."""

from __future__ import annotations

import zlib
from typing import IO
from zipfile import ZipInfo

from cudacompat.artifacts.binaries.buffer import UnreadableError
from cudacompat.artifacts.containers.base import ByteStream
from cudacompat.artifacts.containers.compressed import unzstd
from cudacompat.artifacts.containers.zip_replay import begin_of


def zstd_of_zip(file: IO[bytes], info: ZipInfo) -> ByteStream:
    """Return what a member inflates to; at its end `UnreadableError` where its checksum is another."""
    stored = _Stored(file, begin_of(file, info), info.compress_size)
    return _Checked(unzstd(stored), info.CRC)


class _Stored:
    """The bytes of a member as they are stored; others may read the file in between."""

    def __init__(self, file: IO[bytes], at: int, left: int) -> None:
        self._file = file
        self._at = at
        self._left = left

    def read(self, size: int = -1, /) -> bytes:
        """Return up to `size` of the bytes that are left."""
        self._file.seek(self._at)
        data = self._file.read(self._left if size < 0 else min(size, self._left))
        self._at += len(data)
        self._left -= len(data)
        return data


class _Checked:
    """A stream whose checksum is known."""

    def __init__(self, stream: ByteStream, checksum: int) -> None:
        self._stream = stream
        self._wanted = checksum
        self._found = 0

    def read(self, size: int = -1, /) -> bytes:
        """Return up to `size` bytes; `UnreadableError` at the end of other bytes than were stored."""
        data = self._stream.read(size)
        self._found = zlib.crc32(data, self._found)
        if not data and size and self._found != self._wanted:
            raise UnreadableError("its checksum is another")
        return data
