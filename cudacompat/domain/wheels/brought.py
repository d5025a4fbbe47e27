"""What packages without device code bring along, as `openai-whisper` brings torch. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from packaging.requirements import Requirement as Pep508
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version

from cudacompat.domain.wheels.distributions import distributions, framework
from cudacompat.domain.wheels.model import PYPI
from cudacompat.domain.wheels.requirement import CONDA, Requirement

_EXTRAS = re.compile(r"[\w.-]{1,100}\s{0,9}\[([^\]]{1,200})\]")
_ANY_LATER = Version("9999")  # above every release, so that only a specifier without an upper bound allows it


def brought_along(requirements: Sequence[Requirement], elsewhere: Iterable[str] = ()) -> Iterator[Requirement]:
    """Yield what these packages require and nobody names: neither one of them nor `elsewhere` (names of packages that
    may be there already). A lock names all that it needs."""
    named = {*elsewhere, *(each.name for each in requirements)}
    for each in requirements:
        if each.locked:
            continue
        for name, specifier, local in _of_extras(each):
            if name not in named:
                named.add(name)
                yield replace(_required(each, Pep508(f"{name}{specifier}")), local_version=local)
        for text in needs_of_release(each.name, each.pinned, each.specifier):
            need = Pep508(text)
            if need.name not in named:
                named.add(need.name)
                yield _required(each, need)


def extras_of(requirement: Requirement) -> tuple[str, ...]:
    """Return the extras with which the requirement is written, of the package itself."""
    found = _EXTRAS.match(requirement.written)
    if found is None or canonicalize_name(requirement.written.partition("[")[0].strip()) != requirement.name:
        return ()
    return tuple(each.strip() for each in found[1].split(",") if each.strip())


def _of_extras(requirement: Requirement) -> Iterator[tuple[str, str, str]]:
    """The packages with device code that extras bring: names, specifiers, and the local version where the build is not
    that of PyPI."""
    asked = {canonicalize_name(each) for each in extras_of(requirement)}
    front = distributions().chosen_by_extra.get(requirement.name)
    for cuda, names in front.releases.items() if front is not None and asked else ():
        if front is not None and front.extra.format(cuda) in asked:
            yield names[0], requirement.specifier, ""
    others = distributions().brought_by_extra.get(requirement.name, {}) if asked else {}
    for extra in sorted(asked & others.keys()):
        rows = [(Version(last) if last else _ANY_LATER, needs) for last, needs in others[extra]]
        for text in _of_release(rows[:-1], rows[-1][1], requirement.pinned, specifier=requirement.specifier):
            name, same, local = text.partition("{}")
            need = Pep508(name)
            yield need.name, requirement.specifier if same else str(need.specifier), local.removeprefix("+")


def needs_of_release(package: str, version: Version | None, specifier: str = "") -> tuple[str, ...]:
    """Return what this release of a package, or the newest that the specifier allows, requires that has device code."""
    newest = distributions().brings.get(package, ())
    older = [(Version(last), needs) for last, needs in distributions().brought_by_older.get(package, {}).items()]
    return _of_release(older, newest, version, specifier=specifier)


def _of_release(
    older: Sequence[tuple[Version, tuple[str, ...]]], newest: tuple[str, ...], version: Version | None, specifier: str
) -> tuple[str, ...]:
    """What holds for this release, or for the newest that the specifier allows: `older` are what holds up to a release,
    the oldest first."""
    if version is not None:
        return next((needs for last, needs in older if version <= last), newest)
    try:
        allowed = SpecifierSet(specifier)
    except InvalidSpecifier:
        return newest
    if _ANY_LATER in allowed:
        return newest
    return next((needs for last, needs in reversed(older) if last in allowed), newest)


def bounds_by_others(package: str, named: Iterable[Requirement]) -> SpecifierSet | None:
    """Return which releases of this package all pinned ones among these take together; `None` where none of them asks
    for it. What a lock or a range pins, its program may move."""
    asked = [
        need.specifier
        for each in named
        if each.pinned is not None and not each.locked and each.name != package
        for need in map(Pep508, needs_of_release(each.name, each.pinned))
        if need.name == package
    ]
    return SpecifierSet(",".join(map(str, asked))) if asked else None


def takes(package: str, version: Version, pins: Mapping[str, Version]) -> bool:
    """Return True if what this release requires, as far as that is known, admits these pins."""
    return _admit(needs_of_release(package, version), pins)


def release_that_takes(package: str, pins: Mapping[str, Version]) -> Version | None:
    """Return the newest release of a package before a change of what it requires that takes these pins; `None` where
    none is known."""
    older = distributions().brought_by_older.get(package, {})
    return max((Version(last) for last, needs in older.items() if _admit(needs, pins)), default=None)


def _admit(needs: Iterable[str], pins: Mapping[str, Version]) -> bool:
    asked = ((need.specifier, pins.get(need.name)) for need in map(Pep508, needs))
    return all(pin is None or specifier.contains(pin, prereleases=True) for specifier, pin in asked)


def names_needed(requirement: Requirement) -> frozenset[str]:
    """Return the names of the packages with device code that this one requires, as far as that is known."""
    needs = needs_of_release(requirement.name, requirement.pinned, requirement.specifier)
    return frozenset(Pep508(each).name for each in needs)


def _required(by: Requirement, need: Pep508) -> Requirement:
    here = need.name in framework().on_its_index
    of_pip = by.framework_index if here else PYPI
    index = CONDA if by.conda else of_pip  # conda takes its own package of that name
    return replace(
        by,
        name=need.name,
        specifier=str(need.specifier),
        written=f"{by.written}, which requires {need.name}",
        local=None,
        local_version="",
        index=index,
        beside_pypi=here and by.framework_beside_pypi,
    )
