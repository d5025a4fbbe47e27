"""What `bench` measured."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from cudacompat.domain.runs.bench import Measured, Variant
from cudacompat.domain.words.exit_codes import ExitCode


@dataclass(frozen=True, slots=True)
class BenchReport:
    """What was measured: the machine, the variants in their order, and what a result and a rate are."""

    COMMAND: ClassVar[str] = "bench"

    machine: str
    measured: tuple[Measured, ...]
    runs: int
    first: str
    rate: str | None

    def of(self, variant: Variant) -> Measured | None:
        """One variant, if it was measured and ran."""
        return next((each for each in self.measured if each.variant is variant and each.good), None)

    @property
    def exit_code(self) -> ExitCode:
        """5 if no variant ran; 4 if some did not, or a run was not as expected; else 0."""
        if not any(each.good for each in self.measured):
            return ExitCode.STEP_FAILED
        whole = all(each.note is None and len(each.good) == len(each.runs) for each in self.measured)
        return ExitCode.OK if whole else ExitCode.INCOMPLETE
