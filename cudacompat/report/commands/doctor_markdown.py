"""What people paste into an issue: the machine, its environments and the plan as Markdown, in less than sixty lines."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

import cudacompat
from cudacompat.domain.machine.private_texts import anonymous
from cudacompat.domain.reports.doctor import DoctorReport, PlanStep
from cudacompat.domain.words.finding import Finding, Severity
from cudacompat.report.commands.doctor_table import TableRow, TableSection, cured, machine_findings, sections
from cudacompat.report.machine_lines import machine_lines
from cudacompat.report.markdown_text import code, escaped, table_row
from cudacompat.report.view import view_of

MOST_LINES = 59
_ROWS = 12  # of one environment
_FINDINGS = 6
_HELD_BACK = 12  # lines for the plan, whatever the tables are
_BAD = ("FAILS FIRST", "fails", "partial", "undecided")


def doctor_markdown(report: DoctorReport) -> Iterator[str]:
    """Return the lines, fewer than sixty; what does not fit is counted."""
    view = view_of(report)
    lines = [f"## cudacompat {cudacompat.__version__} doctor: {escaped(view.headline)}", ""]
    lines += [table_row(["machine", ""]).rstrip(), table_row(["---", "---"]).rstrip()]
    lines += [table_row([escaped(label), escaped(value)]).rstrip() for label, value in machine_lines(report.facts)]
    for target in report.targets:
        driver = f"driver {target.driver}" if target.driver else "the oldest driver that can run the code"
        lines.append(table_row(["checked for", f"{escaped(target.label)}, {escaped(driver)}"]).rstrip())
    if report.packages is not None:
        lines += _fitting(_tables(report), MOST_LINES - _HELD_BACK - len(lines), "lines of tables")
    of_machine = machine_findings(report, view.told)
    told = [f"- **{f.severity.value}** `{f.id}`: {escaped(_with_evidence(f))}" for f in of_machine]
    if told:
        lines += ["", *_fitting(told, _FINDINGS, "findings")]
    lines += [line for each in view.not_linted for line in ("", escaped(each))]
    if report.plan:
        room = MOST_LINES - len(lines) - 4
        lines += ["", "### What to do", "", *_fitting(list(_plan(report.plan)), room, "lines of the plan")]
    yield from without_names((f"{line}\n" for line in lines), report.facts.home)


def without_names(parts: Iterable[str], home: str | None) -> Iterator[str]:
    """Yield the parts of a report that is pasted, without names of users and ids of GPUs."""
    yield from (_unmarked(anonymous(part, home)) for part in parts)


def _with_evidence(finding: Finding) -> str:
    """The message and, of an error, what was seen: who reads the report was not there."""
    seen = finding.found if finding.severity is Severity.ERROR else None
    return f"{finding.message} ({seen})" if seen else finding.message


def _unmarked(line: str) -> str:
    """The line with what stands for names in it as text: `<user>` would be a tag in Markdown, and not be shown."""
    return re.sub(r"<(user|uuid)>", "\u2026", line)


def _fitting(lines: Sequence[str], room: int, what: str) -> list[str]:
    if len(lines) <= max(room, 1):
        return list(lines)
    kept = list(lines[: max(room - 1, 0)])
    return [*kept, f"- {len(lines) - len(kept)} more {what}: `--format json` has all"]


def _tables(report: DoctorReport) -> list[str]:
    packages = report.packages
    if packages is None:
        return []
    lines: list[str] = []
    for section in sections(packages, report.facts.environments, _ROWS):
        lines += ["", f"**{escaped(section.title)}**" + ("" if section.rows else ": no device code")]
        lines += _table(section)
    if packages.without_code:
        lines += ["", f"{packages.without_code} packages without device code"]
    return lines


def _table(section: TableSection) -> Iterator[str]:
    if not section.rows:
        return
    yield ""
    yield table_row(["component", "version", "made for", "verdict", "why"]).rstrip()
    yield table_row(["---"] * 5).rstrip()
    for row in section.rows:
        yield table_row(_cells(row)).rstrip()


def _cells(row: TableRow) -> list[str]:
    word = f"**{escaped(row.word)}**" if row.word in _BAD else escaped(row.word)
    return [escaped(row.name), escaped(row.version), row.made_for, word, escaped(row.why)]


def _plan(steps: Sequence[PlanStep]) -> Iterator[str]:
    for number, step in enumerate(steps, 1):
        yield f"{number}. {_sentence(step)}"
        for other in step.instead:
            yield f"   - or: {_sentence(other)}"


def _sentence(step: PlanStep) -> str:
    cures = f" (cures {', '.join(map(escaped, cured(step)))})" if step.cures else ""
    return escaped(step.why) + cures + (f": {code(step.command)}" if step.command else "")
