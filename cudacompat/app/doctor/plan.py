"""The plan of `doctor`: what to do, in order, each step with what it cures."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from packaging.requirements import Requirement

from cudacompat.app.doctor.brought_libraries import brings_of, builds_of
from cudacompat.app.doctor.chosen_builds import builds_chosen_by
from cudacompat.app.doctor.component_rows import brought_along, required
from cudacompat.app.doctor.conda_steps import conda_step
from cudacompat.app.doctor.driver_step import driver_step, leaves_a_gpu_out
from cudacompat.app.doctor.here import Here
from cudacompat.app.doctor.installing import again, install_cure, needs, upgrader
from cudacompat.app.doctor.library_steps import in_programs, loaded
from cudacompat.app.doctor.moved_releases import framework_step, library_releases, own_index_step
from cudacompat.app.doctor.needless_driver import with_driver
from cudacompat.app.doctor.other_builds import other_build_step
from cudacompat.app.doctor.reader_shell import in_order, quoted
from cudacompat.app.doctor.release_cure import release_cure
from cudacompat.app.doctor.release_pins import installed_with, others_take
from cudacompat.app.doctor.source_steps import source_step
from cudacompat.domain.machine.component_verdicts import ComponentVerdict
from cudacompat.domain.machine.components import Environment, by_environment
from cudacompat.domain.machine.facts import HostFacts
from cudacompat.domain.reports.doctor import ComponentRow, InstalledPackages, PlanStep
from cudacompat.domain.tables.architectures import architecture
from cudacompat.domain.tables.cuda_libraries import is_vendors
from cudacompat.domain.tables.drivers import runtime_floor
from cudacompat.domain.wheels.platforms import DEFAULT_PLATFORM, platform_for
from cudacompat.domain.wheels.wheel_cure import NoCure, WheelCure
from cudacompat.domain.words.finding import Finding, Severity
from cudacompat.domain.words.phrases import one_line, some
from cudacompat.domain.words.platforms import platform_of_system
from cudacompat.domain.words.verdict import Outcome, Reason, Target, without_driver
from cudacompat.engines import cuda_libraries
from cudacompat.environments.asked_for import Asker
from cudacompat.environments.own import normalised

_UNKNOWN_GPU = (Reason.DRIVER_TOO_OLD_FOR_GPU, Reason.DRIVER_DROPPED_GPU)
_COMES_ALONG = " no release of it is known that runs on these GPUs; it comes with what needs it"
_COME_ALONG = ": no releases of them are known that run on these GPUs; they come with what needs them"
# What brings another release of a package that no table knows, by who keeps it.
_UPGRADES = {"dpkg": "sudo apt-get install --only-upgrade"}


def package_steps(
    found: InstalledPackages, targets: Sequence[Target], facts: HostFacts, *, driver_told: bool = False
) -> list[PlanStep]:
    """Return the steps after which the installed components run: a driver first, where one change cures several, then
    other releases of packages. With `driver_told` a step before these brings a driver that knows the GPU: with that one
    the packages are judged here."""
    packages = loaded(found)
    anyhow = {row.component.key: row for row in packages.anyhow}
    if driver_told:
        packages = replace(packages, rows=tuple(anyhow.get(row.component.key, row) for row in packages.rows))
        targets = without_driver(targets)
    bad = [row for row in packages.rows if row.is_bad]
    by_driver = [row for row in bad if _is_cured(row, anyhow)]
    lacking = {row.component.key for row in found.rows if any(each.lacks for each in row.verdicts)}
    others = _release_steps([row for row in bad if row not in by_driver], found.rows, targets, facts=facts)
    if by_driver and lacking.issuperset(row.component.key for row in by_driver):  # one change in place of two
        swapped = _release_steps(bad, found.rows, targets, facts=facts)
        if all(_is_swapped(row, swapped) for row in by_driver):
            return swapped
    needed = [anyhow[row.component.key] for row in by_driver]
    driver = _driver_step(by_driver, needed, found.rows, targets=targets, facts=facts)
    if driver is None:
        return _release_steps(bad, found.rows, targets, facts=facts) if by_driver else others
    return with_driver(driver, by_driver, others, every=found.rows, facts=facts)


def _is_swapped(row: ComponentRow, steps: Iterable[PlanStep]) -> bool:
    name = normalised(row.component.package)
    return any(step.command is not None and name in dict(step.builds) for step in steps)


def _is_cured(row: ComponentRow, anyhow: Mapping[tuple[str, str], ComponentRow]) -> bool:
    """Whether another driver is all that the component wants."""
    freed = anyhow.get(row.component.key)
    return all(v.is_of_driver for v in row.verdicts if v.is_bad) and freed is not None and not freed.is_bad


def helped(findings: Iterable[Finding], packages: InstalledPackages, plan: Sequence[PlanStep]) -> tuple[Finding, ...]:
    """Return the findings with the help that a user of packages can follow: of what fails the step that cures it, and
    no settings of builds that are not theirs."""
    owners = {path: each.package for each in packages.with_code for path in each.libraries}
    steps = {name: step for step in reversed(plan) for name in step.cures}
    return tuple(
        replace(finding, help=_help(finding, steps.get(owners[finding.path]))) if finding.path in owners else finding
        for finding in findings
    )


def _help(finding: Finding, step: PlanStep | None) -> str | None:
    if finding.severity is not Severity.ERROR or step is None:
        return None
    command = step.command or next((each.command for each in step.instead), None)
    return f"{step.why}: {command}" if command else step.why


# -- the driver


def _driver_step(
    rows: Sequence[ComponentRow],
    needed: Sequence[ComponentRow],
    asked: Sequence[ComponentRow],
    *,
    targets: Sequence[Target],
    facts: HostFacts,
) -> PlanStep | None:
    """A driver that all these components run with (`needed` are they with any driver); `None` where none is asked for,
    or no such driver knows all GPUs."""
    branches = [_needed_branch(verdict) for row in needed for verdict in row.verdicts]
    known = [each for each in branches if each is not None]
    branch = max(known, default=None)
    if branch is None or leaves_a_gpu_out(branch, targets):
        return None
    knows = not any(v.reason in _UNKNOWN_GPU for row in rows for v in row.verdicts)  # else no release runs with it
    others = _release_steps(rows, asked, targets, facts=facts, most=3) if knows else []
    instead = tuple(each for each in others if each.command)
    return driver_step(branch, targets, facts, cures=_names(rows), instead=instead)


def _needed_branch(verdict: ComponentVerdict) -> int | None:
    """The oldest branch with which the component runs on that GPU."""
    library = verdict.library
    found = [library.min_driver] if library is not None and library.min_driver is not None else []
    if library is not None and library.runtime is not None and (floor := runtime_floor(library.runtime)) is not None:
        found.append(floor.oldest(windows=verdict.target.on_windows).parts[0])
    known = architecture(verdict.target.capability)
    if known is not None and known.first_branch is not None:
        found.append(known.first_branch)
    return max(found, default=None)


# -- other releases


def _release_steps(
    rows: Sequence[ComponentRow],
    asked: Sequence[ComponentRow],
    targets: Sequence[Target],
    *,
    facts: HostFacts,
    most: int = 99,
) -> list[PlanStep]:
    """A step for each component that no other one of them brings along: torch, not the libraries that it pins."""
    steps = []
    platform = platform_of_system(facts.platform)
    lacks = {row.component.key: tuple(dict.fromkeys(name for v in row.verdicts for name in v.lacks)) for row in asked}
    every = by_environment((row.component for row in asked), facts.environments)
    for home, near in every:
        inside = {id(each) for each in near}
        bad = [row for row in rows if id(row.component) in inside]
        done: set[str] = set()
        others = others_take((row.component for row in bad), home)
        python = (home.python if home is not None else "") or None
        cures = {
            id(row): release_cure(row, near, targets=targets, facts=facts, others=others, python=python) for row in bad
        }
        swaps = _swaps(bad, cures, home, targets=targets, facts=facts)
        own = [row for row in bad if not is_vendors(row.component.package)]
        moves = bool(swaps) or any(row.component.manager == "conda" for row in own)
        brought = brought_along([row.component for row in own if isinstance(cures[id(row)], WheelCure)], near)
        along = _moved_along(cures.values())
        held = [
            need
            for row in bad
            if isinstance(cures[id(row)], NoCure) and id(row) not in swaps and row.component.is_of_pip
            for need in needs(row.component, home)
        ]
        libraries: list[tuple[ComponentRow, WheelCure]] = []
        for row in sorted(bad, key=lambda each: _order(each, bad, cures[id(each)], along=along)):
            name = normalised(row.component.package)
            if name in done or (is_vendors(name) and (moves or name in brought)):  # it changes with what needs it
                continue
            cure = cures[id(row)]
            if is_vendors(name) and isinstance(cure, WheelCure) and cure.index_url is None:
                libraries += [(row, cure)] if not _is_there(cure, row) else []
                continue
            asking = others.get(name, ())
            other = framework_step(
                row.component, cure, asking, near=near, targets=targets, home=home, platform=platform
            )
            if other is not None:
                steps.append(other)
                continue
            if isinstance(cure, WheelCure) and _is_held(name, cure, held):
                continue  # what asks for another release has none that runs: its step says what does
            if isinstance(cure, WheelCure) and _is_there(cure, row):
                steps += _same_release(row, cure, home)
                done.add(name)
                continue
            followers = _followers(row, bad, cure) - done
            done |= {name, *followers}
            cured = [each for each in bad if normalised(each.component.package) in (name, *followers)]
            step = _release_step(row, cure, _names(cured), targets=targets, home=home, others=asking)
            if isinstance(cure, NoCure) and not is_vendors(name):
                step = swaps.get(id(row), step)
                done |= {normalised(each) for each in step.cures}
            missing = lacks.get(row.component.key) or _left_behind(row, cure)
            if isinstance(cure, WheelCure) and missing:
                here = Here(home, tuple(near))
                command = _with_libraries(row, cure, missing, here=here, targets=targets, facts=facts)
                besides = in_programs(cuda_libraries(name), str(cure.version), here)
                step = replace(step, why=f"{step.why}{besides}", command=command)
            chosen = builds_chosen_by(cure, near, targets, platform=platform)
            steps.append(replace(step, builds=(*step.builds, *chosen)))
        steps += library_releases(libraries, home)
    return _without_repeated_vendors(steps)[:most]


def _without_repeated_vendors(steps: Sequence[PlanStep]) -> list[PlanStep]:
    """The steps, with one for all of NVIDIA's libraries that nothing here can change."""
    idle = [each for each in steps if each.why.endswith(_COMES_ALONG)]
    if len(idle) < 2:
        return list(steps)
    names = [each.why.removesuffix(_COMES_ALONG).rstrip(":") for each in idle]
    one = PlanStep(f"{some(names)}{_COME_ALONG}")
    return [one if each is idle[0] else each for each in steps if each is idle[0] or each not in idle]


def _swaps(
    rows: Iterable[ComponentRow],
    cures: Mapping[int, WheelCure | NoCure | None],
    home: Environment | None,
    *,
    targets: Sequence[Target],
    facts: HostFacts,
) -> dict[int, PlanStep]:
    """By the `id` of each row that no release of its own package cures: the step that installs its build for another
    CUDA release, beside what stays and what comes with the others."""
    platform = platform_of_system(facts.platform)
    moved = [each for each in cures.values() if isinstance(each, WheelCure)]
    away = {name for cure in moved for name in (cure.package, *dict(cure.companions))}
    near = [c for c in facts.packages if home is not None and home.holds(c) and normalised(c.package) not in away]
    coming = (Requirement(need).name for cure in moved for need in brings_of(cure, platform))
    brought = [normalised(each) for each in coming]
    found = {
        id(row): other_build_step(row.component, targets, home, platform=platform, near=near, brought=brought)
        for row in rows
        if isinstance(cures[id(row)], NoCure) and not is_vendors(row.component.package)
    }
    return {key: step for key, step in found.items() if step is not None}


def _with_libraries(
    row: ComponentRow, cure: WheelCure, lacks: Sequence[str], here: Here, *, targets: Sequence[Target], facts: HostFacts
) -> str:
    """The command that installs the release together with the libraries that it opens."""
    if cure.index_url is not None:
        return install_cure(cure, here.home)
    command, path = installed_with(
        row.component, cure, lacks, here=here, targets=targets, platform=platform_of_system(facts.platform)
    )
    return in_order((command, path), here.home) if path else command


def _left_behind(row: ComponentRow, cure: WheelCure | NoCure | None) -> tuple[str, ...]:
    """The libraries that other packages have for it, in another CUDA release than the one of the release that cures:
    that one does not find its own."""
    made_for = cure.cuda.partition(".")[0] if isinstance(cure, WheelCure) and cure.cuda is not None else None
    other = made_for is not None and row.made_for is not None and made_for != str(row.made_for)
    return row.component.found.elsewhere if other else ()


def _is_held(name: str, cure: WheelCure, needs: Iterable[Requirement]) -> bool:
    """Whether one of these requirements, of packages that stay as they are, takes no such release."""
    return any(
        normalised(each.name) == name and not each.specifier.contains(cure.version, prereleases=True) for each in needs
    )


def _is_there(cure: WheelCure, row: ComponentRow) -> bool:
    """Whether the release that runs is the one that is installed, from the same index as far as that is known."""
    pinned = cure.pins[0].partition("==")[2]
    return pinned == row.component.version and (cure.index_url is None or "+" in pinned)


def _same_release(row: ComponentRow, cure: WheelCure, home: Environment | None) -> list[PlanStep]:
    """The step that puts the published build in place of another one of its version, which runs nowhere here; none
    where most of its code runs, as that of the published one does."""
    bad = [each for each in row.verdicts if each.is_bad]
    if not all(each.outcome is Outcome.FAILS and not each.is_of_driver and not each.compiler for each in bad):
        return []
    name, option = cure.pins[0], f" {cure.index_option}" if cure.index_option else ""
    why = f"Install {name.replace('==', ' ')} again: the published build runs on these GPUs, the one here does not"
    return [PlanStep(one_line(why), f"{again(home)} {quoted(name, home)}{option}", cures=(row.component.package,))]


def _moved_along(cures: Iterable[WheelCure | NoCure | None]) -> frozenset[str]:
    """The packages that the cure of another one gives another release."""
    return frozenset(name for cure in cures if isinstance(cure, WheelCure) for name, _ in cure.companions)


def _order(
    row: ComponentRow, bad: Sequence[ComponentRow], cure: WheelCure | NoCure | None, *, along: frozenset[str]
) -> tuple[bool, bool, bool, int, str]:
    """What a release is known for before what comes along with it, and frameworks before what needs them."""
    name = normalised(row.component.package)
    needed = sum(name in required(each.component) for each in bad)
    return is_vendors(name), name in along, not isinstance(cure, WheelCure), -needed, name


def _followers(row: ComponentRow, bad: Sequence[ComponentRow], cure: WheelCure | NoCure | None) -> frozenset[str]:
    """The components that change with this one: what it requires, whatever that requires, what is released with it,
    and what is chosen by its CUDA release."""
    by_name = {normalised(each.component.package): each for each in bad}
    found: set[str] = set()
    waiting = [normalised(row.component.package)]
    while waiting:
        for name in required(by_name[waiting.pop()].component):
            if name in by_name and name not in found:
                found.add(name)
                waiting.append(name)
    if isinstance(cure, WheelCure) and cure.companions:
        found |= {name for name, _ in cure.companions if name in by_name}
    if isinstance(cure, WheelCure) and cure.index_url is not None:  # another CUDA release: others choose by it
        found |= {name for name, each in by_name.items() if any(g.loaded for g in each.component.alternatives)}
    return frozenset(found - {normalised(row.component.package)})


def _release_step(
    row: ComponentRow,
    cure: WheelCure | NoCure | None,
    cures: tuple[str, ...],
    *,
    targets: Sequence[Target],
    home: Environment | None,
    others: Sequence[Asker],
) -> PlanStep:
    component = row.component
    named = one_line(f"{component.package} {component.version}".strip())
    if isinstance(cure, WheelCure):
        how = "" if cure.native else ", by JIT at first use"
        asks = cure.min_driver is not None and not _has_driver(targets)
        newer = f"; it needs driver {cure.min_driver} or newer" if asks else ""
        pin = cure.pins[0].replace("==", " ")
        moved = tuple(name for name, _ in cure.companions)
        stuck = [e for e in others if not e.takes.contains(cure.version) and normalised(e.package) not in moved]
        also = "".join(
            f"; {each.package} {each.version} asks for {component.package}{each.takes}: change it, too"
            for each in stuck[:2]
        )
        why = f"Install {pin} in place of {component.version}: it runs on these GPUs{how}{newer}{also}"
        command = install_cure(cure, home)
        brings = brings_of(cure, platform_for(targets[0]) if targets else DEFAULT_PLATFORM)
        return PlanStep(one_line(why), command, cures=cures, moves=moved, brings=brings, builds=builds_of(cure))
    built = source_step(component, targets, home) if component.manager == "pip" else None
    if built is not None:
        return replace(built, cures=cures)
    elsewhere = own_index_step(component, cure, targets, home=home) if isinstance(cure, NoCure) else None
    if elsewhere is not None:
        return replace(elsewhere, cures=cures)
    if isinstance(cure, NoCure) and cure.is_known and not is_vendors(component.package):
        return PlanStep(one_line(f"{named}: {cure.sentence}"), None, cures=())
    if is_vendors(component.package):
        return PlanStep(f"{named}:{_COMES_ALONG}")
    if component.manager == "conda":
        return replace(conda_step(component, targets, home), cures=cures)
    if component.manager == "editable":
        source = one_line(component.libraries[0].rpartition("/")[0])
        why = f"{named} is built from sources here: build {source} again, with a list that has these GPUs"
        return PlanStep(why, f"cudacompat doctor {quoted(source, home)}", cures=cures)
    upgrade = upgrader(home) if component.manager == "pip" else _UPGRADES.get(component.manager)
    why = f"{named} is a prebuilt package: install a release that supports these GPUs, or build it"
    return PlanStep(why, f"{upgrade} {quoted(component.package, home)}" if upgrade else None, cures=cures)


def _has_driver(targets: Iterable[Target]) -> bool:
    return all(target.driver is not None for target in targets)


def _names(rows: Iterable[ComponentRow]) -> tuple[str, ...]:
    """The packages, NVIDIA's own behind the others."""
    every = dict.fromkeys(row.component.package for row in rows)
    return tuple(sorted(every, key=is_vendors))
