"""The reading of many files by several processes, the largest first, so that none is left alone with it at the end."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import NamedTuple, Protocol

from cudacompat.artifacts.reading.task import Task, kept_before, run_task
from cudacompat.artifacts.reading.work import SMALLEST_KEPT, FileResult, OnResult, Work
from cudacompat.domain.words.executor import Executor, Lost

_WINDOW = 4096  # files that are looked at together
_AT_ONCE = 8 << 20  # bytes of a file that is begun before anything is looked at
_MOST_TOGETHER, _BYTES_TOGETHER = 64, 16 << 20  # of small ones that a process takes at a time

Group = tuple[Task, ...]


class Batch(NamedTuple):
    """What a process takes at a time."""

    tasks: Group


class Answered(NamedTuple):
    """What the reading of a file gave, and the task that it was read by."""

    task: Task
    found: FileResult | Lost


def run_batch(batch: Batch) -> tuple[FileResult, ...]:
    """Return what the files of a batch hold."""
    return tuple(map(run_task, batch.tasks))


class Reading(Protocol):
    """Collects what files gave."""

    def tasks(self) -> Iterator[Task]:
        """Give what is to be read, in its order."""

    def ahead(self, smallest: int) -> Iterator[Task]:
        """Give files of so many bytes that will be among the tasks soon."""

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
        self._begun: set[Work] = set()
        self._answers: dict[Work, Answered] = {}

    def read(self, reading: Reading) -> None:
        """Read all files."""
        tasks = reading.tasks()
        while True:
            ahead = [each for each in islice(reading.ahead(_AT_ONCE), _WINDOW) if self._is_to_be_read(each)]
            listed: list[Task] = []
            coming = self._listed(islice(tasks, _WINDOW), listed, frozenset(each.work for each in ahead))
            first = self._until_worth(ahead, coming)
            if first:
                self._ask(_groups_of(first, coming))
            for task in listed:
                if task.again:
                    reading.take(task, FileResult())
                elif not reading.is_cut(task):
                    self._take(reading, task)
            self._begun.difference_update(task.work for task in listed)
            if not listed:
                return

    def _take(self, reading: Reading, task: Task) -> None:
        answer = self._answers.pop(task.work, None)
        if answer is None:
            answer = Answered(task, reading.here(task))
            self._came(*answer)
        members, inflated = answer.task.members, answer.task.inflated
        reading.take(task._replace(members=members, inflated=inflated), answer.found)

    def _listed(self, tasks: Iterable[Task], listed: list[Task], ahead: frozenset[Work]) -> Iterator[Task]:
        """List tasks; give those that are to be read and are not among those `ahead`."""
        for task in tasks:
            listed.append(task)
            if task.work not in ahead and self._is_to_be_read(task):
                yield task

    def _is_to_be_read(self, task: Task) -> bool:
        """Whether nobody has begun to read a file, and no earlier run did."""
        if task.again or task.work in self._begun:
            return False
        known = kept_before(task)
        if known is None:
            return True
        self._tell(task)
        self._keep(task, known)
        return False

    def _until_worth(self, ahead: Sequence[Task], coming: Iterator[Task]) -> list[Task]:
        """List files until those to be read, several, have more than `worth` bytes together; return these. None where
        all of them have less."""
        found = list(ahead)
        size = sum(task.work.size for task in found)
        while len(found) < 2 or size <= self._worth:
            task = next(coming, None)
            if task is None:
                return []
            found.append(task)
            size += task.work.size
        return found

    def _ask(self, groups: Iterable[Group]) -> None:
        """Let the processes read, without what nobody begins because too much was spent. Those that were listed so far
        are begun while the others are listed."""
        spent: dict[int, tuple[int, int]] = {}
        while True:
            again: list[Group] = []
            for batch, answer in self._executor.map(run_batch, self._begin(groups, spent)):
                if isinstance(answer, Lost) and len(batch.tasks) > 1:
                    again += [(task,) for task in batch.tasks]  # which of them was its end is found so
                elif isinstance(answer, Lost):
                    self._keep(batch.tasks[0], answer)
                else:
                    for task, each in zip(batch.tasks, answer, strict=True):
                        self._keep(task, each)
                        members, inflated = spent.get(task.work.root, (0, 0))
                        spent[task.work.root] = members + each.members, inflated + each.inflated
            if not again:
                return
            groups = again

    def _begin(self, groups: Iterable[Group], spent: Mapping[int, tuple[int, int]]) -> Iterator[Batch]:
        """Give the groups as they are begun, without files of a path whose budget is spent by then."""
        for group in groups:
            tasks = tuple(task._replace(passed=()) for task in group if not _is_over(task, spent))
            for task in tasks:
                self._begun.add(task.work)
                self._tell(task)
            if tasks:
                yield Batch(tasks)

    def _keep(self, task: Task, answer: FileResult | Lost) -> None:
        """Keep an answer until it is the turn of its file."""
        self._begun.add(task.work)
        self._answers[task.work] = Answered(task, answer)
        self._came(task, answer)

    def _came(self, task: Task, answer: FileResult | Lost) -> None:
        if self._on_result is not None:
            self._on_result(task.work.path, None if isinstance(answer, Lost) else answer)

    def _tell(self, task: Task) -> None:
        if self._on_file is not None:
            self._on_file(task.work.path)


def _groups_of(first: Sequence[Task], coming: Iterable[Task]) -> Iterator[Group]:
    """Give files that are listed already, the large ones; then list the others, and give very large ones as they come:
    to list tens of thousands takes as long as to read several of those. Then give all that is left."""
    yield from _groups([task for task in first if task.work.size >= SMALLEST_KEPT])
    left = [task for task in first if task.work.size < SMALLEST_KEPT]
    for task in coming:
        if task.work.size >= _AT_ONCE:
            yield (task,)
        else:
            left.append(task)
    yield from _groups(left)


def _is_over(task: Task, spent: Mapping[int, tuple[int, int]]) -> bool:
    members, inflated = spent.get(task.work.root, (0, 0))
    return members > task.limits.members or inflated > task.limits.bytes


def _groups(tasks: Iterable[Task]) -> Iterator[Group]:
    """The files by size, the largest by themselves and the small ones together."""
    group: list[Task] = []
    size = 0
    for task in sorted(tasks, key=lambda each: -each.work.size):
        if task.work.size >= SMALLEST_KEPT:
            yield (task,)
            continue
        group.append(task)
        size += task.work.size
        if len(group) >= _MOST_TOGETHER or size >= _BYTES_TOGETHER:
            yield tuple(group)
            group, size = [], 0
    if group:
        yield tuple(group)
