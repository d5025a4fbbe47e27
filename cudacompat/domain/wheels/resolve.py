"""Which wheels requirements stand for today."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache

from packaging.requirements import Requirement as Pep508
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import Version

from cudacompat.domain.tables.cuda_libraries import is_vendors_wheel
from cudacompat.domain.wheels.brought import needs_of_release
from cudacompat.domain.wheels.distributions import distributions, framework
from cudacompat.domain.wheels.metadata import needs_of
from cudacompat.domain.wheels.model import RowBasis
from cudacompat.domain.wheels.narrowing import ends, is_bounded, narrowed, of_one_python
from cudacompat.domain.wheels.one_wheel import chosen, wheel_for
from cudacompat.domain.wheels.platforms import DEFAULT_PLATFORM
from cudacompat.domain.wheels.required import asked_of_framework
from cudacompat.domain.wheels.requirement import Requirement
from cudacompat.domain.wheels.resolved import Resolved
from cudacompat.domain.wheels.table import (
    rows,
)
from cudacompat.domain.wheels.without_row import is_listed


def resolve(requirements: Sequence[Requirement], platform: str = DEFAULT_PLATFORM) -> tuple[Resolved, ...]:
    """Return the wheels that those of these requirements stand for that the table knows, in their order. They are taken
    as one environment: what one asks of another narrows it. Builds for processors of other makers are left out, with
    what stands in one group with a package that is for those alone."""
    universal = any(each.locked and each.for_others for each in requirements)  # a lock for all kinds of machines
    others = [each for each in requirements if each.name in distributions().other_accelerators]
    foreign = {each.group for each in others if not (universal and each.locked)}
    meant = () if "" in foreign else [each for each in requirements if each.group not in foreign]
    known = [each for each in of_one_python(meant) if is_listed(each) and not each.for_others]
    known, bound_by = _held_to_bounds(known, meant, platform=platform)
    pinned = [wheel_for(each, "", platform=platform) for each in known if each.pinned is not None]
    rows_ask = _asked_by(pinned)
    asked = {**_asked_by_name(meant), **rows_ask}
    admitted = _admitted_by(pinned)
    held = {id(each): _held(each, {**admitted, **asked}) for each in known}
    pinned += [wheel_for(each, "", platform=platform) for each in held.values() if each is not None]
    known = [held[id(each)] or each for each in known]
    free = {id(each) for each in known if each.pinned is None} | {id(each) for each in held.values()} | bound_by.keys()
    bounded = [wheel_for(each, "", platform=platform) for each in known if is_bounded(each)]
    brought = [*_implied([*pinned], rows_ask, requirements, platform=platform)] if rows_ask else []
    along = _along_by_group(dict.fromkeys(each.group for each in known), [*pinned, *bounded, *brought])
    found = []
    for each in known:
        by, specifier = asked.get(each.name, ("", ""))
        why = f"which {by} asks for" if by else ""
        if not by:
            why, specifier = admitted.get(each.name) or along[each.group].get(each.name, ("", ""))
        why = bound_by.get(id(each), why)
        found.append(wheel_for(narrowed(each, specifier), why if id(each) in free else "", platform=platform))
    return (*found, *_implied(found, rows_ask, requirements, platform=platform))


def _held_to_bounds(
    known: Sequence[Requirement], every: Sequence[Requirement], *, platform: str
) -> tuple[list[Requirement], dict[int, str]]:
    """The requirements, those that leave a choice held to the upper bounds that others of `every` have for them, as far
    as a release is left; and by `id` of those why, in words. A package that leaves a choice below a bound of its own
    counts with what its newest release asks for."""
    bounds: dict[str, list[tuple[Requirement, str, str]]] = {}
    listed = {id(each) for each in known}
    for each in every if len(every) > 1 else ():
        for label, name, specifier in _asking(each, platform=platform, listed=id(each) in listed):
            if ends(specifier):
                bounds.setdefault(name, []).append((each, label, specifier))
    found: list[Requirement] = []
    why: dict[int, str] = {}
    for each in known:
        for by, label, specifier in bounds.get(each.name, ()) if each.pinned is None and not each.locked else ():
            tighter = narrowed(each, specifier)
            left = chosen(tighter, platform)[0] if by.group in ("", each.group) and by is not each else None
            if left is not None and left != chosen(each, platform)[0]:
                each = tighter
                why[id(each)] = (
                    f"which {label} asks for" if _is_one_release(specifier) else f"the newest that {label} takes"
                )
        found.append(each)
    return found, why


def _asking(by: Requirement, *, platform: str, listed: bool) -> Iterator[tuple[str, str, str]]:
    """What a requirement asks of other packages: how it is called, whom it asks, and for which releases; `listed` is
    whether it may hold device code itself."""
    if by.locked or by.conda:
        return
    for text in needs_of_release(by.name, by.pinned, by.specifier):
        need = Pep508(text)
        yield f"{by.name} {by.pinned or ''}".strip(), need.name, str(need.specifier)
    held = by.pinned is not None or ends(by.specifier)
    if held and listed and by.name != framework().name:
        resolved = wheel_for(by, "", platform=platform)
        yield from ((resolved.label, name, specifier) for name, specifier in _needs(resolved))


def _asked_by(pinned: Iterable[Resolved]) -> Mapping[str, tuple[str, str]]:
    """By package, who of the pinned asks for which one version of it."""
    asked: dict[str, tuple[str, str]] = {}
    for each in pinned:
        for name, specifier in _needs(each):
            if _is_one_release(specifier) and name not in asked:
                asked[name] = (each.label, specifier)
    return asked


def _admitted_by(pinned: Iterable[Resolved]) -> Mapping[str, tuple[str, str]]:
    """The newest framework that takes a pinned package, where newer ones ask for another release of it: pip then goes
    back to that (triton 2.0.0: torch 2.0.1)."""
    name = framework().name
    for each in pinned:
        if each.version is None or each.requirement.locked:
            continue
        asking = _asking_for(each.requirement.name)
        taking = [version for version, specifier in asking if each.version in specifier]
        if taking and max(taking) < max(version for version, _ in asking):
            return {name: (f"the newest that takes {each.label}", f"=={max(taking)}")}
    return {}


@cache
def _asking_for(package: str) -> tuple[tuple[Version, SpecifierSet], ...]:
    """The releases of the framework that ask for this package, each with what it asks; none for NVIDIA's libraries,
    which are often kept beside another."""
    if is_vendors_wheel(package):
        return ()
    of = rows().get(framework().name, ())
    return tuple((row.version, specifier) for row in of for need, specifier in needs_of(row) if need == package)


def _is_one_release(specifier: str) -> bool:
    return specifier.startswith("==") and "*" not in specifier


def _asked_by_name(requirements: Iterable[Requirement]) -> Mapping[str, tuple[str, str]]:
    """The same of packages without device code, which are no rows: torchdata 0.6.1 asks for torch 2.0.1."""
    asked: dict[str, tuple[str, str]] = {}
    for each in requirements:
        for text in needs_of_release(each.name, each.pinned) if each.pinned is not None and not each.locked else ():
            need = Pep508(text)
            specifier = str(need.specifier)
            if _is_one_release(specifier):
                asked.setdefault(need.name, (f"{each.name} {each.pinned}", specifier))
    return asked


def _held(requirement: Requirement, asked: Mapping[str, tuple[str, str]]) -> Requirement | None:
    """The framework held to the one release that another package asks for, where it may be that."""
    _, specifier = asked.get(requirement.name, ("", ""))
    if requirement.name != framework().name or not specifier or requirement.pinned is not None:
        return None
    try:
        fits = SpecifierSet(requirement.specifier).contains(specifier.removeprefix("==").strip(), prereleases=True)
    except InvalidSpecifier:
        return None
    return replace(requirement, specifier=specifier) if fits else None


def _along_by_group(groups: Iterable[str], pinned: Iterable[Resolved]) -> dict[str, dict[str, tuple[str, str]]]:
    """By group, what `_going_along` says beside its framework, or one that is always installed."""
    first: dict[str, tuple[int, Resolved]] = {}
    for place, each in enumerate(each for each in pinned if each.requirement.name == framework().name):
        first.setdefault(each.requirement.group, (place, each))
    said = {name: dict(_going_along(main)) for name, (_, main) in first.items()}
    found = {}
    for group in groups:
        own = [name for name in {"", group} if name in first]
        found[group] = said[min(own, key=lambda name: first[name][0])] if own else {}
    return found


def _going_along(main: Resolved) -> Iterator[tuple[str, tuple[str, str]]]:
    """Beside a framework that is pinned or bounded, by package: which of its releases an installer can take, in words
    and as a specifier. Its metadata asks for one framework, so that the newest release is often none that goes
    along."""
    pin = main.version
    if pin is None:
        return
    for name in _following():
        asking = [
            (row.version, specifier)
            for row in rows().get(name, ())
            for need, specifier in needs_of(row)
            if need == framework().name and len(specifier)
        ]
        taken = [version for version, specifier in asking if pin in specifier]
        later = [version for version, specifier in asking if all(Version(each.version) > pin for each in specifier)]
        if taken:
            yield name, (f"the newest that goes with {main.label}", f"=={max(taken)}")
        elif later:
            yield name, (f"the newest that can go with {main.label}", f"<{min(later)}")


@cache
def _following() -> tuple[str, ...]:
    """The packages whose wheels ask for exactly one release of the framework, its companions first."""
    exact = (
        name
        for name, found in rows().items()
        for row in found
        for need, specifier in needs_of(row)
        if need == framework().name and str(specifier).startswith("==")
    )
    return tuple(dict.fromkeys((*framework().companions, *exact)))


def _needs(resolved: Resolved) -> Iterator[tuple[str, str]]:
    """The packages that the metadata of this very release asks for, each with its specifier: of a wheel that was not
    read the framework alone."""
    row = resolved.rows[0] if len(resolved.rows) == 1 else None
    if row is not None and row.basis is RowBasis.MEASURED and row.version == resolved.version:
        yield from ((name, str(specifier)) for name, specifier in needs_of(row))
    elif asked := asked_of_framework(resolved.requirement.name, resolved.version):
        yield framework().name, str(asked)


def _implied(
    found: Sequence[Resolved], asked: Mapping[str, tuple[str, str]], given: Sequence[Requirement], *, platform: str
) -> Iterator[Resolved]:
    """The torch that an extension brings along, where nobody names one: a package is not one answer."""
    name = framework().name
    if name in {each.name for each in given} or any(each.locked for each in given):
        return
    if name not in asked:
        asked = _asked_by(found)  # the newest of what a bound allows asks for one, too
    if name not in asked:
        return
    by, specifier = asked[name]
    source = next(each.requirement for each in found if each.label == by)
    implied = replace(source, name=name, specifier=specifier, local=source.local, local_version=source.local or "")
    yield wheel_for(implied, f"which {by} asks for", platform=platform)
