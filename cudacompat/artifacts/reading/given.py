"""What is read and is no path: a container that comes as a stream, and an image whose layers come one by one."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Protocol

from cudacompat.artifacts.containers.base import CHUNK, Budget, ByteStream
from cudacompat.artifacts.containers.image_documents import ImageOutline, LayerPlace
from cudacompat.artifacts.reading.image_reading import Granting, OpenLayer, read_images
from cudacompat.domain.words.paths import ArtifactPath


class GivenReader(Granting, Protocol):
    """A reader that takes a container as a stream."""

    def container(self, path: ArtifactPath, stream: ByteStream) -> None:
        """Read a container whose bytes come from the front, once."""

    def refuse(self, path: ArtifactPath, why: str) -> None:
        """Say of something that it was not read."""


class Given(Protocol):
    """Is read under a path that is none on this machine; once. `came` are the bytes that came of it so far."""

    came: int

    def read(self, reader: GivenReader, path: ArtifactPath) -> None:
        """Read all of it; `OSError` and `BudgetSpentError` as for a file."""


class Waiting(Protocol):
    """A stream that may let its reader wait, for so many seconds at most."""

    def read(self, size: int, seconds: float) -> bytes:
        """Return up to `size` bytes, none at the end; `TimeoutError` where none came in time."""


class GivenContainer:
    """A container on standard input."""

    def __init__(self, stream: Waiting) -> None:
        self._stream = stream
        self.came = 0

    def read(self, reader: GivenReader, path: ArtifactPath) -> None:
        """Read the container, and what stands behind it: a program that writes into a pipe is not cut off."""
        stream = _Bounded(self._stream, reader.budget, self._count)
        if not stream.fill():
            reader.refuse(path, "standard input is empty")
            return
        reader.container(path, stream)
        while stream.read(CHUNK):
            pass

    def _count(self, count: int) -> None:
        self.came += count


class GivenImages:
    """Images whose documents were read before: their layers are asked for in their order, and held nowhere. `ended` is
    told how many bytes came. Waiting for them is not counted as reading."""

    def __init__(self, outlines: Sequence[ImageOutline], layer: OpenLayer, ended: Callable[[int], None]) -> None:
        self._outlines = outlines
        self._layer = layer
        self._ended = ended
        self._budget: Budget | None = None
        self.came = 0

    def read(self, reader: GivenReader, path: ArtifactPath) -> None:
        """Read the images."""
        self._budget = reader.budget
        try:
            read_images(reader, path, self._outlines, layer=self._counted)
        finally:
            self._ended(self.came)

    @contextmanager
    def waiting(self) -> Iterator[None]:
        """Give back the time that goes by."""
        began = time.monotonic()
        try:
            yield
        finally:
            if self._budget is not None:
                self._budget.until += time.monotonic() - began

    @contextmanager
    def _counted(self, place: LayerPlace) -> Iterator[ByteStream]:
        with ExitStack() as stack:
            with self.waiting():
                stream = stack.enter_context(self._layer(place))
            yield _Counted(stream, self)


class _Counted:
    def __init__(self, stream: ByteStream, images: GivenImages) -> None:
        self._stream = stream
        self._images = images

    def read(self, size: int = -1, /) -> bytes:
        """Return up to `size` bytes."""
        with self._images.waiting():
            data = self._stream.read(size)
        self._images.came += len(data)
        return data


class _Bounded:
    """A stream whose reader waits no longer than the budget lets it."""

    def __init__(self, stream: Waiting, budget: Budget, count: Callable[[int], None]) -> None:
        self._stream = stream
        self._budget = budget
        self._count = count
        self._ready = b""

    def fill(self) -> bool:
        """Whether there is a first byte."""
        self._ready = self._ready or self._more(CHUNK)
        return bool(self._ready)

    def read(self, size: int = -1, /) -> bytes:
        """Return up to `size` bytes; `BudgetSpentError` where they do not come in time."""
        if not self._ready:
            return self._more(CHUNK if size < 0 else size)
        data, self._ready = (self._ready, b"") if size < 0 else (self._ready[:size], self._ready[size:])
        return data

    def _more(self, size: int) -> bytes:
        try:
            data = self._stream.read(size, self._budget.left_s)
        except TimeoutError:
            data = b""
        self._count(len(data))
        self._budget.clock()
        return data
