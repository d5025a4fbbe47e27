"""Passing on to stderr what a command prints, while it runs."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress


def takes_commands(environment: Mapping[str, str] | None = None) -> bool:
    """Whether what this process prints is read by a CI runner that takes commands from it."""
    return (os.environ if environment is None else environment).get("GITHUB_ACTIONS") == "true"


@contextmanager
def echoing(*, patient: bool = False) -> Iterator[Callable[[bytes], None]]:
    """Give a function that writes output to stderr at once, byte for byte; below a CI runner that takes commands from
    it, without those. With `patient`, a stderr that nobody reads any more is no error."""
    if not takes_commands():
        yield lambda data: _write(data, patient)
        return
    from cudacompat.report.safe_text import CommandFilter

    passed = CommandFilter()
    try:
        yield lambda data: _write(passed.feed(data), patient)
    finally:
        _write(passed.close(), patient)


def _write(data: bytes, patient: bool) -> None:
    with suppress(*((OSError, ValueError) if patient else ())):
        sys.stderr.buffer.write(data)
        sys.stderr.buffer.flush()
