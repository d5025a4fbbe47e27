"""The reading of many files by several processes, the largest first, so that none is left alone with it at the end."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import NamedTuple, Protocol

from cudacompat.artifacts.reading.task import Task, kept_before, run_task
from cudacompat.artifacts.reading.work import SMALLEST_KEPT, FileResult, OnResult
from cudacompat.domain.words.executor import Executor, Lost

_WINDOW = 4096  # files that are looked at together
_AT_ONCE = 64 << 20  # bytes of a file that is begun before all others are listed
_MOST_TOGETHER, _BYTES_TOGETHER = 64, 16 << 20  # of small ones that a process takes at a time


class Batch(NamedTuple):
    """What a process takes at a time; `numbers` are the places of the files in their window."""

    numbers: tuple[int, ...]
    tasks: tuple[Task, ...]


def run_batch(batch: Batch) -> tuple[FileResult, ...]:
    """Return what the files of a batch hold."""
    return tuple(map(run_task, batch.tasks))


class Reading(Protocol):
    """Collects what files gave."""

    def tasks(self) -> Iterator[Task]:
        """Give what is to be read, in its order."""

    def take(self, task: Task, answer: FileResult | Lost) -> None:
        """Keep what a file gave; to be called in the order of the tasks."""

    def here(self, task: Task) -> FileResult:
        """Read a file in this process."""

    def is_cut(self, task: Task) -> bool:
        """Whether the path that the file lies in is not read any further."""


class Shared:
    """Reads by the processes of an executor where files of more than `worth` bytes are to be read.

    What comes out is what one process gives: answers are taken in the order of the files, and one that was begun with
    more of the budget than was left of it is read anew.
    """

    def __init__(
        self,
        executor: Executor,
        worth: int,
        on_file: Callable[[str], None] | None,
        on_result: OnResult | None = None,
    ) -> None:
        self._executor = executor
        self._worth = worth
        self._on_file = on_file
        self._on_result = on_result

    def read(self, reading: Reading) -> None:
        """Read all files."""
        tasks = reading.tasks()
        while True:
            window = _Window(islice(tasks, _WINDOW), self._tell, self._came)
            large = window.until(self._worth)
            if large:
                self._ask(window, large)
            for number, task in enumerate(window.tasks):
                if task.again:
                    reading.take(task, FileResult())
                elif not reading.is_cut(task):
                    answer = window.answers.pop(number, None)
                    if answer is None:
                        answer = reading.here(task)
                        self._came(task, answer)
                    reading.take(task, answer)
            if not window.tasks:
                return

    def _ask(self, window: _Window, large: Sequence[int]) -> None:
        """Let the processes read, without what nobody begins because too much was spent. Those that were listed so far
        are begun while the others are listed."""
        spent: dict[int, tuple[int, int]] = {}
        waiting: Iterable[tuple[int, ...]] = window.groups(large)
        while True:
            again: list[tuple[int, ...]] = []
            for batch, answer in self._executor.map(run_batch, self._begun(window.tasks, waiting, spent)):
                if isinstance(answer, Lost) and len(batch.tasks) > 1:
                    again += [(number,) for number in batch.numbers]  # which of them was its end is found so
                elif isinstance(answer, Lost):
                    window.answers[batch.numbers[0]] = answer
                    self._came(batch.tasks[0], answer)
                else:
                    for number, task, each in zip(batch.numbers, batch.tasks, answer, strict=True):
                        window.answers[number] = each
                        self._came(task, each)
                        members, inflated = spent.get(task.work.root, (0, 0))
                        spent[task.work.root] = members + each.members, inflated + each.inflated
            if not again:
                return
            waiting = again

    def _begun(
        self, window: Sequence[Task], groups: Iterable[tuple[int, ...]], spent: Mapping[int, tuple[int, int]]
    ) -> Iterator[Batch]:
        """Give the groups as they are begun, without files of a path whose budget is spent by then."""
        for group in groups:
            numbers = tuple(number for number in group if not _is_over(window[number], spent))
            for number in numbers:
                self._tell(window[number])
            if numbers:
                yield Batch(numbers, tuple(window[number]._replace(passed=()) for number in numbers))

    def _came(self, task: Task, answer: FileResult | Lost) -> None:
        if self._on_result is not None:
            self._on_result(task.work.path, None if isinstance(answer, Lost) else answer)

    def _tell(self, task: Task) -> None:
        if self._on_file is not None:
            self._on_file(task.work.path)


class _Window:
    """The files that are looked at together: listed as far as is asked for, and what they gave.

    `tell` is told of each whose result is known from an earlier run, `came` of that result.
    """

    def __init__(
        self, tasks: Iterator[Task], tell: Callable[[Task], None], came: Callable[[Task, FileResult | Lost], None]
    ) -> None:
        self.tasks: list[Task] = []
        self.answers: dict[int, FileResult | Lost] = {}
        self._coming = tasks
        self._tell = tell
        self._came = came

    def until(self, worth: int) -> list[int]:
        """List files until those to be read, several, have more than `worth` bytes together; return these. None where
        all of them have less."""
        found: list[int] = []
        size = 0
        for number in self._listed():
            found.append(number)
            size += self.tasks[number].work.size
            if len(found) > 1 and size > worth:
                return found
        return []

    def groups(self, begun: Sequence[int]) -> Iterator[tuple[int, ...]]:
        """Give files that are listed already, the large ones; then list the others, and give very large ones as they
        come: to list tens of thousands takes as long as to read several of those. Then give all that is left."""
        large = [number for number in begun if self.tasks[number].work.size >= SMALLEST_KEPT]
        yield from _groups(self.tasks, large)
        left = [number for number in begun if self.tasks[number].work.size < SMALLEST_KEPT]
        for number in self._listed():
            if self.tasks[number].work.size >= _AT_ONCE:
                yield (number,)
            else:
                left.append(number)
        yield from _groups(self.tasks, left)

    def _listed(self) -> Iterator[int]:
        """List files; give the numbers of those that are to be read."""
        for task in self._coming:
            number = len(self.tasks)
            self.tasks.append(task)
            known = None if task.again else kept_before(task)
            if known is not None:
                self._tell(task)
                self.answers[number] = known
                self._came(task, known)
            elif not task.again:
                yield number


def _is_over(task: Task, spent: Mapping[int, tuple[int, int]]) -> bool:
    members, inflated = spent.get(task.work.root, (0, 0))
    return members > task.limits.members or inflated > task.limits.bytes


def _groups(window: Sequence[Task], numbers: Sequence[int]) -> Iterator[tuple[int, ...]]:
    """The files by size, the largest by themselves and the small ones together."""
    group: list[int] = []
    size = 0
    for number in sorted(numbers, key=lambda each: (-window[each].work.size, each)):
        bytes_of_it = window[number].work.size
        if bytes_of_it >= SMALLEST_KEPT:
            yield (number,)
            continue
        group.append(number)
        size += bytes_of_it
        if len(group) >= _MOST_TOGETHER or size >= _BYTES_TOGETHER:
            yield tuple(group)
            group, size = [], 0
    if group:
        yield tuple(group)
