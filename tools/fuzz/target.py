"""What a fuzz target is, and what all of them share."""

from __future__ import annotations

import functools
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
_MEMORY = Path("/dev/shm")  # a disk would be the slowest part of every execution


@dataclass(frozen=True)
class FuzzTarget:
    """A reader or parser that takes whatever bytes it is given: `run` raises for a fault of the code alone.

    `seeds` are small good inputs to begin with. `longest` bounds the inputs, in bytes; `words` are pieces that chance
    would take long to find.
    """

    name: str
    run: Callable[[bytes], None]
    seeds: Callable[[], Iterable[bytes]]
    longest: int = 4096
    words: tuple[str, ...] = ()


@functools.cache
def scratch() -> Path:
    """A folder of this process, below TMPDIR. Who starts the process removes it: a fuzzer's process ends without a
    goodbye."""
    return Path(tempfile.mkdtemp(prefix="cudacompat-fuzz-"))


@contextmanager
def file_of(data: bytes, name: str) -> Iterator[Path]:
    """A file with these bytes, in a folder of its own that stays."""
    path = scratch() / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    try:
        yield path
    finally:
        path.unlink(missing_ok=True)


def text_of(data: bytes) -> str:
    """The bytes as the text that a reader would have decoded: always some text, so that no execution is lost."""
    return data.decode("utf-8", "replace")
