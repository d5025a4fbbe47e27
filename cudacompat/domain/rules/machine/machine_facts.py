"""What the rules over a machine are given."""

from __future__ import annotations

from dataclasses import dataclass

from cudacompat.domain.machine.facts import HostFacts
from cudacompat.domain.words.verdict import Target


@dataclass(frozen=True, slots=True)
class Machine:
    """The facts of a machine and the GPUs that are judged for (its own, or those named)."""

    facts: HostFacts
    targets: tuple[Target, ...]

    def variable(self, name: str) -> str | None:
        """The value of an environment variable that was recorded, else `None`."""
        return dict(self.facts.environment).get(name)
