"""What all containers have in common: members in their order, and one budget for all that a named path holds."""

from __future__ import annotations

import contextlib
import io
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from cudacompat.artifacts.binaries.buffer import Allowance, Buffer, UnreadableError
from cudacompat.domain.words.limits import Limits

LARGEST = 4 << 30  # bytes of one member that are held in memory
CHUNK = 1 << 20
# Bytes of a member for which there is memory before they come: a container may say any number, and the memory of a
# bytearray is written when it is made. Of larger members an eighth more is held, while they grow.
_AT_ONCE = 64 << 20
_CLOCK = 256  # entries between two looks at the clock


class BudgetSpentError(Exception):
    """A limit is reached: nothing more is read. `whole` is whether it is one of the named path, not of one file."""

    def __init__(self, why: str, *, whole: bool = True) -> None:
        super().__init__(why)
        self.whole = whole


class BrokenOffError(UnreadableError):
    """The bytes stopped to come, through no fault of the file."""


class Budget:
    """What may still be spent on one named path; every method raises `BudgetSpentError` once a limit is passed."""

    def __init__(self, limits: Limits, *, members: int = 0, inflated: int = 0, until: float | None = None) -> None:
        self.limits = limits
        self.members = members
        self.inflated = inflated
        self._held = 0
        self.until = time.monotonic() + limits.seconds if until is None else until

    def member(self) -> None:
        """Count one entry of a container."""
        if self.members >= self.limits.members:
            raise BudgetSpentError(f"more than {self.limits.members} members (--max-members): the rest was not read")
        self.members += 1
        if self.members % _CLOCK == 0:
            self.clock()

    def inflate(self, count: int) -> None:
        """Count bytes that are inflated."""
        self.inflated += count
        if self.inflated > self.limits.bytes:
            limit = _size(self.limits.bytes)
            raise BudgetSpentError(f"inflates to more than {limit} (--max-bytes-read): the rest was not read")
        self.clock()

    @contextlib.contextmanager
    def held(self, count: int, most: int, what: str) -> Iterator[None]:
        """Hold `count` bytes in memory together with what the containers around hold; `UnreadableError` when all of it
        would be more than `most`."""
        if self._held + count > most:
            raise UnreadableError(f"{what} has {count} bytes: too large to be held in memory")
        self._held += count
        try:
            yield
        finally:
            self._held -= count

    @property
    def left_s(self) -> float:
        """The seconds that are left, 0 where none are."""
        return max(0.0, self.until - time.monotonic())

    def clock(self) -> None:
        """See whether there is time left."""
        if time.monotonic() > self.until:
            raise BudgetSpentError(
                f"reading took more than {self.limits.seconds:g} s (--max-seconds): the rest was not read"
            )


class FileAllowance(Allowance):
    """What one file on the disk may inflate to, paid out of the budget of the path that was named."""

    __slots__ = ("_budget", "refused")

    def __init__(self, total: int, budget: Budget) -> None:
        super().__init__(total)
        self._budget = budget
        self.refused = False

    def take(self, count: int) -> bool:
        """Spend `count` bytes; False when this file may not inflate that many."""
        if not super().take(count):
            self.refused = True
            return False
        self._budget.inflate(count)
        return True

    def has(self, count: int) -> bool:
        """Whether so many bytes may still be spent."""
        return count <= self.left and self._budget.inflated + count <= self._budget.limits.bytes

    def spend(self, count: int) -> None:
        """Spend `count` bytes; `BudgetSpentError` when this file may not inflate that many."""
        if not self.take(count):
            why = "what this file may inflate to is used up (--max-bytes-read): the rest was not read"
            raise BudgetSpentError(why, whole=False)


class ByteStream(Protocol):
    """Bytes that are read once, from the front."""

    def read(self, size: int = -1, /) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Member:
    """One file in a container.

    `open` gives its bytes, from the front, until the next member is asked for. `size` is what the container says, None
    where it does not say. `sealed` is why it cannot be opened, `too_large` why only its first bytes are read. `cost`
    is what each of its bytes costs (0: they were paid for by the stream below). `alone` is whether the container holds
    nothing else: a compressed file. `replay` gives the bytes of a large one without holding all of them; what it is
    given is told of every byte that is inflated.
    """

    name: str
    size: int | None
    open: Callable[[], ByteStream]
    sealed: str | None = None
    too_large: str | None = None
    cost: int = 1
    alone: bool = False
    replay: Callable[[Callable[[int], None]], Buffer] | None = None


class Container(Protocol):
    """Opens one kind of container: gives its members in order; `UnreadableError` for what is broken."""

    def __call__(self, source: Source, budget: Budget) -> Iterator[Member]: ...


class Place(NamedTuple):
    """A stretch of a file on the disk, of whose bytes so many are left."""

    file: io.FileIO
    at: int
    left: int


def place_of(stream: ByteStream) -> Place | None:
    """Return where the next byte of a stream lies in a file on the disk; None where it is made by inflating."""
    told: Callable[[], Place | None] | None = getattr(stream, "place", None)
    return told() if told is not None else None


class Source:
    """The bytes of one file, from the front.

    `file` is the file itself where it lies on the disk; else the bytes come out of a container. `pay` is told of
    every byte that is read.
    """

    def __init__(
        self,
        name: str,
        size: int | None,
        stream: ByteStream,
        pay: Callable[[int], None],
        *,
        file: io.FileIO | None = None,
    ) -> None:
        self.name = name
        self.size = size
        self.file = file
        self._stream = stream
        self._head = b""
        self._pay = pay

    def peek(self, size: int) -> bytes:
        """Return the next `size` bytes, fewer only at the end, and leave them where they are."""
        if len(self._head) < size:
            self._head = self.read(size)
        return self._head[:size]

    def read(self, size: int = -1, /) -> bytes:
        """Return up to `size` bytes, all when there are so many."""
        if size < 0:
            size = LARGEST
        parts = [self._head[:size]]
        left = size - len(parts[0])
        self._head = self._head[size:]
        while left > 0 and (piece := self._stream.read(min(left, CHUNK))):
            self._pay(len(piece))
            parts.append(piece)
            left -= len(piece)
        return b"".join(parts) if len(parts) > 1 else parts[0]

    def place(self) -> Place | None:
        """Return where the next byte lies in a file on the disk; None where it is made by inflating."""
        ahead = len(self._head)
        if self.file is None:
            found = place_of(self._stream)
            return None if found is None else Place(found.file, found.at - ahead, found.left + ahead)
        at = self.file.tell() - ahead
        return Place(self.file, at, os.fstat(self.file.fileno()).st_size - at)

    def skip(self, size: int) -> None:
        """Pass over `size` bytes; `UnreadableError` when there are fewer."""
        if self.file is not None and size > len(self._head):
            size -= len(self._head)
            self._head = b""
            if self.file.seek(size, io.SEEK_CUR) > (self.size or 0):
                raise UnreadableError("truncated")
            return
        while size > 0:
            piece = self.read(min(size, CHUNK))
            if not piece:
                raise UnreadableError("truncated")
            size -= len(piece)

    def seekable(self) -> io.FileIO | io.BytesIO:
        """Return the bytes as a file that can be sought; those out of another container are read into memory."""
        if self.file is not None:
            self.file.seek(0)
            return self.file
        data = self.load()
        self.size = len(data)
        return io.BytesIO(data)

    def load(self) -> bytearray:
        """Return all bytes; `UnreadableError` when they are not as many as the container says."""
        if self.size is None:
            return self._load_all()
        if self.size > LARGEST:
            raise UnreadableError(f"{_size(self.size)}: too large to be held in memory")
        data = bytearray(min(self.size, _AT_ONCE))
        at = min(len(self._head), self.size, len(data))
        data[:at] = self._head[:at]
        self._head = self._head[at:]
        with memoryview(data) as view:
            at = self._fill(view, at)
        del data[at:]
        while at >= _AT_ONCE and (piece := self.read(min(CHUNK, self.size - len(data)))):
            data += piece
        if len(data) != self.size or self._stream.read(1):
            raise UnreadableError(f"does not inflate to the {self.size} bytes that its header says")
        return data

    def _fill(self, view: memoryview, at: int) -> int:
        """Read into memory from a place on, and return up to where bytes came."""
        into = getattr(self._stream, "readinto", None)
        while at < len(view):
            if into is not None:
                count = into(view[at : at + CHUNK])
            else:
                piece = self._stream.read(min(CHUNK, len(view) - at))
                count = len(piece)
                view[at : at + count] = piece
            if not count:
                break
            self._pay(count)
            at += count
        return at

    def _load_all(self) -> bytearray:
        data = bytearray()
        while piece := self.read(CHUNK):
            data += piece
            if len(data) > LARGEST:
                raise UnreadableError(f"more than {_size(LARGEST)}: too large to be held in memory")
        return data


class MemberBytes:
    """The bytes of one member of a container whose members lie one behind the other."""

    def __init__(self, source: Source, size: int) -> None:
        self._source = source
        self.left = size

    def place(self) -> Place | None:
        """Return where the next byte lies in a file on the disk; None where it is made by inflating."""
        found = self._source.place()
        return None if found is None else found._replace(left=min(found.left, self.left))

    def read(self, size: int = -1, /) -> bytes:
        """Return up to `size` of the bytes that are left; `UnreadableError` where the container ends before them."""
        wanted = self.left if size < 0 else min(size, self.left)
        data = self._source.read(wanted)
        self.left -= len(data)
        if len(data) < wanted:
            raise UnreadableError("truncated")
        return data


def _size(count: int) -> str:
    from cudacompat.domain.words.byte_sizes import byte_size

    return byte_size(count)
