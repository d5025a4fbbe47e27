"""Folders: every regular file below one, in a stable order, none twice and none from outside."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
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


def walk(root: str) -> Iterator[FolderEntry]:
    """Give what lies below a folder, sorted by name, depth first.

    A symbolic link to something inside the folder is passed over: what it points at is met under its own
    name. One that is broken, or points at itself, holds nothing.
    """
    home = os.path.realpath(root)
    seen: set[tuple[int, int]] = set()
    stack = [root]
    named = True  # the root itself may be a link: the user said so
    while stack:
        path = stack.pop()
        try:
            status = Path(path).stat() if named else os.lstat(path)
            named = False
            mode = status.st_mode
            if stat.S_ISLNK(mode):
                yield from _link(path, home)
            elif stat.S_ISREG(mode):
                yield FolderEntry(EntryKind.FILE, path, status=status)
            elif not stat.S_ISDIR(mode):
                yield FolderEntry(EntryKind.PROBLEM, path, NOT_REGULAR)
            elif (status.st_dev, status.st_ino) not in seen:
                seen.add((status.st_dev, status.st_ino))
                with os.scandir(path) as entries:
                    names = sorted((entry.name for entry in entries), reverse=True)
                if "oci-layout" in names and "index.json" in names:
                    from cudacompat.artifacts.containers.layouts import PARTS, is_image_folder  # few folders are one

                    if is_image_folder(path):
                        yield FolderEntry(EntryKind.IMAGE, path, status=status)
                        names = [name for name in names if name not in PARTS]
                elif "version" in names and "manifest.json" in names:
                    from cudacompat.artifacts.containers.layouts import OF_COPIED, is_copied_image

                    if is_copied_image(path):
                        yield FolderEntry(EntryKind.IMAGE, path, status=status)
                        names = [name for name in names if OF_COPIED.fullmatch(name) is None]
                folder = path if path.endswith(os.sep) else path + os.sep
                stack.extend(folder + name for name in names)
        except OSError as error:
            named = False
            yield FolderEntry(EntryKind.PROBLEM, path, why_not(error))


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
