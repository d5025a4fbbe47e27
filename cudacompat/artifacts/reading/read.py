"""The way in: paths in, device code out. Reads bytes, runs nothing, needs no CUDA."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from cudacompat.artifacts.binaries.text_keeper import Wanted
from cudacompat.artifacts.containers.folders import EntryKind
from cudacompat.artifacts.reading.glance import is_plain
from cudacompat.artifacts.reading.task import OnFile, Task, read_now, run_task
from cudacompat.artifacts.reading.work import FileResult, OnResult, Work, list_work
from cudacompat.domain.words.capability import ComputeCapability
from cudacompat.domain.words.code import BinaryArtifact, BundledCompiler, ContainerImage, NotRead, ReadResult
from cudacompat.domain.words.errors import UsageError
from cudacompat.domain.words.executor import Executor, Lost
from cudacompat.domain.words.image_platforms import PlatformWish
from cudacompat.domain.words.limits import Limits
from cudacompat.domain.words.paths import ArtifactPath

if TYPE_CHECKING:
    from cudacompat.artifacts.reading.given import Given

_TOGETHER = 1 << 16  # files that are listed before the first of them is looked at
_LINK_OUTSIDE = "a symbolic link to device code outside the directory named: name its target to have it checked"


def read_paths(
    paths: Sequence[str],
    *,
    kernels: bool,
    gpus: frozenset[ComputeCapability] | None = None,
    on_file: OnFile | None = None,
    limits: Limits | None = None,
    executor: Executor | None = None,
    worth: int = 0,
    cache: Path | None = None,
    wish: PlatformWish | None = None,
    given: Mapping[str, Given] | None = None,
    wanted: Wanted | None = None,
    on_result: OnResult | None = None,
    leave: frozenset[tuple[int, int]] = frozenset(),
) -> ReadResult:
    """Read the device code of files, folders and containers.

    With `kernels`, images are inflated for the names of their kernels; without, headers are all that is read. `gpus`
    are those that will be judged for, None where any may be: of images that none of them can pick, less is inflated.
    `on_file` is told of each file before it is read, `on_result` what each gave, as it comes. `executor` takes files
    where several are to be read that have more than `worth` bytes together. `limits` hold for each path by itself;
    `cache` is the folder with the results of earlier runs, None for none; `wish` is whose image is read where one is
    there for several platforms; `given` are those of the paths that are none, with what is read in their place;
    `wanted` is what else is asked of the images (with most of it no result of an earlier run is used); folders to
    `leave` (device and inode) are not entered. `UsageError` for a path that does not exist, and before any is read; all
    else that goes wrong is in the result.
    """
    given = given or {}
    for path in paths:
        if path not in given and not _exists(path):
            raise UsageError(f"no such file or directory: {path}")
    how = _How(
        limits or Limits(),
        kernels,
        gpus,
        cache=None if cache is None or (wanted is not None and wanted.is_never_kept) else str(cache),
        wish=wish,
        wanted=wanted,
        leave=leave,
    )
    reading = _Reading(paths, how, on_file, given=given)
    reading.take_given()
    if executor is None:
        for task in reading.tasks():
            answer = reading.here(task)
            if on_result is not None:
                on_result(task.work.path, answer)
            reading.take(task, answer)
    else:
        from cudacompat.artifacts.reading.shared import Shared

        Shared(executor, worth, on_file, on_result=on_result).read(reading)
    return reading.result()


def _exists(path: str) -> bool:
    """Whether something is there, readable or not (a file that may not be looked at is not missing)."""
    try:
        Path(path).stat()
    except (FileNotFoundError, NotADirectoryError, ValueError):
        return False
    except OSError:
        return True
    return bool(path)


@dataclass(slots=True)
class _Root:
    """One path that the user named: what was spent on it, and what came of it."""

    path: str
    until: float | None = None
    members: int = 0
    inflated: int = 0
    artifacts: list[BinaryArtifact] = field(default_factory=list)
    images: list[ContainerImage] = field(default_factory=list)
    compilers: list[BundledCompiler] = field(default_factory=list)
    not_read: list[NotRead] = field(default_factory=list)
    more_rows: int = 0
    yields: bool = False  # device code, or something that was not read
    passed: list[tuple[int, int] | None] = field(default_factory=list)  # hold nothing; since the last that was read
    cut: str | None = None

    def rows(self, most: int) -> Iterator[NotRead]:
        """Give what was not read, what is too much for a list as a number."""
        path = ArtifactPath.of_file(self.path)
        yield from self.not_read
        if self.more_rows:
            yield NotRead(path, f"{self.more_rows} more could not be read: only the first {most} are listed")
        if self.cut is not None:
            yield NotRead(path, self.cut)


class _How(NamedTuple):
    """How all paths are read; see `read_paths`."""

    limits: Limits
    kernels: bool
    gpus: frozenset[ComputeCapability] | None
    cache: str | None
    wish: PlatformWish | None
    wanted: Wanted | None
    leave: frozenset[tuple[int, int]] = frozenset()


class _Reading:
    """Collects what the files of all paths gave, in their order."""

    def __init__(self, paths: Sequence[str], how: _How, on_file: OnFile | None, given: Mapping[str, Given]) -> None:
        self._given = given
        self._how = how
        self._limits = how.limits
        self._on_file = on_file
        self._roots = [_Root(path) for path in paths]
        self._files = 0
        self._without_code = 0
        self._ended = 0  # so many of the paths
        self._yields: dict[tuple[int, int], bool] = {}
        self._outside: list[tuple[Work, str]] = []
        self._coming = list_work([root.path for root in self._roots], without=given, leave=how.leave)
        self._listed: deque[Work] = deque()
        self._met: set[tuple[int, int]] = set()

    def tasks(self) -> Iterator[Task]:
        """Give what is to be read, without the rest of a path that was cut, and without what holds nothing at first
        glance."""
        for work in self._works():
            root = self._roots[work.root]
            if root.cut is not None:
                continue
            again, identity = False, work.identity
            if identity is not None and work.kind is EntryKind.FILE:
                again = identity in self._met
                self._met.add(identity)
            if not again and is_plain(work) and time.monotonic() <= self._until(root):
                root.passed.append(identity)
                if self._on_file is not None:
                    self._on_file(work.path)
            else:
                yield self._task(work, root)._replace(again=again, passed=tuple(root.passed))
                root.passed.clear()

    def ahead(self, smallest: int) -> Iterator[Task]:
        """Give files of so many bytes that will be among the tasks soon: they are known before anything is looked at,
        which takes longer than to list it."""
        self._list()
        met = set[tuple[int, int] | None]()
        for work in self._listed:
            if work.size < smallest or work.kind is not EntryKind.FILE or self._roots[work.root].cut is not None:
                continue
            if work.identity is None or not (work.identity in met or work.identity in self._met):
                yield self._task(work, self._roots[work.root])
            met.add(work.identity)

    def _works(self) -> Iterator[Work]:
        while self._list():
            while self._listed:
                yield self._listed.popleft()

    def _list(self) -> bool:
        """See to it that there are files to look at; whether there are any."""
        if not self._listed:
            self._listed.extend(islice(self._coming, _TOGETHER))
        return bool(self._listed)

    def take_given(self) -> None:
        """Read what is no path, in this process."""
        for number, root in enumerate(self._roots):
            if root.path in self._given:
                task = self._task(Work(number, root.path, EntryKind.FILE, named=True), root)
                self.take(task, read_now(task, self._on_file, self._given[root.path]))

    def here(self, task: Task) -> FileResult:
        """Read a file in this process, out of what is left of its path's budget now."""
        return run_task(self._anew(task), self._on_file)

    def is_cut(self, task: Task) -> bool:
        """Whether the path that the file lies in is not read any further."""
        return self._roots[task.work.root].cut is not None

    def _anew(self, task: Task) -> Task:
        root = self._roots[task.work.root]
        return task._replace(members=root.members, inflated=root.inflated)

    def take(self, task: Task, answer: FileResult | Lost) -> None:
        """Keep what a file gave."""
        work, root = task.work, self._roots[task.work.root]
        self._end(work.root)
        if root.cut is not None:
            return
        self._pass(task.passed)
        if task.again and work.identity is not None:
            if work.identity in self._yields:
                root.yields |= self._yields[work.identity]
                return
            task = task._replace(again=False)
            answer = self.here(task)  # where it was met before, the budget had ended
        if isinstance(answer, Lost):
            answer = FileResult(not_read=(NotRead(ArtifactPath.of_file(work.path), answer.why),))
        elif self._is_over(root, answer) and (task.members, task.inflated) != (root.members, root.inflated):
            answer = self.here(task)  # it was begun before it was known how little is left
        root.members += answer.members
        root.inflated += answer.inflated
        root.cut = answer.cut
        yields = bool(answer.artifacts or answer.not_read or answer.cut)
        root.yields |= yields
        if work.kind is EntryKind.OUTSIDE:
            if answer.artifacts or answer.not_read:
                self._outside.append((work, _LINK_OUTSIDE if answer.artifacts else answer.not_read[0].why))
            return
        if work.identity is not None:
            self._yields[work.identity] = yields
        root.artifacts += answer.artifacts
        root.images += answer.images
        root.compilers += answer.compilers
        self._files += answer.files
        self._without_code += answer.without_code
        room = self._limits.rows - len(root.not_read)
        root.not_read += answer.not_read[:room]
        root.more_rows += answer.more_rows + len(answer.not_read[room:])

    def result(self) -> ReadResult:
        """Return all of it."""
        self._end(len(self._roots))
        rows = [row for root in self._roots for row in root.rows(self._limits.rows)]
        for work, why in self._outside:
            if work.identity not in self._yields:
                rows.append(NotRead(ArtifactPath.of_file(work.path), why))
        barren = dict.fromkeys(root.path for root in self._roots if not root.yields)
        return ReadResult(
            tuple(artifact for root in self._roots for artifact in root.artifacts),
            tuple(rows),
            self._files,
            without_code=self._without_code,
            barren=tuple(barren),
            images=tuple(image for root in self._roots for image in root.images),
            compilers=tuple(each for root in self._roots for each in root.compilers),
        )

    def _end(self, root: int) -> None:
        """Keep what the paths before this one still have: they are read to their end."""
        while self._ended < root:
            each = self._roots[self._ended]
            if each.cut is None:
                self._pass(each.passed)
            self._ended += 1

    def _pass(self, passed: Sequence[tuple[int, int] | None]) -> None:
        """Count files that hold nothing."""
        self._files += len(passed)
        self._without_code += len(passed)
        self._yields.update((identity, False) for identity in passed if identity is not None)

    def _task(self, work: Work, root: _Root) -> Task:
        kernels = self._how.kernels and work.kind is not EntryKind.OUTSIDE
        return Task(
            work,
            self._limits,
            root.members,
            inflated=root.inflated,
            until=self._until(root),
            kernels=kernels,
            cache=self._how.cache,
            gpus=self._how.gpus,
            wish=self._how.wish,
            wanted=self._how.wanted,
        )

    def _until(self, root: _Root) -> float:
        """When the time for a path ends, which begins with its first file."""
        if root.until is None:
            root.until = time.monotonic() + self._limits.seconds
        return root.until

    def _is_over(self, root: _Root, answer: FileResult) -> bool:
        return (
            root.members + answer.members > self._limits.members
            or root.inflated + answer.inflated > self._limits.bytes
            or answer.cut is not None
        )
