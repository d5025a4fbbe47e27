"""Running a build: its lines as they come, its whole output in a file, and nothing left running afterwards."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

_MOST_LINE = 1 << 16  # bytes of one line that are handed on; the log keeps all of it


def follow(
    command: Sequence[str],
    *,
    cwd: Path,
    environment: Mapping[str, str],
    log: Path,
    on_line: Callable[[str], None],
    more: bool = False,
) -> int:
    """Run a program and return its exit code (127 if it cannot be started).

    Its output, stdout and stderr together, goes to `log` as it is (with `more`, behind what is there), and line by line
    to `on_line`. Where this process is interrupted, the program and all it started are ended first.
    """
    with log.open("ab" if more else "wb", buffering=0) as file:  # so that whoever looks in sees where the build is
        file.write(f"$ {' '.join(command)}\n".encode("utf-8", "surrogateescape"))
        try:
            process = subprocess.Popen(
                list(command),
                cwd=cwd,
                env=dict(environment),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                start_new_session=sys.platform != "win32",
            )
        except (OSError, ValueError) as error:
            reason = f"{command[0]}: {getattr(error, 'strerror', None) or error}"
            file.write(f"{reason}\n".encode("utf-8", "surrogateescape"))
            on_line(reason)
            return 127
        try:
            assert process.stdout is not None  # noqa: S101  it is a PIPE
            for line in iter(lambda: process.stdout.readline(_MOST_LINE), b""):  # type: ignore[union-attr]
                file.write(line)
                on_line(line.decode("utf-8", "replace").rstrip("\r\n"))
            return process.wait()
        except BaseException:
            _end(process)
            raise


def _end(process: subprocess.Popen[bytes]) -> None:
    """Ask the program and its children to end, and make them."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(OSError):
            if sys.platform == "win32":
                process.kill()
            else:
                os.killpg(process.pid, number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=3)
            if number is signal.SIGTERM:
                continue  # a child may have outlived it: the second signal reaches the whole group
            return
