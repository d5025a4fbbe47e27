"""What a run is held to."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from cudacompat.domain.finding import Severity
from cudacompat.domain.verdict import Outcome


class Require(Enum):
    """The least that an artifact must reach on each target."""

    RUNS = "runs"
    SASS = "sass"
    NATIVE = "native"

    def met_by(self, outcome: Outcome) -> bool:
        """Whether an outcome that runs is enough."""
        least = {Require.RUNS: Outcome.JIT, Require.SASS: Outcome.COMPATIBLE, Require.NATIVE: Outcome.NATIVE}
        return outcome.strength >= least[self].strength


class Holes(Enum):
    """What an artifact that runs only in part is: an error, a warning, or nothing."""

    ERROR = "error"
    WARN = "warn"
    IGNORE = "ignore"

    @property
    def severity(self) -> Severity | None:
        """The severity of the finding, `None` for no finding."""
        return {Holes.ERROR: Severity.ERROR, Holes.WARN: Severity.WARNING, Holes.IGNORE: None}[self]


@dataclass(frozen=True, slots=True)
class Policy:
    """How strictly verdicts become findings, and which files are alternatives of each other (glob patterns)."""

    require: Require = Require.RUNS
    holes: Holes = Holes.ERROR
    any_of: tuple[str, ...] = ()
