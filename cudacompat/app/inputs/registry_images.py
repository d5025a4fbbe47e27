"""An image in a registry as something to read: its documents now, its layers when they are read."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from cudacompat.app.inputs.named import FetchOptions, Told, wish_of
from cudacompat.artifacts.containers.image_documents import ImageOutline
from cudacompat.artifacts.reading.given import GivenImages
from cudacompat.artifacts.remote.credentials import credential_files, credentials_for
from cudacompat.artifacts.remote.errors import RemoteError
from cudacompat.artifacts.remote.image_reference import parse_reference
from cudacompat.artifacts.remote.registry import Registry
from cudacompat.domain.words.byte_sizes import byte_size
from cudacompat.domain.words.code import FetchedFile

if TYPE_CHECKING:
    from cudacompat.artifacts.reading.given import Given


def take(name: str, _: Path, options: FetchOptions) -> tuple[Path | Given, FetchedFile | None]:
    """Return the image that a name means. One that the registry does not give, or whose layers have more bytes than are
    allowed, is not read, as one in a file."""
    reference = parse_reference(name)
    options.told.fetching(name, reference.host)
    login = credentials_for(reference.keys, credential_files(os.environ))
    registry = Registry(reference, login, options.told.came)
    try:
        outline = registry.image(options.images or wish_of(None))
    except RemoteError as error:
        return _unread(f"cannot get the image: {error}", registry), None
    size = sum(layer.size or 0 for layer in outline.layers)
    if size > options.most:
        why = f"the image has {byte_size(size)}, more than {byte_size(options.most)} (--max-bytes-read)"
        return _unread(why, registry), None
    options.told.began(size)
    return GivenImages([outline], registry.layer, partial(_ended, name, size, options.told)), None


def _unread(why: str, registry: Registry) -> Given:
    return GivenImages([ImageOutline(None, None, (), problems=(("", why),))], registry.layer, lambda _: None)


def _ended(name: str, size: int, told: Told, came: int) -> None:
    told.fetched(FetchedFile(name, name, size, travelled=came))
