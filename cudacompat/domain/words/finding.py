"""What a rule reports."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import Enum


class Severity(Enum):
    """How much a finding weighs; only errors fail a run. The values are the strings of the JSON."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"

    @property
    def rank(self) -> int:
        """Its place among all of them, the worst first: 0 for an error."""
        return list(Severity).index(self)


@dataclass(frozen=True, slots=True)
class CodePlace:
    """A place in device code: the module (`.nv_fatbin+0x1a40`: section and byte in the file) and, where the fault is
    one kernel's, its mangled name."""

    module: str
    kernel: str | None = None


@dataclass(frozen=True, slots=True)
class Edit:
    """One replacement in a file: `text[start:end]` (characters) becomes `new`."""

    file: str
    start: int
    end: int
    new: str


@dataclass(frozen=True, slots=True)
class Fix:
    """What cures a finding in place. A `safe` one leaves what the build does as it was meant to be; another one decides
    something for the user."""

    what: str
    edits: tuple[Edit, ...]
    safe: bool


@dataclass(frozen=True, slots=True)
class SourceExcerpt:
    """One line of a text file, with secrets hidden: `text[start:end]` is what a finding is about. `column` and
    `end_column` are where that is in the file (characters from 1, the end not included), `None` where only the line is
    known."""

    text: str
    start: int
    end: int
    column: int | None = None
    end_column: int | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault at one place.

    `message` is one line; `found`, `why` and `help` say what lies there, why it matters and what cures it.
    `path` is a file, `outer.whl!/inner.so` inside containers, or `None` for the machine itself. `command` does what
    `help` says, as a step of a plan. `span` are the characters of a text file that it is about, `excerpt` the line that
    shows them; two findings that differ only in these are the same.
    """

    id: str
    severity: Severity
    message: str
    path: str | None
    found: str | None = None
    why: str | None = None
    help: str | None = None
    line: int | None = None
    target: str | None = None
    places: tuple[CodePlace, ...] = ()  # the worst first; a few of many
    fix: Fix | None = None
    command: str | None = None
    span: tuple[int, int] | None = field(default=None, compare=False)
    excerpt: SourceExcerpt | None = field(default=None, compare=False)

    @property
    def docs(self) -> str:
        """The command that explains it."""
        return f"cudacompat explain {self.id}"


@dataclass(frozen=True, slots=True)
class Suppressed:
    """A finding that does not count, and what lets it pass: an ignore of the policy (in the `file` that holds it, if
    that is a policy file), or the baseline."""

    finding: Finding
    by: str  # "ignore" or "baseline"
    reason: str
    file: str | None = None


def suppressing_files(items: Iterable[Suppressed]) -> tuple[tuple[str, int], ...]:
    """Return the policy files that let findings pass, each with their number, by name."""
    return tuple(sorted(Counter(item.file for item in items if item.file is not None).items()))


def count_of(findings: Iterable[Finding], severity: Severity) -> int:
    """How many findings have this severity."""
    return sum(finding.severity is severity for finding in findings)


def worst_first(findings: Iterable[Finding]) -> list[Finding]:
    """Return the findings by severity, errors first, and those of one severity in the order that they had."""
    return sorted(findings, key=lambda finding: finding.severity.rank)
