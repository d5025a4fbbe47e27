"""What `lint` found in a project."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

from cudacompat.domain.project.edited_file import EditedFile
from cudacompat.domain.project.model import EngineUse
from cudacompat.domain.project.planned_builds import PlannedUnit
from cudacompat.domain.words.code import NotRead
from cudacompat.domain.words.exit_codes import ExitCode
from cudacompat.domain.words.finding import Finding, Severity, Suppressed, count_of
from cudacompat.domain.words.rule_selection import RuleSelection
from cudacompat.domain.words.verdict import Target

if TYPE_CHECKING:  # what one command needs is not loaded for the others
    from cudacompat.domain.wheels.resolved import RequirementVerdict


@dataclass(frozen=True, slots=True)
class RuleCount:
    """How many findings of one severity a rule has, in how many files, and how many of them a fix would cure."""

    id: str
    severity: Severity
    findings: int
    files: int
    fixable: int


@dataclass(frozen=True, slots=True)
class LintReport:
    """The findings that are left, and what was read for them.

    `root` is the folder of the edited files, `files` the number of build files, `skipped` the folders that lint did not
    look into, `lookalikes` the files that appear to be part of a CUDA build and that lint cannot read, `units` the CUDA
    sources that a configured build will compile. `edited` are the files that fixes change, `fixed` the findings that
    they cure; `findings` are those that remain after the fixes. `rules` are those that ran and those that did not.
    `statistics` is whether the text counts the findings of each rule and lists none. `packages` are the verdicts on the
    packages that the project installs, as far as the table of wheels knows them; `of_cuda` is whether a stage or a job
    has an image with CUDA.
    """

    COMMAND: ClassVar[str] = "lint"

    root: str
    targets: tuple[Target, ...]
    uses: tuple[EngineUse, ...]
    units: tuple[PlannedUnit, ...]
    findings: tuple[Finding, ...]
    suppressed: tuple[Suppressed, ...]
    not_read: tuple[NotRead, ...]
    files: int
    skipped: tuple[str, ...]
    lookalikes: tuple[str, ...] = ()
    edited: tuple[EditedFile, ...] = ()
    fixed: tuple[Finding, ...] = ()
    show_suppressed: bool = False
    rules: RuleSelection = field(default_factory=RuleSelection)
    statistics: bool = False
    packages: tuple[RequirementVerdict, ...] = ()
    of_cuda: bool = False

    @property
    def counts(self) -> tuple[RuleCount, ...]:
        """How often each rule found something, the worst severity and the most findings first."""
        groups: dict[tuple[Severity, str], list[Finding]] = defaultdict(list)
        for finding in self.findings:
            groups[finding.severity, finding.id].append(finding)
        counts = [
            RuleCount(
                id_,
                severity,
                findings=len(found),
                files=len({finding.path for finding in found}),
                fixable=sum(finding.fix is not None for finding in found),
            )
            for (severity, id_), found in groups.items()
        ]
        return tuple(sorted(counts, key=lambda each: (each.severity.rank, -each.findings, each.id)))

    @property
    def exit_code(self) -> ExitCode:
        """1 on an error; 4 if something could not be read; 3 where there is no build file at all; else 0."""
        if count_of(self.findings, Severity.ERROR):
            return ExitCode.FINDINGS
        if self.not_read:
            return ExitCode.INCOMPLETE
        return ExitCode.OK if self.files else ExitCode.NOTHING
