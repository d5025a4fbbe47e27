"""What `explain` found in a log, and the exit code that follows from it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import ClassVar

from cudacompat.domain.logs.facts import LogFacts
from cudacompat.domain.logs.signature import Signature, SignatureGroup
from cudacompat.domain.logs.unknown_errors import Unknown
from cudacompat.domain.logs.verdict import LogVerdict
from cudacompat.domain.words.code import NotRead
from cudacompat.domain.words.exit_codes import ExitCode
from cudacompat.domain.words.finding import Finding, Severity, Suppressed, count_of
from cudacompat.domain.words.verdict import Target


class Part(Enum):
    """What a line is in the story of a failure. The values are the strings of the JSON."""

    CAUSE = "cause"  # the first that is no consequence of another
    ALSO = "also"  # another fault of its own
    CONSEQUENCE = "consequence"
    NOTE = "note"  # harmless, or a thing to know


@dataclass(frozen=True, slots=True)
class ExplainedMatch:
    """A known line, explained. `gpu` is what it means for the GPU in question, if something can be told."""

    signature: Signature
    line: int
    text: str
    count: int
    part: Part
    title: str
    cause: str
    does_not_mean: str
    fix: str
    command: str | None
    gpu: str | None
    follows_from: str | None = None  # the id of the cause
    follows_line: int | None = None  # the unknown error line that it follows from, where no cause is known


@dataclass(frozen=True, slots=True)
class CommandEnd:
    """How a watched command ended; `why` is `None` for exit code 0."""

    command: tuple[str, ...]
    rc: int | None
    why: str | None


@dataclass(frozen=True, slots=True)
class ExplainReport:
    """A log, explained."""

    COMMAND: ClassVar[str] = "explain"
    not_read: ClassVar[tuple[NotRead, ...]] = ()
    suppressed: ClassVar[tuple[Suppressed, ...]] = ()
    show_suppressed: ClassVar[bool] = False

    source: str
    lines: int
    size: int
    matches: tuple[ExplainedMatch, ...]
    findings: tuple[Finding, ...]
    unknown: tuple[Unknown, ...]
    facts: LogFacts
    target: Target | None
    target_from: str | None  # "--gpu", "the log", "this machine"
    verdict: LogVerdict | None
    lead: Unknown | None = None  # the first unknown error line, where no cause is known
    command: CommandEnd | None = None
    skipped: int = 0  # lines with words of errors that were not looked at: there were too many kinds of unknown ones

    @property
    def exit_code(self) -> ExitCode:
        """1 for an error that is known; 5 if the command failed; 4 for one that is not known; 3 for an empty log."""
        if count_of(self.findings, Severity.ERROR):
            return ExitCode.FINDINGS
        if self.command is not None and self.command.why is not None:
            return ExitCode.STEP_FAILED
        if self.unknown or self.skipped:
            return ExitCode.INCOMPLETE
        return ExitCode.OK if self.size else ExitCode.NOTHING


@dataclass(frozen=True, slots=True)
class CatalogueReport:
    """All that `explain` knows: the signatures by source, and the rules' ids with their titles."""

    COMMAND: ClassVar[str] = "explain --list"

    groups: tuple[SignatureGroup, ...]
    rules: tuple[tuple[str, str], ...]

    @property
    def exit_code(self) -> ExitCode:
        """Always 0."""
        return ExitCode.OK
