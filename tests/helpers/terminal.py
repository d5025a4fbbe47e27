"""A program on a terminal of its own: what it shows after keys were typed."""

from __future__ import annotations

import contextlib
import os
import pty
import re
import select
import signal
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

_SEQUENCE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b[=>]|\x07")
_QUIET_S = 0.4


class Terminal:
    """One program on a pseudo terminal; use it as a context."""

    def __init__(self, command: Sequence[str], folder: Path, environment: Mapping[str, str]) -> None:
        self._pid, self._fd = pty.fork()
        if self._pid == 0:
            os.chdir(folder)
            os.execvpe(command[0], list(command), dict(environment))

    def __enter__(self) -> Terminal:
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(OSError):
            os.kill(self._pid, signal.SIGKILL)
        os.waitpid(self._pid, 0)
        os.close(self._fd)

    def type(self, keys: str) -> None:
        """Press keys."""
        os.write(self._fd, keys.encode())

    def shown(self, until: str | None = None, seconds: float = 20.0) -> str:
        """Return what came since the last call, without control sequences: up to the text, which has to come, or until
        it is quiet."""
        found = ""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            wait = _QUIET_S if found and until is None else 0.1
            if not select.select([self._fd], [], [], wait)[0]:
                if found and until is None:
                    break
                continue
            try:
                data = os.read(self._fd, 1 << 16)
            except OSError:
                break
            if not data:
                break
            found += _SEQUENCE.sub("", data.decode("utf-8", "replace"))
            if until is not None and until in found:
                return found
        assert until is None, f"{until!r} did not come: {found!r}"
        return found
