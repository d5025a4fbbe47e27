"""Folders: every regular file below one, in a stable order, none twice and none from outside."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterable, Iterator
from enum import Enum
from pathlib import Path
from typing import NamedTuple


class EntryKind(Enum):
    """What stands at a place of the tree."""

    FILE = "file"
    IMAGE = "image"  # a folder that is the layout of container images
    OUTSIDE = "outside"  # a symbolic link to a regular file outside the folder
    PROBLEM = "problem"


class FolderEntry(NamedTuple):
    """One thing found; `why` is filled for a PROBLEM, `status` for a FILE and an IMAGE."""

    step: EntryKind
    path: str
    why: str = ""
    status: os.stat_result | None = None


NOT_REGULAR = "not a regular file"
FOLDER_OUTSIDE = "a symbolic link to a directory outside the named one; not followed"


def why_not(error: OSError) -> str:
    """Return the system's words for an error."""
    return (error.strerror or type(error).__name__).lower()


def walk(root: str, leave: Iterable[tuple[int, int]] = ()) -> Iterator[FolderEntry]:
    """Give what lies below a folder, sorted by name, depth first, but for the folders to `leave` (device and inode).

    A symbolic link to something inside the folder is passed over: what it points at is met under its own
    name. One that is broken, or points at itself, holds nothing.
    """
    walk = _Walk(root, leave)
    while walk.waiting:
        path = walk.waiting.pop()
        try:
            status = walk.status(path)
            if stat.S_ISREG(status.st_mode):
                yield FolderEntry(EntryKind.FILE, path, status=status)
            else:
                yield from walk.look_at(path, status)
        except OSError as error:
            yield FolderEntry(EntryKind.PROBLEM, path, why_not(error))


class _Walk:
    """What is to be looked at still, and the folders that were seen."""

    def __init__(self, root: str, leave: Iterable[tuple[int, int]]) -> None:
        self.waiting = [root]
        self._root: str | None = root  # until it was looked at
        self._home = os.path.realpath(root)
        self._seen: set[tuple[int, int]] = set(leave)

    def look_at(self, path: str, status: os.stat_result) -> Iterator[FolderEntry]:
        """Give what stands at the path and is no file, and let the names in a folder wait."""
        if stat.S_ISLNK(status.st_mode):
            yield from _link(path, self._home)
        elif not stat.S_ISDIR(status.st_mode):
            yield FolderEntry(EntryKind.PROBLEM, path, NOT_REGULAR)
        elif (status.st_dev, status.st_ino) not in self._seen:
            self._seen.add((status.st_dev, status.st_ino))
            yield from self._enter(path, status)

    def status(self, path: str) -> os.stat_result:
        """Return the state of what stands at the path. The root itself may be a link: the user said so."""
        is_root, self._root = path == self._root, None
        return Path(path).stat() if is_root else os.lstat(path)

    def _enter(self, path: str, status: os.stat_result) -> Iterator[FolderEntry]:
        with os.scandir(path) as entries:
            names = sorted((entry.name for entry in entries), reverse=True)
        beside = _beside_image(path, names)
        if beside is not None:
            yield FolderEntry(EntryKind.IMAGE, path, status=status)
        folder = path if path.endswith(os.sep) else path + os.sep
        self.waiting.extend(folder + name for name in (names if beside is None else beside))


def _beside_image(path: str, names: list[str]) -> list[str] | None:
    """The names in a folder that are no part of the image whose layout it is; None for a folder that is none."""
    # The module is loaded where a name hints at it: few folders are one.
    if "oci-layout" in names and "index.json" in names:
        from cudacompat.artifacts.containers.layouts import PARTS, is_image_folder

        return [name for name in names if name not in PARTS] if is_image_folder(path) else None
    if "version" in names and "manifest.json" in names:
        from cudacompat.artifacts.containers.layouts import OF_COPIED, is_copied_image

        return [name for name in names if OF_COPIED.fullmatch(name) is None] if is_copied_image(path) else None
    return None


def _link(path: str, home: str) -> Iterator[FolderEntry]:
    real = os.path.realpath(path)
    if real == home or real.startswith(home if home.endswith(os.sep) else home + os.sep):
        return
    try:
        mode = Path(path).stat().st_mode
    except FileNotFoundError:
        return
    except OSError as error:
        if error.errno != errno.ELOOP:
            yield FolderEntry(EntryKind.PROBLEM, path, why_not(error))
        return
    if stat.S_ISREG(mode):
        yield FolderEntry(EntryKind.OUTSIDE, path)
    elif stat.S_ISDIR(mode):
        yield FolderEntry(EntryKind.PROBLEM, path, FOLDER_OUTSIDE)
