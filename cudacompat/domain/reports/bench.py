"""What `bench` measured."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from cudacompat.domain.runs.bench import Measured, Variant
from cudacompat.domain.words.exit_codes import EXIT_INCOMPLETE, EXIT_OK, EXIT_STEP_FAILED


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
    def exit_code(self) -> int:
        """5 if no variant ran; 4 if some did not, or a run was not what it was to be; else 0."""
        if not any(each.good for each in self.measured):
            return EXIT_STEP_FAILED
        whole = all(each.note is None and len(each.good) == len(each.runs) for each in self.measured)
        return EXIT_OK if whole else EXIT_INCOMPLETE
