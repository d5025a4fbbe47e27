"""Reads a tar archive so that it may turn out to be a layer, or an image, once its last member has come."""

from __future__ import annotations

import io
from contextlib import AbstractContextManager
from dataclasses import replace
from hashlib import sha256
from typing import Protocol

from cudacompat.artifacts.containers.base import CHUNK, Budget, ByteStream, Member, Place, Source, place_of
from cudacompat.artifacts.containers.image_documents import LARGEST
from cudacompat.artifacts.containers.image_tree import LayerEntry
from cudacompat.artifacts.containers.tars import TarEntry, TarKind, entries
from cudacompat.artifacts.reading.found import PlaceContents, Terms
from cudacompat.artifacts.reading.tar_content import TarContent, may_be_document, may_be_layer, plain_name
from cudacompat.domain.words.paths import ArtifactPath


class Reader(Protocol):
    """Reads members of containers, whatever they are."""

    @property
    def budget(self) -> Budget:
        """What may still be spent."""

    @property
    def found(self) -> PlaceContents:
        """Where what is read now goes to."""

    @property
    def terms(self) -> Terms:
        """What holds for the whole reading."""

    def apart(self, place: ArtifactPath) -> AbstractContextManager[PlaceContents]:
        """Collect what is read meanwhile by itself."""

    def member(self, path: ArtifactPath, member: Member, depth: int) -> None:
        """Read a member."""


def read_tar(reader: Reader, path: ArtifactPath, source: Source, depth: int) -> None:
    """Read a tar archive. Where it is the whole of a member of another one, that one says later what it is."""
    content = TarContent(path, depth, reader.terms)
    try:
        for entry in entries(source, reader.budget):
            _take(reader, content, entry, depth=depth)
            del entry  # or its bytes stay while those of the next are read
    finally:
        if reader.found.place == path and reader.found.tar is None:
            reader.found.tar = content
        else:
            content.add_to(reader.found)


class Hashed:
    """A stream that counts the sha256 of what is read of it."""

    def __init__(self, stream: ByteStream) -> None:
        self._stream = stream
        self._sum = sha256()

    def place(self) -> Place | None:
        """Return where the next byte lies in a file on the disk; None where it is made by inflating."""
        return place_of(self._stream)

    def read(self, size: int = -1, /) -> bytes:
        """Return up to `size` bytes."""
        data = self._stream.read(size)
        self._sum.update(data)
        return data

    def digest(self) -> str:
        """Read what is left, and return the sha256 of all in hexadecimal digits."""
        while self.read(CHUNK):
            pass
        return self._sum.hexdigest()


def _take(reader: Reader, content: TarContent, entry: TarEntry, depth: int) -> None:
    member, name = entry.member, entry.name
    if member is None:
        content.entries.append(LayerEntry(entry.kind, name, entry.target))
        return
    hashed: Hashed | None = None
    if member.sealed is None and may_be_layer(name):
        hashed = Hashed(member.open())
        member = _from(member, hashed)
    with reader.apart(content.path.member(name)) as found:
        try:
            left = _without_document(content, member)
            if left is None:
                found.plain()
            else:
                reader.member(content.path.member(name), left, depth + 1)
            if hashed is not None:
                content.digests[plain_name(name)] = hashed.digest()
        finally:
            content.entries.append(LayerEntry(TarKind.FILE, name, found=None if found.is_plain else found))


def _without_document(content: TarContent, member: Member) -> Member | None:
    """Keep a member that may describe an image, and return None; return any other to be read as what it is."""
    size = member.size or 0
    if member.sealed is not None or not 0 < size <= min(LARGEST, content.room) or not may_be_document(member.name):
        return member
    source = Source(member.name, size, member.open(), pay=_free)
    if source.peek(1) not in (b"{", b"["):
        return _from(member, source)
    data = source.load()
    if b"\0" in data:  # no JSON, and it may be anything
        return _from(member, io.BytesIO(data))
    content.documents[plain_name(member.name)] = bytes(data)
    content.room -= size
    return None


def _from(member: Member, stream: ByteStream) -> Member:
    return replace(member, open=lambda: stream)


def _free(_: int) -> None:
    pass
