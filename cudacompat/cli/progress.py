"""What a person sees while waiting: one line on stderr, only where stderr is a terminal."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator


@contextlib.contextmanager
def progress(quiet: bool) -> Iterator[Callable[[str], None] | None]:
    """Give a function that shows which file is being read, or `None` where nobody is watching."""
    if quiet or not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.text import Text

    from cudacompat.report.clean import safe

    console = Console(stderr=True)
    with console.status(Text("reading")) as status:
        yield lambda path: status.update(Text(f"reading {safe(path)}"))
