"""What the rules over installed packages are given."""

from __future__ import annotations

from dataclasses import dataclass

from cudacompat.domain.machine.component_verdicts import ComponentVerdict
from cudacompat.domain.machine.components import Component


@dataclass(frozen=True, slots=True)
class ComponentFacts:
    """A component, and what becomes of it on each GPU; nothing of one without device code."""

    component: Component
    verdicts: tuple[ComponentVerdict, ...] = ()
