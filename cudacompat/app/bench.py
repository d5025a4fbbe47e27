"""`bench`: the same work by machine code, by the JIT with a cold and a warm cache, and on the CPU, in turn."""

from __future__ import annotations

import os
import re
import shlex
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from cudacompat.app.runs.observe import RunRequest, observe
from cudacompat.domain.reports.bench import BenchReport
from cudacompat.domain.runs.bench import Measured, Run, Variant, oddity
from cudacompat.domain.runs.observation import Observation
from cudacompat.domain.runs.verify import Verdict, decide
from cudacompat.domain.words.errors import UsageError
from cudacompat.host.runs.health import require_url
from cudacompat.host.surroundings.masking import without_secrets

RUNS = 3
_MOST_LINE = 1 << 14
# Measured on driver 580: CUDA_DISABLE_PTX_JIT refuses PTX, CUDA_FORCE_PTX_JIT passes machine code over; the empty list
# of devices hides every GPU. https://docs.nvidia.com/cuda/cuda-programming-guide/05-appendices/environment-variables.html
_FORCED: Mapping[Variant, Mapping[str, str]] = {
    Variant.NATIVE: {"CUDA_DISABLE_PTX_JIT": "1"},
    Variant.JIT_COLD: {"CUDA_FORCE_PTX_JIT": "1"},
    Variant.JIT_WARM: {"CUDA_FORCE_PTX_JIT": "1"},
    Variant.CPU: {"CUDA_VISIBLE_DEVICES": ""},
}
_CACHE_BYTES = str(4 << 30)  # the most that the driver takes: a cache that drops what it just got is never warm


@dataclass(frozen=True, slots=True)
class Measure:
    """What to run and what to read off it.

    `command` is run in every variant that has none of its own, told apart by the driver's environment variables;
    `native`, `ptx` and `cpu` are command lines of builds of their own, run without those. `first` is the pattern of the
    line that shows the first result (without one: the first line of output; with `health`: the endpoint's first green).
    `rate` is a pattern whose group is results per second; or `items` results are what one run gives.
    """

    command: tuple[str, ...] = ()
    native: str | None = None
    ptx: str | None = None
    cpu: str | None = None
    variants: tuple[Variant, ...] = tuple(Variant)
    runs: int = RUNS
    first: str | None = None
    rate: str | None = None
    items: float | None = None
    health: str | None = None
    timeout_s: float = 600.0


def bench(measure: Measure, on_run: Callable[[str], None] | None = None) -> BenchReport:
    """Run all variants in turn, `runs` times each, and return their times. `UsageError` for what cannot be asked."""
    if measure.runs < 1:
        raise UsageError("--runs must be at least 1")
    if measure.health is not None:
        require_url(measure.health)
    first, rate = _pattern(measure.first), _pattern(measure.rate)
    if rate is not None and rate.groups < 1:
        raise UsageError(
            "--rate needs a group around the number, for example 'eval time .* ([0-9.]+) tokens per second'"
        )
    plans = _plans(measure)
    runs: dict[Variant, list[Run]] = {variant: [] for variant, _, _ in plans}
    with tempfile.TemporaryDirectory(prefix="cudacompat-bench-") as folder:
        caches = Path(folder)
        for number in range(measure.runs):
            for variant, command, variables in plans:
                if on_run is not None:
                    on_run(f"{variant.value}, run {number + 1} of {measure.runs}")
                cache = _cache(caches, variant, number)
                if variant is Variant.JIT_WARM and number == 0:  # a run that fills it and does not count
                    _once(measure, command, variables, cache=cache, first=first, rate=rate)
                runs[variant].append(_once(measure, command, variables, cache=cache, first=first, rate=rate))
    measured = tuple(
        Measured(v, command, tuple(sorted(variables.items())), runs=tuple(runs[v]), note=oddity(v, runs[v]))
        for v, command, variables in plans
    )
    return without_secrets(
        BenchReport(_machine(), measured, measure.runs, first=_first_in_words(measure), rate=_rate_in_words(measure))
    )


def _plans(measure: Measure) -> list[tuple[Variant, tuple[str, ...], dict[str, str]]]:
    """Each variant with its command and the variables that make it one."""
    own = {
        Variant.NATIVE: measure.native,
        Variant.JIT_COLD: measure.ptx,
        Variant.JIT_WARM: measure.ptx,
        Variant.CPU: measure.cpu,
    }
    plans: list[tuple[Variant, tuple[str, ...], dict[str, str]]] = []
    for variant in measure.variants:
        line = own[variant]
        if line is not None:
            command = _split(line)
            plans.append((variant, command, {}))
        elif measure.command:
            plans.append((variant, measure.command, dict(_FORCED[variant])))
    if not plans:
        raise UsageError("nothing to run: name the command after --, or separate builds with --native, --ptx, --cpu")
    return plans


def _split(line: str) -> tuple[str, ...]:
    try:
        command = tuple(shlex.split(line))
    except ValueError as error:
        raise UsageError(f"invalid command line ({error}): {line}") from error
    if not command:
        raise UsageError("an empty command line")
    return command


def _pattern(text: str | None) -> re.Pattern[str] | None:
    if text is None:
        return None
    try:
        return re.compile(text)
    except re.error as error:
        raise UsageError(f"invalid regular expression ({error}): {text}") from error


def _cache(folder: Path, variant: Variant, number: int) -> Path:
    """An empty cache for every run, but one and the same for all warm ones."""
    cache = folder / (variant.value if variant is Variant.JIT_WARM else f"{variant.value}-{number}")
    cache.mkdir(exist_ok=True)
    return cache


def _once(
    measure: Measure,
    command: tuple[str, ...],
    variables: Mapping[str, str],
    cache: Path,
    first: re.Pattern[str] | None,
    rate: re.Pattern[str] | None,
) -> Run:
    environment = {key: value for key, value in os.environ.items() if key not in _SWITCHES}
    environment |= {"CUDA_CACHE_PATH": str(cache), "CUDA_CACHE_MAXSIZE": _CACHE_BYTES, **variables}
    clock = _Clock(first, rate)
    wanted = RunRequest(command, measure.timeout_s, measure.health, timed=True)
    seen = observe(wanted, environment, clock.feed, on_start=clock.start)
    return _run(seen, clock, measure)


_SWITCHES = frozenset(
    {"CUDA_DISABLE_PTX_JIT", "CUDA_FORCE_PTX_JIT", "CUDA_DISABLE_JIT", "CUDA_FORCE_JIT", "CUDA_CACHE_DISABLE"}
)


def _run(seen: Observation, clock: _Clock, measure: Measure) -> Run:
    decision = decide(seen)
    ended = seen.ended
    total = ended.seconds if ended is not None else 0.0
    first = clock.first_s
    if measure.health is not None and seen.health is not None:
        first = seen.health.green_after
    rate = clock.rate
    if rate is None and measure.items is not None and total > 0:
        rate = measure.items / total
    failed = decision.why if decision.verdict is Verdict.FAILED else None
    if failed is not None and seen.log.tail:
        failed = f"{failed}: {seen.log.tail[-1]}"
    if failed is None and measure.first is not None and first is None:
        failed = "no output line matches --first"
    if failed is None and measure.rate is not None and rate is None:
        failed = "no output line matches --rate"
    grown = seen.cache.grown if seen.cache is not None else 0
    return Run(total, first, rate, cache_bytes=grown, used=decision.verdict.value, failed=failed)


class _Clock:
    """Reads the lines as they come: when the first result was there, and the last rate."""

    def __init__(self, first: re.Pattern[str] | None, rate: re.Pattern[str] | None) -> None:
        self._first = first
        self._rate = rate
        self._started = time.monotonic()
        self._rest = b""
        self.first_s: float | None = None
        self.rate: float | None = None

    def start(self, at: float) -> None:
        """The command begins now."""
        self._started = at

    def feed(self, data: bytes) -> None:
        """Take the next piece of the output."""
        now = time.monotonic() - self._started
        if self._first is None and self.first_s is None and data.strip():
            self.first_s = now
        if (self._first is None or self.first_s is not None) and self._rate is None:
            return
        *lines, rest = (self._rest + data).split(b"\n")
        self._rest = rest[-_MOST_LINE:]
        for line in lines:
            text = line[:_MOST_LINE].decode("utf-8", "replace")
            self._look_for_first(text, now)
            if self._rate is not None and (found := self._rate.search(text)) is not None:
                try:
                    self.rate = float(found[1])
                except ValueError:
                    raise UsageError(f"--rate: {found[1][:40]!r} is not a number") from None
        self._look_for_first(self._rest.decode("utf-8", "replace"), now)

    def _look_for_first(self, text: str, now: float) -> None:
        """In a line that is still being written, too: engines print word by word, and end the line much later."""
        if self._first is not None and self.first_s is None and self._first.search(text):
            self.first_s = now


def _machine() -> str:
    """GPUs, driver and processor, for a table that others read."""
    from cudacompat.domain.machine.facts import Found
    from cudacompat.host.gpus.driver import driver
    from cudacompat.host.gpus.probe import gpus

    found, release = gpus(), driver()
    parts = [gpu.name for gpu in found.value] if isinstance(found, Found) else ["no GPU"]
    if isinstance(release, Found) and release.value.release is not None:
        parts.append(f"driver {release.value.release}")
    parts.append(f"{os.cpu_count()} processors")
    return ", ".join(dict.fromkeys(parts))


def _first_in_words(measure: Measure) -> str:
    if measure.health is not None:
        return f"{measure.health} healthy"
    return f"the first line with {measure.first}" if measure.first is not None else "the first output"


def _rate_in_words(measure: Measure) -> str | None:
    if measure.rate is not None:
        return f"the number in {measure.rate}"
    return f"{measure.items:g} results by the time of the whole run" if measure.items is not None else None


def variants_named(names: Sequence[str]) -> tuple[Variant, ...]:
    """Return the variants with these names, all without any; `UsageError` for another name."""
    known = {variant.value: variant for variant in Variant}
    for name in names:
        if name not in known:
            raise UsageError(f"unknown variant {name!r}; available: {', '.join(known)}")
    return tuple(dict.fromkeys(known[name] for name in names)) or tuple(Variant)
