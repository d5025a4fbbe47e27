"""Files that users name or that lie in their trees: read to a bound, refused in one line."""

from __future__ import annotations

import contextlib
import os
import re
import stat
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from cudacompat.domain.words.errors import UsageError
from cudacompat.domain.words.limits import MOST_OF_BUILD_FILE


def read_whole(
    path: str | Path, most: int, refusal: str, *, named: str = "", hint: str = "", regular: bool = False
) -> bytes:
    """Return the bytes of a file of at most `most`, `-` for standard input; `UsageError` for one that cannot be read or
    is larger.

    `refusal` is what a larger one is (`is not a baseline`); `named` stands for the path where reading fails, and `hint`
    follows where the file is not there. With `regular`, nothing but a regular file will do: a pipe or a terminal that a
    policy names would be waited for, and `-` is a file of that name.
    """
    if str(path) == STANDARD_INPUT and not regular:
        data = _standard_input(most, named or "standard input")
        if len(data) > most:
            raise UsageError(f"standard input {refusal}: over {most >> 20} MiB")
        return data
    from cudacompat.artifacts.files.opened import opened  # a command that reads no such file starts without it

    try:
        if regular and Path(path).exists() and not Path(path).is_file():
            raise UsageError(f"{named or path} {refusal}: it is not a regular file")
        with opened(path) as stream:
            data = stream.read(most + 1)
    except OSError as error:
        after = hint if isinstance(error, FileNotFoundError) else ""
        raise UsageError(f"cannot read {named or path}: {(error.strerror or str(error)).lower()}{after}") from error
    if len(data) > most:
        raise UsageError(f"{path} {refusal}: over {most >> 20} MiB")
    return data


STANDARD_INPUT = "-"


def _standard_input(most: int, named: str) -> bytes:
    """The bytes of standard input, one more than `most` at the most; `UsageError` for a terminal."""
    if sys.stdin.isatty():
        raise UsageError(f"cannot read {named}: standard input is a terminal; pipe the file into the command")
    try:
        return sys.stdin.buffer.read(most + 1)
    except OSError as error:
        raise UsageError(f"cannot read {named}: {(error.strerror or str(error)).lower()}") from error


@contextlib.contextmanager
def quoting(file: str, refusal: str, *, allowed: bool) -> Iterator[None]:
    """Where it is not `allowed`, leave what a file says out of the `UsageError` that reading it ends in: of a file that
    a policy names, which may be a stranger's, and the file anything (/etc/shadow). The number of the line stays."""
    try:
        yield
    except UsageError as error:
        if allowed:
            raise
        place = re.match(rf"{re.escape(file)}(?::\d+)?(?=\W)", str(error))
        where = place[0] if place is not None else file
        raise UsageError(
            f"{where} {refusal} (what it says is not shown, as it was not named on the command line)"
        ) from None


def open_regular(path: Path, *, follow: bool = True) -> BinaryIO:
    """Return a regular file, open to be read; what it is is asked of the open file, and a pipe is not waited for.
    `ValueError` for anything else, `OSError` where it cannot be opened; with `follow` off, a link cannot."""
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | (0 if follow else getattr(os, "O_NOFOLLOW", 0))
    stream = os.fdopen(os.open(path, flags), "rb")
    if stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
        return stream
    stream.close()
    raise ValueError("not a regular file")


def beginning(path: Path, most: int = MOST_OF_BUILD_FILE) -> str | None:
    """Return the text of a file's first `most` bytes, undecodable ones replaced; `None` where there is no such file or
    it cannot be read."""
    try:
        with open_regular(path) as stream:
            return stream.read(most).decode("utf-8", "replace")
    except (OSError, ValueError):
        return None


def small_content(path: Path, most: int) -> bytes:
    """Return the content of a regular file of at most `most` bytes, to which no link leads; nothing of any other."""
    try:
        with open_regular(path, follow=False) as stream:
            return stream.read(most) if os.fstat(stream.fileno()).st_size <= most else b""
    except (OSError, ValueError):
        return b""
