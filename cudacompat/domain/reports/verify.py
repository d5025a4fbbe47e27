"""What `verify` found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from cudacompat.domain.runs.verified import Verified
from cudacompat.domain.runs.verify import Verdict
from cudacompat.domain.words.code import NotRead
from cudacompat.domain.words.exit_codes import EXIT_FINDINGS, EXIT_INCOMPLETE, EXIT_OK, EXIT_STEP_FAILED, count_of
from cudacompat.domain.words.finding import Finding, Severity, Suppressed


@dataclass(frozen=True, slots=True)
class VerifyReport:
    """`verify`: the verdict and the findings."""

    COMMAND: ClassVar[str] = "verify"
    not_read: ClassVar[tuple[NotRead, ...]] = ()
    suppressed: ClassVar[tuple[Suppressed, ...]] = ()
    show_suppressed: ClassVar[bool] = False

    verified: Verified
    findings: tuple[Finding, ...]

    @property
    def exit_code(self) -> int:
        """5 where the command failed; 1 for less than expected; 4 where it cannot be told; else 0."""
        decision, verified = self.verified.decision, self.verified
        if decision.verdict is Verdict.FAILED:
            return EXIT_STEP_FAILED
        if count_of(self.findings, Severity.ERROR):
            return EXIT_FINDINGS
        if decision.meets(verified.expected) is not True:
            return EXIT_INCOMPLETE
        if verified.min_gpu_memory is not None and verified.memory is None:
            return EXIT_INCOMPLETE
        return EXIT_OK
