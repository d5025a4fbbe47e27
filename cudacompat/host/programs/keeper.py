"""What is started ends with us, however we end: a small process, the keeper, sees to it.

A parent-death signal (PR_SET_PDEATHSIG) would not do: it is sent when the *thread* that forked ends, is lost on setuid
programs, reaches the command but nothing that the command has started, is Linux' alone, and setting it needs code
between fork and exec, which is unsafe where there are threads. The keeper holds the end of a pipe instead. When this
process ends, even by SIGKILL, the pipe does, and the keeper ends what is left of the commands: their groups, what came
from them, what we had seen of them, and what carries their mark in its environment. It has a session of its own, so no
signal of a terminal or to our group reaches it.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO

from cudacompat.host.programs import process_tree
from cudacompat.host.programs.process_tree import MARK

_PROGRAM = Path(process_tree.__file__)
_PER_LINE = 64  # processes in one line: a line below PIPE_BUF is written whole or not at all
_NEEDED = ("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "SYSTEMROOT")  # by a Python that is not installed where it was built


class Kept:
    """One command under the keeper's eyes. `mark` is the word that its processes carry."""

    def __init__(self, keeper: _Keeper | None, environment: Mapping[str, str]) -> None:
        self.mark = os.urandom(16).hex()
        self._keeper = keeper
        self._said: dict[int, int] = {}
        outer = environment.get(MARK)  # of a run that we are a part of: its keeper has to find these processes, too
        self.environment = {**environment, MARK: f"{outer}:{self.mark}" if outer else self.mark}

    @property
    def apart(self) -> tuple[int, ...]:
        """The keeper's own process: a child of ours that is none of the command's."""
        return (self._keeper.pid,) if self._keeper is not None else ()

    def started(self, pid: int) -> None:
        """The command runs, as this process and leader of a session."""
        self._say(f"run {self.mark} {pid}")

    def saw(self, seen: Mapping[int, int]) -> None:
        """These processes (each with its start time) are the command's."""
        new = [f"{pid}:{start}" for pid, start in seen.items() if self._said.get(pid) != start]
        self._said = dict(seen)
        for at in range(0, len(new), _PER_LINE):
            self._say(f"saw {self.mark} {' '.join(new[at : at + _PER_LINE])}")

    def over(self) -> None:
        """The command has ended, and what is left of it may stay."""
        self._say(f"over {self.mark}")

    def _say(self, line: str) -> None:
        if self._keeper is not None:
            self._keeper.say(line)


class _Keeper:
    """The process, as long as we run."""

    def __init__(self, process: subprocess.Popen[bytes], pipe: IO[bytes]) -> None:
        self._process = process
        self._pipe = pipe
        self._lock = threading.Lock()
        self.pid = process.pid

    def say(self, line: str) -> None:
        with (
            self._lock,
            contextlib.suppress(OSError, ValueError),
        ):  # it was killed or does not read: then there is no keeper
            os.write(self._pipe.fileno(), line.encode("ascii") + b"\n")

    def dismiss(self) -> None:
        with self._lock, contextlib.suppress(OSError):
            self._pipe.close()
        self._process.returncode = 0  # it ends by itself, a few milliseconds after us


_lock = threading.Lock()
_keeper: _Keeper | None = None
_tried = False


@contextlib.contextmanager
def keeping(environment: Mapping[str, str]) -> Iterator[Kept]:
    """Give what a command is to be started with (`environment`) and told of. Where there can be no keeper (Windows,
    no Python program, no processes left) the command is run all the same."""
    kept = Kept(_the_keeper(), environment)
    try:
        yield kept
    finally:
        kept.over()


def _the_keeper() -> _Keeper | None:
    """One for all commands, started with the first. What it is told before it is up waits in the pipe."""
    global _keeper, _tried
    with _lock:
        if not _tried:
            _tried = True
            _keeper = _start()
            if _keeper is not None:
                atexit.register(_keeper.dismiss)
        return _keeper


def _start() -> _Keeper | None:
    if sys.platform == "win32" or not sys.executable or not _PROGRAM.is_file():
        return None
    try:
        process = subprocess.Popen(
            [sys.executable, "-I", "-S", str(_PROGRAM)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd="/",
            env={name: os.environ[name] for name in _NEEDED if name in os.environ},
            start_new_session=True,
        )
    except OSError:
        return None
    assert process.stdin is not None  # noqa: S101  it is a PIPE
    os.set_blocking(process.stdin.fileno(), False)
    return _Keeper(process, process.stdin)
