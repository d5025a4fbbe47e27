"""One file to read, as a piece of work that another process can take."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from cudacompat.artifacts.binaries.text_keeper import Wanted
from cudacompat.artifacts.containers.base import Budget
from cudacompat.artifacts.reading.one_file import read_one
from cudacompat.artifacts.reading.work import SMALLEST_KEPT, FileResult, Work
from cudacompat.domain.words.capability import ComputeCapability
from cudacompat.domain.words.image_platforms import PlatformWish
from cudacompat.domain.words.limits import Limits

if TYPE_CHECKING:
    from cudacompat.artifacts.reading.given import Given

OnFile = Callable[[str], None]


class Task(NamedTuple):
    """One file to read, and what was spent on the path it lies in: all that another process needs."""

    work: Work
    limits: Limits
    members: int
    inflated: int
    until: float  # of time.monotonic, which all processes of a machine share
    kernels: bool
    cache: str | None = None  # the folder with the results of earlier runs
    gpus: frozenset[ComputeCapability] | None = None
    wish: PlatformWish | None = None
    wanted: Wanted | None = None
    again: bool = False  # the file was met before, and is not read a second time
    passed: tuple[tuple[int, int] | None, ...] = ()  # files of its path before it that hold nothing


def run_task(task: Task, on_file: OnFile | None = None) -> FileResult:
    """Return what the file of a task holds."""
    if task.again:
        return FileResult()
    known = kept_before(task)
    if known is not None:
        if on_file is not None:
            on_file(task.work.path)
        return known
    return _kept(task, read_now(task, on_file))


def kept_before(task: Task) -> FileResult | None:
    """Return the result of an earlier run, if there is one and the budget has room for what it cost."""
    if task.cache is None or task.work.size < SMALLEST_KEPT:
        return None
    from cudacompat.artifacts.reading.cache import ResultCache

    known = ResultCache(Path(task.cache)).get(
        task.work,
        task.limits,
        kernels=task.kernels,
        gpus=task.gpus,
        wish=task.wish,
        texts=task.wanted is not None and task.wanted.texts,
    )
    if (
        known is not None
        and task.members + known.members <= task.limits.members
        and task.inflated + known.inflated <= task.limits.bytes
        and len(known.not_read) <= task.limits.rows
    ):
        return known
    return None


def _kept(task: Task, result: FileResult) -> FileResult:
    if task.cache is None or task.work.size < SMALLEST_KEPT:
        return result
    from cudacompat.artifacts.reading.cache import ResultCache

    return ResultCache(Path(task.cache)).put(
        task.work, task.limits, result, kernels=task.kernels, gpus=task.gpus, wish=task.wish
    )


def read_now(task: Task, on_file: OnFile | None, given: Given | None = None) -> FileResult:
    """Return what the file holds, or what stands in its place, whatever was kept."""
    budget = Budget(task.limits, members=task.members, inflated=task.inflated, until=task.until)
    return read_one(
        task.work,
        budget,
        kernels=task.kernels,
        gpus=task.gpus,
        on_file=on_file,
        wish=task.wish,
        given=given,
        wanted=task.wanted,
    )
