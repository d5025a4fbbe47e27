"""A folder of the user's with documents of earlier runs, each under its key. Whatever is wrong with one, it is a miss:
the folder and its files have to belong to this user, and nobody else may write there."""

from __future__ import annotations

import contextlib
import json
import os
import stat
import tempfile
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any

_LARGEST_ENTRY = 64 << 20
_LARGEST_ALL = 256 << 20

# What a document that was changed or cut raises where its parts are looked at.
BAD_DOCUMENT = (OSError, ValueError, LookupError, TypeError, RecursionError, MemoryError, AttributeError)


class OwnFolder:
    """Keeps documents of JSON by keys of JSON."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def is_ours(self) -> bool:
        """Return whether nobody else can put documents there."""
        try:
            status = os.lstat(self._folder)
        except OSError:
            return False
        return stat.S_ISDIR(status.st_mode) and _is_private(status)

    def get(self, key: list[Any]) -> dict[str, Any]:
        """Return what was kept under this key; one of `BAD_DOCUMENT` where that is nothing."""
        document: dict[str, Any] = json.loads(_own_bytes(self._entry(key)))
        if document["key"] != key:
            raise LookupError("kept under another key")
        return document

    def put(self, *documents: dict[str, Any]) -> bool:
        """Keep documents, each by the key in it; return whether they are short enough. Silent about what goes wrong."""
        texts = [json.dumps(each, separators=(",", ":")) for each in documents]
        if any(len(text) > _LARGEST_ENTRY for text in texts):
            return False
        with contextlib.suppress(OSError):
            self._folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._folder.mkdir(mode=0o700, exist_ok=True)
            if self.is_ours():
                for each, text in zip(documents, texts, strict=True):
                    self._write(self._entry(each["key"]), text)
                self._prune()
        return True

    def _entry(self, key: list[Any]) -> Path:
        return self._folder / f"{sha256(json.dumps(key).encode()).hexdigest()}.json"

    def _write(self, entry: Path, text: str) -> None:
        descriptor, name = tempfile.mkstemp(dir=self._folder, prefix="new-")  # 0600
        try:
            with os.fdopen(descriptor, "w", encoding="ascii") as file:
                file.write(text)
            Path(name).replace(entry)
        except OSError:
            Path(name).unlink(missing_ok=True)

    def _prune(self) -> None:
        """Remove the oldest entries where all together are too large."""
        found = []
        for entry in os.scandir(self._folder):
            status = entry.stat(follow_symlinks=False)
            found.append((status.st_mtime_ns, status.st_size, entry.path))
        total = sum(size for _, size, _ in found)
        for _, size, path in sorted(found):
            if total <= _LARGEST_ALL:
                return
            with contextlib.suppress(OSError):
                Path(path).unlink()
                total -= size


@lru_cache(maxsize=4)
def state_of(room: Path) -> str:
    """Return what tells one state of the code and the tables in a folder of this program from another, for those who
    work on it."""
    files = sorted(file for file in room.rglob("*.*") if file.suffix != ".pyc")
    states = [(str(file.relative_to(room)), file.stat().st_mtime_ns) for file in files]
    return sha256(repr(states).encode()).hexdigest()[:16]


def _own_bytes(path: Path) -> bytes:
    """The bytes of a file that only this user can have written; `OSError` for any other."""
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0)
    with os.fdopen(os.open(path, flags), "rb") as file:
        status = os.fstat(file.fileno())
        if not stat.S_ISREG(status.st_mode) or not _is_private(status) or status.st_size > _LARGEST_ENTRY:
            raise OSError("not an entry of ours")
        return file.read(_LARGEST_ENTRY)


def _is_private(status: os.stat_result) -> bool:
    """Whether it belongs to this user, and nobody else may read or write it (as far as the system knows users)."""
    user = getattr(os, "geteuid", None)
    return user is None or (status.st_uid == user() and not status.st_mode & 0o077)
