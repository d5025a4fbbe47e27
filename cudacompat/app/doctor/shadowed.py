"""Packages that no program of an environment imports, because another folder of it has them in another release first: a
virtual environment before the Python that it was made with, `pip install --user` before that Python, PYTHONPATH before
all."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from cudacompat.domain.machine.components import Component, Environment
from cudacompat.domain.tables.cuda_libraries import is_vendors
from cudacompat.environments.own import normalised


def without_shadowed(components: Sequence[Component], environments: Sequence[Environment]) -> tuple[Component, ...]:
    """Return the components but for those that an earlier folder of each environment that holds them has, too.
    Libraries of NVIDIA's stay where a package that stays beside them asks for such: it finds them by its own place."""
    places: dict[str, set[str]] = defaultdict(set)
    for each in components:
        places[normalised(each.package)].add(each.location)

    def is_shadowed(component: Component) -> bool:
        holding = [each.folders for each in environments if component.location in each.folders]
        same = places[normalised(component.package)]
        return bool(holding) and all(same.intersection(each[: each.index(component.location)]) for each in holding)

    shadowed = {each.key for each in components if is_shadowed(each)}
    staying = (each for each in components if each.key not in shadowed and not is_vendors(each.package))
    asking = {each.location for each in staying if any(map(is_vendors, each.requires))}
    return tuple(
        each
        for each in components
        if each.key not in shadowed or (is_vendors(each.package) and each.location in asking)
    )
