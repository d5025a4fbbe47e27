"""What the formats for CI read: any command's findings, in one shape and one order.

A report that has `findings` has a view. `check` and `doctor` add what was judged; for the others there is no more to
know than their findings, what was suppressed and what could not be read.
"""

from __future__ import annotations

import shlex
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cudacompat.domain.reports.check import CheckReport
from cudacompat.domain.words.code import NotRead
from cudacompat.domain.words.exit_codes import ExitCode
from cudacompat.domain.words.finding import Finding, Severity, Suppressed, suppressing_files, worst_first
from cudacompat.domain.words.merged_findings import merged
from cudacompat.domain.words.phrases import count, one_line
from cudacompat.domain.words.verdict import ArtifactVerdict, JitPolicy, Outcome, Target

if TYPE_CHECKING:
    from cudacompat.domain.reports.lint import LintReport
    from cudacompat.domain.words.policy_value import PolicyValue

_HEADLINES: dict[int, str] = {
    ExitCode.OK: "no errors",
    ExitCode.NOTHING: "nothing to check",
    ExitCode.INCOMPLETE: "incomplete",
    ExitCode.STEP_FAILED: "a step failed",
}
# What a reader has to see first; an artifact that no target shows is cut from the end of this.
_WORST_FIRST = (
    Outcome.FAILS,
    Outcome.PARTIAL,
    Outcome.UNDECIDED,
    Outcome.UNCLEAR,
    Outcome.JIT,
    Outcome.COMPATIBLE,
    Outcome.NATIVE,
    Outcome.SPECIAL,
)
RANK = {outcome: number for number, outcome in enumerate(_WORST_FIRST)}
Place = tuple[str | None, str | None]  # path and target


@dataclass(frozen=True, slots=True)
class Row:
    """One artifact: its verdict on each target of the view, in their order (`None` where nothing was judged)."""

    path: str
    verdicts: tuple[ArtifactVerdict | None, ...]


@dataclass(frozen=True, slots=True)
class Listed:
    """One package of a list on one target: what becomes of it, `None` where it holds no device code."""

    file: str
    target: Target
    outcome: Outcome | None


@dataclass(frozen=True, slots=True)
class View:
    """A report with findings, sorted: findings worst first, then by path; the rest by path.

    `gaps` says in the form of findings what must not look green and is no rule's: what could not be read, that there
    was nothing to check, an undecided verdict that no finding tells of, any other cause of an exit code that is not 0.
    They are not part of `findings`. `told` are the findings as people read and count them, what says the same of
    several targets once. `open` are the places whose verdict is undecided and not taken as good.
    """

    command: str
    exit_code: int
    findings: tuple[Finding, ...]
    told: tuple[Finding, ...]
    suppressed: tuple[Suppressed, ...]
    not_read: tuple[NotRead, ...]
    gaps: tuple[Finding, ...]
    targets: tuple[Target, ...]
    rows: tuple[Row, ...]
    open: frozenset[Place]
    without_code: int
    show_suppressed: bool = False
    held_to: tuple[str, ...] = ()  # policy files and variables, each with what it says
    examined: str = ""  # what was looked at, where that is no artifact
    listed: tuple[Listed, ...] = ()
    not_run: str = ""  # the rules that were left out, in words
    not_linted: tuple[str, ...] = ()  # directories whose build files were not looked for, in words

    def number_of(self, severity: Severity) -> int:
        """How many findings have this severity, as people count them."""
        return sum(finding.severity is severity for finding in self.told)

    @property
    def problems(self) -> tuple[Finding, ...]:
        """Findings and gaps, worst first; at the same severity what could not be read comes first."""
        return tuple(worst_first((*self.gaps, *self.findings)))

    @property
    def notices(self) -> tuple[Finding, ...]:
        """What is no fault and must not be hidden: the policy files that let findings pass, with their numbers, and the
        rules that were not run."""
        passing = [
            Finding("policy-suppresses", Severity.NOTE, f"{file} suppresses {count(number, 'finding')}", path=file)
            for file, number in suppressing_files(self.suppressed)
        ]
        left_out = (*((self.not_run,) if self.not_run else ()), *self.not_linted)
        return (*passing, *(Finding("rules-not-run", Severity.NOTE, each, path=None) for each in left_out))

    @property
    def policies(self) -> tuple[str, ...]:
        """What the report is held to, and what that lets pass, in sentences."""
        return (*self.held_to, *(notice.message for notice in self.notices))

    @property
    def headline(self) -> str:
        """The result in two words: the errors if there are any, else what the exit code says."""
        errors = self.number_of(Severity.ERROR)
        if errors:
            return count(errors, "error")
        return _HEADLINES.get(self.exit_code, f"exit code {self.exit_code}")

    @property
    def tally(self) -> str:
        """`1 error, 0 warnings, 2 notes, 0 not read, 3 suppressed`."""
        parts = [count(self.number_of(each), each.value) for each in Severity]
        parts.append(f"{len(self.not_read)} not read")
        if self.suppressed:
            parts.append(f"{len(self.suppressed)} suppressed")
        if self.not_run:
            parts.append("not all rules run")
        return ", ".join(parts)

    @property
    def scope(self) -> str:
        """What was looked at: `checked 3 files for 2 GPUs`."""
        if self.examined:
            return self.examined
        if self.targets:
            files = count(len(self.rows), "file") if self.rows else "nothing"
            return f"checked {files} for {count(len(self.targets), 'GPU')}"
        return self.command

    def faults(self) -> dict[Place, tuple[Finding, ...]]:
        """The errors of each path and target: an artifact may run and yet not pass."""
        errors = grouped(finding for finding in self.findings if finding.severity is Severity.ERROR)
        if not errors:
            return errors
        from cudacompat.domain.rules.artifact.other_processor import errors_by_file

        for place, finding in errors_by_file(self.findings, (row.path for row in self.rows)).items():
            own = errors.get(place, ())
            errors[place] = own if finding in own else (*own, finding)
        return errors

    def label_of(self, finding: Finding) -> str | None:
        """The target that a finding is about, in full."""
        return next((target.label for target in self.targets if target.id == finding.target), finding.target)


def view_of(report: Any) -> View:
    """Return the view of a report that has findings."""
    judged = _judged_by(report)
    whole = judged or report
    targets = judged.targets if judged else ()
    order = {target.id: number for number, target in enumerate(targets)}
    not_read = tuple(sorted(whole.not_read, key=lambda item: (item.path, item.why)))
    findings = tuple(sorted(report.findings, key=lambda finding: _key(finding, order)))
    rows = _rows(judged) if judged else ()
    suppressed = tuple(sorted(whole.suppressed, key=lambda item: _key(item.finding, order)))
    # what ends with 0 has settled what its judgement left open: the driver was asked, or an ignore takes it as good
    open_ = _open(rows, suppressed) if report.exit_code != ExitCode.OK else frozenset()
    return View(
        command=report.COMMAND.partition(" ")[0],
        exit_code=report.exit_code,
        findings=findings,
        told=tuple(merged(findings, targets)),
        suppressed=suppressed,
        not_read=not_read,
        gaps=_gaps(report.exit_code, not_read, findings, open_=open_),
        targets=targets,
        rows=rows,
        open=open_,
        without_code=judged.without_code if judged else 0,
        show_suppressed=whole.show_suppressed,
        held_to=tuple(_held_to(judged.given if judged else ())),
        examined=_examined(report),
        listed=_listed(judged) if judged else (),
        not_run=report.rules.in_words if report.COMMAND == "lint" else "",
        not_linted=tuple(map(words_of_not_linted, judged.not_linted)) if judged else (),
    )


def words_of_not_linted(folder: str) -> str:
    """Return that the build files of a directory were not looked for, and what does."""
    return (
        f"{one_line(folder)}: too many files and directories, so its build files were not examined: "
        f"cudacompat lint {shlex.quote(one_line(folder))}"
    )


def _listed(judged: CheckReport) -> tuple[Listed, ...]:
    """The packages of lists. One that brings its compiler runs as what the driver's compiles."""
    return tuple(
        Listed(each.resolved.requirement.file, each.target, Outcome.JIT if each.compiles_with else each.outcome)
        for each in judged.packages
    )


def _held_to(values: Sequence[PolicyValue]) -> Iterator[str]:
    if values:
        from cudacompat.domain.policy.keys import held_to

        yield from (f"held to {origin}{said}" for origin, said in held_to(values))


def _examined(report: Any) -> str:
    """What was looked at, as the report itself says it: build files, packages of lists, this machine."""
    if report.COMMAND == "lint":
        return _read_for_lint(report)
    return str(report.scope) if report.COMMAND in ("check", "doctor") else ""


def _read_for_lint(report: LintReport) -> str:
    """What `lint` read: build files, of which it has no rows."""
    gpus = f" for {count(len(report.targets), 'GPU')}" if report.targets else ""
    return f"read {count(report.files, 'build file')}{gpus}"


# What was judged: the report itself, the check in it, or the check of what came out of a build.
_JUDGED: dict[str, Callable[[Any], CheckReport | None]] = {
    "check": lambda report: report,
    "doctor": lambda report: report.check,
    "verify --load": lambda report: report.check,
    "rebuild": lambda report: report.after,
}


def _judged_by(report: Any) -> CheckReport | None:
    judged = _JUDGED.get(report.COMMAND)
    return judged(report) if judged is not None else None


def grouped(findings: Iterable[Finding]) -> dict[Place, tuple[Finding, ...]]:
    """The findings by path and target."""
    groups: dict[Place, list[Finding]] = defaultdict(list)
    for finding in findings:
        groups[finding.path, finding.target].append(finding)
    return {key: tuple(found) for key, found in groups.items()}


def conditions(target: Target) -> str:
    """What a target is checked with: its driver, and what the environment does to the JIT."""
    driver = target.driver_label or "the oldest driver that can run the code (--driver names another)"
    return driver if target.jit is JitPolicy.NORMAL else f"{driver}, JIT {target.jit.value}"


def details(finding: Finding) -> list[tuple[str, str]]:
    """What a finding says beside its message, as (label, text)."""
    fields = (("found", finding.found), ("why", finding.why), ("help", finding.help))
    return [(label, text) for label, text in fields if text]


def _key(finding: Finding, order: dict[str, int]) -> tuple[int, str, str, int, int, str]:
    return (
        finding.severity.rank,
        finding.path or "",
        finding.id,
        finding.line or 0,
        order.get(finding.target or "", -1),
        finding.message,
    )


def _rows(report: CheckReport) -> tuple[Row, ...]:
    by_path: dict[str, dict[str, ArtifactVerdict]] = defaultdict(dict)
    for verdict in report.verdicts:
        by_path[verdict.path].setdefault(verdict.target.id, verdict)
    return tuple(
        Row(path, tuple(verdicts.get(target.id) for target in report.targets))
        for path, verdicts in sorted(by_path.items())
    )


def _open(rows: Iterable[Row], suppressed: Iterable[Suppressed]) -> frozenset[Place]:
    """Where something is undecided: as the exit code has it, that is whatever the artifact is otherwise."""
    excused = {(item.finding.path, item.finding.target) for item in suppressed if item.finding.id == "undecided"}
    return frozenset(
        (row.path, verdict.target.id)
        for row in rows
        for verdict in row.verdicts
        if verdict is not None and (verdict.outcome is Outcome.UNDECIDED or verdict.counts[Outcome.UNDECIDED])
    ).difference(excused)


def _gaps(
    exit_code: int, not_read: Iterable[NotRead], findings: Sequence[Finding], open_: frozenset[Place]
) -> tuple[Finding, ...]:
    gaps = [Finding("not-read", Severity.ERROR, f"could not be read: {item.why}", path=item.path) for item in not_read]
    told = {(finding.path, finding.target) for finding in findings if finding.id == "undecided"}
    gaps += [
        Finding("undecided", Severity.WARNING, "cannot tell whether it runs", path=path, target=target)
        for path, target in sorted(open_ - told, key=lambda place: (place[0] or "", place[1] or ""))
    ]
    if exit_code == ExitCode.NOTHING:
        gaps.append(Finding("nothing-to-judge", Severity.ERROR, "there was nothing to check", path=None))
    elif exit_code == ExitCode.STEP_FAILED:
        gaps.append(Finding("step-failed", Severity.ERROR, "a build step or run failed", path=None))
    elif exit_code not in (ExitCode.OK, ExitCode.FINDINGS) and not gaps and not told:
        gaps.append(Finding("incomplete", Severity.ERROR, "the result is incomplete", path=None))
    return tuple(gaps)
