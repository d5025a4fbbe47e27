"""The screen of `doctor`: the machine, its environments as tables (or each file that was named), and the plan."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from cudacompat.domain.reports.doctor import DoctorReport, InstalledPackages, PlanStep
from cudacompat.domain.words.finding import Finding, Severity
from cudacompat.domain.words.merged_findings import merged
from cudacompat.domain.words.phrases import count, some
from cudacompat.report.commands.doctor_table import TableRow, cured, library_warnings, machine_findings, sections
from cudacompat.report.machine_lines import machine_lines
from cudacompat.report.text.artifacts import OUTCOME_STYLE, artifacts_text
from cudacompat.report.text.condensed import write_findings
from cudacompat.report.text.page import SEVERITY_STYLE, Page
from cudacompat.report.text.sections import (
    count_line,
    not_read_lines,
    not_started,
    tally,
)
from cudacompat.report.view import words_of_not_linted

if TYPE_CHECKING:
    from cudacompat.domain.machine.facts import HostFacts

_LABEL = 10  # columns of the labels on the left


def doctor_text(page: Page, report: DoctorReport) -> None:
    """What `doctor` writes."""
    _machine(page, report.facts)
    for target in report.targets:
        driver = f"driver {target.driver}" if target.driver else "the oldest driver that can run the code"
        page.field("checked", f"for {target.label}, {driver}", 0, _LABEL)
    if report.packages is not None:
        _packages(page, report.packages, report.facts)
    elif report.check is not None:
        artifacts_text(page, report.check.verdicts, not_started(report.check), apart=False)
    else:
        named = tuple(each for each in report.facts.environments if each.is_asked_for)
        _packages(page, InstalledPackages((), 0), replace(report.facts, environments=named))
    told = _findings(page, report)
    if report.check is not None:
        not_read_lines(page, report.check.not_read)
        for folder in report.check.not_linted:
            page.prose(words_of_not_linted(folder))
    _plan(page, report.plan)
    for title, text in report.settings:
        page.line()
        page.line((title, "bold"))
        for line in text.splitlines():
            if line.startswith("# "):
                page.field("#", line[2:], 4, 2)
            else:
                page.line("    ", line)
    page.line()
    _last(page, report, told)


# -- the machine


def _machine(page: Page, facts: HostFacts) -> None:
    for label, text in machine_lines(facts):
        page.field(label, text, 0, _LABEL)


# -- what was judged


def _packages(page: Page, packages: InstalledPackages, facts: HostFacts) -> None:
    for section in sections(packages, facts.environments):
        page.field("python", section.title + ("" if section.rows else ": no device code"), 0, _LABEL)
        widths = [
            max((len(cell) for cell in column), default=0)
            for column in zip(*((row.name, row.version, row.made_for, row.word) for row in section.rows), strict=True)
        ]
        for row in section.rows:
            _row(page, row, widths)
    if packages.without_code:
        page.line(f"  {count(packages.without_code, 'package')} without device code")


def _row(page: Page, row: TableRow, widths: Sequence[int]) -> None:
    head = "  ".join(
        cell.ljust(width) for cell, width in zip((row.name, row.version, row.made_for), widths, strict=False) if width
    )
    style = OUTCOME_STYLE[row.outcome] if row.outcome is not None else ""
    margin = 2 + len(head) + 2 + widths[3] + 2
    if not row.why:
        page.line("  ", head, "  ", (row.word, style))
        return
    page.hanging(("  ", head, "  ", (row.word.ljust(widths[3]), style), "  "), row.why, margin)


def _findings(page: Page, report: DoctorReport) -> list[Finding]:
    """All findings of paths that were named; else those of the machine, in a line each: the table tells the rest.
    Returned are all, those that say the same of several GPUs as one."""
    if report.packages is None and report.check is not None:
        if report.findings or report.check.not_read:
            page.line()
        return write_findings(page, report.findings, report.check.targets)
    told = list(merged(report.findings, report.check.targets if report.check is not None else ()))
    for finding in machine_findings(report, told):
        severity = finding.severity
        where = f"{finding.path}: " if finding.path else ""
        page.hanging(
            ((f"{severity.value}[{finding.id}]", SEVERITY_STYLE[severity]), ": "), f"{where}{finding.message}", 2
        )
        if severity is Severity.ERROR and finding.found:
            page.field("found", finding.found, 2, 6)
    for id_, paths in library_warnings(report, told).items():
        _library_warning(page, id_, paths)
    return told


def _library_warning(page: Page, id_: str, paths: Sequence[str]) -> None:
    """The warnings of one rule on libraries of components, as one line."""
    from cudacompat.domain.rules import rule_called

    rule = rule_called(id_)
    title = rule.title if rule is not None else id_
    names = list(dict.fromkeys(path.rpartition("/")[2] for path in paths))
    style = SEVERITY_STYLE[Severity.WARNING]
    page.hanging(((f"warning[{id_}]", style), ": "), f"{title[:1].lower()}{title[1:]}: {some(names)}", 2)


# -- the plan


def _plan(page: Page, plan: Sequence[PlanStep]) -> None:
    if not plan:
        return
    page.line(("what to do", "bold"))
    for number, step in enumerate(plan, 1):
        _step(page, f"{number}.", step)
        for other in step.instead:
            _step(page, "or", other)


def _step(page: Page, label: str, step: PlanStep) -> None:
    cures = f" (cures {', '.join(cured(step))})" if step.cures else ""
    page.field(label, f"{step.why}{cures}", 2, 3)
    if step.command:
        page.line("       ", (step.command, "bold"))


# -- the end


def _last(page: Page, report: DoctorReport, told: Sequence[Finding]) -> None:
    if report.plan:
        page.line("to report it: cudacompat doctor --format markdown")
    if report.check is not None and report.packages is None:
        count_line(page, report.check, told)
        return
    is_all = report.check is None or len(told) == len(machine_findings(report, told))
    page.line(f"{report.scope}: {tally(told)}{'' if is_all else ' (--format json has each)'}")
