"""What the rules over installed packages are given."""

from __future__ import annotations

from dataclasses import dataclass

from cudacompat.domain.machine.component_verdicts import ComponentVerdict
from cudacompat.domain.machine.components import Component


@dataclass(frozen=True, slots=True)
class ShadowedLibrary:
    """A library of CUDA's in a folder of LD_LIBRARY_PATH, with its release, and the package that brings it in a newer
    version."""

    name: str
    folder: str
    release: str
    package: str
    version: str


@dataclass(frozen=True, slots=True)
class ComponentFacts:
    """A component, and what becomes of it on each GPU; nothing of one without device code. `shadowed` are its libraries
    in whose place programs get others."""

    component: Component
    verdicts: tuple[ComponentVerdict, ...] = ()
    shadowed: tuple[ShadowedLibrary, ...] = ()
