"""What a person is told while files are fetched: what, from where, and how many bytes."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from cudacompat.app.inputs.named import Told

if TYPE_CHECKING:
    from cudacompat.domain.words.code import FetchedFile

_STEP = 1 << 20  # bytes between two lines about how far it is


class _Lines(Told):
    """Says in lines on stderr what is fetched and what came, and on `show` how far it is."""

    def __init__(self, show: Callable[[str], None] | None) -> None:
        self._show = show
        self._name = self._label = ""
        self._source = ""
        self._size: int | None = None
        self._came = 0
        self._shown = 0

    def asking(self, package: str) -> None:
        """Show the package."""
        if self._show is not None:
            self._show(f"the package index about {package}")

    def fetching(self, name: str, source: str) -> None:
        """Keep the name until the size is known."""
        self._name, self._source, self._came, self._shown = name, source, 0, 0

    def began(self, size: int | None) -> None:
        """Name it, its size and where it comes from."""
        self._size = size
        if self._name:
            _say(f"fetching {self._name}{f' ({_size(size)})' if size is not None else ''} from {self._source}")
            self._label, self._name = self._name, ""

    def came(self, count: int) -> None:
        """Show how far it is, once for each megabyte."""
        self._came += count
        if self._show is not None and self._came - self._shown > _STEP:
            self._shown = self._came
            whole = f" of {_size(self._size)}" if self._size is not None else ""
            self._show(f"{self._label}: {_size(self._came)}{whole}")

    def remark(self, text: str) -> None:
        """Say it."""
        _say(text)

    def fetched(self, file: FetchedFile) -> None:
        """Say how many bytes came, of how many."""
        if not file.travelled:
            _say(f"{file.label} ({_size(file.size)}) is on this machine")
        elif file.left_out:
            parts = f"{_size(file.travelled)} of {_size(file.size)}"
            _say(f"fetched {file.label}: {parts}, without {file.left_out} members that cannot hold device code")
        else:
            _say(f"fetched {file.label}: {_size(file.travelled)}")


@contextlib.contextmanager
def downloads(quiet: bool, show: Callable[[str], None] | None = None) -> Iterator[Told]:
    """Give who is told of what is fetched: lines on stderr, and on a terminal (`show`) how far it is; nothing if
    quiet."""
    yield Told() if quiet else _Lines(show)


def _size(count: int) -> str:
    """The bytes in words."""
    from cudacompat.domain.words.byte_sizes import byte_size

    return byte_size(count)


def _say(text: str) -> None:
    from cudacompat.report.safe_text import safe_line

    sys.stderr.write(f"cudacompat: {safe_line(text)}\n")
    sys.stderr.flush()
