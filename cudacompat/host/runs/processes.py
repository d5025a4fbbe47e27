"""Running a command with all that it starts: looked at while it runs, ended whole, its output streamed.

The command gets a session of its own. On Linux this process adopts what the command's processes leave behind
(PR_SET_CHILD_SUBREAPER, prctl(2)), so a child that makes itself a daemon is still found and ended. Where this process
is killed, the keeper ends the command.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import IO

from cudacompat.domain.runs.observation import End, Ended
from cudacompat.host.programs.keeper import Kept, keeping
from cudacompat.host.programs.process import signal_name
from cudacompat.host.programs.process_tree import GRACE_S, Tree, end_group, kill_group

TICK_S = 0.05  # between two looks; a process that lives shorter may not be seen
_WAIT_S = 0.05  # a signal to us is answered within this
_DRAIN_S = 2.0  # for output that is still in the pipe
_CHUNK = 1 << 16
_PR_SET_CHILD_SUBREAPER = 36

OnOutput = Callable[[bytes], None]
OnTick = Callable[[tuple[int, ...]], bool]


def run_tree(
    command: Sequence[str],
    *,
    environment: Mapping[str, str],
    timeout_s: float,
    on_output: OnOutput,
    on_tick: OnTick,
    outlives: bool = False,
    leaves: bool = False,
    tick_s: float = TICK_S,
    cwd: Path | None = None,
) -> Ended:
    """Run a command to its end and return how it ended; nothing that it started is left running.

    `on_output` takes its stdout and stderr as they come, in a thread of its own. `on_tick` is given the numbers of its
    processes, again and again; True ends the command (a server that has shown enough). With `outlives`, the command
    goes on as long as any of its processes does (a server that puts itself into the background); with `leaves`, what
    it left in the background stays when it ends by itself (a compiler's cache server).

    An interrupt, a SIGTERM or a SIGHUP of this process ends the command first: all that it started is asked to end,
    and after GRACE_S seconds, or at the second such signal, made to. However else this process ends, the keeper does
    the same.
    """
    started = time.monotonic()
    with _adopting(), keeping(environment) as kept, _Signals() as signals:
        try:
            process = subprocess.Popen(
                list(command),
                cwd=cwd,
                env=kept.environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                start_new_session=sys.platform != "win32",
            )
        except (OSError, ValueError) as error:
            why = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
            return Ended(End.NOT_STARTED, 0.0, why=why)
        kept.started(process.pid)
        running = _Command(process, kept, signals)
        assert process.stdout is not None  # noqa: S101  it is a PIPE
        reader = _Reader(process.stdout, on_output)
        by_itself = False
        try:
            ended = _watch(
                running, started, timeout_s, on_tick=on_tick, outlives=outlives, leaves=leaves, tick_s=tick_s
            )
            by_itself = signals.first is None and ended.how in (End.EXITED, End.SIGNALLED)
            reader.join(_DRAIN_S if signals.first is None else 0)
        finally:
            if not (leaves and by_itself):
                running.end()
            reader.join(_DRAIN_S)
    reader.raise_error()
    return ended


def _watch(
    running: _Command,
    started: float,
    timeout_s: float,
    on_tick: OnTick,
    outlives: bool,
    leaves: bool,
    tick_s: float,
) -> Ended:
    while True:
        pids = running.pids()
        enough = on_tick(pids)
        seconds = time.monotonic() - started
        code = running.process.poll()
        if running.signals.first is not None:
            return Ended(End.STOPPED, seconds)  # which nobody is told: the signal is raised again
        left = tuple(pid for pid in running.pids() if pid != running.process.pid) if code is not None else ()
        if enough:
            running.end()
            return Ended(End.STOPPED, seconds)
        if code is not None and not (outlives and left):
            if left and not leaves:
                running.end()
            if code < 0:
                return Ended(End.SIGNALLED, seconds, -code, why=signal_name(-code), left_behind=len(left))
            return Ended(End.EXITED, seconds, code, left_behind=len(left))
        if seconds >= timeout_s:
            running.end()
            return Ended(End.TIMED_OUT, seconds)
        running.wait(min(tick_s, timeout_s - seconds))


class _Reader:
    """Hands the output on in a thread; what goes wrong there is raised where the command was run."""

    def __init__(self, stream: IO[bytes], on_output: OnOutput) -> None:
        self._stream = stream
        self._on_output = on_output
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self) -> None:
        with self._stream:
            while chunk := self._next():
                try:
                    self._on_output(chunk)
                except BaseException as error:  # noqa: BLE001  raised again by raise_error
                    self._error = error
                    return

    def _next(self) -> bytes:
        try:
            return os.read(self._stream.fileno(), _CHUNK)
        except (OSError, ValueError):  # closed
            return b""

    def join(self, timeout_s: float) -> None:
        self._thread.join(timeout_s)

    def raise_error(self) -> None:
        if self._error is not None:
            raise self._error


# -- the processes of the command


class _Command:
    """The command's process with all that came from it."""

    def __init__(self, process: subprocess.Popen[bytes], kept: Kept, signals: _Signals) -> None:
        self.process = process
        self.signals = signals
        self._kept = kept
        self._tree = Tree(process.pid, kept.mark, adopts=True, apart=kept.apart)
        signals.at_once = self._kill_group

    def pids(self) -> tuple[int, ...]:
        """Its processes that run now, ascending."""
        if sys.platform != "linux":
            return (self.process.pid,) if self.process.poll() is None else ()
        pids = self._tree.pids()
        self._kept.saw(self._tree.seen)
        return pids

    def wait(self, seconds: float) -> None:
        """Wait so long; less where it ends or we are to end."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0 and self.signals.first is None:
            if self.process.poll() is not None:
                time.sleep(min(left, _WAIT_S))
                continue
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(min(left, _WAIT_S))  # its end is seen at once
                return

    def end(self) -> None:
        """Ask all of them to end, then make them; at once where we were asked twice."""
        if sys.platform == "linux":
            self._tree.end(GRACE_S, lambda: self.signals.again, self._collect)
            self._waits(1)
        elif sys.platform == "win32":
            self.process.kill()
            self._waits(GRACE_S)
        else:
            end_group(self.process.pid, self._waits, GRACE_S, hurry=lambda: self.signals.again)
            self._waits(GRACE_S)

    def _waits(self, seconds: float) -> bool:
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(seconds)
            return True
        return False

    def _kill_group(self) -> None:
        if self.process.returncode is None:  # else its number may be another's
            kill_group(self.process.pid)

    def _collect(self) -> None:
        """Take the exit codes of adopted processes, which would stay as zombies otherwise."""
        self.process.poll()
        for pid in list(self._tree.seen):
            if pid != self.process.pid:
                with contextlib.suppress(OSError):
                    os.waitpid(pid, os.WNOHANG)


# -- this process meanwhile


@contextlib.contextmanager
def _adopting() -> Iterator[None]:
    """Be the parent of what the command's processes leave behind."""
    prctl = None
    if sys.platform == "linux":
        with contextlib.suppress(OSError, AttributeError):
            prctl = ctypes.CDLL(None).prctl
    if prctl is None:
        yield
        return
    prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    try:
        yield
    finally:
        prctl(_PR_SET_CHILD_SUBREAPER, 0, 0, 0, 0)


class _Signals:
    """Counts the signals that ask us to end, so that the command is ended before this process is; on leaving, the first
    of them is raised. None is raised in the middle: an exception between two steps could leave a process behind."""

    def __init__(self) -> None:
        self.first: int | None = None
        self.again = False
        self.at_once: Callable[[], None] = lambda: None  # what the second signal does
        self._before: dict[int, object] = {}

    def __enter__(self) -> _Signals:
        if threading.current_thread() is threading.main_thread():
            numbers = [signal.SIGINT, signal.SIGTERM, *([signal.SIGHUP] if sys.platform != "win32" else [])]
            for number in numbers:
                handler = signal.getsignal(number)
                if handler is not signal.SIG_IGN and handler is not None:  # nohup stays nohup
                    self._before[number] = handler
                    signal.signal(number, self._count)
        return self

    def _count(self, number: int, _frame: object) -> None:
        if self.first is None:
            self.first = number
        else:
            self.again = True
            self.at_once()

    def __exit__(self, kind: type[BaseException] | None, _: object, __: TracebackType | None) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)  # type: ignore[arg-type]
        if self.first is not None and kind is None:
            raise KeyboardInterrupt if self.first == signal.SIGINT else SystemExit(128 + self.first)
