"""A limit to the processor time that one piece of work may take, whatever a stranger's file makes of it.

In the main thread of a program on Unix a timer interrupts the work itself, even within a regular expression. Elsewhere
(another thread, Windows) Python has no such timer: there the time of all work together is looked at before each piece.
"""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable
from types import FrameType
from typing import TypeVar

FILE_SECONDS = 20  # for one file: the slowest of the largest takes about four
BUILD_SECONDS = 60  # for what one configured folder says of its build: a compilation database may have 256 MiB
RULE_SECONDS = 30  # for one rule, over the whole project
RUN_SECONDS = 300  # for all of it

_AGAIN = 0.2  # seconds: an interrupt that somebody caught comes again
Result = TypeVar("Result")


class TimeSpentError(Exception):
    """The work took longer than it may; `str()` says so in a few words."""


class Clock:
    """Gives time to pieces of work, and counts what all of them have taken: seconds of processor time."""

    def __init__(self, total: float = RUN_SECONDS) -> None:
        self._total = total
        self._end = time.process_time() + total

    def within(self, seconds: float, work: Callable[[], Result]) -> Result:
        """Return what the work returns; `TimeSpentError` where it takes longer, or where all time is spent before."""
        left = self._end - time.process_time()
        if left <= 0:
            raise TimeSpentError(f"not reached within {self._total:g} s")
        if seconds < left:
            return _Alarm(seconds, seconds).over(work)
        try:
            return _Alarm(left, self._total).over(work)
        except TimeSpentError:
            self._end = 0
            raise


class _Alarm:
    """One interrupt, for one piece of work."""

    def __init__(self, seconds: float, told: float) -> None:
        self._seconds = seconds
        self._told = told
        self._running = False

    def over(self, work: Callable[[], Result]) -> Result:
        if not _can_interrupt():
            return work()
        signal.signal(signal.SIGVTALRM, self._ring)
        try:
            try:
                self._running = True
                signal.setitimer(signal.ITIMER_VIRTUAL, self._seconds, _AGAIN)
                return work()
            finally:
                self._stop()
        finally:
            self._stop()  # the interrupt may have come between the end of the work and the line above

    def _stop(self) -> None:
        self._running = False
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)

    def _ring(self, _number: int, _frame: FrameType | None) -> None:
        if self._running:
            raise TimeSpentError(f"takes more than {self._told:g} s")


def _can_interrupt() -> bool:
    """Whether a timer may be set here, and nobody else has one of this kind."""
    if not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        return False
    there = signal.getsignal(signal.SIGVTALRM)
    return there is signal.SIG_DFL or isinstance(getattr(there, "__self__", None), _Alarm)
