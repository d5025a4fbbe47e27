"""Files that users name, opened to be read: also pipes, without a wait for a writer that never comes."""

from __future__ import annotations

import errno
import io
import os
import stat
import sys
import time
from pathlib import Path
from typing import BinaryIO

PATIENCE_S = 5.0  # for somebody to open a named pipe for writing
_LOOK_S = 0.02
_CHUNK = 1 << 16


def opened(path: str | Path) -> BinaryIO:
    """Open a file, a device or a pipe for reading; `OSError` where that cannot be, also for a named pipe that nobody
    opens for writing within `PATIENCE_S` seconds, which would be waited for without an end."""
    if sys.platform == "win32":
        return Path(path).open("rb")
    number = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY)
    try:
        mode = os.fstat(number).st_mode
        first = _first_of_pipe(number, str(path)) if stat.S_ISFIFO(mode) else b""
        os.set_blocking(number, True)
        return io.BufferedReader(_Stream(number, first), _CHUNK)
    except BaseException:
        os.close(number)
        raise


def _first_of_pipe(number: int, path: str) -> bytes:
    """What is in the pipe already, as soon as there is a writer. One without a name (`<(command)`) has had its own."""
    named = stat.S_ISFIFO(_mode(os.path.realpath(path)))
    deadline = time.monotonic() + PATIENCE_S
    while True:
        try:
            first = os.read(number, _CHUNK)
        except BlockingIOError:  # a writer is there, and has not written yet
            return b""
        if first or not named:
            return first
        if time.monotonic() > deadline:
            raise OSError(errno.ENXIO, f"it is a pipe without a writer (waited {PATIENCE_S:g} s)")
        time.sleep(_LOOK_S)


def _mode(path: str) -> int:
    try:
        return Path(path).stat().st_mode
    except OSError:
        return 0


class _Stream(io.FileIO):
    """An open file, some bytes of which were read already."""

    def __init__(self, number: int, first: bytes) -> None:
        super().__init__(number, "rb")
        self._first = first

    def readinto(self, buffer: bytearray | memoryview) -> int | None:  # type: ignore[override]
        """Fill the buffer with what comes next."""
        if not self._first:
            return super().readinto(buffer)
        count = min(len(buffer), len(self._first))
        buffer[:count] = self._first[:count]
        self._first = self._first[count:]
        return count
