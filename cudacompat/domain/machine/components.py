"""What is installed on a machine and may ship device code."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Component:
    """An installed package with native code: `libraries` are absolute paths, not yet looked into, `location` is the
    folder that it was installed in, `manager` is who keeps the list of its files (`pip`, `conda`)."""

    package: str
    version: str
    location: str
    libraries: tuple[str, ...]
    manager: str = "pip"


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
