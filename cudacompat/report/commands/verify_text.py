"""A verified run as text: the verdict, every piece of evidence, what could not be seen, and the findings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cudacompat.domain.judge.code_places import module_name
from cudacompat.domain.reports.load import LoadReport
from cudacompat.domain.reports.verify import VerifyReport
from cudacompat.domain.runs.evidence import Shows
from cudacompat.domain.runs.load import Agreement, ArtifactLoad
from cudacompat.domain.runs.observation import End
from cudacompat.domain.runs.verify import Verdict
from cudacompat.domain.words.phrases import count

if TYPE_CHECKING:
    from cudacompat.report.text.page import Page

_VERDICT_STYLE = {
    Verdict.GPU: "bold green",
    Verdict.GPU_JIT: "bold yellow",
    Verdict.CPU_FALLBACK: "bold red",
    Verdict.FAILED: "bold red",
    Verdict.UNDECIDED: "bold magenta",
}
_SHOWS = {
    Shows.GPU: ("GPU", "green"),
    Shows.MACHINE_CODE: ("code", "green"),
    Shows.JIT: ("JIT", "yellow"),
    Shows.CPU: ("CPU", "red"),
    Shows.FAILED: ("failed", "red"),
    Shows.NOTHING: ("", "dim"),
}
_MOST_ROWS = 20


def verify_text(page: Page, report: VerifyReport) -> None:
    """Write the report."""
    verified, decision = report.verified, report.verified.decision
    subject = verified.log or " ".join(verified.seen.command)
    page.line((subject, "bold"))
    page.prose("  ", (decision.verdict.value, _VERDICT_STYLE[decision.verdict]), ": ", decision.why)
    page.line()
    page.line(("evidence", "bold"))
    for each in decision.evidence:
        label, style = _SHOWS[each.shows]
        where = f"{each.source.value} line {each.line}" if each.line else each.source.value
        page.prose("  ", (label.ljust(7), style), (f"{where}: ", "dim"), each.text, margin=9)
    if decision.unseen:
        page.line()
        page.line(("not observed", "bold"))
        for text in decision.unseen:
            page.line("  ", text)
    if decision.verdict is Verdict.FAILED and verified.seen.log.tail:
        page.line()
        page.line(("last lines of the output", "bold"))
        for text in verified.seen.log.tail:
            page.line("  ", text)
    if report.findings:
        page.line()
    for finding in report.findings:
        page.finding(finding)
    page.line()
    page.prose(f"verified {'a log' if verified.log else 'a run'}: {_result(report)}")


def _result(report: VerifyReport) -> str:
    verified, decision = report.verified, report.verified.decision
    code = f", {decision.code.value}" if decision.verdict in (Verdict.GPU, Verdict.GPU_JIT) else ""
    ended = verified.seen.ended
    if decision.verdict is Verdict.FAILED:
        how = " (the command did not start)" if ended is not None and ended.how is End.NOT_STARTED else ""
        return f"failed{how}; no result"
    met = decision.meets(verified.expected)
    words = {True: "as expected", False: "below expectation", None: "no proof"}[met]
    return f"{decision.verdict.value}{code}; {words} ({verified.expected.value})"


def load_text(page: Page, report: LoadReport) -> None:
    """Write what the driver answered beside what the judge says."""
    for target in report.targets:
        page.line("asked ", (target.label, "bold"), f", driver {target.driver or 'version unknown'}")
    for load in report.loads:
        page.line()
        page.line((load.path, "bold"), f"  {load.target.label}")
        _load(page, load)
    if report.findings or report.check.not_read:
        page.line()
    for finding in report.findings:
        page.finding(finding)
    for item in report.check.not_read:
        page.prose((item.path, "bold"), ": ", ("not read", "bold magenta"), ": ", item.why)
    page.line()
    page.prose(f"loaded {count(len(report.loads), 'file')}: {_agreement(report.loads)}")


def _load(page: Page, load: ArtifactLoad) -> None:
    page.line(
        f"  tested {count(len(load.modules), 'module')} and {count(load.kernels, 'kernel')}: {_agreement((load,))}"
    )
    for why, number in load.not_asked:
        page.line(f"  {count(number, 'module')} not tested: {why}")
    rows = [each for each in load.modules if each.agreement is not Agreement.AGREES]
    for each in rows[:_MOST_ROWS]:
        page.line(f"  {module_name(each.verdict.module)}  cudacompat: {each.judged}; driver: {each.answered}")
    if len(rows) > _MOST_ROWS:
        page.line(f"  and {len(rows) - _MOST_ROWS} more")


def _agreement(loads: tuple[ArtifactLoad, ...]) -> str:
    numbers = {each: sum(load.count(each) for load in loads) for each in Agreement}
    asked = sum(numbers.values())
    parts = [f"rules and driver agree on {numbers[Agreement.AGREES]} of {asked}"]
    if numbers[Agreement.DISAGREES]:
        parts.append(f"{numbers[Agreement.DISAGREES]} differ")
    if numbers[Agreement.OPEN]:
        parts.append(f"{numbers[Agreement.OPEN]} undecided")
    if numbers[Agreement.NOT_ANSWERED]:
        parts.append(f"{numbers[Agreement.NOT_ANSWERED]} without an answer")
    return ", ".join(parts)
