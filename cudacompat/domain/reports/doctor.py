"""What `doctor` saw, and the plan that follows."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

from cudacompat.domain.words.code import NotRead
from cudacompat.domain.words.finding import Finding, Severity, Suppressed, count_of

if TYPE_CHECKING:  # what one command needs is not loaded for the others
    from cudacompat.domain.machine.component_verdicts import ComponentVerdict
    from cudacompat.domain.machine.components import Component
    from cudacompat.domain.machine.facts import HostFacts
from cudacompat.domain.reports.check import CheckReport
from cudacompat.domain.words.exit_codes import ExitCode
from cudacompat.domain.words.phrases import count
from cudacompat.domain.words.verdict import Outcome, Target


@dataclass(frozen=True, slots=True)
class PinInFile:
    """Pins that belong into files: what is wrong with those that are there, the new ones, and their places
    (`requirements.txt:1`)."""

    said: str
    pins: tuple[str, ...]
    places: str

    @property
    def by_hand(self) -> str:
        """What is to be written where."""
        return f"{self.said}: write {' '.join(self.pins)} into {self.places}"


@dataclass(frozen=True, slots=True)
class PlanStep:
    """One step of a plan: the command to run (or `None` for a thing only a person can do) and why. `cures` are the
    packages that run once it is done, `moves` those beside them that get another release along with it, `brings` what
    it requires of NVIDIA's libraries, `builds` the packages that get a build for that major CUDA release, `driver`
    the branch of the driver that it installs, `instead` what does the same in another way, for who cannot do this.
    `pin` is what a step about a list of packages writes there."""

    why: str
    command: str | None = None
    cures: tuple[str, ...] = ()
    instead: tuple[PlanStep, ...] = ()
    moves: tuple[str, ...] = ()
    brings: tuple[str, ...] = ()
    builds: tuple[tuple[str, int], ...] = ()
    driver: int | None = None
    pin: PinInFile | None = None


@dataclass(frozen=True, slots=True)
class ComponentRow:
    """One component with device code: the major CUDA release that it was made for (`None`: its bytes do not say), and
    what becomes of it on each GPU, in their order. `needed_by` are the packages beside it that require it."""

    component: Component
    made_for: int | None
    verdicts: tuple[ComponentVerdict, ...]
    needed_by: tuple[str, ...] = ()

    @property
    def is_bad(self) -> bool:
        """Whether something that it needs does not run on one of the GPUs."""
        return any(each.is_bad for each in self.verdicts)


@dataclass(frozen=True, slots=True)
class InstalledPackages:
    """The installed packages that were judged: those with device code (or something that was not read), how many have
    none, and of the libraries that lie there several times how often. `rows` say what becomes of those with code,
    `anyhow` what would become of them with the oldest driver that can run the code, where the one here is in the way.
    `asking` are those without device code that ask for a library of CUDA's which they do not find, or compile their
    kernels with those of others."""

    with_code: tuple[Component, ...]
    without_code: int
    copies: tuple[tuple[str, int], ...] = ()
    rows: tuple[ComponentRow, ...] = ()
    anyhow: tuple[ComponentRow, ...] = ()
    asking: tuple[Component, ...] = ()

    @property
    def is_open(self) -> bool:
        """Whether nothing can be told of a component on one of the GPUs."""
        return any(each.outcome is Outcome.UNDECIDED for row in self.rows for each in row.verdicts)


@dataclass(frozen=True, slots=True)
class DoctorReport:
    """What `doctor` saw: the machine, what it judged (if anything), all findings, and the plan that follows.

    `packages` are what is installed, where that was judged rather than paths that the user named; `asked` are
    the GPUs that were named.
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
    asked: tuple[Target, ...] = ()

    @property
    def targets(self) -> tuple[Target, ...]:
        """The GPUs that the report is about: those that were judged, else those that were named."""
        return self.check.targets if self.check is not None else self.asked

    @property
    def scope(self) -> str:
        """What was examined: of paths that were named, as `check`; of installed packages, their components."""
        if self.check is None:
            return "examined this machine"
        if self.packages is None:
            return self.check.scope
        judged = count(len(self.packages.rows), "component")
        return f"examined this machine and {judged} for {count(len(self.check.targets), 'GPU')}"

    @property
    def exit_code(self) -> ExitCode:
        """1 for an error, of the machine or of what was judged; that nothing was there to judge is none. Else, of paths
        that were named, as `check`; of installed packages 4 where a library was not read or nothing can be told of a
        component, and no device code among them is fine."""
        counting = [f for f in self.findings if self.packages is not None or f.id != "no-device-code"]
        if count_of(counting, Severity.ERROR):
            return ExitCode.FINDINGS
        if self.packages is not None:
            unread = self.check is not None and bool(self.check.not_read)
            return ExitCode.INCOMPLETE if unread or self.packages.is_open else ExitCode.OK
        return self.check.exit_code if self.check is not None else ExitCode.OK
