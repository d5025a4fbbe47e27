"""Which releases of packages go together with one of the framework: by what they ask for, and by its CUDA release."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from packaging.specifiers import SpecifierSet
from packaging.version import InvalidVersion, Version

from cudacompat.domain.tables.cuda_libraries import is_vendors_wheel
from cudacompat.domain.wheels.distributions import framework
from cudacompat.domain.wheels.metadata import needs_of
from cudacompat.domain.wheels.model import WheelRow
from cudacompat.domain.wheels.platforms import DEFAULT_PLATFORM
from cudacompat.domain.wheels.release_bounds import ReleaseBounds
from cudacompat.domain.wheels.required import asked_by_framework, asked_in, asked_of_framework
from cudacompat.domain.wheels.table import rows_of
from cudacompat.domain.wheels.verdict import has_library_for, judge_row
from cudacompat.domain.words.verdict import Outcome, Target


@dataclass(frozen=True, slots=True)
class FrameworkRelease:
    """A release of the framework and the CUDA release of its build (`12.8`; `None` where that is not known), from an
    index (`pypi`, `cu128`)."""

    version: Version
    cuda: str | None
    index: str

    def takes(self, row: WheelRow) -> bool:
        """Return whether this wheel asks for this release, if for any, and has a library for its CUDA."""
        asked = dict(needs_of(row)).get(framework().name)
        asks = asked is None or asked.contains(self.version, prereleases=True)
        return asks and (self.cuda is None or has_library_for(row, self.cuda))

    def serves(self, row: WheelRow, targets: Sequence[Target]) -> bool:
        """Return whether the wheel runs beside it on all of these GPUs; one without device code does."""
        verdicts = [judge_row(row, target, self.cuda) for target in targets]
        return all(each is None or each.outcome.runs for each in verdicts)


@dataclass(frozen=True, slots=True)
class MovedAlong:
    """What has to move with a framework: the pins, and the packages of which no release goes along that is known.
    `min_driver` is the oldest driver branch for what moves and what stays, where any driver for the GPUs will not
    do; `native` is whether every GPU has machine code in what moves, as far as that has device code."""

    pins: tuple[tuple[str, Version], ...]
    stuck: tuple[str, ...]
    min_driver: int | None = None
    native: bool = True


def moved_along(release: FrameworkRelease, targets: Sequence[Target], bounds: ReleaseBounds) -> MovedAlong:
    """Return the pins of the packages beside the framework that go with this release of it, run on all of these GPUs
    and have a wheel for the Python and the platform of `bounds`: of its companions the newest, of others the nearest to
    what is pinned, where that does not go along. What the table does not know stays as it is."""
    platforms = bounds.platforms(targets)
    pins: list[tuple[str, Version]] = []
    stuck: list[str] = []
    there: list[WheelRow] = []
    moved: list[WheelRow] = []
    for each in bounds.beside:
        name, _, text = each.partition("==")
        if name == framework().name or is_vendors_wheel(name):
            continue
        own = _version(text)
        asked = asked_by_framework(name, release.version)
        if own is not None and asked is not None:
            taken_along = None if own in asked else _asked_for(name, asked)
            pins += [(name, taken_along)] if taken_along is not None else []
            continue
        if name in framework().companions:
            rows = rows_of(name, DEFAULT_PLATFORM, None)  # a release asks for the same one on every platform
            taken = [row.version for row in rows if asked_in(row) is not None and release.takes(row)]
            there_too = [version for version in taken if bounds.has_wheels([(name, version)], platforms, release.index)]
            if there_too:
                pins.append((name, there_too[-1]))
            elif taken:
                stuck.append(name)
        elif own is not None:
            rows = rows_of(name, platforms[0], None)
            near = _near(rows, own)
            goes_with = _goes_with(name, own, release)
            if not near and not goes_with:
                stuck.append(name)
            elif goes_with and all(release.takes(row) and release.serves(row, targets) for row in near):
                there += near
            elif fitting := [
                row
                for row in rows
                if release.takes(row)
                and release.serves(row, targets)
                and bounds.has_wheels([(name, row.version)], platforms)
            ]:
                moved.append(min(fitting, key=lambda row: _distance(row.version, own)))
                pins.append((name, moved[-1].version))
            else:
                stuck.append(name)
    driver = _driver_for((*there, *moved), targets, release)
    by_jit = any(_runs_by_jit(row, targets, release) for row in moved)
    return MovedAlong(tuple(dict.fromkeys(pins)), tuple(dict.fromkeys(stuck)), driver, native=not by_jit)


def _goes_with(name: str, version: Version, release: FrameworkRelease) -> bool:
    """Whether a release asks for no other framework, by the wheel of whatever platform."""
    asked = asked_of_framework(name, version)
    return asked is None or asked.contains(release.version, prereleases=True)


def _asked_for(name: str, asked: SpecifierSet) -> Version | None:
    """The release that a framework asks for; of several the newest that the table knows."""
    exact = next((each.version for each in asked if each.operator == "=="), "")
    known = [row.version for row in rows_of(name, DEFAULT_PLATFORM, None) if row.version in asked]
    return _version(exact) or max(known, default=None)


def _driver_for(rows: Iterable[WheelRow], targets: Sequence[Target], release: FrameworkRelease) -> int | None:
    """The oldest driver branch that will do for all of these wheels beside that release, on all of the GPUs."""
    verdicts = [judge_row(row, target, release.cuda) for row in rows for target in targets]
    drivers = [each.min_driver for each in verdicts if each is not None and each.min_driver is not None]
    return max(drivers, default=None)


def _runs_by_jit(row: WheelRow, targets: Sequence[Target], release: FrameworkRelease) -> bool:
    verdicts = [judge_row(row, target, release.cuda) for target in targets]
    return any(each is not None and each.outcome is Outcome.JIT for each in verdicts)


def _near(rows: Sequence[WheelRow], version: Version) -> tuple[WheelRow, ...]:
    """The row of this version; else those before and after it, as far as there are some."""
    same = [row for row in rows if row.version == version]
    before = [row for row in rows if row.version < version]
    after = [row for row in rows if row.version > version]
    return tuple(same[-1:] or (*before[-1:], *after[:1]))


def _distance(version: Version, own: Version) -> tuple[bool, int, int, tuple[int, ...]]:
    """The order in which releases are taken in place of one: newer before older ones, the nearest minor release first,
    of that the newest."""
    newer = version > own
    sign = 1 if newer else -1
    return not newer, sign * version.major, sign * version.minor, _newest_first(version)


def _newest_first(version: Version) -> tuple[int, ...]:
    parts = (*version.release[2:], 0, 0, 0)[:3]
    return tuple(-number for number in (*parts, version.post or 0))


def _version(text: str) -> Version | None:
    try:
        return Version(text)
    except InvalidVersion:
        return None
