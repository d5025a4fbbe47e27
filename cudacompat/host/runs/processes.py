"""Running a command with all that it starts: looked at while it runs, ended whole, its output streamed.

The command gets a session of its own. On Linux this process adopts what the command's processes leave behind
(PR_SET_CHILD_SUBREAPER, prctl(2)), so a child that makes itself a daemon is still found and ended.
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
from typing import IO, NoReturn

from cudacompat.domain.runs.observation import End, Ended
from cudacompat.host.process import signal_name

TICK_S = 0.05  # between two looks; a process that lives shorter may not be seen
_GRACE_S = 5.0  # between asking to end and making it end
_DRAIN_S = 2.0  # for output that is still in the pipe
_CHUNK = 1 << 16
_PR_SET_CHILD_SUBREAPER = 36
_ROUNDS = 40

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
    tick_s: float = TICK_S,
) -> Ended:
    """Run a command to its end and return how it ended; nothing that it started is left running.

    `on_output` takes its stdout and stderr as they come, in a thread of its own. `on_tick` is given the numbers of its
    processes, again and again; True ends the command (a server that has shown enough). With `outlives`, the command
    goes on as long as any of its processes does (a server that puts itself into the background). An interrupt, a
    SIGTERM or a SIGHUP of this process ends the command first.
    """
    started = time.monotonic()
    with _adopting(), _ends_with_signals():
        try:
            process = subprocess.Popen(
                list(command),
                env=dict(environment),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                start_new_session=sys.platform != "win32",
            )
        except (OSError, ValueError) as error:
            why = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
            return Ended(End.NOT_STARTED, 0.0, why=why)
        tree = _Tree(process)
        assert process.stdout is not None  # noqa: S101  it is a PIPE
        reader = _Reader(process.stdout, on_output)
        try:
            ended = _watch(process, tree, started, timeout_s, on_tick, outlives, tick_s)
            reader.join(_DRAIN_S)
        finally:
            tree.end()
            reader.join(_DRAIN_S)
    reader.raise_error()
    return ended


def _watch(
    process: subprocess.Popen[bytes],
    tree: _Tree,
    started: float,
    timeout_s: float,
    on_tick: OnTick,
    outlives: bool,
    tick_s: float,
) -> Ended:
    while True:
        pids = tree.pids()
        enough = on_tick(pids)
        seconds = time.monotonic() - started
        code = process.poll()
        left = tuple(pid for pid in tree.pids() if pid != process.pid) if code is not None else ()
        if enough:
            tree.end()
            return Ended(End.STOPPED, seconds)
        if code is not None and not (outlives and left):
            if left:
                tree.end()
            if code < 0:
                return Ended(End.SIGNALLED, seconds, -code, signal_name(-code), len(left))
            return Ended(End.EXITED, seconds, code, left_behind=len(left))
        if seconds >= timeout_s:
            tree.end()
            return Ended(End.TIMED_OUT, seconds)
        if code is None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(tick_s)  # its end is seen at once
        else:
            time.sleep(tick_s)


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


class _Tree:
    """The command's process and all that came from it: by parent, by session, and by having been seen before."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process
        self._seen: dict[int, int] = {}  # number to start time: numbers are used again
        own = _stat(process.pid)
        self._since = own.start if own is not None else 0

    def pids(self) -> tuple[int, ...]:
        """Its processes that run now, ascending."""
        root = self._process.pid
        if sys.platform != "linux":
            return (root,) if self._process.poll() is None else ()
        running = {stat.pid: stat for stat in _all_stats()}
        mine = {pid for pid, start in self._seen.items() if pid in running and running[pid].start == start}
        mine |= {pid for pid, stat in running.items() if root in (pid, stat.session)}
        me = os.getpid()
        mine |= {
            pid for pid, stat in running.items() if stat.parent == me and stat.start >= self._since and stat.adopted(me)
        }
        grown = True
        while grown:
            more = {pid for pid, stat in running.items() if stat.parent in mine and pid not in mine}
            mine |= more
            grown = bool(more)
        mine.discard(me)
        self._seen = {pid: running[pid].start for pid in mine}
        return tuple(sorted(pid for pid in mine if running[pid].state != "Z"))

    def end(self) -> None:
        """Ask all of them to end, then make them."""
        if sys.platform != "linux":
            self._end_group()
            return
        deadline = time.monotonic() + _GRACE_S
        asked: set[int] = set()
        while (pids := self.pids()) and time.monotonic() < deadline:
            for pid in set(pids) - asked:
                _signal(pid, signal.SIGTERM)
                asked.add(pid)
            self._collect()
            time.sleep(0.02)
        for _ in range(_ROUNDS):  # one that forks while it is killed is found again
            pids = self.pids()
            if not pids:
                break
            for pid in pids:
                _signal(pid, signal.SIGKILL)
            self._collect()
            time.sleep(0.02)
        self._collect()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(1)

    def _end_group(self) -> None:
        for force in (False, True):
            if sys.platform == "win32":
                self._process.kill()
            else:
                with contextlib.suppress(OSError):
                    os.killpg(self._process.pid, signal.SIGKILL if force else signal.SIGTERM)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(_GRACE_S)

    def _collect(self) -> None:
        """Take the exit codes of adopted processes, which would stay as zombies otherwise."""
        self._process.poll()
        for pid in list(self._seen):
            if pid != self._process.pid:
                with contextlib.suppress(OSError):
                    os.waitpid(pid, os.WNOHANG)


class _Stat:
    """The fields of proc_pid_stat(5) that count here."""

    __slots__ = ("parent", "pid", "session", "start", "state")

    def __init__(self, pid: int, fields: list[str]) -> None:
        self.pid = pid
        self.state = fields[0]
        self.parent = int(fields[1])
        self.session = int(fields[3])
        self.start = int(fields[19])

    def adopted(self, me: int) -> bool:
        """Whether it came to us from the command: what we start ourselves meanwhile shares our session or is a leader
        of its own that we know."""
        return self.session not in (me, os.getsid(0))


def _stat(pid: int) -> _Stat | None:
    try:
        text = Path(f"/proc/{pid}/stat").read_bytes().decode("ascii", "replace")
        return _Stat(pid, text.rpartition(")")[2].split())
    except (OSError, ValueError, IndexError):
        return None


def _all_stats() -> Iterator[_Stat]:
    try:
        names = os.listdir("/proc")  # noqa: PTH208  again and again: a Path for each costs more than the look
    except OSError:
        return
    for name in names:
        if name.isdigit() and (stat := _stat(int(name))) is not None:
            yield stat


def _signal(pid: int, number: int) -> None:
    with contextlib.suppress(OSError):
        os.kill(pid, number)


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


@contextlib.contextmanager
def _ends_with_signals() -> Iterator[None]:
    """Turn SIGTERM and SIGHUP into an exception, so that the command is ended before this process is."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def end(number: int, _frame: object) -> NoReturn:
        raise SystemExit(128 + number)

    numbers = [signal.SIGTERM] + ([signal.SIGHUP] if sys.platform != "win32" else [])
    before = {number: signal.getsignal(number) for number in numbers}
    for number, handler in before.items():
        if handler is not signal.SIG_IGN:  # nohup stays nohup
            signal.signal(number, end)
    try:
        yield
    finally:
        for number, handler in before.items():
            if handler is not None:
                signal.signal(number, handler)
