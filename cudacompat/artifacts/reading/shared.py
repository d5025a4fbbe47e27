"""The reading of many files by several processes, the largest first, so that none is left alone with it at the end."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import NamedTuple, Protocol

from cudacompat.artifacts.reading.task import Task, kept_before, run_task
from cudacompat.artifacts.reading.work import SMALLEST_KEPT, FileResult
from cudacompat.domain.words.executor import Executor, Lost

_WINDOW = 4096  # files that are looked at together
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

    def __init__(self, executor: Executor, worth: int, on_file: Callable[[str], None] | None) -> None:
        self._executor = executor
        self._worth = worth
        self._on_file = on_file

    def read(self, reading: Reading) -> None:
        """Read all files."""
        tasks = reading.tasks()
        while window := list(islice(tasks, _WINDOW)):
            answers: dict[int, FileResult | Lost] = {}
            for number, task in enumerate(window):
                known = None if task.again else kept_before(task)
                if known is not None:
                    self._tell(task)
                    answers[number] = known
            left = [number for number, task in enumerate(window) if number not in answers and not task.again]
            if len(left) > 1 and sum(window[number].work.size for number in left) > self._worth:
                answers |= self._asked(window, left)
            for number, task in enumerate(window):
                if task.again:
                    reading.take(task, FileResult())
                elif not reading.is_cut(task):
                    answer = answers.pop(number, None)
                    reading.take(task, reading.here(task) if answer is None else answer)

    def _asked(self, window: Sequence[Task], numbers: Sequence[int]) -> dict[int, FileResult | Lost]:
        """What the processes gave, without what nobody began because too much was spent."""
        answers: dict[int, FileResult | Lost] = {}
        spent: dict[int, tuple[int, int]] = {}
        waiting = list(_groups(window, numbers))
        while waiting:
            again: list[tuple[int, ...]] = []
            for batch, answer in self._executor.map(run_batch, self._begun(window, waiting, spent)):
                if isinstance(answer, Lost) and len(batch.tasks) > 1:
                    again += [(number,) for number in batch.numbers]  # which of them was its end is found so
                elif isinstance(answer, Lost):
                    answers[batch.numbers[0]] = answer
                else:
                    for number, task, each in zip(batch.numbers, batch.tasks, answer, strict=True):
                        answers[number] = each
                        members, inflated = spent.get(task.work.root, (0, 0))
                        spent[task.work.root] = members + each.members, inflated + each.inflated
            waiting = again
        return answers

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

    def _tell(self, task: Task) -> None:
        if self._on_file is not None:
            self._on_file(task.work.path)


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
