"""What `rebuild` did."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from cudacompat.domain.builds.steps import BuildSteps, StepResult, StepState
from cudacompat.domain.reports.check import CheckReport
from cudacompat.domain.words.code import NotRead
from cudacompat.domain.words.exit_codes import ExitCode
from cudacompat.domain.words.finding import Finding, Severity, Suppressed, count_of


@dataclass(frozen=True, slots=True)
class RebuildReport:
    """A rebuild: the steps as planned, what became of each, and the artifacts before and after.

    Nothing was run where `results` is empty (`--dry-run`).
    """

    COMMAND: ClassVar[str] = "rebuild"
    not_read: ClassVar[tuple[NotRead, ...]] = ()
    suppressed: ClassVar[tuple[Suppressed, ...]] = ()
    show_suppressed: ClassVar[bool] = False

    steps: BuildSteps
    results: tuple[StepResult, ...] = ()
    before: CheckReport | None = None
    after: CheckReport | None = None
    findings: tuple[Finding, ...] = ()

    @property
    def exit_code(self) -> ExitCode:
        """5 if a step failed; 1 on an error among the findings; else what the check of the artifacts says."""
        if any(result.state is StepState.FAILED for result in self.results):
            return ExitCode.STEP_FAILED
        if count_of(self.findings, Severity.ERROR):
            return ExitCode.FINDINGS
        return ExitCode.OK if self.after is None else self.after.exit_code
