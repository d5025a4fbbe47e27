"""What constraints (`pip -c`, uv's `constraint-dependencies`) make of packages that nobody lists: those that a package
with device code brings along. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import Version

from cudacompat.domain.tables.cuda_libraries import is_vendors_wheel
from cudacompat.domain.wheels.distributions import framework
from cudacompat.domain.wheels.metadata import needs_of
from cudacompat.domain.wheels.model import PYPI
from cudacompat.domain.wheels.required import asked_of_framework
from cudacompat.domain.wheels.requirement import Requirement
from cudacompat.domain.wheels.table import packages, releases, rows_of


@dataclass(frozen=True, slots=True)
class Refusal:
    """A requirement and the constraint on the same package of which no release satisfies both."""

    asked: Requirement
    limit: Requirement


def held_along(
    requirements: Sequence[Requirement], constraints: Sequence[Requirement], elsewhere: Iterable[str] = ()
) -> Iterator[Requirement]:
    """Yield the packages that wheels of these requirements ask for, that nobody names (`elsewhere` are names of others
    that may be there), and that a constraint holds at certain releases: as the constraint has them, from the index that
    the package that asks is taken from."""
    named = {*elsewhere, *(each.name for each in requirements)}
    limits = {each.name: each for each in constraints if each.name in packages() and not is_vendors_wheel(each.name)}
    for name, limit in limits.items():
        by = next((each for each in requirements if not each.locked and _asks_for(each, name)), None)
        if by is None or name in named:
            continue
        here = name in framework().on_its_index and limit.index == PYPI
        yield replace(
            limit,
            group=by.group,
            index=by.framework_index if here else limit.index,
            beside_pypi=by.framework_beside_pypi if here else limit.beside_pypi,
            pythons=by.pythons,
        )


def _asks_for(requirement: Requirement, name: str) -> bool:
    """Whether the metadata of its wheels names the package: of the newest that was read and that it allows, or, of a
    release that was not read, what is known of the framework."""
    if requirement.conda:
        return False
    allowed = [row for row in rows_of(requirement.name, index=None) if _allows(requirement, row.version)]
    if allowed:
        newest = max(allowed, key=lambda row: row.version)
        return any(need == name for need, _ in needs_of(newest))
    return name == framework().name and asked_of_framework(requirement.name, requirement.pinned) is not None


def refusals(requirements: Sequence[Requirement], constraints: Sequence[Requirement]) -> Iterator[Refusal]:
    """Yield the requirements of packages with device code that a constraint leaves no release, the first of each
    package. A lock was resolved before, and conda knows none of pip's constraints."""
    told: set[str] = set()
    for each in requirements:
        if each.locked or each.conda or each.name in told or each.name not in packages():
            continue
        limit = next((limit for limit in constraints if limit.name == each.name and _excludes(limit, each)), None)
        if limit is not None:
            told.add(each.name)
            yield Refusal(each, limit)


def _excludes(limit: Requirement, asked: Requirement) -> bool:
    """Whether no release that was published satisfies both, nor one that either of them pins."""
    if not limit.specifier or not asked.specifier:
        return False
    offered = releases().get(asked.name)
    pins = [each.pinned for each in (limit, asked) if each.pinned is not None]
    known = [*pins, *(offered.versions if offered is not None else ())]
    builds = limit.local is not None and asked.local is not None and limit.local != asked.local
    if builds and asked.pinned is not None and limit.pinned is not None:
        return True
    certain = bool(pins) or offered is not None
    return certain and not any(_allows(limit, each) and _allows(asked, each) for each in known)


def _allows(requirement: Requirement, version: Version) -> bool:
    try:
        return SpecifierSet(requirement.specifier).contains(version, prereleases=True)
    except InvalidSpecifier:
        return True
