"""The only door to other programs: argument lists, never a shell; a time limit, an output limit, a typed result."""

from __future__ import annotations

import contextlib
import os
import queue
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO

from cudacompat.places.safe_search import NEUTRAL_FOLDER, safe_environment

TIMEOUT_S = 10.0
LIMIT_BYTES = 1 << 20

# How long output may still trickle in after the program itself has ended: a child of it can hold the pipe open.
_GRACE_S = 0.5
_CHUNK = 1 << 16

_WINDOWS_DRIVE = re.compile(r"/mnt/[a-z](/|$)")


@dataclass(frozen=True, slots=True)
class ProcessResult:
    """How a program ended.

    `rc` is its exit code (negative: killed by that signal), `None` if it never started or was stopped by us.
    `stdout` and `stderr` are what it wrote up to then, undecodable bytes replaced. `why_failed` is `None` where it
    ended with 0, else the reason in words (`exit code 9`, `no answer within 10 s`, …); `timed_out` is whether that is
    the time.
    """

    command: tuple[str, ...]
    rc: int | None
    stdout: str
    stderr: str
    why_failed: str | None
    timed_out: bool = False

    @property
    def was_killed(self) -> bool:
        """Whether a signal ended it that was not ours."""
        return self.rc is not None and self.rc < 0

    @property
    def ok(self) -> bool:
        """Whether it ran to its end and exited with 0."""
        return self.why_failed is None


class ProcessStop:
    """Ends a program that another thread runs: it is killed with its children, and its `run` returns."""

    def __init__(self) -> None:
        self.events: queue.SimpleQueue[str] = queue.SimpleQueue()

    def stop(self) -> None:
        """End it; nothing where it has ended, and at once where it has yet to begin."""
        self.events.put("stopped")


@dataclass(frozen=True, slots=True)
class _Watch:
    """What a program is held to: seconds, bytes of each output, and who may stop it."""

    timeout_s: float
    limit_bytes: int
    stop: ProcessStop


def run(
    command: Sequence[str],
    *,
    timeout_s: float = TIMEOUT_S,
    limit_bytes: int = LIMIT_BYTES,
    environment: Mapping[str, str] | None = None,
    cwd: Path = NEUTRAL_FOLDER,
    memory_bytes: int | None = None,
    stop: ProcessStop | None = None,
) -> ProcessResult:
    """Run a program and return how it ended; it raises for nothing that the program or the system does.

    The first argument is the program's absolute path. It starts in a folder where nothing of a project lies, and gets
    no input, this process's environment (its search paths without relative entries) with LC_ALL=C and `environment`
    on top, at most `timeout_s` seconds, and at most `limit_bytes` for each of stdout and stderr; beyond either limit it
    is killed together with its children. One that may take longer than TIMEOUT_S is the keeper's, too, which ends it
    where this process is killed meanwhile. `memory_bytes` is the address space that it may take, where the system can
    bound it. `stop`, which serves one run, ends it from another thread.
    """
    arguments = tuple(command)
    variables = {**safe_environment(), "LC_ALL": "C", "LANGUAGE": "C", **(environment or {})}
    bound = partial(_bound_memory, memory_bytes)
    watched = _Watch(timeout_s, limit_bytes, stop or ProcessStop())
    if timeout_s <= TIMEOUT_S:
        return _run(arguments, variables, cwd, watched=watched, on_start=bound)
    from cudacompat.host.programs.keeper import keeping

    with keeping(variables) as kept:

        def on_start(process: int) -> None:
            bound(process)
            kept.started(process)

        return _run(arguments, kept.environment, cwd, watched=watched, on_start=on_start)


def _bound_memory(size: int | None, process: int) -> None:
    """Bound the address space of a program that has just begun; nothing where the system has no such call."""
    if size is None or sys.platform != "linux":
        return
    import resource

    with contextlib.suppress(OSError, ValueError):  # it has ended, or a lower bound holds already
        resource.prlimit(process, resource.RLIMIT_AS, (size, size))


def _run(
    arguments: tuple[str, ...],
    environment: Mapping[str, str],
    cwd: Path | None,
    watched: _Watch,
    on_start: Callable[[int], None],
) -> ProcessResult:
    process = None
    try:
        with _interrupts_later():
            process = subprocess.Popen(
                arguments,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env=environment,
                cwd=cwd,
                start_new_session=sys.platform != "win32",
            )
        on_start(process.pid)
        return _watch(arguments, process, watched)
    except BaseException as error:
        if process is not None:  # Ctrl-C: in a session of its own the program does not get it
            _kill(process)
        elif isinstance(error, (OSError, ValueError)):
            reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
            return ProcessResult(arguments, None, "", stderr="", why_failed=f"could not be started: {reason}")
        raise


@contextlib.contextmanager
def _interrupts_later() -> Iterator[None]:
    """Hold back the signals that raise an exception: a program that has started, and is not known here yet, could not
    be ended."""
    came: list[int] = []
    before = {}
    if threading.current_thread() is threading.main_thread():  # no other is interrupted
        for number in (signal.SIGINT, signal.SIGTERM):
            if callable(handler := signal.getsignal(number)):
                before[number] = handler
                signal.signal(number, lambda number, _: came.append(number))
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        for late in came:
            signal.raise_signal(late)


def start_python(script: Path) -> subprocess.Popen[bytes]:
    """Start a file of this package in a Python of its own, isolated from the current folder, the environment and
    site-packages, with pipes for standard input and output. `OSError` where it cannot be started."""
    return subprocess.Popen(
        [sys.executable, "-I", "-S", str(script)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=-1
    )


def home_of(module: str) -> Path | None:
    """Return the folder that a module is imported from, without importing it: an isolated Python has to be told."""
    from importlib.util import find_spec

    try:
        spec = find_spec(module)
    except (ImportError, ValueError):
        return None
    if spec is None or spec.origin is None:
        return None
    file = Path(spec.origin)
    return file.parents[1] if spec.submodule_search_locations else file.parent


def _watch(arguments: tuple[str, ...], process: subprocess.Popen[bytes], watched: _Watch) -> ProcessResult:
    events, limit, timeout_s = watched.stop.events, watched.limit_bytes, watched.timeout_s
    outputs = (bytearray(), bytearray())
    assert process.stdout is not None  # noqa: S101  both are PIPE
    assert process.stderr is not None  # noqa: S101
    for stream, output in zip((process.stdout, process.stderr), outputs, strict=True):
        threading.Thread(target=_read, args=(stream, output, limit, events), daemon=True).start()
    threading.Thread(target=lambda: events.put("exit" if process.wait() is not None else ""), daemon=True).start()

    why, timed_out = None, False
    awaited = {"exit": 1, "end": 2}
    deadline = time.monotonic() + timeout_s
    while any(awaited.values()):
        try:
            event = events.get(timeout=max(0.0, deadline - time.monotonic()))
        except queue.Empty:
            timed_out = bool(awaited["exit"])
            why = f"no answer within {timeout_s:g} s" if timed_out else None
            break
        if event in ("over", "stopped"):
            why = f"printed more than {limit} bytes" if event == "over" else "stopped"
            break
        awaited[event] -= 1
        if event == "exit":
            deadline = min(deadline, time.monotonic() + _GRACE_S)
    if any(awaited.values()):
        _kill(process)
    rc = process.wait() if why is None else None
    if why is None and rc:
        why = f"exit code {rc}" if rc > 0 else f"killed by {signal_name(-rc)}"
    stdout, stderr = (bytes(output).decode("utf-8", "replace") for output in outputs)
    return ProcessResult(arguments, rc, stdout, stderr=stderr, why_failed=why, timed_out=timed_out)


def _read(stream: IO[bytes], output: bytearray, limit: int, events: queue.SimpleQueue[str]) -> None:
    try:
        while chunk := os.read(stream.fileno(), _CHUNK):
            output += chunk[: limit - len(output)]
            if len(output) >= limit:
                events.put("over")
                break
    except OSError:
        pass
    finally:
        stream.close()
        events.put("end")


def _kill(process: subprocess.Popen[bytes]) -> None:
    """End the program and, where the system has process groups, everything it started."""
    try:
        if sys.platform == "win32":
            process.kill()
        else:
            os.killpg(process.pid, signal.SIGKILL)
    except OSError:
        pass  # it has ended by itself


def signal_name(number: int) -> str:
    """`SIGKILL` of 9."""
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


# -- finding programs


def path_folders() -> tuple[Path, ...]:
    """The folders of this process's PATH."""
    from cudacompat.places.roots import path_folders as folders_of

    return folders_of(os.environ)


def find_all(pattern: re.Pattern[str], path: Sequence[Path] | None = None) -> Iterator[Path]:
    """The programs on PATH (or in the folders of `path`) whose whole name (without .exe) matches, in PATH order, then
    by name. Windows' own folders under WSL are passed over: listing those takes seconds."""
    for folder in path_folders() if path is None else path:
        if _WINDOWS_DRIVE.match(str(folder)):
            continue
        try:
            names = sorted(entry.name for entry in os.scandir(folder) if pattern.fullmatch(_stem(entry.name)))
        except OSError:
            continue
        yield from (folder / name for name in names if is_program(folder / name))


def find(name: str, *more_folders: Path, path: Sequence[Path] | None = None) -> Path | None:
    """The first program of this name on PATH (or in the folders of `path`), then in the folders given; `None` where
    there is none."""
    for folder in (*(path_folders() if path is None else path), *more_folders):
        program = folder / (f"{name}.exe" if sys.platform == "win32" else name)
        if is_program(program):
            return program
    return None


def find_tool(name: str) -> Path | None:
    """The first program of this name on PATH, then beside this Python, where pip puts CMake and ninja."""
    return find(name, *([Path(sys.executable).parent] if sys.executable else ()))  # none in an embedded Python


def is_program(path: Path) -> bool:
    """Whether this is a file that may be run."""
    try:
        return path.is_file() and os.access(path, os.X_OK)
    except OSError:
        return False


def _stem(name: str) -> str:
    return name[:-4] if name.lower().endswith(".exe") else name
