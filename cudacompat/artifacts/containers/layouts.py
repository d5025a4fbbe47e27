"""Images in folders: documents and layers by their sha256.

Either a layout (OCI image specification, "Image Layout"), or what skopeo writes to `dir:FOLDER`: the files of one
registry's answers, each named by its sha256 alone, beside a `manifest.json` and a `version` that says what it is.
"""

from __future__ import annotations

import os
import re
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
    chosen_image,
    is_index,
    is_layout,
    is_manifest,
    laid_out_images,
)
from cudacompat.domain.words.image_platforms import PlatformWish

PARTS = frozenset((LAYOUT, INDEX, "blobs"))
COPIED, COPIED_VERSION = "manifest.json", "version"
OF_COPIED = re.compile(r"[0-9a-f]{64}(?:\.manifest\.json)?|signature-\d+|manifest\.json|version")
_COPIED_MARK = b"Directory Transport Version: 1."
_OTHER_DIGEST = "the sha256 of the document differs from its name"
_OPEN = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)


def is_image_folder(folder: str) -> bool:
    """Whether a folder is an image layout: its own files say so."""
    try:
        return is_layout(_document(folder, LAYOUT)) and is_index(_document(folder, INDEX))
    except (OSError, DocumentError):
        return False


def is_copied_image(folder: str) -> bool:
    """Whether a folder is an image as skopeo copies it to `dir:FOLDER`."""
    try:
        return _document(folder, COPIED_VERSION).startswith(_COPIED_MARK) and is_manifest(_document(folder, COPIED))
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
            raise DocumentError(_OTHER_DIGEST)
        return data


class CopiedImage:
    """The image in a folder of `dir:FOLDER`. Nothing outside the folder is read, whatever links lead there."""

    def __init__(self, folder: str) -> None:
        self._folder = folder

    def images(self, wish: PlatformWish) -> list[ImageOutline]:
        """Return the one image; `OSError` where its manifest cannot be read any more."""
        top = _document(self._folder, COPIED)
        descriptor = Descriptor(sha256(top).hexdigest())

        def fetch(wanted: Descriptor) -> bytes:
            if wanted.digest == descriptor.digest:
                return top
            name = f"{wanted.digest}.manifest.json"
            data = _document(self._folder, name if Path(self._folder, name).exists() else wanted.digest)
            if sha256(data).hexdigest() != wanted.digest:
                raise DocumentError(_OTHER_DIGEST)
            return data

        outline = chosen_image([descriptor], fetch, wish)
        return [outline] if outline is not None else []

    @contextmanager
    def layer(self, place: LayerPlace) -> Iterator[ByteStream]:
        """Give the bytes of a layer; `DocumentError` where there is no such file."""
        with _opened(self._folder, place.digest or place.name) as file:
            yield file


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
