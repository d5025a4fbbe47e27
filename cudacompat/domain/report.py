"""What each command found, before it becomes text or JSON; and the exit code that follows from it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from cudacompat.domain.code import NotRead, ReadResult
from cudacompat.domain.finding import Finding, Severity, Suppressed
from cudacompat.domain.verdict import ArtifactVerdict, Outcome, Target

if TYPE_CHECKING:  # what one command needs is not loaded for the others
    from cudacompat.domain.gpu_index import Gpu
    from cudacompat.domain.host import HostFacts
    from cudacompat.domain.plan import BuildPlan
    from cudacompat.domain.policy_keys import Given
    from cudacompat.domain.tables.toolkits import CudaRelease

EXIT_OK, EXIT_FINDINGS, EXIT_USAGE, EXIT_NOTHING, EXIT_INCOMPLETE, EXIT_STEP_FAILED = range(6)


def count_of(findings: Iterable[Finding], severity: Severity) -> int:
    """How many findings have this severity."""
    return sum(finding.severity is severity for finding in findings)


@dataclass(frozen=True, slots=True)
class InspectReport:
    """What `inspect` read. `kernels` and `sizes` are what the user asked to be shown."""

    read: ReadResult
    kernels: bool = False
    sizes: bool = False

    @property
    def exit_code(self) -> int:
        """0; 4 if something could not be read; 3 if nothing with device code was found."""
        if self.read.not_read:
            return EXIT_INCOMPLETE
        return EXIT_OK if self.read.artifacts else EXIT_NOTHING


@dataclass(frozen=True, slots=True)
class CheckReport:
    """What `check` judged. `given` are the values of the policy with their origins, as far as any were given;
    `show_suppressed` is whether the user asked to see what does not count."""

    targets: tuple[Target, ...]
    verdicts: tuple[ArtifactVerdict, ...]
    findings: tuple[Finding, ...]
    not_read: tuple[NotRead, ...]
    files: int
    without_code: int
    suppressed: tuple[Suppressed, ...] = ()
    given: tuple[Given, ...] = ()
    show_suppressed: bool = False

    @property
    def exit_code(self) -> int:
        """3 if there was nothing to judge; 1 on an error; 4 if something is unread or undecided; else 0.

        What is undecided in an artifact counts whatever else the artifact is (a policy may let holes pass), unless an
        ignore of `undecided` itself says otherwise.
        """
        if not self.verdicts and not self.not_read:
            return EXIT_NOTHING
        if count_of(self.findings, Severity.ERROR):
            return EXIT_FINDINGS
        excused = {(s.finding.path, s.finding.target) for s in self.suppressed if s.finding.id == "undecided"}
        open_ = (v for v in self.verdicts if v.outcome is Outcome.UNDECIDED or v.counts[Outcome.UNDECIDED])
        if self.not_read or any((v.path, v.target.id) not in excused for v in open_):
            return EXIT_INCOMPLETE
        return EXIT_OK


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a plan: the command to run (or `None` for a thing only a person can do) and why."""

    why: str
    command: str | None = None


@dataclass(frozen=True, slots=True)
class DoctorReport:
    """What `doctor` saw: the machine, what it judged (if anything), all findings, and the plan that follows."""

    facts: HostFacts
    check: CheckReport | None
    findings: tuple[Finding, ...]
    plan: tuple[Step, ...] = field(default=())
    settings: tuple[tuple[str, str], ...] = field(default=())  # (title, text) of generated settings shown with the plan

    @property
    def exit_code(self) -> int:
        """As `check`; without paths, 1 if the machine itself has an error."""
        if self.check is not None and self.check.exit_code in (EXIT_NOTHING, EXIT_INCOMPLETE):
            return EXIT_FINDINGS if count_of(self.findings, Severity.ERROR) else self.check.exit_code
        return EXIT_FINDINGS if count_of(self.findings, Severity.ERROR) else EXIT_OK


@dataclass(frozen=True, slots=True)
class GpusReport:
    """What `gpus` found for a query."""

    query: str | None
    gpus: tuple[Gpu, ...]

    @property
    def exit_code(self) -> int:
        """3 if nothing matched, else 0."""
        return EXIT_OK if self.gpus else EXIT_NOTHING


@dataclass(frozen=True, slots=True)
class ToolkitsReport:
    """The CUDA releases that a query leaves: of a version, or those that build `arch` (`"120"`) for what was named."""

    query: str | None
    arch: str | None
    releases: tuple[CudaRelease, ...]

    @property
    def exit_code(self) -> int:
        """3 if nothing matched, else 0."""
        return EXIT_OK if self.releases else EXIT_NOTHING


@dataclass(frozen=True, slots=True)
class GeneratedFile:
    """One file that was generated: its name and its text."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class GenerateReport:
    """What `generate` planned, the command line that makes it again, and the files that were asked for.

    There are several plans where no single build serves all of the GPUs. `outputs` are the kinds of files that reach
    the engine's compiler.
    """

    plans: tuple[BuildPlan, ...]
    command: str
    files: tuple[GeneratedFile, ...] = ()
    outputs: tuple[str, ...] = ()

    @property
    def exit_code(self) -> int:
        """0: what cannot be built was refused before."""
        return EXIT_OK
