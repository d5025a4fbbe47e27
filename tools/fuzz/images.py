"""Fuzz targets for container images: their documents, their layers, and archives of both."""

from __future__ import annotations

from collections.abc import Iterator

from cudacompat.artifacts.containers.image_documents import (
    Descriptor,
    DocumentError,
    chosen_image,
    laid_out_images,
    saved_images,
)
from cudacompat.artifacts.containers.image_tree import ImageTree, LayerEntry, TreeError
from cudacompat.artifacts.containers.tars import TarKind
from cudacompat.artifacts.reading.read import read_paths
from cudacompat.artifacts.remote.credentials import credentials_for
from cudacompat.artifacts.remote.image_reference import InvalidReferenceError, parse_reference
from cudacompat.domain.words.image_platforms import PlatformWish
from tests.helpers.images import Layout, configuration, layer, saved
from tools.fuzz.target import FuzzTarget, file_of, text_of

_LAYERS = (layer(("usr/lib/a", b"text"), ("lib", "-> usr/lib")), layer(("lib/.wh.a", b""), ("b", "=> usr/lib/a")))
_WORDS = ("sha256:", "digest", "layers", "manifests", "platform", "rootfs", "diff_ids", "Layers", "Config", "RepoTags")


def _documents(data: bytes) -> None:
    wish = PlatformWish()
    saved_images(data, lambda _: data, wish)
    laid_out_images(data, lambda _: data, wish)

    def fetch(_: Descriptor) -> bytes:
        if len(data) % 2:
            raise DocumentError("missing")
        return data

    chosen_image([Descriptor("0" * 64)], fetch, wish)


def _tree(data: bytes) -> None:
    tree: ImageTree[str] = ImageTree()
    for line in text_of(data).split("\n"):
        if not line:
            tree.next_layer()
            continue
        kind, _, rest = line.partition(" ")
        name, _, target = rest.partition(" ")
        try:
            tree.add(LayerEntry(_KINDS.get(kind, TarKind.FILE), name, target, name))
        except TreeError:
            continue
    assert len({path for path, _ in tree.files()}) == len(list(tree.files()))


_KINDS = {"d": TarKind.FOLDER, "s": TarKind.SYMBOLIC, "h": TarKind.HARD, "o": TarKind.OTHER}


def _registry(data: bytes) -> None:
    """The first line is a name of an image, the rest a file with passwords."""
    first, _, rest = data.partition(b"\n")
    name = f"oci://{text_of(first)}"
    try:
        reference = parse_reference(name)
    except InvalidReferenceError:
        return
    with file_of(rest, "auth.json") as path:
        credentials_for(reference.keys, [path])


def _archive(data: bytes) -> None:
    with file_of(data, "image.tar") as path:
        read_paths([str(path)], kernels=True)


def _archives() -> Iterator[bytes]:
    yield saved(*_LAYERS)
    layout = Layout()
    layout.add(layout.manifest(*_LAYERS), "a:1")
    yield layout.tar()


def _written() -> Iterator[bytes]:
    layout = Layout()
    layout.add(layout.manifest(*_LAYERS), "a:1")
    yield from (data for data in layout.files().values() if data[:1] == b"{")
    yield configuration(_LAYERS)
    yield b'[{"Config": "a.json", "RepoTags": ["a:1"], "Layers": ["b.tar"]}]'


def _trees() -> Iterator[bytes]:
    yield b"\nd usr\nf usr/a\ns lib usr\n\nf lib/.wh.a\nh b usr/a\nf usr/.wh..wh..opq"


def _logins() -> Iterator[bytes]:
    yield b'ghcr.io/a/b:1\n{"auths": {"ghcr.io": {"auth": "bWU6eA=="}}, "credHelpers": {"gcr.io": "x"}}'
    yield b"debian@sha256:" + b"0" * 64 + b'\n{"credsStore": "x"}'


TARGETS = (
    FuzzTarget("image", _archive, _archives, 64 << 10, words=("manifest.json", "oci-layout", "blobs/sha256/", ".wh.")),
    FuzzTarget("image-documents", _documents, _written, 4096, words=_WORDS),
    FuzzTarget("image-tree", _tree, _trees, 2048, words=(".wh.", ".wh..wh..opq", "../", "s lib usr")),
    FuzzTarget("image-login", _registry, _logins, 1024, words=("auths", "auth", "username", "password", "@sha256:")),
)
