"""The driver's cache of compiled PTX, watched while a command runs.

Measured with driver 580.159.04: a compilation adds a file two folders down and writes `index`; code that comes out of
the cache opens `index` and its file; machine code opens nothing there.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import struct
import sys
from pathlib import Path

from cudacompat.domain.runs.observation import JitCache

_MOST_FILES = 200_000
_MOST_FOLDERS = 4000
_EVENT = struct.Struct("iI4xI")  # inotify(7): watch, mask, length of the name; the cookie is passed over
_OPENED, _IS_FOLDER, _OVERFLOW = 0x20, 0x40000000, 0x4000


class CacheWatch:
    """Looks at the cache before and after, and on Linux at which of its files are opened in between."""

    def __init__(self, folder: Path, *, cold: bool, enabled: bool) -> None:
        self._folder = folder
        self._cold = cold
        self._enabled = enabled
        self._before = _size(folder)
        self._opened: set[tuple[int, bytes]] = set()
        self._file: int | None = _watch(folder)
        self._lost = False

    def poll(self) -> None:
        """Take what the kernel noted so far, so that its queue does not run over."""
        if self._file is None:
            return
        while True:
            try:
                data = os.read(self._file, 1 << 16)
            except OSError:
                return
            at = 0
            while at + _EVENT.size <= len(data):
                watch, mask, length = _EVENT.unpack_from(data, at)
                name = data[at + _EVENT.size : at + _EVENT.size + length].rstrip(b"\0")
                self._lost = self._lost or bool(mask & _OVERFLOW)
                if mask & _OPENED and not mask & _IS_FOLDER and name:
                    self._opened.add((watch, name))
                at += _EVENT.size + length

    def finish(self) -> JitCache:
        """Return what was seen; the watch is over."""
        self.poll()
        opened = None if self._file is None or (self._lost and not self._opened) else len(self._opened)
        if self._file is not None:
            with contextlib.suppress(OSError):
                os.close(self._file)
            self._file = None
        after = _size(self._folder)
        return JitCache(str(self._folder), self._cold, self._enabled, before=self._before, after=after, opened=opened)


def _size(folder: Path) -> tuple[int, int]:
    """Files and bytes in it."""
    files = size = 0
    for place, _, names in os.walk(folder):
        for name in names:
            with contextlib.suppress(OSError):
                size += os.lstat(os.path.join(place, name)).st_size  # noqa: PTH118  a Path for each of thousands is slow
                files += 1
        if files >= _MOST_FILES:
            break
    return files, size


def _watch(folder: Path) -> int | None:
    """An inotify file over the folder and those below it, `None` where there is no such thing."""
    if sys.platform != "linux" or not folder.is_dir():
        return None
    try:
        libc = ctypes.CDLL(None, use_errno=True)
        file = int(libc.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC))
    except (OSError, AttributeError):
        return None
    if file < 0:
        return None
    for number, (place, _, _) in enumerate(os.walk(folder)):
        if number >= _MOST_FOLDERS or libc.inotify_add_watch(file, os.fsencode(place), _OPENED) < 0:
            os.close(file)
            return None
    return file
