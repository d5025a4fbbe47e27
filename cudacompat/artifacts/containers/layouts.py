"""Image layouts in folders (OCI image specification, "Image Layout"): documents and layers by their sha256."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

from cudacompat.artifacts.containers.base import ByteStream
from cudacompat.artifacts.containers.image_documents import (
    INDEX,
    LARGEST,
    LAYOUT,
    Descriptor,
    DocumentError,
    ImageOutline,
    LayerPlace,
    is_index,
    is_layout,
    laid_out_images,
)
from cudacompat.domain.words.image_platforms import PlatformWish

PARTS = frozenset((LAYOUT, INDEX, "blobs"))
_OPEN = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)


def is_image_folder(folder: str) -> bool:
    """Whether a folder is an image layout: its own files say so."""
    try:
        return is_layout(_document(folder, LAYOUT)) and is_index(_document(folder, INDEX))
    except (OSError, DocumentError):
        return False


class LayoutFolder:
    """The images of a layout in a folder. Nothing outside the folder is read, whatever links lead there."""

    def __init__(self, folder: str) -> None:
        self._folder = folder

    def images(self, wish: PlatformWish) -> list[ImageOutline]:
        """Return the images; `OSError` where the index cannot be read any more."""
        return laid_out_images(_document(self._folder, INDEX), self._fetch, wish)

    @contextmanager
    def layer(self, place: LayerPlace) -> Iterator[ByteStream]:
        """Give the bytes of a layer; `DocumentError` where there is no such file."""
        with _opened(self._folder, place.name) as file:
            yield file

    def _fetch(self, descriptor: Descriptor) -> bytes:
        data = _document(self._folder, descriptor.place)
        if sha256(data).hexdigest() != descriptor.digest:
            raise DocumentError("the sha256 of the document differs from its name")
        return data


def _document(folder: str, name: str) -> bytes:
    with _opened(folder, name) as file:
        data = file.read(LARGEST + 1)
    if len(data) > LARGEST:
        raise DocumentError(f"image document larger than {LARGEST >> 20} MiB")
    return data


@contextmanager
def _opened(folder: str, name: str) -> Iterator[ByteStream]:
    path = os.path.realpath(Path(folder, name))
    home = os.path.realpath(folder)
    if not path.startswith(home.rstrip(os.sep) + os.sep):
        raise DocumentError("symbolic link that leaves the image layout: not followed")
    try:
        descriptor = os.open(path, _OPEN)
    except (FileNotFoundError, NotADirectoryError):
        raise DocumentError("file missing from the image layout") from None
    except OSError as error:
        raise DocumentError((error.strerror or type(error).__name__).lower()) from None
    with os.fdopen(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise DocumentError("not a regular file")
        yield file
