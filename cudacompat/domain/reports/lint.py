"""What `lint` found in a project."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from cudacompat.domain.project.edited_file import EditedFile
from cudacompat.domain.project.model import EngineUse
from cudacompat.domain.project.planned_builds import PlannedUnit
from cudacompat.domain.words.code import NotRead
from cudacompat.domain.words.exit_codes import ExitCode
from cudacompat.domain.words.finding import Finding, Severity, Suppressed, count_of
from cudacompat.domain.words.verdict import Target


@dataclass(frozen=True, slots=True)
class LintReport:
    """The findings that are left, and what was read for them.

    `root` is the folder of the edited files, `files` the number of build files, `skipped` the folders that lint did not
    look into, `lookalikes` the files that appear to be part of a CUDA build and that lint cannot read, `units` the CUDA
    sources that a configured build will compile. `edited` are the files that fixes change, `fixed` the findings that
    they cure; `findings` are those that remain after the fixes.
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

    @property
    def exit_code(self) -> ExitCode:
        """1 on an error; 4 if something could not be read; 3 where there is no build file at all; else 0."""
        if count_of(self.findings, Severity.ERROR):
            return ExitCode.FINDINGS
        if self.not_read:
            return ExitCode.INCOMPLETE
        return ExitCode.OK if self.files else ExitCode.NOTHING
