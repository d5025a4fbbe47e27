"""What `doctor` saw, and the plan that follows."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

from cudacompat.domain.words.code import NotRead
from cudacompat.domain.words.finding import Finding, Severity, Suppressed, count_of

if TYPE_CHECKING:  # what one command needs is not loaded for the others
    from cudacompat.domain.machine.components import Component
    from cudacompat.domain.machine.facts import HostFacts
from cudacompat.domain.reports.check import CheckReport
from cudacompat.domain.words.exit_codes import ExitCode


@dataclass(frozen=True, slots=True)
class PlanStep:
    """One step of a plan: the command to run (or `None` for a thing only a person can do) and why."""

    why: str
    command: str | None = None


@dataclass(frozen=True, slots=True)
class InstalledPackages:
    """The installed packages that were judged: those with device code (or something that was not read), how many have
    none, and of the libraries that lie there several times how often."""

    with_code: tuple[Component, ...]
    without_code: int
    copies: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class DoctorReport:
    """What `doctor` saw: the machine, what it judged (if anything), all findings, and the plan that follows.

    `packages` are what is installed, where that was judged rather than paths that the user named.
    """

    COMMAND: ClassVar[str] = "doctor"
    not_read: ClassVar[tuple[NotRead, ...]] = ()
    suppressed: ClassVar[tuple[Suppressed, ...]] = ()
    show_suppressed: ClassVar[bool] = False

    facts: HostFacts
    check: CheckReport | None
    findings: tuple[Finding, ...]
    plan: tuple[PlanStep, ...] = field(default=())
    settings: tuple[tuple[str, str], ...] = field(default=())  # (title, text) of generated settings shown with the plan
    packages: InstalledPackages | None = None

    @property
    def exit_code(self) -> ExitCode:
        """As `check`; without paths, 1 if the machine itself has an error, and no device code among what is installed
        is fine."""
        empty = self.packages is not None and self.check is not None and self.check.exit_code is ExitCode.NOTHING
        if self.check is not None and self.check.exit_code in (ExitCode.NOTHING, ExitCode.INCOMPLETE) and not empty:
            return ExitCode.FINDINGS if count_of(self.findings, Severity.ERROR) else self.check.exit_code
        return ExitCode.FINDINGS if count_of(self.findings, Severity.ERROR) else ExitCode.OK
