"""The console script. It imports nothing heavy before it can be interrupted and before its streams can be used."""

from __future__ import annotations

import gc
import os
import sys

_INTERRUPTED = 130
_USAGE = 2
# What is read of a large library are a million objects without a circle among them, which all stay to the end: to look
# through them again and again takes a fourth of the time.
_COLLECTION = (200_000, 50, 50)


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


def _is_zipped() -> bool:
    """True if this module was imported from a zip file: half of the commands would fail there, and `check` would not
    read what is compressed."""
    return type(__spec__.loader).__name__ == "zipimporter"


def _main() -> None:
    from cudacompat.cli.interrupts import Interrupts

    if _is_zipped():
        sys.stderr.write(
            "cudacompat: error: a zipapp cannot load the compiled packages that cudacompat needs; install cudacompat, "
            "or make the archive with shiv, which unpacks itself\n"
        )
        sys.exit(_USAGE)
    gc.set_threshold(*_COLLECTION)
    interrupts = Interrupts()
    from cudacompat.cli import streams

    streams.prepare()
    from cudacompat.cli.command_line import run as run_line

    code = _INTERRUPTED
    with interrupts.raised():
        code = run_line(sys.argv[1:])
    interrupts.end()
    if not streams.finish() and code == 0:
        code = _USAGE
    gc.freeze()  # no last look through what is given up anyway
    sys.exit(_INTERRUPTED if interrupts.seen else code)
