"""Images out of their layers: what is seen in the container, under the paths that it has there."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from cudacompat.artifacts.containers.image_documents import ImageOutline, LayerPlace
from cudacompat.artifacts.containers.image_tree import ImageTree, LayerEntry, TreeError
from cudacompat.artifacts.containers.tars import TarKind
from cudacompat.artifacts.reading.found import PlaceContents, Terms
from cudacompat.domain.words.code import ContainerImage
from cudacompat.domain.words.paths import ArtifactPath

_CLOCK = 64  # entries between two looks at the clock
_CHANGED = "the sha256 of the layer differs from the manifest"


class LayerRead(NamedTuple):
    """A layer as it was read: the sha256 of its bytes (None where nobody counted), and whether they are a tar archive
    that is not compressed."""

    found: PlaceContents
    digest: str | None
    bare: bool


Lookup = Callable[[LayerPlace], LayerRead | None]


class ImagePlace(NamedTuple):
    """Where an image lies: its path as people see it, and the path of what is beside it (layers, documents)."""

    image: ArtifactPath
    beside: ArtifactPath

    def part(self, name: str) -> ArtifactPath:
        """The path of a layer or a document; of the image itself for no name."""
        return self.beside.member(name) if name else self.image


def laid(outline: ImageOutline, at: ImagePlace, lookup: Lookup, terms: Terms) -> PlaceContents:
    """Return what is seen in a container of this image. What is missing, or is not what the documents say, is among
    what was not read."""
    result = PlaceContents()
    for name, why in outline.problems:
        result.refuse(at.part(name), why, terms.rows)
    tree: ImageTree[tuple[PlaceContents, int]] = ImageTree()
    for layer in outline.layers:
        tree.next_layer()
        _lay(layer, tree, result, at=at, lookup=lookup, terms=terms)
    seen: set[int] = set()
    for path, payload in tree.files():
        if payload is None:
            result.plain()
            continue
        found, depth = payload
        if id(found) in seen:
            continue  # a hard link: one file of two names
        seen.add(id(found))
        result.add(found.moved(_Move(at.image, path, depth).of, terms.rows), terms.rows)
    if outline.layers or not outline.problems:
        platform = None if outline.platform is None else str(outline.platform)
        image = ContainerImage(at.image, outline.name, platform, others=outline.others, layers=len(outline.layers))
        result.images.insert(0, image)
    return result


class _Move(NamedTuple):
    """Gives the paths in the image for those in a layer whose members are `depth` long."""

    image: ArtifactPath
    path: str
    depth: int

    def of(self, old: ArtifactPath) -> ArtifactPath:
        """The path in the image."""
        return ArtifactPath(self.image.outer, (*self.image.members, self.path, *old.members[self.depth :]))


def _lay(
    layer: LayerPlace,
    tree: ImageTree[tuple[PlaceContents, int]],
    result: PlaceContents,
    at: ImagePlace,
    lookup: Lookup,
    terms: Terms,
) -> None:
    """Lay one layer over those below it."""
    path = at.part(layer.name)
    if layer.why is not None:
        result.refuse(path, layer.why, terms.rows)
        return
    read = lookup(layer)
    if read is None:
        result.refuse(path, "layer missing from the image", terms.rows)
        return
    expected = layer.digest or (layer.unpacked if read.bare else None)
    if expected is not None and read.digest is not None and read.digest != expected:
        result.refuse(path, _CHANGED, terms.rows)
    found = read.found
    result.artifacts += found.artifacts
    result.compilers += found.compilers
    for row in found.not_read:
        result.refuse(ArtifactPath.parse(row.path), row.why, terms.rows)
    result.more_rows += found.more_rows
    if found.tar is None:
        if not found.blank and not found.not_read:
            result.refuse(path, "layer is not a tar archive", terms.rows)
        return
    depth = len(found.tar.path.members) + 1
    for number, entry in enumerate(found.tar.entries):
        if number % _CLOCK == 0:
            terms.clock()
        payload = None if entry.found is None else (entry.found, depth)
        try:
            tree.add(LayerEntry(entry.kind, entry.name, entry.target, found=payload))
        except TreeError as error:
            result.refuse(at.image.member(entry.name), str(error), terms.rows)


def is_plain(entry: LayerEntry[PlaceContents]) -> bool:
    """Whether an entry is a file without device code."""
    return entry.kind is TarKind.FILE and entry.found is None
