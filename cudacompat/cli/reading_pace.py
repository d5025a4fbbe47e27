"""How far the reading of files is: how many of how many, which share of the bytes, and how long the rest will take."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence

from cudacompat.domain.words.paths import ArtifactPath

_COUNT_AFTER_S = 1.0  # the counting reads every directory once more: nothing that a short run should pay


class Pace:
    """Counts the files that reading names, and tells how many are left of those below the paths."""

    def __init__(self, paths: Sequence[str], clock: Callable[[], float] = time.monotonic) -> None:
        self._paths = [path for path in paths if os.path.exists(path)]  # noqa: PTH110  no error for any name
        self._clock = clock
        self._start = clock()
        self._files = self._members = self._bytes = 0
        self._current: str | None = None
        self._current_bytes = 0
        self._all: tuple[int, int] | None = None

    def expects(self, paths: Sequence[str]) -> None:
        """Take these files for all that will be read."""
        self._paths = list(paths)

    def before(self, path: str) -> str:
        """Return what to show before the path of a file that is read from now on: empty in the first second."""
        outer = ArtifactPath.parse(path).outer
        if outer == self._current:
            self._members += 1
        else:
            self._files += 1
            self._bytes += self._current_bytes
            self._current, self._current_bytes = outer, _size(outer)
        elapsed = self._clock() - self._start
        if elapsed < _COUNT_AFTER_S:
            return ""
        if self._all is None and self._paths:
            self._all = _count(self._paths)
        files, size = self._all or (0, 0)
        if files > 1 and self._files <= files and self._bytes <= size:
            return f"file {self._files} of {files}, {amount(self._bytes, size, elapsed)}: "
        count = self._members if files == 1 else self._files + self._members
        return f"file {max(count, 1)}, after {elapsed:.0f} s: "


def amount(done: int, size: int, elapsed: float) -> str:
    """Return how many bytes of how many are done after some seconds, and about how many seconds are left."""
    from cudacompat.domain.words.byte_sizes import byte_size

    whole = f"{byte_size(done)} of {byte_size(size)}"
    if done == 0:
        return whole
    seconds = round(elapsed * (size - done) / done)
    left = f"{seconds // 60} min {seconds % 60} s" if seconds >= 60 else f"{seconds} s"
    return f"{whole}, about {left} left"


def _count(paths: Sequence[str]) -> tuple[int, int]:
    """The files below the paths and their bytes."""
    from cudacompat.artifacts.reading.work import list_work

    sizes = [work.size for work in list_work(paths)]
    return len(sizes), sum(sizes)


def _size(path: str) -> int:
    try:
        return os.stat(path).st_size  # noqa: PTH116  a name of any kind
    except (OSError, ValueError):
        return 0
