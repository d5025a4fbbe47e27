"""Compressed files: gzip, zlib, xz, bzip2, zstd and LZ4, as streams of bounded steps."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Protocol

from cudacompat.artifacts.binaries.buffer import UnreadableError
from cudacompat.artifacts.containers.base import CHUNK, Budget, BudgetSpentError, ByteStream, Member, Source

_IN = 1 << 16  # compressed bytes a step
_IN_ZSTD = 1 << 12  # its library bounds no output: four bytes can become 128 KiB, so 128 MiB a step
_XZ_MEMORY = 512 << 20  # xz -9 takes 64 MiB
_ZSTD_WINDOW = 1 << 27  # zstd --long takes as much
_SUFFIX = re.compile(r"\.(?:gz|xz|lzma|bz2|zst|lz4)$", re.IGNORECASE)
# Frames that hold nothing to inflate may stand before and between the others: pzstd writes one before each.
_SKIPPED = tuple(bytes((number,)) + b"\x2a\x4d\x18" for number in range(0x50, 0x60))
_ZSTD_MAGICS = (b"\x28\xb5\x2f\xfd", *_SKIPPED)
_LZ4_MAGIC = b"\x04\x22\x4d\x18"
_GZIP, _ZLIB = 31, 15  # zlib's "wbits"


class _Codec(Protocol):
    """What the decompressors of bz2 and lzma look like."""

    @property
    def eof(self) -> bool: ...
    @property
    def needs_input(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, max_length: int) -> bytes: ...


def gzip(source: Source, budget: Budget) -> Iterator[Member]:
    """Give the one file that a gzip file holds."""
    return _alone(source, budget, lambda: _Deflated(_GZIP), magics=(b"\x1f\x8b",))


def zlib(source: Source, budget: Budget) -> Iterator[Member]:
    """Give the one file that a zlib stream holds; nothing may follow it."""
    return _alone(source, budget, lambda: _Deflated(_ZLIB))


def bzip2(source: Source, budget: Budget) -> Iterator[Member]:
    """Give the one file that a bzip2 file holds."""
    import bz2

    return _alone(source, budget, bz2.BZ2Decompressor, magics=(b"BZh",))


def xz(source: Source, budget: Budget) -> Iterator[Member]:
    """Give the one file that an xz file holds."""
    import lzma

    return _alone(
        source, budget, lambda: lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=_XZ_MEMORY), magics=(b"\xfd7zXZ",)
    )


def lzma(source: Source, budget: Budget) -> Iterator[Member]:
    """Give the one file that an LZMA file holds, as it was written before xz; nothing may follow it."""
    import lzma

    return _alone(source, budget, lambda: lzma.LZMADecompressor(lzma.FORMAT_ALONE, memlimit=_XZ_MEMORY))


def lz4(source: Source, budget: Budget) -> Iterator[Member]:
    """Give the one file that an LZ4 file holds."""
    return frames(source, budget)


def zstd(source: Source, budget: Budget) -> Iterator[Member]:
    """Give the one file that a zstd file holds."""
    return frames(source, budget)


def frames(source: Source, budget: Budget) -> Iterator[Member]:
    """Give the one file that frames of zstd or of LZ4 hold. Those that hold nothing to inflate are the same for both,
    so that a file which begins with one may be either."""
    return _alone(source, budget, _Frame, magics=(*_ZSTD_MAGICS, _LZ4_MAGIC), step=_IN_ZSTD)


def unzstd(stream: ByteStream) -> ByteStream:
    """Return what a zstd stream inflates to."""
    return Inflated(stream, _Zstd, _ZSTD_MAGICS, step=_IN_ZSTD)


def _alone(
    source: Source, budget: Budget, make: Callable[[], _Codec], magics: tuple[bytes, ...] = (), step: int = _IN
) -> Iterator[Member]:
    budget.member()
    name = _SUFFIX.sub("", source.name.replace("\\", "/").rsplit("/", 1)[-1])
    stream = Inflated(source, make, magics, step=step)
    yield Member(name, None, lambda: stream, alone=True)


class Inflated:
    """What a compressed stream inflates to; those that begin with one of `magics` behind it are part of it.
    `UnreadableError` for a broken one."""

    def __init__(
        self, source: ByteStream, make: Callable[[], _Codec], magics: tuple[bytes, ...] = (), step: int = _IN
    ) -> None:
        self._source = source
        self._make = make
        self._codec = make()
        self._magics = magics
        self._step = step
        self._ready = b""
        self._ended = False

    def read(self, size: int = -1, /) -> bytes:
        """Return up to `size` bytes; at the end none."""
        while not self._ready and not self._ended:
            self._ready = self._more()
        if size < 0:
            size = len(self._ready)
        data, self._ready = self._ready[:size], self._ready[size:]
        return data

    def _more(self) -> bytes:
        codec = self._codec
        if codec.eof:
            data = self._following(codec.unused_data)
            if not data:
                return b""
            codec = self._codec = self._make()
        elif codec.needs_input:
            data = self._source.read(self._step)
            if not data:
                raise UnreadableError("truncated")
        else:
            data = b""
        try:
            return codec.decompress(data, CHUNK)
        except (BudgetSpentError, UnreadableError):
            raise
        except MemoryError as error:
            raise UnreadableError("it needs more memory than is allowed here") from error
        except Exception as error:  # each library raises errors of its own
            raise UnreadableError("corrupt compressed data") from error

    def _following(self, rest: bytes) -> bytes:
        """The beginning of a further stream behind zeros, nothing where there is none. Other bytes would be left
        unread, and a program that is told to inflate the file (xz, zstd) refuses it for them."""
        while not (rest := rest.lstrip(b"\0")):
            rest = self._source.read(self._step)
            if not rest:
                break
        if len(rest) < max(map(len, self._magics), default=0):
            rest += self._source.read(self._step)
        if rest.startswith(self._magics):
            return rest
        self._ended = True
        if rest:
            raise UnreadableError("other bytes follow its end, which are not read")
        return b""


class _Deflated:
    """zlib's decompressor, with what those of bz2 and lzma have."""

    def __init__(self, wbits: int) -> None:
        import zlib

        self._zlib = zlib.decompressobj(wbits=wbits)
        self.needs_input = True

    @property
    def eof(self) -> bool:
        return self._zlib.eof

    @property
    def unused_data(self) -> bytes:
        return self._zlib.unused_data

    def decompress(self, data: bytes, max_length: int) -> bytes:
        """Return up to `max_length` bytes of what the data inflate to."""
        out = self._zlib.decompress(self._zlib.unconsumed_tail + data, max_length)
        self.needs_input = not self._zlib.unconsumed_tail and len(out) < max_length
        return out


class _Lz4:
    """The decompressor of an LZ4 frame, which gives None for no unused data."""

    def __init__(self) -> None:
        import lz4.frame

        self._frame = lz4.frame.LZ4FrameDecompressor()

    @property
    def eof(self) -> bool:
        return bool(self._frame.eof)

    @property
    def needs_input(self) -> bool:
        return bool(self._frame.needs_input)

    @property
    def unused_data(self) -> bytes:
        return self._frame.unused_data or b""

    def decompress(self, data: bytes, max_length: int) -> bytes:
        """Return up to `max_length` bytes of what the data inflate to."""
        return bytes(self._frame.decompress(data, max_length))


class _Frame:
    """The decompressor of the frame that comes: of zstd, of LZ4, or of one that holds nothing, which both pass."""

    def __init__(self) -> None:
        self._codec: _Codec | None = None

    @property
    def eof(self) -> bool:
        return self._codec is not None and self._codec.eof

    @property
    def needs_input(self) -> bool:
        return self._codec is None or self._codec.needs_input

    @property
    def unused_data(self) -> bytes:
        return self._codec.unused_data if self._codec is not None else b""

    def decompress(self, data: bytes, max_length: int) -> bytes:
        """Return up to `max_length` bytes of what the data inflate to, more of zstd's."""
        if self._codec is None:
            self._codec = _Lz4() if data.startswith(_LZ4_MAGIC) else _Zstd()
        return self._codec.decompress(data, max_length)


class _Zstd:
    """zstd's decompressor; it gives all that its input inflates to."""

    needs_input = True

    def __init__(self) -> None:
        import zstandard

        self._zstd = zstandard.ZstdDecompressor(max_window_size=_ZSTD_WINDOW).decompressobj()

    @property
    def eof(self) -> bool:
        return self._zstd.eof

    @property
    def unused_data(self) -> bytes:
        return self._zstd.unused_data

    def decompress(self, data: bytes, max_length: int) -> bytes:
        """Return all that the data inflate to, whatever the limit: the caller keeps the input short."""
        del max_length
        return self._zstd.decompress(data)
