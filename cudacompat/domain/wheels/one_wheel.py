"""Which wheel one requirement stands for, and what is known of it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from packaging.specifiers import InvalidSpecifier
from packaging.version import Version

from cudacompat.domain.wheels.distributions import distributions, framework
from cudacompat.domain.wheels.model import PYPI, WheelRow
from cudacompat.domain.wheels.narrowing import is_same_build
from cudacompat.domain.wheels.own_compiler import assembling_rows
from cudacompat.domain.wheels.platforms import DEFAULT_PLATFORM
from cudacompat.domain.wheels.pythons import has_sources, has_wheel, is_on
from cudacompat.domain.wheels.required import asked_of_framework
from cudacompat.domain.wheels.requirement import CONDA, LOCAL_BUILD, Requirement
from cudacompat.domain.wheels.resolved import HowKnown, Resolved
from cudacompat.domain.wheels.table import (
    cuda_of_index,
    packages,
    plain_torch_index,
    releases,
    rows_of,
    source_rows,
    torch_rows,
)
from cudacompat.domain.wheels.without_row import is_built_here

_PATCHES = 10  # of a minor release, which its row stands for
_ONE_MINOR = re.compile(r"==(\d+\.\d+)\.\*")


def wheel_for(requirement: Requirement, why: str, *, platform: str) -> Resolved:
    """Return the wheel that this requirement stands for on the platform; `why` it is that one in words, where another
    package says it."""
    requirement = _where_newest(requirement, platform)
    version, how = requirement.pinned, ""
    if version is None:
        version, how = chosen(requirement, platform)
    if why:
        how = why
    if version is None:
        known = _without_row(requirement)
        return Resolved(requirement, None, requirement.build, how=how, known=known)
    built = source_rows(requirement.name, version) if is_built_here(requirement) else ()
    if built:
        return Resolved(requirement, version, requirement.build, how=how, known=HowKnown.DOCUMENTED, rows=built)
    if not _has_wheel(requirement, version, platform):
        known = HowKnown.BUILT_HERE if has_sources(requirement.name, version, platform) else HowKnown.ABSENT
        return Resolved(requirement, version, requirement.build, how=how, known=known)
    if requirement.name not in packages():
        known = HowKnown.NO_CODE if requirement.build == "cpu" else _without_row(requirement)
        return Resolved(requirement, version, requirement.build, how=how, known=known)
    known, found = _rows_for(requirement.name, version, requirement.build, platform=platform)
    if known not in (HowKnown.READ, HowKnown.NO_CODE) and _is_unlisted(requirement, version):
        return Resolved(requirement, version, requirement.build, how=how, known=HowKnown.UNLISTED)
    return Resolved(requirement, version, requirement.build, how=how, known=known, rows=found)


def _is_unlisted(requirement: Requirement, version: Version) -> bool:
    """Whether PyPI had no such release on the day of the table; PyTorch's indexes have what PyPI has of the framework
    and of what is released with it."""
    if requirement.conda or (requirement.local_version and requirement.local is None):
        return False
    name, offered = requirement.name, releases().get(requirement.name)
    own = name == framework().name or name in framework().built_with_it
    there = requirement.build == PYPI or (own and cuda_of_index(requirement.build) is not None)
    return there and offered is not None and offered.lacks(version)


def _has_wheel(requirement: Requirement, version: Version, platform: str) -> bool:
    """Whether its index may have a wheel of this release for the platform and the Python that it is installed for: for
    PyTorch's own indexes the names of PyPI's wheels tell the Pythons."""
    name, python = requirement.name, requirement.python
    if requirement.conda or (python is None and platform == DEFAULT_PLATFORM):
        return True
    if requirement.build == PYPI:
        return has_wheel(name, version, python, platform=platform)
    own = LOCAL_BUILD.fullmatch(requirement.build) is not None and is_on(name, version, platform)
    return not own or has_wheel(name, version, python, platform=platform)


def _without_row(requirement: Requirement) -> HowKnown:
    if is_built_here(requirement):
        return HowKnown.BUILT_HERE
    return HowKnown.FOREIGN if _is_foreign(requirement) else HowKnown.UNREAD


def _is_foreign(requirement: Requirement) -> bool:
    return requirement.build not in (PYPI, "cpu", framework().conda_channel) and not cuda_of_index(requirement.build)


def chosen(requirement: Requirement, platform: str) -> tuple[Version | None, str]:
    """Return the newest version that the requirement allows on its index, and what it is in words."""
    if _is_foreign(requirement):
        return None, ""
    offered = releases().get(requirement.name)
    if offered is None:
        return None, ""
    allowed = requirement.specifier
    served = [
        each
        for each in offered.versions
        if _has_wheel(requirement, each, platform) or has_sources(requirement.name, each, platform)
    ]
    offered = replace(offered, versions=tuple(served))
    if requirement.build == framework().conda_channel:
        last = Version(framework().conda_last)
        offered = replace(offered, versions=tuple(each for each in offered.versions if each <= last))
    if requirement.name == framework().name and cuda_of_index(requirement.build) is not None:
        minors = {row.version for row in torch_rows() if row.index == requirement.build and row.platform == platform}
        versions = [each for each in offered.versions if Version(f"{each.major}.{each.minor}") in minors]
        offered = replace(offered, versions=tuple(versions))
    elif _is_of_index(requirement.name, requirement.build):
        offered = replace(offered, versions=tuple(_built_there(requirement, offered.versions, platform)))
    try:
        newest = offered.newest(allowed)
    except InvalidSpecifier:
        return None, ""
    if newest is None and requirement.name == framework().name:
        minor = _ONE_MINOR.fullmatch(allowed)  # of a release before those of the list, whose patches are built alike
        newest = Version(minor[1]) if minor is not None else None
    return newest, f"the newest that this allows on {offered.date}" if newest is not None else ""


def _where_newest(requirement: Requirement, platform: str) -> Requirement:
    """The requirement with PyPI as its index where pip looks on both and PyPI has the newer release."""
    if not requirement.beside_pypi or requirement.pinned is not None or requirement.local is not None:
        return requirement
    plain = replace(requirement, index=PYPI)
    there, here = chosen(plain, platform)[0], chosen(requirement, platform)[0]
    return plain if there is not None and here is not None and there > here else requirement


def _rows_for(name: str, version: Version, build: str, *, platform: str) -> tuple[HowKnown, tuple[WheelRow, ...]]:
    """What is known of this wheel, and the rows that say it."""
    if build == CONDA:  # another build than the wheel of that name
        plain = distributions().runs_without_own(name) and not assembling_rows(name, platform)
        return (HowKnown.NO_CODE if plain else HowKnown.FOREIGN), ()
    if build == "cpu" or distributions().runs_without_own(name):
        read = assembling_rows(name, platform) if build != "cpu" else ()
        same = tuple(row for row in read or rows_of(name, platform) if row.version == version)
        return (HowKnown.NO_CODE, same) if same or not read else _between(read, version)
    own = [row for row in rows_of(name, platform, None) if row.version == version and row.index in (build, PYPI)]
    exact = [row for row in own if row.index == build or is_same_build(row, build)]
    if exact:
        return (HowKnown.READ if exact[-1].has_code else HowKnown.NO_CODE), (exact[-1],)
    if name == framework().name:
        return _torch_rows_for(version, build, platform)
    if build == PYPI:
        return _of_pypi(name, version, platform)
    if cuda_of_index(build) is None and build != framework().conda_channel:
        return HowKnown.FOREIGN, ()
    return (HowKnown.WITH_FRAMEWORK if name in framework().built_with_it else HowKnown.UNREAD), ()


def _is_of_index(name: str, build: str) -> bool:
    """Whether it is a package that is released with the framework, on an index for one CUDA release."""
    return name in framework().built_with_it and cuda_of_index(build) is not None


def _built_there(requirement: Requirement, versions: Sequence[Version], platform: str) -> Iterator[Version]:
    """Yield the releases, in their order, but for those that the index never had; one that asks for no certain
    framework is like the one before it."""
    never, said = set(), False
    for each in sorted(versions):
        if asked_of_framework(requirement.name, each) is not None:
            said = _without_framework(requirement.name, each, requirement.build, platform=platform)
        never |= {each} if said else set()
    yield from (each for each in versions if each not in never)


def _without_framework(name: str, version: Version, build: str, *, platform: str) -> bool:
    """Whether the index never had a framework that this release goes with, and so not the release: other indexes have
    one."""
    asked = asked_of_framework(name, version)
    if asked is None or build in framework().built_on:
        return False
    rows = [row for row in torch_rows() if row.platform == platform]
    taken = {row.version for row in rows if any(f"{row.version}.{patch}" in asked for patch in range(_PATCHES))}
    return bool(taken) and not any(row.index == build and row.version in taken for row in rows)


def _of_pypi(name: str, version: Version, platform: str) -> tuple[HowKnown, tuple[WheelRow, ...]]:
    """What is known of a release that was not read: of a package that compiles its code later, or that most programs
    use without, that it has none, unless one that was read has."""
    read = rows_of(name, platform)
    later = distributions().compiled_later(name) is not None and not any(row.has_code for row in read)
    if later or name in distributions().used_without_it:
        return HowKnown.NO_CODE, ()
    return _between(read, version)


def _torch_rows_for(version: Version, build: str, platform: str) -> tuple[HowKnown, tuple[WheelRow, ...]]:
    minor = Version(f"{version.major}.{version.minor}")
    if build == framework().conda_channel:
        every = [row for row in torch_rows() if row.version == minor and row.platform == platform]
        return (HowKnown.ANY_BUILD, tuple(every)) if every else (HowKnown.UNREAD, ())
    index = plain_torch_index(version) if build == PYPI else build
    found = [row for row in torch_rows() if (row.version, row.index, row.platform) == (minor, index, platform)]
    if found and not (build == PYPI and platform != DEFAULT_PLATFORM):
        return HowKnown.DOCUMENTED, tuple(found)
    if build == PYPI:
        known, rows = _between(rows_of(framework().name, platform), version)
        # the index had none with code for it before, either, nor between two without
        plain = known in (HowKnown.OLDER, HowKnown.BETWEEN) and not any(row.has_code for row in rows)
        return (HowKnown.NO_CODE, ()) if plain else (known, rows)
    if cuda_of_index(build) is None:
        return HowKnown.FOREIGN, ()
    minors = {row.version for row in torch_rows() if row.platform == platform}
    if minor in minors:
        return (HowKnown.UNREAD if build in framework().built_on else HowKnown.ABSENT), ()
    if minors and min(minors) < minor < max(minors):
        return HowKnown.UNREAD, ()
    return (HowKnown.NEWER if minors and minor > max(minors) else HowKnown.OLDER), ()


def _between(read: Sequence[WheelRow], version: Version) -> tuple[HowKnown, tuple[WheelRow, ...]]:
    before = [row for row in read if row.version < version]
    after = [row for row in read if row.version > version]
    if not read:
        return HowKnown.UNREAD, ()
    if not after:
        return HowKnown.NEWER, (before[-1],)
    if not before:
        return HowKnown.OLDER, (after[0],)
    return HowKnown.BETWEEN, (before[-1], after[0])
