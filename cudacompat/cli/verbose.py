"""`-v`: what a run does, line by line on stderr. It changes no result."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_IS_ON: ContextVar[bool] = ContextVar("verbose", default=False)


@contextmanager
def speaking(wanted: bool) -> Iterator[None]:
    """Have `note` speak meanwhile, and tell at the end how long it took."""
    token = _IS_ON.set(wanted)
    start = time.monotonic()
    try:
        yield
    finally:
        if wanted:
            note(f"ended after {time.monotonic() - start:.2f} s")
        _IS_ON.reset(token)


def is_on() -> bool:
    """Return True if the user asked for `-v`."""
    return _IS_ON.get()


def note(text: str) -> None:
    """Write a line to stderr if the user asked for `-v`."""
    if _IS_ON.get():
        from cudacompat.report.safe_text import safe_line

        sys.stderr.write(f"cudacompat: {safe_line(text)}\n")
        sys.stderr.flush()
