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
from cudacompat.domain.wheels.table import plain_torch_index, releases, rows_of, source_rows, torch_rows


@dataclass(frozen=True, slots=True)
class Candidate:
    """A wheel whose content is known."""

    version: Version
    resolved: Resolved


def candidates(package: str, platform: str = DEFAULT_PLATFORM) -> Iterator[Candidate]:
    """Yield the wheels of this package with device code whose content is known: those that were read, releases whose
    sources have a list, and those of the framework's indexes that build scripts document, where all patches of a minor
    release are built alike."""
    for row in rows_of(package, platform, None):
        if row.has_code:
            yield _candidate(package, row.version, row.index, known=HowKnown.READ, row=row)
    offered = releases().get(package)
    for version in offered.versions if offered is not None else ():
        for row in source_rows(package, version):
            yield _candidate(package, version, row.index, known=HowKnown.DOCUMENTED, row=row)
    if package != framework().name:
        return
    read = {row.version for row in rows_of(package, platform)}
    for row in torch_rows():
        for patch in _patches(row.version) if row.platform == platform else ():
            if plain_torch_index(patch) == row.index and patch in read and platform == DEFAULT_PLATFORM:
                continue  # PyPI's own wheel is the same build
            yield _candidate(package, patch, row.index, known=HowKnown.DOCUMENTED, row=row)


def preference(build: str) -> tuple[int, int]:
    """Return the order in which builds of one release are taken: PyPI's before those of the framework's indexes, of
    those the newest CUDA first."""
    digits = build.removeprefix("cu")
    return (0, 0) if build == PYPI else (1, -int(digits) if digits.isdigit() else 0)


def _candidate(package: str, version: Version, build: str, known: HowKnown, *, row: WheelRow) -> Candidate:
    requirement = Requirement(package, f"=={version}", f"{package}=={version}", file="", line=0, index=build)
    return Candidate(version, Resolved(requirement, version, build, how="", known=known, rows=(row,)))


@cache
def _patches(minor: Version) -> tuple[Version, ...]:
    """The releases of this minor of torch that PyPI has, the newest first."""
    offered = releases().get(framework().name)
    every = offered.versions if offered is not None else ()
    return tuple(each for each in every if (each.major, each.minor) == (minor.major, minor.minor))
