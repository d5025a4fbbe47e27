"""The wheels of a package whose content is known: what a cure is chosen from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from packaging.version import Version

from cudacompat.domain.wheels.distributions import framework
from cudacompat.domain.wheels.model import PYPI, WheelRow
from cudacompat.domain.wheels.platforms import DEFAULT_PLATFORM
from cudacompat.domain.wheels.requirement import Requirement
from cudacompat.domain.wheels.resolved import HowKnown, Resolved
from cudacompat.domain.wheels.table import plain_torch_index, releases, rows_of, torch_rows


@dataclass(frozen=True, slots=True)
class Candidate:
    """A wheel whose content is known."""

    version: Version
    resolved: Resolved


def candidates(package: str, platform: str = DEFAULT_PLATFORM) -> Iterator[Candidate]:
    """Yield the wheels of this package with device code whose content is known: those that were read, and those of the
    framework's indexes that build scripts document, each as the newest patch of its minor release."""
    for row in rows_of(package, platform, None):
        if row.has_code:
            yield _candidate(package, row.version, row.index, known=HowKnown.READ, row=row)
    if package != framework().name:
        return
    read = {row.version for row in rows_of(package, platform)}
    for row in torch_rows():
        newest = _newest_patch(row.version)
        if row.platform != platform or newest is None:
            continue
        if plain_torch_index(newest) == row.index and newest in read and platform == DEFAULT_PLATFORM:
            continue  # PyPI's own wheel is the same build
        yield _candidate(package, newest, row.index, known=HowKnown.DOCUMENTED, row=row)


def preference(candidate: Candidate) -> tuple[int, int]:
    """Return the order in which builds of one release are taken: PyPI's before those of the framework's indexes, of
    those the newest CUDA first."""
    digits = candidate.resolved.build.removeprefix("cu")
    return (0, 0) if candidate.resolved.build == PYPI else (1, -int(digits) if digits.isdigit() else 0)


def _candidate(package: str, version: Version, build: str, known: HowKnown, *, row: WheelRow) -> Candidate:
    requirement = Requirement(package, f"=={version}", f"{package}=={version}", file="", line=0, index=build)
    return Candidate(version, Resolved(requirement, version, build, how="", known=known, rows=(row,)))


@cache
def _newest_patch(minor: Version) -> Version | None:
    """The newest release of this minor of torch that PyPI has."""
    offered = releases().get(framework().name)
    if offered is None:
        return None
    return next((each for each in offered.versions if (each.major, each.minor) == (minor.major, minor.minor)), None)
