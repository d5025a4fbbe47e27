"""The console script `cudacompat-mcp`. Nothing of the SDK is imported before the options are read."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from importlib.util import find_spec

import cudacompat
from cudacompat.agents.calls import CallLimits
from cudacompat.domain.words.exit_codes import ExitCode

_MOST_SECONDS = 3600
_MOST_GIB = 1024


def main() -> None:
    """Serve until the client closes standard input, then exit with 0."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """Run one command line and return its exit code."""
    given = _parser().parse_args(arguments)
    if find_spec("mcp") is None:
        print("cudacompat-mcp: error: the package mcp is missing (pip install 'cudacompat[mcp]')", file=sys.stderr)  # noqa: T201
        return ExitCode.USAGE
    from cudacompat.agents.server import serve

    try:
        serve(CallLimits(given.max_seconds, memory=given.max_memory << 30))
    except KeyboardInterrupt:
        return ExitCode.INTERRUPTED
    return ExitCode.OK


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="cudacompat-mcp",
        description="Serve the commands of cudacompat that only read as tools of the Model Context Protocol, on "
        "standard input and output. An MCP client starts this program.",
    )
    parser.add_argument("--version", action="version", version=f"cudacompat {cudacompat.__version__}")
    parser.add_argument(
        "--max-seconds",
        type=_number(_MOST_SECONDS),
        default=120,
        metavar="S",
        help="Maximum time of one call, from 1 to 3600 (default: 120).",
    )
    parser.add_argument(
        "--max-memory",
        type=_number(_MOST_GIB),
        default=16,
        metavar="GIB",
        help="Maximum address space of one call in GiB, on Linux (default: 16).",
    )
    return parser


def _number(most: int) -> Callable[[str], int]:
    """A parser of whole numbers from 1 to `most`."""

    def parse(text: str) -> int:
        if text.isascii() and text.isdigit() and 1 <= int(text) <= most:
            return int(text)
        raise argparse.ArgumentTypeError(f"invalid number: {text} (1 to {most})")

    return parse


if __name__ == "__main__":
    main()
