"""Running a command and seeing all that can be seen of it. Used by `verify` and `bench`."""

from __future__ import annotations

import contextlib
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from cudacompat.app.runs.run_log import RunLog
from cudacompat.domain.machine.facts import Found
from cudacompat.domain.machine.jit_variables import is_switched_off
from cudacompat.domain.runs.observation import Health, JitCache, MappedFile, Observation, ProcessView
from cudacompat.host.gpus import libcuda
from cudacompat.host.gpus.driver_api import bare_context
from cudacompat.host.gpus.nvml_watch import NvmlWatch
from cudacompat.host.runs import health as endpoint
from cudacompat.host.runs import maps
from cudacompat.host.runs.jit_cache import CacheWatch
from cudacompat.host.runs.processes import run_tree
from cudacompat.host.surroundings.jit_cache_folder import folder_of

_LOOK_SHARE = 10  # a look is put off until it takes at most a tenth of the time
# At first half of it: a short run (whisper-cli, 1.4 s on an H200) was seen to begin and end between two looks at NVML.
_EARLY_SHARE, _EARLY_S = 1, 5.0
_HEALTH_S = 0.25
_SETTLE_S = 1.0  # looked at for so long after it became healthy
_MOST_FILES = 5000

OnOutput = Callable[[bytes], None]


@dataclass(frozen=True, slots=True)
class RunRequest:
    """How a command is to be run. `timed` is whether its time is what counts: it is looked at less often then."""

    command: tuple[str, ...]
    timeout_s: float
    health: str | None = None
    cold: bool = False
    timed: bool = False


def observe(
    wanted: RunRequest,
    environment: Mapping[str, str],
    on_output: OnOutput | None = None,
    on_start: Callable[[float], None] | None = None,
) -> Observation:
    """Run the command to its end (or until it is healthy) and return what was seen of it. `on_start` is told
    time.monotonic() as the command begins."""
    with contextlib.ExitStack() as stack:
        variables = dict(environment)
        if wanted.cold:
            folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="cudacompat-jit-"))
            variables |= {"CUDA_CACHE_PATH": folder}
            variables.pop("CUDA_CACHE_DISABLE", None)
        gpus = NvmlWatch()
        stack.callback(gpus.close)
        cache_folder = folder_of(variables)
        cache = _cache(cache_folder, variables, wanted.cold)
        log, look = RunLog(), _Look()
        poll = stack.enter_context(_Poll(wanted.health)) if wanted.health else None
        paced_look, paced_gpus = _Paced(wanted.timed), _Paced(wanted.timed)

        def feed(data: bytes) -> None:
            log.feed(data)
            if on_output is not None:
                on_output(data)

        def tick(pids: tuple[int, ...]) -> bool:
            with paced_gpus as due:
                if due and gpus.why is None:
                    gpus.sample(pids)
            with paced_look as due:
                if due:
                    look.at(pids)
            if cache is not None:
                cache.poll()
            return poll is not None and poll.settled()

        started = time.monotonic()
        if on_start is not None:
            on_start(started)
        if poll is not None:
            poll.start(started)
        ended = run_tree(
            wanted.command,
            environment=variables,
            timeout_s=wanted.timeout_s,
            on_output=feed,
            on_tick=tick,
            outlives=poll is not None,
        )
        devices = gpus.finish() if gpus.why is None else ()
        cached = cache.finish() if cache is not None else None
        view = look.view()
        lists, context = None, None
        if devices and view is not None and view.libcuda:
            used = next((use.index for use in devices if use.own_peak), devices[0].index)
            lists, context = _calibrate(gpus, used)
        if any(use.own_peak for use in devices):
            lists = True
        driver = gpus.why is None or bool(view and view.libcuda) or isinstance(libcuda.version(), Found)
        return Observation(
            command=wanted.command,
            log=log.close(),
            ended=ended,
            health=poll.health() if poll is not None else None,
            devices=devices,
            view=view,
            cache=cached,
            driver=driver,
            lists_processes=lists,
            bare_context=context,
            first_output_s=log.first_at - started if log.first_at is not None else None,
            unseen=tuple(_unseen(gpus.why, view, cached, lists=lists)),
        )


def _unseen(nvml: str | None, view: ProcessView | None, cache: JitCache | None, lists: bool | None) -> Iterator[str]:
    if nvml is not None:
        yield f"GPU memory and load ({nvml})"
    elif lists is False:
        yield "which process holds the GPU's memory (NVML lists none here: a container with its own process numbers)"
    if view is None:
        yield "the processes of the command (no /proc, or the command ended too early)"
    else:
        if view.unreadable:
            yield "the mapped files of some processes (they belong to another user)"
        if view.foreign:
            yield "the files of a process in another mount namespace (run verify inside the container)"
    if cache is None:
        yield "the JIT cache (no home directory and no CUDA_CACHE_PATH)"
    elif not cache.enabled:
        yield "JIT compilation through a growing cache (CUDA_CACHE_DISABLE is set)"
    elif cache.opened is None and not cache.cold and cache.before != (0, 0):
        yield "whether code came from the JIT cache (it cannot be watched here; --cold avoids the question)"


def _cache(folder: Path | None, environment: Mapping[str, str], cold: bool) -> CacheWatch | None:
    if folder is None:
        return None
    enabled = not is_switched_off(environment)
    return CacheWatch(folder, cold=cold, enabled=enabled)


def _calibrate(gpus: NvmlWatch, device: int) -> tuple[bool | None, int | None]:
    """Whether NVML lists processes here, and what a context without work takes: seen of one of our own."""
    before = {use.index: use for use in gpus.finish()}
    with bare_context(device) as pid:
        if pid is None:
            return None, None
        listed = gpus.lists(pid)
        gpus.sample(())
        if listed is not None:
            return True, listed if listed > 1 else None
        now = {use.index: use for use in gpus.usage()}
        rose = now[device].after - before[device].after if device in before else 0
    return False, rose if rose > 0 else None


class _Paced:
    """Gives True when it is time for something that may be slow."""

    def __init__(self, timed: bool) -> None:
        self._early_until = time.monotonic() + (0.0 if timed else _EARLY_S)
        self._due = 0.0
        self._begun: float | None = None

    def __enter__(self) -> bool:
        now = time.monotonic()
        self._begun = now if now >= self._due else None
        return self._begun is not None

    def __exit__(self, *_: object) -> None:
        if self._begun is not None:
            now = time.monotonic()
            share = _EARLY_SHARE if now < self._early_until else _LOOK_SHARE
            self._due = now + (now - self._begun) * share


class _Look:
    """Puts together what the looks at the processes showed."""

    def __init__(self) -> None:
        self._samples = 0
        self._pids: set[int] = set()
        self._libcuda_at: list[float] = []
        self._compiler = self._foreign = self._unreadable = False
        self._devices: set[int] = set()
        self._ptxas_targets: set[str] = set()
        self._files: dict[tuple[str, int], maps.CodeFile] = {}  # by device and inode: its name may change

    def at(self, pids: Sequence[int]) -> None:
        seen = False
        for pid in pids:
            mapped = maps.look(pid)
            if mapped is None:
                self._unreadable = self._unreadable or maps.hidden(pid)
                continue
            seen = True
            self._pids.add(pid)
            self._compiler = self._compiler or mapped.jit_compiler
            self._foreign = self._foreign or mapped.foreign
            self._devices |= mapped.devices
            self._ptxas_targets |= mapped.ptxas_targets
            if mapped.libcuda:
                self._libcuda_at.append(time.monotonic())
                del self._libcuda_at[1:-1]
            if not mapped.foreign and len(self._files) < _MOST_FILES:
                self._files.update(((f.device, f.inode), f) for f in sorted(mapped.files, key=lambda f: f.path))
        self._samples += 1 if seen else 0

    def view(self) -> ProcessView | None:
        if not self._samples:
            return None
        span = self._libcuda_at[-1] - self._libcuda_at[0] if self._libcuda_at else 0.0
        files = tuple(MappedFile(file.path, maps.gone(file)) for file in self._files.values() if _is_engines(file))
        return ProcessView(
            samples=self._samples,
            processes=len(self._pids),
            libcuda=bool(self._libcuda_at),
            with_libcuda_s=span,
            jit_compiler=self._compiler,
            devices=tuple(sorted(self._devices)),
            files=files,
            foreign=self._foreign,
            ptxas_targets=tuple(sorted(self._ptxas_targets)),
            unreadable=self._unreadable,
        )


def _is_engines(file: maps.CodeFile) -> bool:
    return not maps.is_driver(file) and maps.is_code(file)


class _Poll:
    """Asks a health endpoint in a thread, as an answer may take its time."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._last = "it was never asked"
        self._green_at: float | None = None
        self._started = 0.0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> _Poll:
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()

    def start(self, started: float) -> None:
        self._started = started
        self._thread.start()

    def _run(self) -> None:
        while not self._over.is_set():
            answer = endpoint.ask(self._url)
            self._last = answer.said
            if answer.green:
                self._green_at = time.monotonic()
                return
            self._over.wait(_HEALTH_S)

    def settled(self) -> bool:
        return self._green_at is not None and time.monotonic() - self._green_at >= _SETTLE_S

    def health(self) -> Health:
        self._over.set()
        after = self._green_at - self._started if self._green_at is not None else None
        return Health(self._url, after, self._last)
