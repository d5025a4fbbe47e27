"""Reads an image whose documents are known before its layers: one in a folder, or in a registry."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Protocol

from cudacompat.artifacts.binaries.buffer import UnreadableError
from cudacompat.artifacts.containers.base import ByteStream, Member
from cudacompat.artifacts.containers.image_documents import DocumentError, ImageOutline, LayerPlace
from cudacompat.artifacts.reading.found import PlaceContents
from cudacompat.artifacts.reading.layered import ImagePlace, LayerRead, laid
from cudacompat.artifacts.reading.tar_reading import Hashed, Reader
from cudacompat.domain.words.paths import ArtifactPath

OpenLayer = Callable[[LayerPlace], AbstractContextManager[ByteStream]]


class Granting(Reader, Protocol):
    """A reader that lets a file inflate to more as more of it comes."""

    def grant(self, count: int) -> None:
        """So many bytes more of it have come."""


def read_images(reader: Granting, path: ArtifactPath, outlines: Sequence[ImageOutline], layer: OpenLayer) -> None:
    """Read the images at a path. `layer` gives the bytes of a layer, once, and raises `DocumentError` where they cannot
    be had."""
    several = len(outlines) > 1
    for number, outline in enumerate(outlines):
        own = path.member(outline.name or f"image {number + 1}") if several else path
        at = ImagePlace(own, path)
        found = laid(outline, at, _Layers(reader, at, layer).read, terms=reader.terms)
        reader.found.add(found, reader.terms.rows)


class _Layers:
    """Reads layers one after the other, while their bytes come."""

    def __init__(self, reader: Granting, at: ImagePlace, layer: OpenLayer) -> None:
        self._reader = reader
        self._at = at
        self._layer = layer

    def read(self, place: LayerPlace) -> LayerRead | None:
        """Return what a layer holds."""
        path = self._at.part(place.name)
        try:
            with self._layer(place) as stream:
                return self._read(path, place, Hashed(_Granted(stream, self._reader.grant)))
        except DocumentError as error:
            found = PlaceContents()
            found.refuse(path, str(error), self._reader.terms.rows)
            return LayerRead(found, None, bare=False)

    def _read(self, path: ArtifactPath, place: LayerPlace, stream: Hashed) -> LayerRead:
        digest = None
        with self._reader.apart(path) as found:
            self._reader.member(path, Member(place.name, place.size, lambda: stream, cost=0), 1)
            try:
                digest = stream.digest()
            except (UnreadableError, OSError) as error:
                if all(row.why != str(error) for row in found.not_read):  # behind the end of the archive
                    found.refuse(path, str(error), self._reader.terms.rows)
        return LayerRead(found, digest, bare=found.tar is not None and found.tar.depth == 1)


class _Granted:
    def __init__(self, stream: ByteStream, grant: Callable[[int], None]) -> None:
        self._stream = stream
        self._grant = grant

    def read(self, size: int = -1, /) -> bytes:
        """Return up to `size` bytes."""
        data = self._stream.read(size)
        self._grant(len(data))
        return data
