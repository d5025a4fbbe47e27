"""Standard input as something to read: a container is taken as it comes, all else is put on the disk first."""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from cudacompat.artifacts.containers.openers import opener_of
from cudacompat.artifacts.files.sniff import HEAD
from cudacompat.domain.words.code import FetchedFile
from cudacompat.domain.words.errors import StepError, UsageError

if TYPE_CHECKING:
    from cudacompat.app.inputs.named import FetchOptions
    from cudacompat.artifacts.reading.given import Given

_CHUNK = 1 << 20
_LARGEST = 16 << 30  # bytes put on the disk: no wheel and no library has more
_LEFT_FREE = 256 << 20  # bytes that stay free there


class StandardInput:
    """The bytes of standard input, from the front."""

    def __init__(self) -> None:
        stream = sys.stdin.buffer
        if stream.isatty():
            raise UsageError(
                "standard input is a terminal: pipe a file into it (podman save IMAGE | cudacompat check -)"
            )
        self._stream = stream
        self._descriptor: int | None = None
        with contextlib.suppress(OSError, ValueError):
            self._descriptor = stream.fileno()
        self._head = b""

    def head(self, size: int, seconds: float) -> bytes:
        """Return the first `size` bytes, fewer only at the end, and leave them where they are; `TimeoutError` where
        they do not come in time."""
        until = time.monotonic() + seconds
        while len(self._head) < size and (piece := self._read(size - len(self._head), until - time.monotonic())):
            self._head += piece
        return self._head

    def read(self, size: int, seconds: float) -> bytes:
        """Return up to `size` bytes, none at the end; `TimeoutError` where none came in so many seconds."""
        if self._head:
            data, self._head = self._head[:size], self._head[size:]
            return data
        return self._read(size, seconds)

    def _read(self, size: int, seconds: float) -> bytes:
        if self._descriptor is None:
            return self._stream.read(size)
        if os.name == "posix":  # elsewhere a pipe cannot be waited for
            import select

            if not select.select([self._descriptor], [], [], max(0.0, min(seconds, 1 << 20)))[0]:
                raise TimeoutError
        return os.read(self._descriptor, size)


def is_streamed(head: bytes) -> bool:
    """Whether a file with these first bytes is read from the front: a zip has its table at the end."""
    opener = opener_of(head)
    return opener is not None and opener.open is not None and opener.called != "zip"


def spooled(stream: StandardInput, into: Path, most: int, seconds: float) -> int:
    """Put all of standard input on the disk and return its bytes; `StepError` where it has more than `most`, or comes
    too slowly."""
    from cudacompat.domain.words.byte_sizes import byte_size

    most = min(most, _LARGEST)
    until = time.monotonic() + seconds
    count = 0
    with into.open("wb") as file:
        while True:
            try:
                piece = stream.read(_CHUNK, until - time.monotonic())
            except TimeoutError:
                raise StepError(f"standard input did not end within {seconds:g} s (--max-seconds)") from None
            if not piece:
                return count
            count += len(piece)
            if count > most:
                raise StepError(f"standard input has more than {byte_size(most)} (--max-bytes-read)")
            if shutil.disk_usage(into.parent).free < _LEFT_FREE:
                raise StepError(f"no room for standard input in {into.parent}")
            try:
                file.write(piece)
            except OSError as error:
                raise StepError(f"cannot keep standard input: {(error.strerror or str(error)).lower()}") from None


def beginning(stream: StandardInput, seconds: float) -> bytes:
    """Return the bytes by which a file is told; `StepError` where they do not come in time."""
    try:
        return stream.head(HEAD, seconds)
    except TimeoutError:
        raise StepError(f"nothing came on standard input within {seconds:g} s (--max-seconds)") from None


_MOST_TEXT = 1 << 20  # bytes of a list of packages


def shared() -> StandardInput:
    """Return standard input, the same for all who ask: what one of them looks at is there for the next."""
    stream = _HELD.get(sys.stdin)
    if stream is None:
        _HELD.clear()
        stream = _HELD[sys.stdin] = StandardInput()
    return stream


_HELD: dict[object, StandardInput] = {}


def text(seconds: float) -> str | None:
    """Return all that comes on standard input if that is a text of no more than a megabyte, None else; it stays there
    to be read. Errors as of `take`."""
    stream = shared()
    head = beginning(stream, seconds)
    if not head or b"\0" in head or opener_of(head) is not None:
        return None
    try:
        data = stream.head(_MOST_TEXT + 1, seconds)
        return data.decode("utf-8-sig") if len(data) <= _MOST_TEXT and b"\0" not in data else None
    except (TimeoutError, UnicodeDecodeError):
        return None


def take(name: str, folder: Path, options: FetchOptions) -> tuple[Path | Given, FetchedFile | None]:
    """Return standard input as a container to be read as it comes, or as a file in the folder; `UsageError` for a
    terminal, `StepError` where it cannot be kept."""
    from cudacompat.artifacts.reading.given import GivenContainer

    stream = shared()
    head = beginning(stream, options.seconds)
    if not head or is_streamed(head):
        return GivenContainer(stream), None
    path = folder / "standard-input"
    size = spooled(stream, path, options.most, seconds=options.seconds)
    return path, FetchedFile(name, name, size, travelled=size)
