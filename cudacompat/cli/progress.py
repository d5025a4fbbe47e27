"""What a person sees while waiting: one line on stderr, only where stderr is a terminal."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

    from cudacompat.app.rebuild import Events
    from cudacompat.domain.runs.rebuild import BuildStep, StepResult


@contextlib.contextmanager
def progress(quiet: bool) -> Iterator[Callable[[str], None] | None]:
    """Give a function that shows which file is being read, or `None` where nobody is watching."""
    if quiet or not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.text import Text

    from cudacompat.report.safe_text import safe

    console = Console(stderr=True)
    with console.status(Text("reading")) as status:
        yield lambda path: status.update(Text(f"reading {safe(path)}"))


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
