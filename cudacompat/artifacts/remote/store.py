"""Wheels in a folder or bucket that fsspec reads (`s3://mirror/wheels`): of each, what may hold device code."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from cudacompat.artifacts.remote.connection import Remote
from cudacompat.artifacts.remote.errors import NoRangesError, RemoteError
from cudacompat.artifacts.remote.take import Taken, members_of_zip, require_room
from cudacompat.artifacts.remote.zip_table import TableError

# Folders, buckets and what stands in for one; not the many other things that fsspec opens: programs, archives, chains.
_STORE = re.compile(r"(?:file|s3|gs|gcs|az|abfs|abfss|memory)://[^\s\x00-\x1f]{1,4000}")
_HEAD = 512  # bytes by which a file is told
_PIECE = 8 << 20  # bytes that are asked for at once


def is_store(text: str) -> bool:
    """Return True for the address of a file or folder in a store."""
    return _STORE.fullmatch(text) is not None and "::" not in text


def wheels_in(address: str) -> tuple[str, ...]:
    """Return the addresses of the wheels in a folder of a store and below, sorted; the address itself if it is a wheel.
    `RemoteError` where the store cannot be asked."""
    if address.endswith(".whl"):
        return (address,)
    with _asked(address) as (store, path):
        found = store.find(path)
        return tuple(sorted(store.unstrip_protocol(each) for each in found if each.endswith(".whl")))


def take_from_store(address: str, into: Path, most: int) -> Taken:
    """Put the wheel at `into`, which is not there yet; `RemoteError` where it cannot be had, or has more than `most`
    bytes."""
    with _asked(address) as (store, path):
        size = int(store.size(path) or 0)
        require_room(size, most, into)
        parts, remote = _Parts(store, path), Remote(address, size, None, ranges=True)
        with into.open("w+b") as file:
            try:
                head = b"".join(parts.part(remote, 0, min(_HEAD, size)))
                left_out, digest = members_of_zip(parts, remote, head, file=file)
            except (NoRangesError, TableError):
                file.seek(0)
                for piece in parts.part(remote, 0, size):
                    file.write(piece)
                return Taken(size, parts.came)
        return Taken(size, parts.came, left_out, digest=digest)


class _Parts:
    """Ranges of bytes of one file in a store."""

    def __init__(self, store: Any, path: str) -> None:
        self._store, self._path = store, path
        self.came = 0

    def part(self, remote: Remote, start: int, end: int) -> Iterator[bytes]:  # noqa: ARG002  as of connections
        """Give the bytes `[start, end)` piece by piece."""
        while start < end:
            until = min(end, start + _PIECE)
            data: bytes = self._store.cat_file(self._path, start=start, end=until)
            if len(data) != until - start:
                raise RemoteError(f"the store sent {len(data)} bytes where {until - start} were asked for")
            self.came += len(data)
            start = until
            yield data


@contextmanager
def _asked(address: str) -> Iterator[tuple[Any, str]]:
    """The store of an address and the path in it; what goes wrong with either is a `RemoteError`."""
    try:
        from fsspec.core import url_to_fs
    except ImportError:
        raise RemoteError("this needs fsspec, which is not installed (pip install 'cudacompat[buckets]')") from None
    try:
        store, path = url_to_fs(address)
        yield store, str(path)
    except RemoteError:
        raise
    except Exception as error:  # noqa: BLE001  each store has errors of its own kind
        raise RemoteError(_words(error)) from None


def _words(error: Exception) -> str:
    if isinstance(error, FileNotFoundError):
        return "there is no such file in the store"
    if isinstance(error, PermissionError):
        return "the store does not let this user read it"
    lines = str(error).splitlines()
    return lines[0][:300] if lines else type(error).__name__
