"""What there is to read, listed before it is read: one piece of work a file."""

from __future__ import annotations

import os
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from cudacompat.artifacts.containers.folders import EntryKind, walk
from cudacompat.domain.words.code import BinaryArtifact, BundledCompiler, ContainerImage, NotRead

SMALLEST_KEPT = 1 << 20  # bytes of a file whose result is kept: smaller ones are read as fast as what was kept


class Work(NamedTuple):
    """One file to read. `root` is the number of the path that the user named, `named` whether it is that path itself.

    `device` and `inode` tell a file that is met twice; both are 0 where the system does not say. `why` is filled for
    what cannot be read at all.
    """

    root: int
    path: str
    kind: EntryKind
    named: bool = False
    device: int = 0
    inode: int = 0
    size: int = 0
    mtime_ns: int = 0
    ctime_ns: int = 0
    why: str = ""

    @property
    def identity(self) -> tuple[int, int] | None:
        """What tells that two paths are one file."""
        return (self.device, self.inode) if self.inode else None


@dataclass(frozen=True, slots=True)
class FileResult:
    """What the reading of one file gave.

    `more_rows` are the rows of `not_read` beyond those that are kept. `members` and `inflated` were spent of the
    budget; `cut` is why the whole path is not read any further, `bounded` whether any limit kept something out.
    """

    artifacts: tuple[BinaryArtifact, ...] = ()
    not_read: tuple[NotRead, ...] = ()
    files: int = 0
    without_code: int = 0
    more_rows: int = 0
    members: int = 0
    inflated: int = 0
    cut: str | None = None
    bounded: bool = False
    images: tuple[ContainerImage, ...] = ()
    compilers: tuple[BundledCompiler, ...] = ()


OnResult = Callable[[str, FileResult | None], None]  # the path of a file, and what it gave; `None` if that was lost


def list_work(
    paths: Sequence[str], without: Container[str] = (), leave: Iterable[tuple[int, int]] = ()
) -> Iterator[Work]:
    """Give every file that lies in these paths: in their order, those of a folder sorted by name; nothing of those
    `without` which it is, and nothing of the folders below them to `leave`."""
    for root, path in enumerate(paths):
        if path in without:
            continue
        for entry in walk(path, leave):
            named = entry.path == path
            if entry.step is EntryKind.PROBLEM:
                yield Work(root, entry.path, entry.step, named=named, why=entry.why)
                continue
            status = entry.status or _status(entry.path)
            if status is None:
                yield Work(root, entry.path, entry.step, named=named)
                continue
            yield Work(
                root,
                entry.path,
                entry.step,
                named=named,
                device=status.st_dev,
                inode=status.st_ino,
                size=status.st_size,
                mtime_ns=status.st_mtime_ns,
                ctime_ns=status.st_ctime_ns,
            )


def _status(path: str) -> os.stat_result | None:
    try:
        return Path(path).stat()
    except OSError:
        return None
