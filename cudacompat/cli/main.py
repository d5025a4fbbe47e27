"""The console script. It imports nothing heavy before it can be interrupted and before its streams can be used."""

from __future__ import annotations

import os
import sys

_INTERRUPTED = 130


def main() -> None:
    """Run the command line of this process and exit with its code: 130 for Ctrl-C, at start-up too."""
    try:
        _main()
    except KeyboardInterrupt:
        os._exit(_INTERRUPTED)


def run(arguments: list[str]) -> int:
    """Run one command line and return its exit code; a user's mistake becomes one line on stderr."""
    from cudacompat.cli.command_line import run as run_line

    return run_line(arguments)


def _main() -> None:
    from cudacompat.cli.interrupts import Interrupts

    interrupts = Interrupts()
    from cudacompat.cli import streams

    streams.prepare()
    from cudacompat.cli.command_line import run as run_line

    code = _INTERRUPTED
    with interrupts.raised():
        code = run_line(sys.argv[1:])
    streams.finish()
    sys.exit(_INTERRUPTED if interrupts.seen else code)
