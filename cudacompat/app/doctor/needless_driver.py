"""A newer driver that other steps of the plan make needless: what asked for it gets a build for another CUDA release,
and nothing is left in the environment that uses the libraries of the release that this driver does not run."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace

from cudacompat.app.doctor.brought_libraries import is_of
from cudacompat.artifacts.files.loader_needs import loader_needs
from cudacompat.domain.machine.components import Component, Environment, by_environment
from cudacompat.domain.machine.facts import HostFacts
from cudacompat.domain.reports.doctor import ComponentRow, PlanStep
from cudacompat.domain.tables.cuda_libraries import is_vendors, library_named, release_asked_for, release_of_wheel
from cudacompat.environments.asked_for import asked_for
from cudacompat.environments.own import normalised


def with_driver(
    driver: PlanStep,
    waiting: Sequence[ComponentRow],
    others: Sequence[PlanStep],
    every: Sequence[ComponentRow],
    facts: HostFacts,
) -> list[PlanStep]:
    """Return the step for the driver, for which the components of `waiting` are, and the others after it; without it
    where the others leave none of them that is used. `every` are the components of the machine."""
    made_for = {row.component.key: row.made_for for row in every}
    cures: dict[int, tuple[str, ...]] = {}
    for home, near in by_environment((row.component for row in waiting), facts.environments):
        own = [number for number, each in enumerate(others) if home is not None and each.builds and is_of(each, home)]
        steps = [others[number] for number in own]
        if home is None or not own or not _leave_none(steps, near, home, facts=facts, made_for=made_for):
            return [driver, *others]
        names = tuple(each.package for each in near)
        cures[own[0]] = (*cures.get(own[0], ()), *names)
    return [
        replace(each, cures=tuple(dict.fromkeys((*each.cures, *cures.get(number, ())))))
        for number, each in enumerate(others)
    ]


def _leave_none(
    steps: Iterable[PlanStep],
    near: Sequence[Component],
    home: Environment,
    *,
    facts: HostFacts,
    made_for: Mapping[tuple[str, str], int | None],
) -> bool:
    """Whether the steps give each of these components another build, or leave it as a library of NVIDIA's that nothing
    in the environment asks for. What cannot be told counts as somebody who asks."""
    builds = {name: cuda for step in steps for name, cuda in step.builds}
    brought = {release_of_wheel(need.partition("=")[0]) for step in steps for need in step.brings} - {None}
    left = [normalised(each.package) for each in near if normalised(each.package) not in builds]
    releases = {release_of_wheel(name) for name in left}
    if not left:
        return True
    saved = any(each.code is not None for each in near)  # of whose folders nothing is here to be read
    if saved or None in releases or releases & set(builds.values()) or not brought or releases & brought:
        return False
    here = [each for each in facts.packages if home.holds(each)]
    wheels = {name for each in here if release_of_wheel(name := normalised(each.package)) in releases}
    others = [each for each in here if not is_vendors(each.package) and normalised(each.package) not in builds]
    return not asked_for(home.folders, wheels, without=builds) and not any(
        made_for.get(each.key) in releases or _may_ask(each, releases) for each in others
    )


def _may_ask(component: Component, releases: Collection[int | None]) -> bool:
    """Whether a file of the component asks the loader for a library of one of these CUDA releases."""
    names = [name for path in component.libraries for name in loader_needs(path).needed]
    sure = release_asked_for(names)
    named = (found for name in names if (found := library_named(name)) is not None)
    return sure in releases if sure is not None else any(set(each.majors) & set(releases) for each in named)
