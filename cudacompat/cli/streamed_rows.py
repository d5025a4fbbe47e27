"""What a person sees while an environment is read: the latest rows, below the line of the file that is read."""

from __future__ import annotations

import contextlib
import sys
from collections import deque
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console
    from rich.status import Status
    from rich.text import Text

    from cudacompat.app.doctor.rows_as_read import Watcher
    from cudacompat.domain.reports.doctor import ComponentRow

_SHOWN = 12  # rows of a terminal, of which at least one line is left for the file


@contextlib.contextmanager
def streamed_rows(quiet: bool) -> Iterator[Watcher | None]:
    """Give a watcher that shows rows on stderr as they are judged and takes them away at the end, or `None` where
    nobody looks. With --verbose the files are told alone."""
    from cudacompat.cli.verbose import is_on

    if is_on():
        yield _Told()
        return
    if quiet or not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.text import Text

    from cudacompat.cli.progress import spinner

    console = Console(stderr=True)
    with console.status(Text("reading"), spinner=spinner(console)) as status:
        yield _Rows(console, status)


class _Told:
    """Tells of each file in a line."""

    def begins(self, paths: Sequence[str]) -> None:
        """Say nothing."""

    def file(self, path: str) -> None:
        """Say what is read."""
        from cudacompat.cli.verbose import note

        note(f"reading {path}")

    def row(self, row: ComponentRow) -> None:
        """Say nothing."""


class _Rows:
    """The latest rows, and the line of the file that is read, as one text in place."""

    def __init__(self, console: Console, status: Status) -> None:
        from cudacompat.cli.reading_pace import Pace

        self._console = console
        self._status = status
        self._pace = Pace(())
        self._line = "reading"
        self._latest: deque[str] = deque(maxlen=max(min(_SHOWN, console.height - 2), 1))

    def begins(self, paths: Sequence[str]) -> None:
        """Take the paths that will be read."""
        self._pace.expects(paths)

    def file(self, path: str) -> None:
        """Show the file above the rows."""
        from cudacompat.cli.progress import file_line

        self._line = file_line(self._console, self._pace, path)
        self._status.update(self._text())

    def row(self, row: ComponentRow) -> None:
        """Show the row below it."""
        from cudacompat.report.commands.doctor_table import plain_lines

        self._latest.extend(plain_lines(row))
        self._status.update(self._text())

    def _text(self) -> Text:
        from rich.text import Text

        from cudacompat.report.safe_text import safe

        room = max(self._console.width - 4, 8)
        return Text("\n".join([self._line, *(f"  {safe(each)[:room]}" for each in self._latest)]))
