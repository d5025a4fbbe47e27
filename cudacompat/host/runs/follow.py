"""Running a build: its lines as they come, its whole output in a file, and nothing left running where it is stopped."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import IO

from cudacompat.domain.runs.observation import End
from cudacompat.host.runs.processes import run_tree

_MOST_LINE = 1 << 16  # bytes of one line that are handed on together; the log keeps all of it
_TICK_S = 1.0  # between two looks at the build's processes, which only an end by force needs


def follow(
    command: Sequence[str],
    *,
    cwd: Path,
    environment: Mapping[str, str],
    log: Path,
    on_line: Callable[[str], None],
    more: bool = False,
) -> int:
    """Run a program and return its exit code (127 if it cannot be started, negative for the signal that ended it).

    Its output, stdout and stderr together, goes to `log` as it is (with `more`, behind what is there), and line by line
    to `on_line`, in a thread of its own. Where this process is interrupted or ended, the program and all it started
    are ended first; what it leaves in the background when it ends by itself stays (a compiler's cache server).
    """
    with log.open("ab" if more else "wb", buffering=0) as file:  # so that whoever looks in sees where the build is
        file.write(f"$ {' '.join(command)}\n".encode("utf-8", "surrogateescape"))
        lines = _Lines(file, on_line)
        ended = run_tree(
            command,
            cwd=cwd,
            environment=environment,
            timeout_s=math.inf,
            on_output=lines.feed,
            on_tick=lambda _: False,
            leaves=True,
            tick_s=_TICK_S,
        )
        if ended.how is End.NOT_STARTED:
            reason = f"{command[0]}: {ended.why}"
            file.write(f"{reason}\n".encode("utf-8", "surrogateescape"))
            on_line(reason)
            return 127
        lines.close()
        code = ended.code or 0
        return -code if ended.how is End.SIGNALLED else code


class _Lines:
    """Keeps the output, and hands it on by lines."""

    def __init__(self, file: IO[bytes], on_line: Callable[[str], None]) -> None:
        self._file = file
        self._on_line = on_line
        self._rest = b""

    def feed(self, data: bytes) -> None:
        """Take the next piece."""
        self._file.write(data)
        *lines, self._rest = (self._rest + data).split(b"\n")
        for line in lines:
            self._hand_on(line)
        if len(self._rest) > _MOST_LINE:
            self._hand_on(self._rest)
            self._rest = b""

    def close(self) -> None:
        """There is no more: hand on a last line without an end."""
        if self._rest:
            self._hand_on(self._rest)

    def _hand_on(self, line: bytes) -> None:
        self._on_line(line.decode("utf-8", "replace").rstrip("\r"))
