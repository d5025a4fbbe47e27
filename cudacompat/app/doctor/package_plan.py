"""The plan for installed packages: the fewest steps, of which none undoes what another one did."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from packaging.requirements import Requirement

from cudacompat.app.doctor.brought_libraries import credited
from cudacompat.app.doctor.conda_steps import one_release
from cudacompat.app.doctor.installing import after_removing
from cudacompat.app.doctor.library_steps import library_steps
from cudacompat.app.doctor.machine_steps import is_wanted, machine_steps
from cudacompat.app.doctor.package_conflicts import PackageConflict
from cudacompat.app.doctor.plan import package_steps
from cudacompat.domain.machine.components import Component
from cudacompat.domain.machine.facts import HostFacts
from cudacompat.domain.reports.doctor import InstalledPackages, PlanStep
from cudacompat.domain.rules.component.compiled_later_facts import driver_for
from cudacompat.domain.rules.machine import gpu_outside_driver
from cudacompat.domain.tables.cuda_libraries import is_vendors
from cudacompat.domain.words.finding import Finding, Severity
from cudacompat.domain.words.verdict import Target, without_driver
from cudacompat.environments.own import normalised


def package_plan(
    about: Sequence[Finding],
    packages: InstalledPackages,
    conflicts: Sequence[PackageConflict],
    targets: Sequence[Target],
    facts: HostFacts,
    *,
    builds: Sequence[PlanStep],
    compiles: bool,
    driver_told: bool,
) -> tuple[PlanStep, ...]:
    """Return the steps for these findings on the machine, these packages and what does not go together among them, in
    their order. `builds` are steps for build folders, `compiles` is whether something is built here, with `driver_told`
    a finding's step brings a driver that knows the GPU."""
    left = _without(packages, [each for conflict in conflicts for each in conflict.gone])
    released, left = one_release(left, targets, facts.environments)
    others = package_steps(left, targets, facts, driver_told=driver_told)
    others = with_compilers(others, left.asking, targets)
    needed, wanted = library_steps(left, facts, others, targets=without_driver(targets) if driver_told else targets)
    others = _not_swapped(others, needed)
    mends, needed, others = _joined(conflicts, needed, others)
    first, after = _apart(needed, others)
    for home in facts.environments:
        near = [row for row in left.rows if home.holds(row.component)]
        others = credited(others, near, (*mends, *needed), home=home)
    waiting = {gpu_outside_driver.RULE.id: _waiting(left)}
    return once(
        (
            *machine_steps((f for f in about if f.severity is Severity.ERROR), waiting),
            *mends,
            *builds,
            *_in_order((*released, *first, *others), left),
            *after,
            *machine_steps(f for f in about if is_wanted(f, builds=compiles)),  # after what cures a failure
            *wanted,
        )
    )


def _waiting(packages: InstalledPackages) -> tuple[str, ...]:
    """The packages, NVIDIA's own libraries left out, that only wait for a driver that knows the GPUs."""
    runs = {row.component.key for row in packages.anyhow if not row.is_bad}
    bad = [row for row in packages.rows if row.is_bad and row.component.key in runs]
    names = (row.component.package for row in bad if not any(each.lacks for each in row.verdicts))
    return tuple(name for name in names if not is_vendors(name))


def with_compilers(
    steps: Iterable[PlanStep], components: Iterable[Component], targets: Sequence[Target]
) -> list[PlanStep]:
    """Return the steps, that for a driver with what compiles for such a driver among its cures."""
    names = [each.package for each in components if any(driver_for(each, target) for target in targets)]
    return [replace(step, cures=(*step.cures, *names)) if step.driver is not None else step for step in steps]


def once(steps: Iterable[PlanStep]) -> tuple[PlanStep, ...]:
    """Return the steps, those with one command (or, without one, of the same words) as one, with all that it cures."""
    found: dict[tuple[str, str | None], PlanStep] = {}
    for step in steps:
        key = ("", step.command) if step.command else (step.why, None)
        known = found.get(key)
        merged = known and replace(known, cures=tuple(dict.fromkeys((*known.cures, *step.cures))))
        found[key] = merged or step
    return tuple(found.values())


def _not_swapped(others: Iterable[PlanStep], needed: Iterable[PlanStep]) -> list[PlanStep]:
    """The steps for other releases but for what a step for libraries puts another package in the place of."""
    swapped = {name for step in needed for name, _ in step.builds}
    return [each for each in others if not each.cures or not swapped.issuperset(map(normalised, each.cures))]


def _in_order(steps: Iterable[PlanStep], packages: InstalledPackages) -> list[PlanStep]:
    """The steps, none of which undoes another one, as they are met: a driver, without which nothing runs, then what
    cures the component that fails first."""
    first = {row.component.package for row in packages.rows if any(each.is_first for each in row.verdicts)}
    return sorted(steps, key=lambda each: (each.driver is None, first.isdisjoint(each.cures)))


def _apart(needed: Iterable[PlanStep], others: Sequence[PlanStep]) -> tuple[list[PlanStep], list[PlanStep]]:
    """The steps for libraries that come before those for other releases, and those that come after: what a release
    brings along in another version would take their place."""
    names = [Requirement(each).name for step in others for each in step.brings]
    first: list[PlanStep] = []
    after: list[PlanStep] = []
    for step in needed:
        (after if any(_names(step.command or "", name) for name in names) else first).append(step)
    return first, after


def _names(command: str, package: str) -> bool:
    return re.search(rf"(?<![\w.-]){re.escape(package)}(?![\w-])", command) is not None


def _without(packages: InstalledPackages, gone: Iterable[Component]) -> InstalledPackages:
    """The packages but for those that a step takes away."""
    away = {each.key for each in gone}
    return replace(
        packages,
        rows=tuple(row for row in packages.rows if row.component.key not in away),
        anyhow=tuple(row for row in packages.anyhow if row.component.key not in away),
        asking=tuple(each for each in packages.asking if each.key not in away),
    )


def _joined(
    conflicts: Iterable[PackageConflict], needed: Sequence[PlanStep], others: Sequence[PlanStep]
) -> tuple[list[PlanStep], list[PlanStep], list[PlanStep]]:
    """The steps of the conflicts and the two kinds of others: without what another release moves along anyhow, and with
    one step where a package that is removed is installed again with something more."""
    moved = {name for step in others for name in step.moves}
    mends: list[PlanStep] = []
    joined: list[PlanStep] = []
    bad = {normalised(name) for step in others for name in step.cures}
    given: set[str] = set()
    for conflict in conflicts:
        if conflict.beside in moved:
            continue
        again = next((step for step in (*others, *needed) if _installs_again(step, conflict)), None)
        if again is None:
            cures = (conflict.given,) if conflict.given in bad else ()
            mends.append(replace(conflict.step, cures=(*conflict.step.cures, *cures)))
            given.add(conflict.given)
            continue
        joined.append(again)
        why = f"Remove {' and '.join(conflict.removed)}, then {again.why[:1].lower()}{again.why[1:]}{conflict.returns}"
        mends.append(
            replace(
                again,
                why=why,
                command=after_removing(conflict.removed, again.command or "", conflict.home, locked=False),
            )
        )
    done = {name for step in mends for name in step.moves}  # which run on these GPUs in the release that they get
    done |= given  # no other release of what is asked for in this one
    left = [
        each
        for each in others
        if each not in joined and not (each.cures and done.issuperset(map(normalised, each.cures)))
    ]
    return mends, [each for each in needed if each not in joined], left


def _installs_again(step: PlanStep, conflict: PackageConflict) -> bool:
    """Return whether the step installs one of the packages that the conflict's step removes."""
    if not conflict.removed or step.command is None or step.instead:
        return False
    names = "|".join(map(re.escape, step.cures))
    return bool(set(step.cures) & set(conflict.removed)) and bool(
        re.search(rf"(?<![\w-])(?:{names})(?:\[|==)", step.command)
    )
