"""A few bytes, looked for in data of any size at the speed of memory.

A library has hundreds of megabytes in which a magic number is looked for. The kept Aho-Corasick library compares
dozens of bytes at a time (22 GB/s for one needle, measured), five to ten times as fast as `re` and `bytes.find`, which
stand in where it is not there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

_FIRST_STEP, _LONGEST_STEP = 1 << 12, 1 << 17  # bytes: all places in a step are found, of which one may be wanted
_WORTH = 1 << 14  # bytes: to import the library takes as long as to look through a thousand times as many

Finder = Callable[[bytes | bytearray | memoryview], list[int]]


class Needle:
    """Bytes whose places are found. What makes the search fast is made when it is first asked for."""

    __slots__ = ("_finder", "text")

    def __init__(self, text: bytes) -> None:
        self.text = text
        self._finder: Finder | None = None

    def places(self, data: bytes | memoryview) -> list[int]:
        """Return where it begins in `data`, in order. Of places that overlap only the first is given."""
        if self._finder is None:
            if len(data) < _WORTH:
                return plain_finder(self.text)(data)
            self._finder = _finder(self.text)
        return self._finder(data)

    def every(self, data: bytes | bytearray, start: int = 0, end: int | None = None) -> Iterator[int]:
        """Give the places where it begins in `data[start:end]`, in order, where no end of it is its own beginning.

        The steps grow, so that a place that is near costs little, however long the data are.
        """
        length, step = len(self.text), _FIRST_STEP
        end = len(data) if end is None else min(end, len(data))
        if end - start < _WORTH:
            step = _WORTH  # one look at all of it costs less than several
        with memoryview(data) as view:
            while start + length <= end:
                stop = min(start + step, end)
                for found in self.places(view[start:stop]):
                    yield start + found
                start = stop - length + 1
                step = min(4 * step, _LONGEST_STEP)

    def first(self, data: bytes | bytearray, start: int, end: int) -> int:
        """Return where it first begins in `data[start:end]`, -1 where it does not."""
        return next(self.every(data, start, end), -1)


def _finder(text: bytes) -> Finder:
    try:
        from ahocorasick_rs import BytesAhoCorasick
    except ImportError:
        return plain_finder(text)
    find = BytesAhoCorasick([text]).find_matches_as_indexes
    return lambda data: [start for _, start, _ in find(data)]


def plain_finder(text: bytes) -> Finder:
    """Return what finds the places of a text with the standard library only."""

    def find(data: bytes | bytearray | memoryview) -> list[int]:
        content = bytes(data)
        found: list[int] = []
        at = content.find(text)
        while at >= 0:
            found.append(at)
            at = content.find(text, at + len(text))
        return found

    return find
