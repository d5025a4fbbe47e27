"""What every parser here reads from: bytes in memory or a file, always through a window of it.

A file is read with `pread`, never mapped: a mapped file that another program cuts short kills this process (SIGBUS),
and no Python code can catch that. A short read is an exception.
"""

from __future__ import annotations

import errno
import os
from bisect import bisect_left
from collections.abc import Callable
from struct import Struct
from typing import Any, TypeAlias, overload

from cudacompat.artifacts.binaries.needle import Needle
from cudacompat.domain.words.errors import CudacompatError

_SMALL = 1024  # bytes read around a header: the header of an image and the head of the cubin behind it
_LARGE = 1 << 17  # bytes read at a time where a stretch of the file is searched
_SEEK_DATA = getattr(os, "SEEK_DATA", None)


class UnreadableError(CudacompatError):
    """The bytes are not what they should be; the text says in one line what is wrong."""


def in_words(error: BaseException) -> str:
    """Return what an error of another library says: one line, at most 200 characters; its type if it says nothing."""
    text = str(error) or type(error).__name__
    return text.splitlines()[0][:200]


class FileChangedError(OSError):
    """The file is no longer the file whose reading began."""

    def __init__(self, why: str = "changed while it was read") -> None:
        super().__init__(None, why)
        self.strerror = why


def _seek_and_read(descriptor: int, size: int, at: int) -> bytes:
    os.lseek(descriptor, at, os.SEEK_SET)
    return os.read(descriptor, size)


_pread = getattr(os, "pread", _seek_and_read)  # Windows has none; nobody else reads by this descriptor


def _read_whole(descriptor: int, at: int, size: int) -> bytes:
    if size <= 0:
        return b""
    data = _pread(descriptor, size, at)
    while len(data) < size:  # a system may give less than was asked for; nothing at all is the end of the file
        more = _pread(descriptor, size - len(data), at + len(data))
        if not more:
            raise FileChangedError("became shorter while it was read")
        data += more
    return data


def is_sparse(status: os.stat_result) -> bool:
    """Whether a file has fewer bytes on the disk than it is long. Windows does not say."""
    blocks = getattr(status, "st_blocks", None)
    return _SEEK_DATA is not None and blocks is not None and 512 * blocks < status.st_size


def _data_from(descriptor: int, at: int) -> int | None:
    """Return the first place from `at` on that is not in a hole of a file, `None` where all that follows is one. The
    file is read on from where it was."""
    before = os.lseek(descriptor, 0, os.SEEK_CUR)
    try:
        return os.lseek(descriptor, at, _SEEK_DATA or os.SEEK_SET)
    except OSError as error:
        if error.errno == errno.ENXIO:
            return None
        raise
    finally:
        os.lseek(descriptor, before, os.SEEK_SET)


class FileBuffer:
    """`size` bytes of an open file from `start` on. Every access may raise `OSError`, `FileChangedError` where the file
    has become shorter.

    Two stretches are kept: a short one around the last header that was looked at, a long one of the last search, with
    the places that were found in it. What else will be looked for there is looked for at once: to read a stretch costs
    twice what a look at it does. Of a `sparse` file the holes are not read where bytes are looked for that are not
    zero. `clock` is called for each long stretch, and may raise.
    """

    __slots__ = (
        "_clock",
        "_descriptor",
        "_empty",
        "_large",
        "_large_at",
        "_places",
        "_size",
        "_small",
        "_small_at",
        "_sparse",
        "_start",
    )

    def __init__(
        self,
        descriptor: int,
        size: int,
        *,
        start: int = 0,
        sparse: bool = False,
        clock: Callable[[], None] | None = None,
    ) -> None:
        self._start = start
        self._sparse = sparse
        self._clock = clock
        self._descriptor = descriptor
        self._size = size
        self._small = self._large = b""
        self._small_at = self._large_at = 0
        self._places: dict[Needle, list[int]] = {}
        self._empty: dict[Needle, tuple[int, int]] = {}  # where none begins and ends

    def __len__(self) -> int:
        return self._size

    @overload
    def __getitem__(self, key: int) -> int: ...
    @overload
    def __getitem__(self, key: slice) -> bytes: ...
    def __getitem__(self, key: int | slice) -> int | bytes:
        if isinstance(key, int):
            return self.piece(key, 1)[0]
        start, stop, _ = key.indices(self._size)
        return self.piece(start, stop - start)

    def piece(self, at: int, size: int) -> bytes:
        """Return `size` bytes from `at` on, fewer only where the file ended there when it was opened."""
        if size <= 0:
            return b""
        begin = at - self._small_at
        if begin >= 0 and begin + size <= len(self._small):
            return self._small[begin : begin + size]
        begin = at - self._large_at
        if begin >= 0 and begin + size <= len(self._large):
            return self._large[begin : begin + size]
        if size >= _SMALL:
            return self._read(at, size)
        self._small, self._small_at = self._read(at, _SMALL), at
        return self._small[:size]

    def after_hole(self, at: int, end: int) -> int:
        """Return the first place in `[at, end)` that is not in a hole of the file, `end` where all of it is one: what
        lies before it reads as zeros. Where the system tells of no holes, it is `at`."""
        if not self._sparse or at >= end:
            return at
        try:
            data = _data_from(self._descriptor, self._start + at)
        except OSError:
            self._sparse = False
            return at
        return end if data is None else min(data - self._start, end)

    def find(self, sub: bytes, start: int, end: int) -> int:
        """Return where `sub` begins in `[start, end)`, -1 where it does not."""
        end = min(end, self._size)
        step = _SMALL
        while start + len(sub) <= end:
            if step == _LARGE and 0 not in sub and (start := self.after_hole(start, end)) + len(sub) > end:
                return -1
            chunk = self.piece(start, min(step, end - start))
            found = chunk.find(sub)
            if found >= 0:
                return start + found
            start += len(chunk) - len(sub) + 1
            step = min(step * 4, _LARGE)
        return -1

    def search(self, needle: Needle, start: int, end: int, also: tuple[Needle, ...] = ()) -> int:
        """Return where the needle first begins in `[start, end)`, -1 where it does not; see the function `search`."""
        end, length = min(end, self._size), len(needle.text)
        if start + length > end:
            return -1
        known = self._places.get(needle)
        if known and self._large_at <= start <= self._large_at + known[-1]:  # the next of many, as a rule
            found = self._large_at + known[bisect_left(known, start - self._large_at)]
            return found if found + length <= end else -1
        longest = max([length, *(len(other.text) for other in also)])
        begin, stop = self._empty.get(needle, (0, 0))
        if begin <= start < stop:
            start = max(start, stop - length + 1)
        self._empty.update((other, (start, start)) for other in also)
        while start + length <= end:
            begin = start - self._large_at
            if begin < 0 or len(self._large) - begin < min(longest, end - start):
                start = self.after_hole(start, end)  # a magic number has no zero
                if start + length > end:
                    return -1
                self._large, self._large_at = self._read(start, min(_LARGE, end - start)), start
                self._places = {}
                for other in also:
                    self._look(other)
            number = bisect_left(self._places_of(needle), start - self._large_at)
            if number < len(self._places[needle]):
                found = self._large_at + self._places[needle][number]
                return found if found + length <= end else -1
            after = self._large_at + len(self._large)
            if after >= end:
                return -1
            start = after - longest + 1
        return -1

    def _places_of(self, needle: Needle) -> list[int]:
        if needle not in self._places:
            self._places[needle] = needle.places(self._large)
        return self._places[needle]

    def _look(self, needle: Needle) -> None:
        """Look for another needle in the stretch that was just read, and remember for how far there is none."""
        places, at = self._places_of(needle), self._large_at
        begin, stop = self._empty[needle]
        if at == begin or at <= stop - len(needle.text) + 1:  # else one may lie across the border, or before it
            self._empty[needle] = begin, at + (places[0] if places else len(self._large))

    def _read(self, at: int, size: int) -> bytes:
        if size >= _LARGE and self._clock is not None:
            self._clock()
        return _read_whole(self._descriptor, self._start + at, min(size, self._size - at))


Buffer: TypeAlias = bytes | bytearray | FileBuffer


def unpack_at(form: Struct, buffer: Buffer, at: int) -> tuple[Any, ...]:
    """Return the fields of a structure at `at`; `struct.error` where the buffer ends before it does."""
    if isinstance(buffer, FileBuffer):
        return form.unpack(buffer.piece(at, form.size))
    return form.unpack_from(buffer, at)


def search(needle: Needle, buffer: Buffer, start: int, end: int, also: tuple[Needle, ...] = ()) -> int:
    """Return where the needle, no end of which is its own beginning, first begins in `[start, end)`; -1 where it does
    not. `also` will be looked for next: where a file has none of them is seen while its bytes are at hand."""
    if isinstance(buffer, FileBuffer):
        return buffer.search(needle, start, end, also=also)
    return needle.first(buffer, start, end)


class Allowance:
    """How many bytes may still be inflated on behalf of one file, so that a small file cannot cost hours."""

    __slots__ = ("left",)

    def __init__(self, total: int) -> None:
        self.left = total

    def take(self, count: int) -> bool:
        """Spend `count` bytes; False, and nothing spent, when that many are not left."""
        if count > self.left:
            return False
        self.left -= count
        return True
