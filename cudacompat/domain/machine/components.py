"""What is installed on a machine and may ship device code."""

from __future__ import annotations

from dataclasses import dataclass

from cudacompat.domain.machine.alternatives import Alternatives, CalledOn


@dataclass(frozen=True, slots=True)
class Component:
    """An installed package with native code: `libraries` are absolute paths, not yet looked into, `location` is the
    folder that it was installed in, `manager` is who keeps the list of its files (`pip`, `conda`, `dpkg`; `apart`:
    nobody does, they lie in a folder of libraries).

    `alternatives` are the groups of libraries of which its loader takes one, `called_on` the libraries that it uses on
    some GPUs only; both are empty where nothing is known of its loader. `requires` are the requirements of its
    metadata that no extra asks for, as they are written there.
    """

    package: str
    version: str
    location: str
    libraries: tuple[str, ...]
    manager: str = "pip"
    alternatives: tuple[Alternatives, ...] = ()
    called_on: tuple[CalledOn, ...] = ()
    requires: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Components:
    """What is installed, in the order that its finder promises, and `notes`: what could not be told, in words."""

    found: tuple[Component, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SiteFolder:
    """A folder that Python packages are installed in, and the environment it belongs to."""

    path: str
    prefix: str
