"""Results of reading large files, kept in a folder of the user's. Whatever is wrong with an entry, it is a miss."""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

from cudacompat import __version__
from cudacompat.artifacts.binaries.kernels import WORTH_A_FRONT, is_unpicked
from cudacompat.artifacts.binaries.sibling_names import still_holds
from cudacompat.artifacts.containers.folders import EntryKind
from cudacompat.artifacts.reading.own_folder import BAD_DOCUMENT, OwnFolder, state_of
from cudacompat.artifacts.reading.saved_form import of_document, targets_of_document, to_document, to_targets_document
from cudacompat.artifacts.reading.work import SMALLEST_KEPT, FileResult, Work
from cudacompat.domain.words.capability import ComputeCapability
from cudacompat.domain.words.code import Compression
from cudacompat.domain.words.image_platforms import PlatformWish
from cudacompat.domain.words.limits import Limits
from cudacompat.domain.words.target import ArchTarget, CodeKind

_SETTLED_S = 2.0  # a file changed later than this before it is read may change again within one tick of its clock


class ResultCache:
    """Entries by what identifies a file and how it is read; every method is silent about what goes wrong."""

    def __init__(self, folder: Path) -> None:
        self._folder = OwnFolder(folder)

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
        if not _is_kept(work) or not self._folder.is_ours():
            return None
        key = _key(work, limits, kernels=kernels, wish=wish)
        try:
            document = self._folder.get(key)
            targets = targets_of_document(document["by_gpu"])
            if targets:
                document = self._folder.get([*key, _by_gpu(targets, gpus)])
            result = of_document(document, work.path)
            known = frozenset(map(ComputeCapability.parse, document["read_for"]))
            return result if not texts and _are_among(gpus, known) else _if_it_holds(result, gpus, texts=texts)
        except BAD_DOCUMENT:
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
    ) -> FileResult:
        """Keep what a file gave, unless a limit cut it, or the file is not what it was when it was listed. Return it
        with the name under which it is kept, if it is."""
        if not _is_kept(work) or result.bounded or not _is_settled(work):
            return result
        key = _key(work, limits, kernels=kernels, wish=wish)
        targets = _read_by_gpu(result) if kernels else ()
        name = secrets.token_hex(16)
        artifacts = (replace(each, kept=f"{name}:{number}") for number, each in enumerate(result.artifacts))
        named = replace(result, artifacts=tuple(artifacts))
        head = {"key": key, "by_gpu": to_targets_document(targets)}
        own = [*key, _by_gpu(targets, gpus)] if targets else key
        read_for = sorted(map(str, gpus or ()))
        documents = [{**head, "key": own, "read_for": read_for, **to_document(named)}, *([head] if targets else [])]
        return named if self._folder.put(*documents) else result


def _are_among(gpus: frozenset[ComputeCapability] | None, known: frozenset[ComputeCapability]) -> bool:
    """Whether the file was read for all of these GPUs: what was left of its PTX texts is then what is left for them."""
    return gpus is not None and gpus <= known


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


def _code() -> str:
    """The state of this program's readers."""
    return state_of(Path(__file__).parents[1])
