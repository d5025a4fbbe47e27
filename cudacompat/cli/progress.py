"""What a person sees while waiting: one line on stderr, only where stderr is a terminal."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress, TaskID

    from cudacompat.app.rebuild.commands import Events
    from cudacompat.cli.reading_pace import Pace
    from cudacompat.domain.builds.steps import BuildStep, StepResult


@contextlib.contextmanager
def progress(quiet: bool, paths: Sequence[str] = ()) -> Iterator[Callable[[str], None] | None]:
    """Give a function that shows which file is being read, or `None` where nobody is watching.

    `paths` is all that will be read: after a second of it the files and their bytes are counted, and the line tells
    how many are left, and for how long.
    """
    from cudacompat.cli.verbose import is_on, note

    if is_on():
        yield lambda path: note(f"reading {path}")
        return
    if quiet or not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.text import Text

    from cudacompat.cli.reading_pace import Pace

    console = Console(stderr=True)
    pace = Pace(paths)
    with console.status(Text("reading"), spinner=spinner(console)) as status:
        yield lambda path: status.update(Text(file_line(console, pace, path)))


def file_line(console: Console, pace: Pace, path: str) -> str:
    """Return the line of a file that is read from now on, in the width of the terminal."""
    from cudacompat.report.safe_text import safe

    head = f"reading {pace.before(path)}"
    room = max(console.width - len(head) - 4, 8)
    shown = safe(path)
    return f"{head}{shown if len(shown) <= room else f'…{shown[1 - room :]}'}"


@contextlib.contextmanager
def page_progress(quiet: bool, path: str) -> Iterator[None]:
    """Show that a page is made, where somebody is watching."""
    from cudacompat.cli.verbose import is_on, note

    if is_on():
        note(f"writing {path}")
    if is_on() or quiet or not sys.stderr.isatty():
        yield
        return
    from rich.console import Console
    from rich.text import Text

    from cudacompat.report.safe_text import safe

    console = Console(stderr=True)
    with console.status(Text(f"writing {safe(path)}"), spinner=spinner(console)):
        yield


@contextlib.contextmanager
def log_progress(quiet: bool, path: str | None) -> Iterator[Callable[[int], None] | None]:
    """Give a function that shows how many bytes of a log were read, or `None` where nobody is watching."""
    import os

    if path is None or quiet or not sys.stderr.isatty() or not os.path.isfile(path):  # noqa: PTH113  any name
        yield None
        return
    import time

    from rich.console import Console
    from rich.text import Text

    from cudacompat.cli.reading_pace import amount

    size, start = os.path.getsize(path), time.monotonic()  # noqa: PTH202
    console = Console(stderr=True)
    with console.status(Text("reading"), spinner=spinner(console)) as status:
        yield lambda done: status.update(Text(f"reading {amount(done, size, time.monotonic() - start)}"))


def spinner(console: Console) -> str:
    """Return the name of a spinner that the terminal's encoding has."""
    return "dots" if console.encoding.startswith("utf") else "line"


class _Silent:
    """Events that nobody watches."""

    def started(self, step: BuildStep) -> None:
        """Say nothing."""

    def line(self, text: str) -> None:
        """Say nothing."""

    def progress(self, done: int, total: int) -> None:
        """Say nothing."""

    def ended(self, result: StepResult) -> None:
        """Say nothing."""


class _Plain(_Silent):
    """One line on stderr as each step begins: for logs of CI."""

    def started(self, step: BuildStep) -> None:
        """Name the step."""
        from cudacompat.report.safe_text import safe_line

        sys.stderr.write(safe_line(f"{step.kind.value}: {step.why}") + "\n")
        sys.stderr.flush()


class _Bar(_Silent):
    """A bar with the time that is left, the build's last line beside it."""

    def __init__(self, bar: Progress) -> None:
        self._bar = bar
        self._task: TaskID | None = None

    def started(self, step: BuildStep) -> None:
        """A new bar for the step, without an end until the build counts."""
        self._task = self._bar.add_task(step.kind.value, total=None, line="")

    def line(self, text: str) -> None:
        """Show the line."""
        from cudacompat.report.safe_text import safe

        if self._task is not None:
            self._bar.update(self._task, line=safe(text)[:60])

    def progress(self, done: int, total: int) -> None:
        """Move the bar."""
        if self._task is not None:
            self._bar.update(self._task, completed=done, total=total)

    def ended(self, result: StepResult) -> None:
        """Fill the bar."""
        if self._task is not None:
            self._bar.update(self._task, completed=1, total=1, line=result.state.value)
            self._bar.stop_task(self._task)


@contextlib.contextmanager
def build_progress(quiet: bool) -> Iterator[Events]:
    """Give the events of a build: a bar where stderr is a terminal, a line a step where it is not, nothing if quiet."""
    if quiet or not sys.stderr.isatty():
        yield _Silent() if quiet else _Plain()
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    with Progress(
        TextColumn("{task.description:<9}", markup=False),
        BarColumn(bar_width=24),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[line]}", markup=False),
        console=Console(stderr=True),
    ) as bar:
        yield _Bar(bar)
