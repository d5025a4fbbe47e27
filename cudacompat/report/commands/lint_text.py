"""`lint` as text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from cudacompat.domain.builds.lists.nvcc_flags import describe
from cudacompat.domain.project.planned_builds import PlannedBuild, builds_of, judged
from cudacompat.domain.reports.lint import LintReport
from cudacompat.domain.words.finding import Severity, count_of
from cudacompat.domain.words.phrases import count, some
from cudacompat.domain.words.verdict import Outcome, Target
from cudacompat.report.text.page import SEVERITY_STYLE
from cudacompat.report.text.sections import suppressing

_MOST_NAMED = 6  # GPUs of the counting line
_SEVERITY_WIDTH = len("warning") + 2

if TYPE_CHECKING:
    from cudacompat.report.text.page import Page


def lint_text(page: Page, report: LintReport) -> None:
    """The findings by file and line, what was not read, what a configured build will compile, what was
    recognised, and one counting line."""
    ordered = sorted(report.findings, key=lambda each: (each.path or "", each.line or 0))
    for finding in () if report.statistics else ordered:
        page.finding(finding)
        page.line()
    if report.statistics:
        _statistics(page, report)
    for item in report.not_read:
        page.prose((item.path, "bold"), ": ", ("not read", "bold magenta"), f": {item.why}")
    if report.show_suppressed:
        for each in report.suppressed:
            where = f"{each.finding.path}:{each.finding.line}"
            page.prose((where, "bold"), f": {each.finding.id}: {each.by}: {each.reason}")
    for build in builds_of(report.units):
        _planned(page, build, report.targets)
    if report.uses:
        names = [
            f"{use.engine.name} {use.built or use.version or ''}".strip() + f" ({use.shown})" for use in report.uses
        ]
        page.prose(("engines  ", "dim"), some(names, 4))
    if report.skipped:
        page.prose(("skipped  ", "dim"), some(report.skipped, 4))
    if report.lookalikes:
        page.prose(("CUDA build files of a kind that lint cannot read  ", "dim"), some(report.lookalikes, 4))
    fixable = sum(finding.fix is not None and finding.fix.safe for finding in report.findings)
    unsafe = sum(finding.fix is not None and not finding.fix.safe for finding in report.findings)
    if report.fixed:
        page.prose(f"fixed {count(len(report.fixed), 'finding')} in {count(len(report.edited), 'file')}")
    if fixable:
        page.prose(f"{fixable} fixable with --fix (--diff shows the changes)")
    if unsafe:
        page.prose(f"{unsafe} more fixable with --unsafe-fixes (review them)")
    suppressing(page, report.suppressed)
    tally = ", ".join(count(count_of(report.findings, each), each.value) for each in Severity)
    for_whom = f" for {some([target.label for target in report.targets], _MOST_NAMED)}" if report.targets else ""
    suppressed = f", {len(report.suppressed)} suppressed" if report.suppressed else ""
    left_out = f", {count(len(report.rules.not_run), 'rule')} not run" if report.rules.not_run else ""
    if left_out:
        page.field("rules", report.rules.in_words, indent=0)
    page.prose(
        f"read {count(report.files, 'build file')}{for_whom}: {tally}, {len(report.not_read)} not read"
        f"{suppressed}{left_out}"
    )


def _statistics(page: Page, report: LintReport) -> None:
    """For each rule with findings: how many there are, in how many files, and how many a fix would cure."""
    rows = report.counts
    width = max((len(str(row.findings)) for row in rows), default=1)
    for row in rows:
        fixable = f", {row.fixable} fixable" if row.fixable else ""
        page.prose(
            f"{row.findings:>{width}}  ",
            (row.severity.value, SEVERITY_STYLE[row.severity]),
            " " * (_SEVERITY_WIDTH - len(row.severity.value)),
            (row.id, "bold"),
            f"  {count(row.files, 'file')}{fixable}",
        )
    if rows:
        page.line()


def _planned(page: Page, build: PlannedBuild, targets: Sequence[Target]) -> None:
    """What a configured folder will compile, and for each target how many units end how."""
    asked = [f"{describe(request)} ({number})" for request, number in build.requests]
    page.prose(("planned  ", "dim"), (build.file, "bold"), f": {count(len(build.units), 'CUDA source')}: {some(asked)}")
    for target in targets:
        verdict = judged(build.units, target)
        if verdict is None:
            continue
        numbers = ", ".join(f"{verdict.counts[each]} {each.value}" for each in Outcome if verdict.counts.get(each))
        page.prose("         ", target.label, ": ", (verdict.outcome.value, _STYLES[verdict.outcome]), f" ({numbers})")


_STYLES = {
    Outcome.NATIVE: "green",
    Outcome.COMPATIBLE: "green",
    Outcome.JIT: "yellow",
    Outcome.PARTIAL: "red",
    Outcome.FAILS: "red",
    Outcome.SPECIAL: "dim",
    Outcome.UNCLEAR: "yellow",
    Outcome.UNDECIDED: "magenta",
}
