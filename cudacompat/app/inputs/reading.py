"""How much of the paths that the user named is read at most, and by how many processes."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from cudacompat.app.inputs.named import FetchOptions, at_hand, wish_of
from cudacompat.artifacts.binaries.text_keeper import Wanted
from cudacompat.artifacts.reading.read import read_paths
from cudacompat.artifacts.reading.work import OnResult
from cudacompat.domain.words.capability import ComputeCapability
from cudacompat.domain.words.code import ReadResult
from cudacompat.domain.words.executor import Answer, Executor, Item, Lost
from cudacompat.domain.words.limits import Limits

# To start processes takes half a second; what one of them reads of a library in that time:
_WORTH = 500 << 20
_MOST_JOBS = 8  # unless asked: with more, the largest library is what is waited for


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """What the user asked for about reading. Without `jobs`, processes are used where there is enough to read; `cache`
    is whether results of earlier runs are used and kept; `fetch` is about what is no path on this machine, `wanted`
    is what else is asked of the images, and the folders to `leave` (device and inode) are not entered."""

    limits: Limits = field(default_factory=Limits)
    jobs: int | None = None
    cache: bool = False
    fetch: FetchOptions = field(default_factory=FetchOptions)
    wanted: Wanted | None = None
    on_result: OnResult | None = None
    leave: frozenset[tuple[int, int]] = frozenset()


def read(
    paths: Sequence[str],
    options: ReadOptions | None = None,
    *,
    kernels: bool,
    gpus: frozenset[ComputeCapability] | None = None,
    on_file: Callable[[str], None] | None = None,
) -> ReadResult:
    """Return what the paths, packages and addresses hold; with `gpus`, all that judging for them needs. `UsageError`
    for what does not exist, `StepError` for what cannot be fetched."""
    options = options or ReadOptions(jobs=1)
    with at_hand(paths, options.fetch) as there:
        executor = _executor(options.jobs)
        cache = cache_of(options) if not there.fetched else None
        found = read_paths(
            there.paths,
            kernels=kernels,
            gpus=gpus,
            on_file=on_file,
            limits=options.limits,
            executor=executor,
            worth=_WORTH if options.jobs is None else 0,
            cache=cache,
            wish=options.fetch.images or wish_of(None),
            given=there.given,
            wanted=options.wanted,
            on_result=options.on_result,
            leave=options.leave,
        )
        return there.renamed(found)


def with_texts(options: ReadOptions) -> ReadOptions:
    """Return options by which PTX is read also where machine code serves every GPU that is asked for: a policy, a
    baseline or a JIT that is forced rests on it."""
    return replace(options, wanted=(options.wanted or Wanted())._replace(texts=True))


def cache_of(options: ReadOptions | None) -> Path | None:
    """Return the folder with what is kept of earlier runs; None where it is not to be used."""
    return folder_of(os.environ) if options is not None and options.cache else None


def folder_of(environment: Mapping[str, str]) -> Path | None:
    """Return the folder of the cache for this user and system; None where the system names none."""
    if sys.platform == "win32":
        base = environment.get("LOCALAPPDATA", "")
    elif sys.platform == "darwin":
        base = os.path.join(environment.get("HOME", ""), "Library", "Caches")  # noqa: PTH118  may be empty
    else:
        base = environment.get("XDG_CACHE_HOME", "")
        if not os.path.isabs(base):  # noqa: PTH117  the XDG specification: a relative one is ignored
            base = os.path.join(environment.get("HOME", ""), ".cache")  # noqa: PTH118
    return Path(base, "cudacompat", "files") if os.path.isabs(base) else None  # noqa: PTH117


def _executor(jobs: int | None) -> Executor | None:
    """As many processes as were asked for, else as are of use here; None where one reads. They begin when they are
    given something."""
    count = min(_cores(), _MOST_JOBS) if jobs is None else jobs
    if count < 2:
        return None
    return _Processes(count)


@dataclass(frozen=True, slots=True)
class _Processes:
    """Processes whose module is imported when they are given something: few commands have so much to read."""

    count: int

    def map(self, function: Callable[[Item], Answer], items: Iterable[Item]) -> Iterator[tuple[Item, Answer | Lost]]:
        """Give each item and its answer, as they come."""
        from cudacompat.host.programs.workers import Processes

        return Processes(self.count).as_they_come(function, items)


def _cores() -> int:
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity is not None else os.cpu_count() or 1
