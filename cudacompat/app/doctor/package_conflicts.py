"""Installed packages that do not go together: one has overwritten another, was built beside another release, or is the
build for another CUDA release of what is there already."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

from cudacompat.app.doctor.beside_framework import step_beside_framework
from cudacompat.app.doctor.installing import (
    after_removing,
    again,
    in_place,
    installer,
    is_named_by_project,
    is_of_project,
    needs,
    public_version,
    remover,
    returning_words,
)
from cudacompat.app.doctor.reader_shell import quoted, words
from cudacompat.domain.machine.components import Component, Environment, by_environment
from cudacompat.domain.machine.facts import HostFacts
from cudacompat.domain.reports.doctor import ComponentRow, InstalledPackages, PlanStep
from cudacompat.domain.tables.cuda_libraries import cuda_in_name, is_vendors
from cudacompat.domain.wheels.distributions import ChosenByExtra, distributions, framework
from cudacompat.domain.wheels.package_set import PackageSet, one_folder
from cudacompat.domain.wheels.requirement import Requirement
from cudacompat.domain.words.finding import Finding, Severity
from cudacompat.domain.words.phrases import one_line
from cudacompat.domain.words.platforms import platform_of_system
from cudacompat.domain.words.verdict import Target, without_driver
from cudacompat.environments.overwritten import owners
from cudacompat.environments.own import normalised

# pip does not remove from a directory that --target named
_NEW_FOLDER = "Install {} without the other into a new directory: pip does not remove packages of --target"
_CUDA = re.compile(r"\+.*?\b(cu\d{2,3})\b")


@dataclass(frozen=True, slots=True)
class PackageConflict:
    """What does not go together, and the step that cures it. `removed` are packages that its command takes away before
    it installs one of them again, `returns` says what brings another one of them back, `gone` are components that it
    takes away for good. `beside` is the package for which another release of its framework is wanted: who moves it
    along with another one cures that as well. `given` is the library of NVIDIA's that
    the step gives the release which another package asks for. `home` is where both are installed."""

    finding: Finding
    step: PlanStep
    removed: tuple[str, ...] = ()
    returns: str = ""
    gone: tuple[Component, ...] = ()
    beside: str = ""
    given: str = ""
    home: Environment | None = None


def conflicts(facts: HostFacts, packages: InstalledPackages) -> list[PackageConflict]:
    """Return what does not go together in each environment, each with the step that cures it."""
    with_code = {each.key for each in packages.with_code}
    targets = without_driver(each.target for row in packages.rows[:1] for each in row.verdicts)
    found: list[PackageConflict] = []
    for home, components in by_environment(facts.packages, facts.environments):
        near = [each for each in components if each.manager == "pip"]
        coded = [each for each in near if each.key in with_code]
        found += _overwritten(near, coded, home, rows=packages.rows)
        found += _mismatched(coded, home, targets=targets, platform=platform_of_system(facts.platform))
        found += builds_for_two_releases(coded, packages.rows, home)
    return found


# -- one folder


def _overwritten(
    components: Sequence[Component],
    coded: Sequence[Component],
    home: Environment | None,
    *,
    rows: Sequence[ComponentRow],
) -> Iterator[PackageConflict]:
    """Each pair that owns the same files, at least one of which has (or had) device code."""
    known = _known_pairs(components)
    for first, second in combinations(components, 2):
        shared = sorted(set(first.libraries) & set(second.libraries))
        if not (shared and (first in coded) != (second in coded)) and (first.package, second.package) not in known:
            continue
        wanted = _better([each for each in (second, first) if each in coded] or [second], rows)
        other = first if wanted is second else second
        there = owners(shared[0], (first, second)) if shared else ()
        found = _overwriting(wanted, other, home, lost=there == (other,), kept=there == (wanted,))
        yield replace(found, gone=(other,) if found.step.command is not None else ())


def _better(pair: Sequence[Component], rows: Iterable[ComponentRow]) -> Component:
    """The one that runs, or else would with its libraries; of equal ones that for the newer CUDA release."""
    verdicts = {row.component.key: row.verdicts for row in rows}

    def rank(component: Component) -> tuple[bool, bool, int]:
        own = verdicts.get(component.key, ())
        runs, would = not any(v.is_bad for v in own), not any(v.loaded_or_own.is_bad for v in own)
        return runs, would, cuda_in_name(normalised(component.package)) or 0

    return max(pair, key=rank)


def _known_pairs(components: Iterable[Component]) -> set[tuple[str, str]]:
    """The pairs, in the order of the components, of which it is known that they own one folder."""
    requirements = tuple(
        Requirement(normalised(each.package), f"=={each.version}", each.package, file="", line=0) for each in components
    )
    by_name = {normalised(each.package): each.package for each in components}
    pairs = ((each.first.name, each.second.name) for each in one_folder(PackageSet("", requirements)))
    named = [(by_name[first], by_name[second]) for first, second in pairs]
    return {*named, *((second, first) for first, second in named)}


def _overwriting(
    wanted: Component, other: Component, home: Environment | None, *, lost: bool, kept: bool
) -> PackageConflict:
    if lost:
        message = f"{other.package} has overwritten files of {wanted.package}: the GPU is not used"
    elif kept:
        message = f"{wanted.package} and {other.package} own the same files; those of {wanted.package} are in place"
    else:
        message = f"{wanted.package} and {other.package} own the same files; the one installed last is in place"
    from cudacompat.domain.rules.lint import packages_overwrite  # with all of its rules, which few runs need

    finding = Finding(
        id=packages_overwrite.RULE.id,
        severity=Severity.ERROR if lost else Severity.WARNING,
        message=one_line(message),
        path=None,
        found=f"{wanted.package} {wanted.version} and {other.package} {other.version} in {wanted.location}",
        why="the next installation of either overwrites the other, and it may be the one without CUDA",
    )
    both = (other.package, wanted.package)
    pin = f"{wanted.package}=={wanted.version}"
    returns = returning_words(other.package, home)
    if (
        home is not None and is_of_project(home) and is_named_by_project(other.package, home)
    ):  # whose lock brings it back
        why = (
            f"Remove {other.package} from the project, and install {wanted.package} again, whose files it has{returns}"
        )
        command = after_removing((other.package,), f"{again(home)} {quoted(pin, home)}", home)
        return PackageConflict(finding, PlanStep(one_line(why), command, cures=(wanted.package,)), home=home)
    command = after_removing(both, f"{in_place(home)} {quoted(pin, home)}", home, locked=False)
    alone = f"Remove both and install {wanted.package} alone{returns}"
    step = PlanStep(
        one_line(alone if command is not None else _NEW_FOLDER.format(pin)),
        command,
        cures=(wanted.package,),
    )
    return PackageConflict(finding, step, removed=both if command is not None else (), returns=returns, home=home)


# -- releases that belong together


def _mismatched(
    coded: Sequence[Component], home: Environment | None, *, targets: Sequence[Target], platform: str
) -> Iterator[PackageConflict]:
    """Each component that was built beside another release of one that is here, or for another CUDA release of it.
    Where that is the framework, and a release of each is known that goes with the one here, these change."""
    found = list(_every_mismatch(coded, home))
    main = next((each for each in coded if normalised(each.package) == framework().name), None)
    apart = [each for each, beside, _ in found if beside is main]
    step = step_beside_framework(apart, main, targets, home=home, platform=platform) if main and apart else None
    yield from (
        replace(conflict, step=step, given="") if step is not None and beside is main else conflict
        for _, beside, conflict in found
    )


def _every_mismatch(
    coded: Sequence[Component], home: Environment | None
) -> Iterator[tuple[Component, Component, PackageConflict]]:
    """Each with the component that it does not go with, and the step that gives that the release which it asks for."""
    by_name = {normalised(each.package): each for each in coded}
    for each in coded:
        for need in needs(each, home):
            beside = by_name.get(normalised(need.name))
            if beside is None or beside is each:
                continue
            asked = f"{need.name}{need.specifier}"
            if not need.specifier.contains(beside.version, prereleases=True):
                exact = "==" in str(need.specifier)
                yield each, beside, _mismatch(each, beside, asked, home=home, exact=exact, pin=asked)
            elif (own := _cuda(each)) and (its := _cuda(beside)) and own != its:
                yield each, beside, _mismatch(each, beside, f"{need.name} of {own}", home=home, exact=False)


def _cuda(component: Component) -> str:
    found = _CUDA.search(component.version)
    return found[1] if found is not None else ""


def _mismatch(
    component: Component,
    beside: Component,
    asked: str,
    *,
    home: Environment | None,
    exact: bool,
    pin: str | None = None,
) -> PackageConflict:
    """An error where the two load into each other; libraries of NVIDIA's keep their interface within a release. `pin`
    is what pip is to install with the component, where its version alone does not bring that."""
    from cudacompat.domain.rules.lint import torch_mismatch  # with all of its rules, which few runs need

    breaks = exact and not is_vendors(beside.package)
    finding = Finding(
        id=torch_mismatch.RULE.id,
        severity=Severity.ERROR if breaks else Severity.WARNING,
        message=one_line(
            f"{component.package} {component.version} is built for {asked}, here is {beside.package} {beside.version}"
        ),
        path=None,
        why="an extension loads into the release that it was built with: with another one its import may fail",
    )
    pins = (f"{component.package}=={public_version(component.version) or component.version}", *((pin,) if pin else ()))
    step = PlanStep(
        one_line(f"Install the {beside.package} that {component.package} {component.version} is built for"),
        f"{installer(home)} {words(pins, home)}",
        cures=(component.package,),
    )
    given = normalised(beside.package) if is_vendors(beside.package) else ""
    return PackageConflict(finding, step, beside=normalised(component.package), given=given)


# -- one CUDA release


def builds_for_two_releases(
    coded: Sequence[Component], rows: Iterable[ComponentRow], home: Environment | None
) -> Iterator[PackageConflict]:
    """Each package whose extra brings a build for one CUDA release, of which builds for several are here."""
    every = tuple(rows)
    bad = {row.component.key for row in every if row.is_bad}
    worse = {row.component.key for row in every if any(each.loaded_or_own.is_bad for each in row.verdicts)}
    for front, chosen in distributions().chosen_by_extra.items():
        here = {
            cuda: [each for each in coded if normalised(each.package) in names]
            for cuda, names in chosen.releases.items()
        }
        there = sorted(cuda for cuda, found in here.items() if found)
        if len(there) < 2:
            continue
        runs = [cuda for cuda in there if not any(each.key in bad for each in here[cuda])]
        would = [cuda for cuda in there if not any(each.key in worse for each in here[cuda])]  # with libraries
        kept = max(runs or would or there)
        gone = tuple(each for cuda in there if cuda != kept for each in here[cuda])
        yield _several_builds(front, chosen, there, kept=kept, gone=gone, home=home)


def _several_builds(
    front: str,
    chosen: ChosenByExtra,
    there: Sequence[int],
    *,
    kept: int,
    gone: tuple[Component, ...],
    home: Environment | None,
) -> PackageConflict:
    from cudacompat.domain.rules.lint import two_cuda_majors  # with all of its rules, which few runs need

    extras = " and ".join(f"{front}[{chosen.extra.format(cuda)}]" for cuda in there)
    finding = Finding(
        id=two_cuda_majors.RULE.id,
        severity=Severity.WARNING,
        message=one_line(f"{extras} are both installed, and {front} loads one of them"),
        path=None,
        found=one_line(", ".join(f"{each.package} {each.version}" for each in gone)),
        why=chosen.second,
    )
    names = tuple(each.package for each in gone)
    step = PlanStep(
        one_line(f"Remove the build for CUDA {' and '.join(str(c) for c in there if c != kept)}: {front} loads one"),
        remover(home, names, locked=False),
        cures=names,
    )
    return PackageConflict(finding, step, gone=gone)
