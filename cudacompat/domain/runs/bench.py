"""What native code is worth: variants of a run, their times, and how they compare."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from statistics import median


class Variant(Enum):
    """The ways of running that are compared; the values are the strings of the JSON."""

    NATIVE = "native"  # machine code; the JIT is forbidden
    JIT_COLD = "jit-cold"  # PTX, the cache empty before each run
    JIT_WARM = "jit-warm"  # PTX, out of a cache that an earlier run filled
    CPU = "cpu"


@dataclass(frozen=True, slots=True)
class Run:
    """One run: seconds to its end and to its first result, results per second, bytes that came into the JIT's cache,
    and what it was seen to use (the verdict's word). `failed` says why it does not count."""

    total_s: float
    first_s: float | None
    rate: float | None
    cache_bytes: int
    used: str
    failed: str | None = None


@dataclass(frozen=True, slots=True)
class Spread:
    """The middle one of several numbers, and the least and the most of them."""

    middle: float
    least: float
    most: float
    runs: int

    @classmethod
    def of(cls, values: Sequence[float]) -> Spread | None:
        """Return the spread of some numbers, `None` of none."""
        return cls(median(values), min(values), max(values), len(values)) if values else None

    def over(self, other: Spread) -> Spread:
        """This by the other: the ratio of the middles, and the least and most that the spreads allow."""
        if other.least <= 0 or other.middle <= 0:
            raise ZeroDivisionError("a time of nothing")
        return Spread(self.middle / other.middle, self.least / other.most, self.most / other.least, runs=self.runs)


@dataclass(frozen=True, slots=True)
class Measured:
    """All runs of one variant. `note` says what is odd about them (a run by JIT that compiled nothing)."""

    variant: Variant
    command: tuple[str, ...]
    environment: tuple[tuple[str, str], ...]
    runs: tuple[Run, ...]
    note: str | None = None

    @property
    def good(self) -> tuple[Run, ...]:
        """The runs that count."""
        return tuple(run for run in self.runs if run.failed is None)

    @property
    def failed(self) -> str | None:
        """Why there is nothing to compare, if so."""
        return None if self.good else next((run.failed for run in self.runs), "it was not run")

    @property
    def total(self) -> Spread | None:
        """Seconds from start to end."""
        return Spread.of([run.total_s for run in self.good])

    @property
    def first(self) -> Spread | None:
        """Seconds to the first result."""
        return Spread.of([run.first_s for run in self.good if run.first_s is not None])

    @property
    def rate(self) -> Spread | None:
        """Results per second."""
        return Spread.of([run.rate for run in self.good if run.rate is not None])


def oddity(variant: Variant, runs: Sequence[Run]) -> str | None:
    """Return what shows that the runs were not what the variant says, `None` where nothing does."""
    good = [run for run in runs if run.failed is None]
    if not good:
        return None
    used = {run.used for run in good}
    if variant is Variant.CPU and used & {"gpu", "gpu-jit"}:
        return "it used the GPU"
    if variant is not Variant.CPU and "cpu-fallback" in used:
        return "it ran on the CPU"
    if variant is Variant.JIT_COLD and not all(run.cache_bytes for run in good):
        return "nothing was compiled: the code is not PTX, or the cache is disabled"
    if variant in (Variant.NATIVE, Variant.JIT_WARM) and any(run.cache_bytes for run in good):
        what = "it contains PTX without machine code" if variant is Variant.NATIVE else "the cache was incomplete"
        return f"the driver compiled code: {what}"
    return None
