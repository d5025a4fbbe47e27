"""The environment that a step is for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from cudacompat.domain.machine.components import Component, Environment
from cudacompat.environments.own import normalised


@dataclass(frozen=True, slots=True)
class Here:
    """An environment, what is installed in it, and the releases of NVIDIA's libraries that a step brings into it, with
    the package for which this plan brings them. `majors` are the CUDA releases of the packages in it that ask for no
    framework."""

    home: Environment | None
    near: tuple[Component, ...]
    brought: Mapping[str, str] = field(default_factory=dict)
    brought_for: Mapping[str, str] = field(default_factory=dict)
    majors: frozenset[int] = frozenset()

    def paths(self, names: Iterable[str]) -> dict[str, str]:
        """Return the paths of these libraries in its packages, of those that have them, by name."""
        wanted = set(names)
        every = (path for each in self.near for path in each.libraries)
        return {name: path for path in every if (name := path.rpartition("/")[2]) in wanted}

    def holds(self, package: str) -> bool:
        """Return whether a package of this normalised name is in it."""
        return any(normalised(each.package) == package for each in self.near)
