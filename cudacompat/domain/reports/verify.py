"""What `verify` found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from cudacompat.domain.runs.verified import Verified
from cudacompat.domain.runs.verify import Verdict
from cudacompat.domain.words.code import NotRead
from cudacompat.domain.words.exit_codes import ExitCode
from cudacompat.domain.words.finding import Finding, Severity, Suppressed, count_of


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
    def exit_code(self) -> ExitCode:
        """5 where the command failed; 1 for less than expected; 4 where it cannot be told; else 0."""
        decision, verified = self.verified.decision, self.verified
        if decision.verdict is Verdict.FAILED:
            return ExitCode.STEP_FAILED
        if count_of(self.findings, Severity.ERROR):
            return ExitCode.FINDINGS
        if decision.meets(verified.expected) is not True:
            return ExitCode.INCOMPLETE
        if verified.min_gpu_memory is not None and verified.memory is None:
            return ExitCode.INCOMPLETE
        return ExitCode.OK
