"""NVIDIA's libraries of a CUDA release that nothing in an environment asks for: what an earlier package left behind."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from cudacompat.domain.machine.alternatives import CalledOn
from cudacompat.domain.machine.components import Component, Environment, by_environment
from cudacompat.domain.tables.cuda_libraries import is_vendors, is_vendors_wheel, library_named, release_of_wheel
from cudacompat.environments.asked_for import asked_for
from cudacompat.environments.own import normalised

_WHY = "no package that is installed here asks for it"


def with_left_over(
    components: Sequence[Component], environments: Sequence[Environment], asked: Sequence[str]
) -> tuple[Component, ...]:
    """Return the components, with those marked as not used that belong to another CUDA release than the libraries that
    are asked for: by a requirement, or by the name of a library in `asked`. Where all are of one release, or nothing
    else is installed, none is."""
    unused: set[int] = set()
    for home, near in by_environment(components, environments):
        wheels = {id(each): normalised(each.package) for each in near if is_vendors_wheel(normalised(each.package))}
        releases = {release for each in wheels.values() if (release := release_of_wheel(each)) is not None}
        others = [each for each in near if not is_vendors(normalised(each.package))]
        if home is None or len(releases) < 2 or not others:
            continue
        wanted = asked_for(home.folders, wheels.values())
        kept = {release_of_wheel(each) for each in wanted} | _releases(asked)
        unused |= {key for key, name in wheels.items() if release_of_wheel(name) not in kept}
    return tuple(_not_used(each) if id(each) in unused else each for each in components)


def _releases(names: Iterable[str]) -> set[int]:
    """The major CUDA releases that these names mean, each for itself."""
    means = (named.majors for name in names if (named := library_named(name)) is not None)
    return {majors[0] for majors in means if len(majors) == 1}


def _not_used(component: Component) -> Component:
    idle = tuple(CalledOn(path, (), _WHY) for path in component.libraries)
    return replace(component, called_on=(*component.called_on, *idle))
