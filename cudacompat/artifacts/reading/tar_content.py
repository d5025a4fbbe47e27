"""What a tar archive holds, entry by entry: a container of files, a layer of an image, or an archive of images."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256

from cudacompat.artifacts.containers.image_documents import (
    INDEX,
    LAYOUT,
    SAVED,
    Descriptor,
    DocumentError,
    ImageOutline,
    LayerPlace,
    is_index,
    is_layout,
    laid_out_images,
    saved_images,
)
from cudacompat.artifacts.containers.image_tree import LayerEntry
from cudacompat.artifacts.containers.tars import TarKind
from cudacompat.artifacts.reading.found import PlaceContents, Terms
from cudacompat.artifacts.reading.layered import ImagePlace, LayerRead, is_plain, laid
from cudacompat.domain.words.paths import ArtifactPath

DOCUMENTS = 32 << 20  # bytes of the documents of one archive that are kept
_MOST_LINKS = 10
# Most tools name a configuration by its sha256; Jib calls it config.json, and a manifest.json may name any file.
_DOCUMENT = re.compile(
    r"(?:^|/)(?:manifest\.json|index\.json|oci-layout|[^/]*[0-9a-f]{64}[^/]*)$|^(?:\./)*[^/]+\.json$"
)
_LAYER = re.compile(r"[0-9a-f]{64}|(?:^|/)layer\.tar$|\.tar(?:\.\w+)?$")


def may_be_document(name: str) -> bool:
    """Whether a member may be a document of an image."""
    return _DOCUMENT.search(name) is not None


def may_be_layer(name: str) -> bool:
    """Whether a member may be a layer of an image."""
    return _LAYER.search(name) is not None


def plain_name(name: str) -> str:
    """The name of a member without a `./` in front."""
    while name.startswith("./"):
        name = name[2:]
    return name


@dataclass(slots=True)
class TarContent:
    """The entries of an archive that lies at `path`, `depth` containers deep, each with what its bytes gave. `digests`
    are the sha256 of the members that may be layers, `documents` the bytes of those that may describe an image."""

    path: ArtifactPath
    depth: int
    terms: Terms
    entries: list[LayerEntry[PlaceContents]] = field(default_factory=list)
    digests: dict[str, str] = field(default_factory=dict)
    documents: dict[str, bytes] = field(default_factory=dict)
    room: int = DOCUMENTS

    def add_to(self, found: PlaceContents) -> None:
        """Add what it holds: what is seen in its images, or all members of an ordinary archive."""
        rows = self.terms.rows
        images = list(self._images())
        if not images:
            self._add_entries(found, frozenset())
            return
        by_name = {plain_name(entry.name): entry for entry in self.entries}
        passed = set(self.documents)
        for number, (root, outline) in enumerate(images):
            archive = _Archive(self, root, by_name)
            own = outline.name or f"image {number + 1}"
            at = ImagePlace(self.path if len(images) == 1 else self.path.member(own), self.path)
            found.add(laid(outline, at, archive.layer, terms=self.terms), rows)
            for layer in outline.passed:
                archive.layer(layer)
            passed |= archive.used
        roots = tuple(f"{root}blobs/" for root, _ in images)
        passed |= {name for name in by_name if name.startswith(roots)}  # those of other platforms, or of no image
        self._add_entries(found, passed)

    def _add_entries(self, found: PlaceContents, passed: frozenset[str] | set[str]) -> None:
        for entry in self.entries:
            if plain_name(entry.name) in passed:
                continue
            if entry.found is not None:
                found.add(entry.found, self.terms.rows)
            elif is_plain(entry):
                found.plain()

    def _images(self) -> Iterator[tuple[str, ImageOutline]]:
        """Each image with the folder of the archive that its documents lie in, as text to put before their names."""
        documents = self.documents
        roots = dict.fromkeys(
            name.removesuffix(last)
            for name in documents
            for last in (SAVED, LAYOUT)
            if name == last or name.endswith(f"/{last}")
        )
        for root in roots:
            known: set[tuple[str, ...]] = set()
            for outline in _outlines(documents, root, self.terms):
                layers = tuple(layer.name.removeprefix("./") for layer in outline.layers)
                if layers and layers in known:
                    continue  # newer archives describe each image in both ways
                known.add(layers)
                yield root, outline


def _outlines(documents: dict[str, bytes], root: str, terms: Terms) -> list[ImageOutline]:
    def fetch(descriptor: Descriptor) -> bytes:
        data = documents.get(root + descriptor.place)
        if data is None:
            raise DocumentError("image document missing or too large")
        if sha256(data).hexdigest() != descriptor.digest:
            raise DocumentError("the sha256 of the document differs from its name")
        return data

    found: list[ImageOutline] = []
    index = documents.get(root + INDEX)
    if index is not None and is_layout(documents.get(root + LAYOUT, b"")) and is_index(index):
        found += laid_out_images(index, fetch, terms.wish)
    saved = documents.get(root + SAVED)
    if saved is not None:
        found += saved_images(saved, lambda name: documents.get(root + plain_name(name)), terms.wish)
    return found


@dataclass(slots=True)
class _Archive:
    """The layers of the images below one folder of an archive; `used` are the members that they are, those of
    images that were not chosen among them."""

    content: TarContent
    root: str
    by_name: dict[str, LayerEntry[PlaceContents]]
    used: set[str] = field(default_factory=set)

    def layer(self, place: LayerPlace) -> LayerRead | None:
        """Return a layer, through the links that lead to it; None where it is not there."""
        name = self.root + plain_name(place.name)
        for _ in range(_MOST_LINKS):
            entry = self.by_name.get(name)
            if entry is None or entry.kind is TarKind.FOLDER:
                return None
            self.used.add(name)
            if entry.kind is TarKind.FILE:
                found = entry.found or PlaceContents()
                bare = found.tar is not None and found.tar.depth == self.content.depth + 1
                return LayerRead(found, self.content.digests.get(name), bare=bare)
            beside = posixpath.dirname(name) if entry.kind is TarKind.SYMBOLIC else ""
            name = posixpath.normpath(posixpath.join(beside, entry.target))
        return None
