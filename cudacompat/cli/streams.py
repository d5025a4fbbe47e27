"""The standard streams, so that a closed one, a full disk or a reader that goes away costs no result.

What a command found is its exit code, whether somebody reads it or not. A report that a disk did not take is another
matter: whoever reads the file later gets half of it, so nothing ends with 0 then.
"""

from __future__ import annotations

import codecs
import contextlib
import errno
import io
import os
import sys
from typing import Any, BinaryIO, TextIO, cast

ENCODABLE = "cudacompat.encodable"  # the name of the error handler `encodable`
_PLAIN = {"\u2026": "...", "\u2013": "-", "\u2014": "-", "\u00d7": "x", "\u2265": ">=", "\u2192": "->", "\u00a0": " "}
_NOBODY_READS = (errno.EPIPE, errno.EBADF, errno.ECONNRESET, errno.ESHUTDOWN)


class _Lenient(io.RawIOBase):
    """Hands bytes on to a stream. After the first that it cannot write it takes the rest and forgets it."""

    def __init__(self, raw: io.RawIOBase) -> None:
        self._raw = raw
        self.why: OSError | None = None

    def writable(self) -> bool:
        return True

    def fileno(self) -> int:
        return self._raw.fileno()

    def isatty(self) -> bool:
        return self._raw.isatty()

    def write(self, data: bytes, /) -> int:  # type: ignore[override]
        """Write some of the bytes and return how many; all of them where nothing can be written any more."""
        try:
            while self.why is None:
                written = self._raw.write(data)
                if written is not None:
                    return written
                self._wait()
        except OSError as error:
            self.why = error
        return len(data)

    def _wait(self) -> None:
        """Wait until a stream that somebody has set to non-blocking takes more."""
        import select

        select.select([], [self._raw], [])


_STDOUT: list[_Lenient] = []


def encodable(error: UnicodeError) -> tuple[str, int]:
    """Write what an encoding lacks: the program's own signs in ASCII, all else as its escape."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    lacking = error.object[error.start : error.end]
    escaped = (_PLAIN.get(each) or each.encode("ascii", "backslashreplace").decode() for each in lacking)
    return "".join(escaped), error.end


codecs.register_error(ENCODABLE, encodable)


def prepare() -> None:
    """Open those of the three streams that are closed, so that no file that is opened later takes their numbers, and
    let errors of writing to stdout and stderr pass."""
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            _open(number)
    sys.stdin = sys.stdin or open(0, encoding="utf-8", closefd=False)  # noqa: SIM115  it stays open
    sys.stdout, raw = _lenient(sys.stdout, 1)
    _STDOUT[:] = [raw]
    sys.stderr, _ = _lenient(sys.stderr, 2)
    if isinstance(sys.stderr, io.TextIOWrapper):
        sys.stderr.reconfigure(errors=ENCODABLE)


def failure(*, of_disk: bool = False) -> OSError | None:
    """Return why stdout could not be written; with `of_disk`, only where that is not for want of a reader."""
    why = _STDOUT[0].why if _STDOUT else None
    return None if of_disk and why is not None and why.errno in _NOBODY_READS else why


def forget() -> None:
    """Have `finish` say nothing of stdout: it was said."""
    _STDOUT.clear()


def finish() -> bool:
    """Write what is still in the buffers, and say in one line what a disk did not take; return whether it took all."""
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError):
            stream.flush()
    why = failure(of_disk=True)
    if why is not None:
        from cudacompat.host.written import refusal

        sys.stderr.write(f"cudacompat: {refusal('standard output', why)}\n")
        sys.stderr.flush()
    return why is None


def _open(number: int) -> None:
    """Open the null device under that number; it is the lowest that is free, as those below it are open."""
    opened = os.open(os.devnull, os.O_RDWR)
    if opened != number:
        os.dup2(opened, number)
        os.close(opened)
    os.set_inheritable(number, True)


def _lenient(stream: TextIO | None, number: int) -> tuple[TextIO, _Lenient]:
    """The stream again, over one that lets errors pass."""
    if isinstance(stream, io.TextIOWrapper):
        raw = _Lenient(cast("io.RawIOBase", getattr(stream.buffer, "raw", stream.buffer)))
        made = io.TextIOWrapper(
            _buffered(raw),
            stream.encoding,
            stream.errors,
            line_buffering=stream.line_buffering,
            write_through=stream.write_through,
        )
        return made, raw
    raw = _Lenient(io.FileIO(number, "w", closefd=False))
    return io.TextIOWrapper(_buffered(raw), "utf-8", "backslashreplace"), raw


def _buffered(raw: _Lenient) -> BinaryIO:
    return cast("BinaryIO", io.BufferedWriter(cast("Any", raw)))
