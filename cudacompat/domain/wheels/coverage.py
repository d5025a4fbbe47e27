"""What wheels come to on each compute capability: the rows of a table of packages and GPUs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import groupby

from packaging.version import Version

from cudacompat.domain.wheels.measured import CAPABILITIES
from cudacompat.domain.wheels.model import WheelRow
from cudacompat.domain.wheels.own_compiler import brings_assembler, lacking_assembler
from cudacompat.domain.wheels.platforms import DEFAULT_PLATFORM
from cudacompat.domain.wheels.running_framework import failing_pin
from cudacompat.domain.wheels.verdict import judge_row
from cudacompat.domain.words.capability import ComputeCapability
from cudacompat.domain.words.verdict import Outcome, Target

_TARGETS = tuple(Target(each, None, ComputeCapability.parse(each)) for each in CAPABILITIES)


@dataclass(frozen=True, slots=True)
class CoverageRow:
    """Releases of a package that follow one another and come to the same: from one index, for one platform, built with
    one CUDA release. `outcomes` has one for each of `CAPABILITIES`, `None` where the wheel holds no device code;
    `basis` is `measured` or `documented`, `compilers` what the wheel compiles with by itself, `compiles` whether its
    package compiles its kernels so on GPUs without another outcome."""

    package: str
    newest: Version
    oldest: Version
    index: str
    platform: str
    cuda: str | None
    basis: str
    outcomes: tuple[Outcome | None, ...]
    compilers: tuple[str, ...]
    compiles: bool = False

    @property
    def versions(self) -> str:
        """`2.8.0`, or `2.8.0 to 2.10.0`."""
        return str(self.newest) if self.newest == self.oldest else f"{self.oldest} to {self.newest}"

    @property
    def has_code(self) -> bool:
        """Whether the wheels hold device code at all."""
        return any(each is not None for each in self.outcomes)


def coverage(rows: Iterable[WheelRow]) -> tuple[CoverageRow, ...]:
    """Return the rows of the table: the packages by name, of each the newest release first."""
    single = sorted((_of(row) for row in rows), key=lambda row: row.newest, reverse=True)
    single.sort(key=lambda row: (row.package, row.platform, row.index))
    groups = groupby(single, key=lambda row: (*_place(row), row.cuda, row.outcomes, row.compilers))
    joined = [_joined(list(group)) for _, group in groups]
    joined.sort(key=lambda row: row.newest, reverse=True)
    return tuple(sorted(joined, key=lambda row: row.package))


def _place(row: CoverageRow) -> tuple[str, str, str, str]:
    return row.package, row.platform, row.index, row.basis


def _of(row: WheelRow) -> CoverageRow:
    return CoverageRow(
        row.package,
        row.version,
        row.version,
        index=row.index,
        platform=row.platform,
        cuda=_cuda(row),
        basis=row.basis.value,
        outcomes=tuple(_outcome(row, target) for target in _TARGETS),
        compilers=row.compilers,
        compiles=brings_assembler(row),
    )


def _outcome(row: WheelRow, target: Target) -> Outcome | None:
    """What becomes of the wheel with what it brings along: the compiler that its package runs, and the framework that
    it pins."""
    verdict = lacking_assembler(row, target) if brings_assembler(row) else judge_row(row, target)
    if verdict is None:
        return None
    platform = row.platform if row.platform != "any" else DEFAULT_PLATFORM
    fails = verdict.outcome.runs and failing_pin(row, target, platform) is not None
    return Outcome.FAILS if fails else verdict.outcome


def _cuda(row: WheelRow) -> str | None:
    """The CUDA release that the wheel was built with, or those of its libraries (`11.8 to 13.2`)."""
    releases = sorted(int(each) for each in row.by_cuda)
    if len(releases) < 2:
        return row.cuda
    first, last = (f"{each // 10}.{each % 10}" for each in (releases[0], releases[-1]))
    return f"{first} to {last}"


def _joined(rows: list[CoverageRow]) -> CoverageRow:
    return replace(rows[0], oldest=rows[-1].oldest)
