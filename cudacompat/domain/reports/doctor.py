"""What `doctor` saw, and the plan that follows."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

from cudacompat.domain.words.code import NotRead
from cudacompat.domain.words.finding import Finding, Severity, Suppressed, count_of

if TYPE_CHECKING:  # what one command needs is not loaded for the others
    from cudacompat.domain.machine.facts import HostFacts
from cudacompat.domain.reports.check import CheckReport
from cudacompat.domain.words.exit_codes import ExitCode


@dataclass(frozen=True, slots=True)
class PlanStep:
    """One step of a plan: the command to run (or `None` for a thing only a person can do) and why."""

    why: str
    command: str | None = None


@dataclass(frozen=True, slots=True)
class DoctorReport:
    """What `doctor` saw: the machine, what it judged (if anything), all findings, and the plan that follows."""

    COMMAND: ClassVar[str] = "doctor"
    not_read: ClassVar[tuple[NotRead, ...]] = ()
    suppressed: ClassVar[tuple[Suppressed, ...]] = ()
    show_suppressed: ClassVar[bool] = False

    facts: HostFacts
    check: CheckReport | None
    findings: tuple[Finding, ...]
    plan: tuple[PlanStep, ...] = field(default=())
    settings: tuple[tuple[str, str], ...] = field(default=())  # (title, text) of generated settings shown with the plan

    @property
    def exit_code(self) -> ExitCode:
        """As `check`; without paths, 1 if the machine itself has an error."""
        if self.check is not None and self.check.exit_code in (ExitCode.NOTHING, ExitCode.INCOMPLETE):
            return ExitCode.FINDINGS if count_of(self.findings, Severity.ERROR) else self.check.exit_code
        return ExitCode.FINDINGS if count_of(self.findings, Severity.ERROR) else ExitCode.OK
