"""The digests of base images, asked of their registry: a tag can move, a digest cannot."""

from __future__ import annotations

import os
import re
from functools import lru_cache

from cudacompat.artifacts.remote.credentials import credential_files, credentials_for
from cudacompat.artifacts.remote.errors import RemoteError
from cudacompat.artifacts.remote.image_reference import InvalidReferenceError, parse_reference
from cudacompat.artifacts.remote.registry import Registry
from cudacompat.domain.words.errors import StepError, UsageError

_REGISTRY = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]{0,250}(?::\d{1,5})?(?:/[a-z0-9][a-z0-9._-]{0,100}){0,8}")


def registry_name(text: str) -> str:
    """Return the registry (`nvcr.io`, `localhost:5000/mirror`) as names of images begin with it; `UsageError`."""
    cleaned = text.removesuffix("/")
    if _REGISTRY.fullmatch(cleaned) is None:
        raise UsageError(f"not a registry (like docker.io, nvcr.io or localhost:5000/mirror): {text[:80]!r}")
    return cleaned


@lru_cache(maxsize=64)
def digest_of(name: str) -> str:
    """Return the digest that the registry has for `REGISTRY/IMAGE:TAG` now, that of all platforms where it has several:
    the sha256 of the bytes that it sends. `StepError` where it sends none."""
    try:
        reference = parse_reference(f"docker://{name}")
        registry = Registry(reference, credentials_for(reference.keys, credential_files(os.environ)))
        return registry.digest()
    except (InvalidReferenceError, RemoteError) as error:
        raise StepError(f"cannot get the digest of {name}: {error}") from None
