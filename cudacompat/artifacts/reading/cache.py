"""Results of reading large files, kept in a folder of the user's. Whatever is wrong with an entry, it is a miss."""

from __future__ import annotations

import contextlib
import json
import os
import stat
import tempfile
import time
from collections.abc import Iterable
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from cudacompat import __version__
from cudacompat.artifacts.binaries.kernels import WORTH_A_FRONT, is_unpicked
from cudacompat.artifacts.binaries.sibling_names import still_holds
from cudacompat.artifacts.containers.folders import EntryKind
from cudacompat.artifacts.reading.saved_form import of_document, targets_of_document, to_document, to_targets_document
from cudacompat.artifacts.reading.work import SMALLEST_KEPT, FileResult, Work
from cudacompat.domain.words.capability import ComputeCapability
from cudacompat.domain.words.code import Compression
from cudacompat.domain.words.image_platforms import PlatformWish
from cudacompat.domain.words.limits import Limits
from cudacompat.domain.words.target import ArchTarget, CodeKind

_LARGEST_ENTRY = 64 << 20
_LARGEST_ALL = 256 << 20
_SETTLED_S = 2.0  # a file changed later than this before it is read may change again within one tick of its clock


class ResultCache:
    """Entries by what identifies a file and how it is read; every method is silent about what goes wrong."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def get(
        self,
        work: Work,
        limits: Limits,
        *,
        kernels: bool,
        gpus: frozenset[ComputeCapability] | None = None,
        wish: PlatformWish | None = None,
        texts: bool = False,
    ) -> FileResult | None:
        """Return what the reading of this very file gave before; None where that is not known. With `texts` all PTX has
        to have been read."""
        if not _is_kept(work) or not self._is_ours():
            return None
        key = _key(work, limits, kernels=kernels, wish=wish)
        try:
            document = self._document(key)
            targets = targets_of_document(document["by_gpu"])
            if targets:
                document = self._document([*key, _by_gpu(targets, gpus)])
            return _if_it_holds(of_document(document, work.path), gpus, texts=texts)
        except (OSError, ValueError, LookupError, TypeError, RecursionError, MemoryError, AttributeError):
            return None

    def put(
        self,
        work: Work,
        limits: Limits,
        result: FileResult,
        *,
        kernels: bool,
        gpus: frozenset[ComputeCapability] | None = None,
        wish: PlatformWish | None = None,
    ) -> None:
        """Keep what a file gave, unless a limit cut it, or the file is not what it was when it was listed."""
        if not _is_kept(work) or result.bounded or not _is_settled(work):
            return
        key = _key(work, limits, kernels=kernels, wish=wish)
        targets = _read_by_gpu(result) if kernels else ()
        head = {"key": key, "by_gpu": to_targets_document(targets)}
        own = [*key, _by_gpu(targets, gpus)] if targets else key
        documents = [{**head, "key": own, **to_document(result)}, *([head] if targets else [])]
        texts = [json.dumps(each, separators=(",", ":")) for each in documents]
        if len(texts[0]) > _LARGEST_ENTRY:
            return
        with contextlib.suppress(OSError):
            self._folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._folder.mkdir(mode=0o700, exist_ok=True)
            if self._is_ours():
                for each, text in zip(documents, texts, strict=True):
                    self._write(self._entry(each["key"]), text)
                self._prune()

    def _document(self, key: list[Any]) -> dict[str, Any]:
        """What was kept under this key; `LookupError` for what was kept under another one."""
        document: dict[str, Any] = json.loads(_own_bytes(self._entry(key)))
        if document["key"] != key:
            raise LookupError("kept under another key")
        return document

    def _entry(self, key: list[Any]) -> Path:
        return self._folder / f"{sha256(json.dumps(key).encode()).hexdigest()}.json"

    def _is_ours(self) -> bool:
        """Whether nobody else can put entries there."""
        try:
            status = os.lstat(self._folder)
        except OSError:
            return False
        return stat.S_ISDIR(status.st_mode) and _is_private(status)

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


def _if_it_holds(result: FileResult, gpus: frozenset[ComputeCapability] | None, *, texts: bool) -> FileResult | None:
    """The result, where what was left of its PTX texts would be left for these GPUs, too."""
    asked = None if texts else gpus
    modules = (module for each in result.artifacts for module in each.modules)
    return result if all(still_holds(module.entries, asked) for module in modules) else None


def _is_kept(work: Work) -> bool:
    return work.kind is EntryKind.FILE and work.identity is not None and work.size >= SMALLEST_KEPT


def _is_settled(work: Work) -> bool:
    try:
        now = Path(work.path).stat()
    except OSError:
        return False
    same = (now.st_dev, now.st_ino, now.st_size, now.st_mtime_ns, now.st_ctime_ns) == _state(work)
    return same and time.time() - max(now.st_mtime, now.st_ctime) > _SETTLED_S


def _state(work: Work) -> tuple[int, ...]:
    return work.device, work.inode, work.size, work.mtime_ns, work.ctime_ns


def _key(
    work: Work,
    limits: Limits,
    *,
    kernels: bool,
    wish: PlatformWish | None,
) -> list[Any]:
    """What an answer depends on beside the GPUs: the file's state, this program, how deep it reads, the platform."""
    platform = None if wish is None else [str(wish.platform), wish.asked]
    return [*_state(work), work.named, kernels, platform, limits.depth, limits.per_file, __version__, _code()]


def _read_by_gpu(result: FileResult) -> tuple[ArchTarget, ...]:
    """The targets of images that are read in one way for GPUs that can pick them, and in another for all others."""
    entries = (entry for each in result.artifacts for module in each.modules for entry in module.entries)
    large = (
        entry.target
        for entry in entries
        if entry.kind is CodeKind.SASS
        and entry.compression is Compression.ZSTD
        and (entry.uncompressed_size or 0) > WORTH_A_FRONT
    )
    return tuple(sorted({target for target in large if target is not None}, key=str))


def _by_gpu(targets: Iterable[ArchTarget], gpus: frozenset[ComputeCapability] | None) -> list[str]:
    """Those of the targets whose images were not read whole: GPUs with the same ones have the same answer."""
    return [str(each) for each in targets if gpus is not None and is_unpicked(each, gpus)]


@lru_cache(maxsize=1)
def _code() -> str:
    """What tells one state of this program's readers from another, for those who work on it."""
    room = Path(__file__).parents[1]
    states = [(str(file.relative_to(room)), file.stat().st_mtime_ns) for file in sorted(room.rglob("*.py"))]
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
