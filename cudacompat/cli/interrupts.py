"""Ctrl-C and SIGTERM: an end at once while nothing has been begun, an exception while a command works."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from collections.abc import Iterator
from types import FrameType


class Interrupts:
    """Takes SIGINT over, unless whoever started this process had it ignored.

    An exception in the middle of an import may be swallowed there or end as another one, so that none is raised before
    and after a command: the process ends with 130. While a command works, it has children and files to clear up. So
    it has where a SIGTERM ends it, after which the process ends by that signal all the same.
    """

    def __init__(self) -> None:
        self.seen = False
        self.ended_by: int | None = None
        self._raises = False
        if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
            signal.signal(signal.SIGINT, self._interrupted)

    def _interrupted(self, number: int, frame: FrameType | None) -> None:
        if not self._raises:
            os._exit(128 + number)
        self.seen = True
        sys.unraisablehook = _said_nowhere  # Python prints those that it swallows, in a destructor for example
        signal.default_int_handler(number, frame)

    def _ended(self, number: int, frame: FrameType | None) -> None:
        self.ended_by = number
        signal.signal(number, signal.SIG_DFL)  # a second one does not wait
        sys.unraisablehook = _said_nowhere
        signal.default_int_handler(number, frame)

    def end(self) -> None:
        """End by the signal that asked for it, if one did; else let Python end by the exit code."""
        if self.seen:
            exec("")  # noqa: S102  an interrupt that came through an exec (of a dataclass) is the last word without it
        if self.ended_by is not None:
            signal.signal(self.ended_by, signal.SIG_DFL)
            os.kill(os.getpid(), self.ended_by)

    @contextlib.contextmanager
    def raised(self) -> Iterator[None]:
        """Raise `KeyboardInterrupt` in here, and let none of them out."""
        self._raises = True
        if signal.getsignal(signal.SIGTERM) is signal.SIG_DFL:
            signal.signal(signal.SIGTERM, self._ended)
        try:
            yield
        except KeyboardInterrupt:
            self.seen = True
        finally:
            self._raises = False


def _said_nowhere(_: object) -> None:
    """Print nothing."""
