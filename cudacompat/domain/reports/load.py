"""What `verify --load` found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from cudacompat.domain.reports.check import CheckReport
from cudacompat.domain.runs.load import Agreement, ArtifactLoad
from cudacompat.domain.words.code import NotRead
from cudacompat.domain.words.exit_codes import ExitCode
from cudacompat.domain.words.finding import Finding, Severity, count_of
from cudacompat.domain.words.verdict import Target


@dataclass(frozen=True, slots=True)
class LoadReport:
    """`verify --load`: what was judged, what the driver answered, and the findings of both."""

    COMMAND: ClassVar[str] = "verify --load"

    check: CheckReport
    loads: tuple[ArtifactLoad, ...]
    findings: tuple[Finding, ...]

    @property
    def not_read(self) -> tuple[NotRead, ...]:
        """What could not be read."""
        return self.check.not_read

    @property
    def targets(self) -> tuple[Target, ...]:
        """The GPUs that were asked."""
        return self.check.targets

    @property
    def exit_code(self) -> ExitCode:
        """1 for a disagreement or any other error; 4 where the driver did not answer or something was not read; 3 if
        there was no module to ask about. A verdict that was undecided is settled by the driver's answer."""
        if count_of(self.findings, Severity.ERROR):
            return ExitCode.FINDINGS
        compared = [each for load in self.loads for each in load.modules]
        if self.check.not_read or any(each.agreement is Agreement.NOT_ANSWERED for each in compared):
            return ExitCode.INCOMPLETE
        return ExitCode.OK if compared else ExitCode.NOTHING
