"""The files of a container image: its layers laid one upon the other, as the programs do that start containers.

After the OCI image specification, "Image Layer Filesystem Changeset": what a layer has replaces what lies below it, and
a whiteout (`.wh.NAME`, `.wh..wh..opq`) removes what lower layers brought, never what its own layer brings. Links of
folders are followed within the image, however they are written.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Generic, NamedTuple, TypeVar

from cudacompat.artifacts.containers.tars import TarKind

_T = TypeVar("_T")

_WHITEOUT, _OPAQUE = ".wh.", ".wh..wh..opq"
_DEEPEST = 200  # folders within folders
_MOST_LINKS = 40  # as many as the kernel follows
_LONGEST = 4096


class LayerEntry(NamedTuple, Generic[_T]):
    """One entry of a layer; `found` is what the bytes of a file gave, None where they hold nothing of interest."""

    kind: TarKind
    name: str
    target: str = ""
    found: _T | None = None


class TreeError(ValueError):
    """An entry has no place in the image; the text is one line."""


class _Node(Generic[_T]):
    __slots__ = ("children", "found", "kind", "layer", "pruned", "target")

    def __init__(self, kind: TarKind, layer: int, found: _T | None = None, target: str = "") -> None:
        self.kind = kind
        self.layer = layer
        self.found = found
        self.target = target
        self.children: dict[str, _Node[_T]] = {}
        self.pruned = layer  # the layer that left nothing of lower ones here


class ImageTree(Generic[_T]):
    """The files that are seen in a container, with what their bytes gave."""

    def __init__(self) -> None:
        self._root: _Node[_T] = _Node(TarKind.FOLDER, -1)
        self._layer = -1

    def next_layer(self) -> None:
        """What is added from now on belongs to the next layer."""
        self._layer += 1

    def add(self, entry: LayerEntry[_T]) -> None:
        """Lay an entry of the layer over what is there; `TreeError` for one that has no place."""
        parts = _parts(entry.name)
        if not parts:
            return  # the root itself
        folder = self._folder(parts[:-1], make=True)
        last = parts[-1]
        if last == _OPAQUE:
            self._prune(folder)
        elif last.startswith(_WHITEOUT):
            self._remove(folder, last.removeprefix(_WHITEOUT))
        else:
            self._put(folder, last, entry)

    def files(self) -> Iterator[tuple[str, _T | None]]:
        """Give the files that are left, sorted by their paths, with what each gave."""
        stack = [("", self._root)]
        while stack:
            path, node = stack.pop()
            if node.kind is TarKind.FILE:
                yield path, node.found
            elif node.kind is TarKind.FOLDER:
                start = f"{path}/" if path else ""
                stack += [(start + name, node.children[name]) for name in sorted(node.children, reverse=True)]

    def _put(self, folder: _Node[_T], name: str, entry: LayerEntry[_T]) -> None:
        there = folder.children.get(name)
        if entry.kind is TarKind.FOLDER and there is not None and there.kind is TarKind.FOLDER:
            there.layer = self._layer
        elif entry.kind is TarKind.HARD:
            folder.children[name] = self._linked(entry)
        else:
            folder.children[name] = _Node(entry.kind, self._layer, entry.found, target=entry.target)

    def _linked(self, entry: LayerEntry[_T]) -> _Node[_T]:
        parts = _parts(entry.target)
        if not parts:
            raise TreeError("a hard link to nothing")
        target = self._folder(parts[:-1], make=False).children.get(parts[-1])
        if target is None or target.kind is TarKind.FOLDER:
            raise TreeError("a hard link to a file that is not in the image")
        return _Node(target.kind, self._layer, target.found, target=target.target)

    def _folder(self, parts: list[str], *, make: bool) -> _Node[_T]:
        way = [self._root]
        left = parts[::-1]
        links = 0
        while left:
            part = left.pop()
            if part in ("", "."):
                continue
            if part == "..":  # of the target of a link: never above the root
                way = way[:-1] if len(way) > 1 else way
                continue
            child = way[-1].children.get(part)
            if child is None:
                if not make:
                    raise TreeError("a hard link to a file that is not in the image")
                child = way[-1].children[part] = _Node(TarKind.FOLDER, self._layer)
            if child.kind is TarKind.SYMBOLIC:
                links += 1
                if links > _MOST_LINKS or len(left) + len(child.target) > _LONGEST:
                    raise TreeError("its directory is a link that leads nowhere")
                way = way[:1] if child.target.startswith("/") else way
                left += child.target.split("/")[::-1]
            elif child.kind is TarKind.FOLDER:
                way.append(child)
                if len(way) > _DEEPEST:
                    raise TreeError(f"directories nested deeper than {_DEEPEST}")
            else:
                raise TreeError("the directory that contains it is a file")
        return way[-1]

    def _remove(self, folder: _Node[_T], name: str) -> None:
        if name in ("", ".", ".."):
            raise TreeError("a whiteout of nothing")
        there = folder.children.get(name)
        if there is None:
            return
        if there.kind is TarKind.FOLDER:
            self._prune(there)
        if there.layer < self._layer and not there.children:
            del folder.children[name]

    def _prune(self, node: _Node[_T]) -> None:
        """Remove what lower layers brought into a folder."""
        if node.pruned == self._layer:
            return
        node.pruned = self._layer
        for name, child in list(node.children.items()):
            if child.kind is TarKind.FOLDER:
                self._prune(child)
            if child.layer < self._layer and not child.children:
                del node.children[name]


def _parts(name: str) -> list[str]:
    if len(name) > _LONGEST:
        raise TreeError(f"a path of more than {_LONGEST} bytes")
    if name.startswith("/"):
        raise TreeError("an absolute path, which has no place in a layer")
    parts = [part for part in name.split("/") if part not in ("", ".")]
    if ".." in parts:
        raise TreeError("a path that leads out of the image")
    return parts
