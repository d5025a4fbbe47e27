"""Reading a log of any size at the speed of the disk, in constant memory.

A few literals that every line worth a look contains are searched for in large pieces of bytes; only the lines that hold
one are decoded and looked at. Nothing depends on line ends: a line of fifty megabytes is seen through windows around
the literals in it.
"""

from __future__ import annotations

import codecs
import io
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, BinaryIO, Protocol

from cudacompat.domain.words.errors import UsageError

if TYPE_CHECKING:
    from ahocorasick_rs import BytesAhoCorasick

CHUNK_BYTES = 1 << 22
_LOOK_BYTES = 1 << 14  # context kept on both sides of what is being searched
_WINDOW_BYTES = 1 << 12  # of an overlong line, what is looked at before and after a literal; a JSON line may be longer
_LONGEST_LINE = 3 * _WINDOW_BYTES
_BEFORE, _AFTER = 3, 8  # neighbouring lines that a message may be spread over

_MOST_KNOWN = 20_000
_LONGEST_KEY = 600
_MOST_LOOKS = 6  # at lines that are the same and meant nothing; with other neighbours they might
_NUMBERS = b"123456789"

_KEY_STAMP = re.compile(rb"\[?\d[\d\-/:T.,Z+ \]]{7,60}")
_KEY_TIME = re.compile(rb'"(?:@?time(?:stamp)?|ts|t)"\s*:\s*(?:"[^"]{0,60}"|[\d.]+)')

_BOMS = ((codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_MARKS = tuple(bom for bom, _ in _BOMS)
_HEAD = 400  # bytes that tell text in UTF-16 from bytes that begin like it


_MAGIC = (
    (b"\x7fELF", "an ELF file"),
    (b"PK\x03\x04", "a zip archive"),
    (b"\x1f\x8b", "a gzip file"),
    (b"\x28\xb5\x2f\xfd", "a zstd file"),
    (b"\xfd7zXZ", "an xz file"),
    (b"BZh", "a bzip2 file"),
    (b"LPKSHHRH", "a journal of systemd"),
)
_WEB_PAGE = re.compile(rb"\s*(?:<!doctype html|<html[\s>])", re.IGNORECASE)
# No text has these; a log with colors, a progress bar or form feeds has the others.
_CONTROLS = bytes(set(range(1, 32)) - set(b"\a\b\t\n\f\r\x1b"))
_HINT = {
    "an ELF file": " (cudacompat inspect reads it)",
    "a gzip file": "; try: zcat FILE | cudacompat explain -",
    "a zstd file": "; try: zstdcat FILE | cudacompat explain -",
    "an xz file": "; try: xzcat FILE | cudacompat explain -",
    "a bzip2 file": "; try: bzcat FILE | cudacompat explain -",
    "a journal of systemd": "; try: journalctl --file FILE | cudacompat explain -",
}


_NO_LOGS = (
    (
        re.compile(r".*\.(?:md|mdx|rst|adoc|tex)|(?:readme|changelog|license|contributing|authors|news)(?:\.txt)?"),
        "a document",
    ),
    (
        re.compile(
            r".*\.(?:pyi?|c|cc|cpp|cxx|cu|cuh|h|hh|hpp|rs|go|js|ts|java|kt|swift|rb|jl|f90|cs|cmake|toml|ipynb)"
        ),
        "the source of a program",
    ),
)
_HEAD_OF_TEXT = 1 << 16  # characters in which lines of logs are looked for
_OF_LOGS = re.compile(
    rb"(?m)^[ \t>]{0,4}(?:Traceback \(most recent call last\):|\[?\d{4}[-/]\d\d[-/]\d\d[T ]\d\d:\d\d"
    rb"|make(?:\[\d+\])?: \*\*\*|ninja: build stopped|CMake Error|\[\d+/\d+\] |[EWI]\d{4} \d\d:|npm ERR!"
    rb"|error: subprocess-exited-with-error)"
)


_SHORT = 4096  # bytes
Hit = tuple[int, int]  # the number of a literal, and where it begins
Finder = Callable[[memoryview], Iterable[Hit]]


def finder(needles: Sequence[bytes]) -> Finder:
    """Return a function that gives every place of every literal in a buffer, in the order of their ends.

    An Aho-Corasick automaton reads every byte once, however many literals there are. Without that library regular
    expressions find the same places, many times slower.
    """
    try:
        import ahocorasick_rs  # noqa: F401
    except ImportError:
        return pattern_finder(needles)
    literals = tuple(needles)

    def find(data: memoryview) -> Iterable[Hit]:
        if len(data) <= _SHORT:
            return _one_by_one(literals, bytes(data))
        hits = _automaton(literals).find_matches_as_indexes(data, overlapping=True)
        return ((n, start) for n, start, _ in hits)

    return find


def _one_by_one(needles: Sequence[bytes], content: bytes) -> list[Hit]:
    """The places of the literals in a few lines, which takes less time than an automaton takes to be made."""
    hits = []
    for number, needle in enumerate(needles):
        at = content.find(needle)
        while at >= 0:
            hits.append((at + len(needle), number, at))
            at = content.find(needle, at + 1)
    return [(number, at) for _, number, at in sorted(hits)]


@lru_cache(maxsize=2)
def _automaton(needles: tuple[bytes, ...]) -> BytesAhoCorasick:
    """Made once for all logs of a process: that takes longer than most logs."""
    from ahocorasick_rs import BytesAhoCorasick, Implementation

    return BytesAhoCorasick(needles, implementation=Implementation.DFA)


def pattern_finder(needles: Sequence[bytes]) -> Finder:
    """`finder` with the standard library only: one expression finds the lines, then each literal is looked for."""
    expression = re.compile(b"|".join(re.escape(needle) for needle in needles))

    def find(data: memoryview) -> Iterator[Hit]:
        content = bytes(data)
        done = 0
        for found in expression.finditer(content):
            if found.start() < done:
                continue
            start = content.rfind(b"\n", 0, found.start()) + 1
            stop = content.find(b"\n", found.start())
            done = len(content) if stop < 0 else stop
            line = content[max(start, found.start() - _WINDOW_BYTES) : min(done, found.start() + _WINDOW_BYTES)]
            offset = max(start, found.start() - _WINDOW_BYTES)
            yield from sorted(
                ((n, offset + at) for n, needle in enumerate(needles) if (at := line.find(needle)) >= 0),
                key=lambda hit: hit[1],
            )

    return find


class Excerpt:
    """A line that holds one of the literals. Its neighbours can be read until the next one is handed out."""

    __slots__ = ("_buffer", "_start", "_stop", "alone", "hits", "line", "text")

    def __init__(self, buffer: bytes, span: tuple[int, int], hits: tuple[int, ...], line: int, alone: bool) -> None:
        self._buffer, (self._start, self._stop) = buffer, span
        start, stop = span
        self.hits = hits  # the numbers of the literals in it
        self.line = line
        self.alone = alone  # a line of this text was looked at with its neighbours often enough
        self.text = buffer[start:stop].decode("utf-8", "surrogateescape")

    def before(self, most: int = _BEFORE) -> list[str]:
        """The lines before it, at most three unless told, the nearest last."""
        piece = self._buffer[max(0, self._start - _LOOK_BYTES // 2) : max(0, self._start - 1)]
        return _decoded(piece.split(b"\n")[-most:]) if piece else []

    def after(self) -> list[str]:
        """The lines after it, at most eight."""
        piece = self._buffer[self._stop + 1 : self._stop + _LOOK_BYTES // 2]
        return _decoded(piece.split(b"\n", _AFTER)[:_AFTER])


def _decoded(lines: Sequence[bytes]) -> list[str]:
    return [line[:_LONGEST_LINE].decode("utf-8", "surrogateescape").rstrip("\r") for line in lines]


class Visitor(Protocol):
    """Who looks at the lines."""

    @property
    def needles(self) -> tuple[bytes, ...]:
        """The literals that a line has to hold to be shown."""

    def is_general(self, hits: Iterable[int]) -> bool:
        """Whether a line with these literals means the same with other numbers in it."""

    def visit(self, excerpt: Excerpt) -> object | None:
        """Look at a line; return what stands for its meaning, `None` if it has none."""

    def again(self, meaning: object) -> None:
        """A line came that is the same as one visited before, but for its time."""


class LogScanner:
    """Takes the bytes of a log in pieces of any size and shows the lines that hold one of the literals."""

    def __init__(self, visitor: Visitor, find: Finder | None = None) -> None:
        self._find = find or finder(visitor.needles)
        self._longest = max(map(len, visitor.needles))
        self._visitor = visitor
        self._buffer = b""
        self._from = 0  # where the part of the buffer that is still to be searched begins
        self._counted = 0  # up to where line ends in the buffer are counted
        self._line = 1  # the number of the line at `_counted`
        self._last = -1  # where the last line that was shown ends
        self._known: dict[bytes, object | None] = {}
        self._looks: dict[bytes, int] = {}
        self._decoder: codecs.IncrementalDecoder | None = None
        self._head: bytes | None = b""  # the first bytes, until they say how the log is encoded
        self._ends_with_newline = True
        self.size = 0  # bytes taken

    @property
    def lines(self) -> int:
        """Lines read so far."""
        return self._line - 1 if self._ends_with_newline else self._line

    def feed(self, data: bytes) -> None:
        """Take the next piece."""
        self.size += len(data)
        if self._head is not None:
            self._head += data
            undecided = len(self._head) < 2 or self._head.startswith(_MARKS)
            if undecided and len(self._head) < _HEAD:
                return
            data = self._begin(self._head)
        if data:
            self._take(data)

    def _begin(self, head: bytes) -> bytes:
        """Tell the encoding from the first bytes, whatever the pieces are that they came in, and give them back."""
        self._head = None
        name = next((name for bom, name in _BOMS if head.startswith(bom)), None)
        if name is not None and 0 in head[:_HEAD]:  # bytes that merely look like a mark have no zeros
            self._decoder = codecs.getincrementaldecoder(name)("replace")
        return head

    def _take(self, data: bytes) -> None:
        if self._decoder is not None:
            data = self._decoder.decode(data).encode("utf-8", "surrogatepass")
        self._buffer = self._buffer + data if self._buffer else data
        until = len(self._buffer) - _LOOK_BYTES
        if until - self._from >= _LOOK_BYTES:
            self._search(until)
            self._forget(max(0, until - _LOOK_BYTES))

    def close(self) -> None:
        """The log has ended: look at the rest."""
        if self._head:
            self._take(self._begin(self._head))
        self._search(len(self._buffer))
        self._count(len(self._buffer))
        self._ends_with_newline = self._buffer.endswith(b"\n") or self.size == 0

    def _forget(self, before: int) -> None:
        self._count(before)
        self._buffer = self._buffer[before:]
        self._from -= before
        self._counted -= before
        self._last -= before

    def _count(self, until: int) -> None:
        if until > self._counted:
            self._line += self._buffer.count(b"\n", self._counted, until)
            self._counted = until

    def _search(self, until: int) -> None:
        buffer = self._buffer
        stop = min(len(buffer), until + self._longest - 1)  # a literal that begins before `until` belongs here
        offset = self._from
        hits: set[int] = set()
        span = (0, -1)
        for number, at in self._find(memoryview(buffer)[offset:stop]):
            hit = at + offset
            if span[0] <= hit <= span[1]:
                hits.add(number)
            elif self._last < hit < until and hit > span[1]:
                if hits:
                    self._show(span, tuple(sorted(hits)))
                span, hits = self._span(hit), {number}
        if hits:
            self._show(span, tuple(sorted(hits)))
        self._from = until

    def _span(self, hit: int) -> tuple[int, int]:
        """Where the line around a place begins and ends; a window of it if it is overlong."""
        start = self._buffer.rfind(b"\n", max(0, hit - _LONGEST_LINE), hit) + 1
        if start == 0 and hit > _LONGEST_LINE:
            start = hit - _WINDOW_BYTES
        stop = self._buffer.find(b"\n", hit, hit + _LONGEST_LINE)
        return start, stop if stop >= 0 else min(len(self._buffer), hit + _WINDOW_BYTES)

    def _show(self, span: tuple[int, int], hits: tuple[int, ...]) -> None:
        self._last = span[1]
        line = self._buffer[span[0] : span[1]]
        key = line.translate(None, _NUMBERS) if self._visitor.is_general(hits) else _key(line)
        known = self._known.get(key, self)
        looks = self._looks.get(key, 0)
        if known is not self and (known is not None or looks >= _MOST_LOOKS):
            if known is not None:
                self._visitor.again(known)
            return
        self._count(span[0])
        if len(self._known) >= _MOST_KNOWN:
            self._known.clear()
            self._looks.clear()
        excerpt = Excerpt(self._buffer, span, hits, line=self._line, alone=looks >= _MOST_LOOKS)
        self._known[key] = self._visitor.visit(excerpt)
        self._looks[key] = looks + 1


def _key(line: bytes) -> bytes:
    """The line without its time, shortened where it is very long."""
    found = _KEY_STAMP.match(line)
    if found is not None:
        line = line[found.end() :]
    if line[:1] == b"{":
        line = _KEY_TIME.sub(b"", line)
    return line if len(line) <= _LONGEST_KEY else line[:_LONGEST_KEY] + b"%d" % hash(line)


def refuse_binary(piece: bytes, name: str) -> None:
    """`UsageError` if this is the beginning of a file that is no text: a library, an archive, a compressed log."""
    head = piece[:4096]
    if head.startswith(_MARKS):
        return
    kind = next((kind for magic, kind in _MAGIC if head.startswith(magic)), None)
    if kind is not None:
        raise UsageError(f"{name} is {kind}, not a log{_HINT.get(kind, '')}")
    if _WEB_PAGE.match(head):
        raise UsageError(f"{name} is a web page, not a log; save the log itself, as text")
    if head.count(0) > len(head) // 10 or len(head) - len(head.translate(None, _CONTROLS)) > len(head) // 20:
        raise UsageError(f"{name} is a binary file, not a log")


def refuse_document(piece: bytes, name: str) -> None:
    """`UsageError` if a file of this name, which begins with this, is a document or the source of a program: it may
    quote errors and reports none. A log that was kept under such a name has lines that only logs have."""
    base = name.replace("\\", "/").rpartition("/")[2].lower()
    kind = next((kind for pattern, kind in _NO_LOGS if pattern.fullmatch(base)), None)
    if kind is not None and not _OF_LOGS.search(piece[:_HEAD_OF_TEXT]):
        raise UsageError(f"{name} is {kind}, not a log; for an error that it quotes: cudacompat explain - < FILE")


def pieces(file: BinaryIO) -> Iterator[bytes]:
    """The content of an open file or pipe, as it comes."""
    read: Callable[[int], bytes] = file.read1 if isinstance(file, io.BufferedReader) else file.read
    while data := read(CHUNK_BYTES):
        yield data
