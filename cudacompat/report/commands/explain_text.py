"""An explained log, and the catalogue, as text: the first cause first, what follows from it after it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from cudacompat.domain.logs.diagnosis import tally
from cudacompat.domain.logs.report import CatalogueReport, ExplainedMatch, ExplainReport, Part
from cudacompat.domain.words.finding import Severity
from cudacompat.domain.words.phrases import count

if TYPE_CHECKING:
    from cudacompat.report.text.page import Page

_STYLE = {Severity.ERROR: "bold red", Severity.WARNING: "bold yellow", Severity.NOTE: "bold cyan"}
_MOST_UNKNOWN = 8


def explain_text(page: Page, report: ExplainReport) -> None:
    """Write the report."""
    _facts(page, report)
    _lead(page, report)
    shown = [match for match in report.matches if match.part is not Part.CONSEQUENCE]
    shown.sort(key=lambda match: (_ORDER[match.part], match.signature.severity.rank, match.line))
    for match in shown:
        page.line()
        _match(page, match, report.source)
    _consequences(page, [match for match in report.matches if match.part is Part.CONSEQUENCE])
    _unknown(page, report)
    if report.command is not None and report.command.why is not None:
        page.line()
        page.prose(("command", "bold"), f" {report.command.command[0]}: {report.command.why}")
    page.line()
    page.prose(f"read {count(report.lines, 'line')} of {report.source}: {tally(report)}")


_ORDER = {Part.CAUSE: 0, Part.ALSO: 1, Part.NOTE: 2}


def _facts(page: Page, report: ExplainReport) -> None:
    facts = report.facts
    if report.target is not None:
        page.field("GPU", f"{report.target.label} (from {report.target_from})", 0, 9)
    for device in facts.devices[:8]:
        if report.target is None or (device.name or "", device.capability) != (
            report.target.name or "",
            report.target.capability,
        ):
            name = device.name or "a GPU"
            page.field("in log", f"line {device.line}: {name}, compute capability {device.capability}", 0, 9)
    if report.verdict is not None:
        page.field("verdict", f"line {report.verdict.line}: {report.verdict.sentence}", 0, 9)
    versions = [f"driver {facts.driver}"] if facts.driver else []
    versions += [f"driver's CUDA {facts.driver_cuda}"] if facts.driver_cuda else []
    versions += [f"toolkit {facts.toolkit}"] if facts.toolkit else []
    versions += [f"NVRTC {facts.nvrtc}"] if facts.nvrtc else []
    versions += [f"PyTorch {facts.torch.version}"] if facts.torch.version else []
    if versions:
        page.field("in log", ", ".join(versions), 0, 9)


def _lead(page: Page, report: ExplainReport) -> None:
    lead = report.lead
    if lead is None:
        return
    page.line()
    page.prose(
        (f"{report.source}:{lead.line}", "bold"),
        ": no known cause; the first unrecognised error is line ",
        (str(lead.line), "bold"),
    )
    page.field("line", lead.text + (f"   ({lead.count} times)" if lead.count > 1 else ""))
    if lead.nearest:
        page.field("similar", ", ".join(lead.nearest), 2, 9)


def _match(page: Page, match: ExplainedMatch, source: str) -> None:
    severity = match.signature.severity
    head = "cause: " if match.part is Part.CAUSE else ""
    page.prose(
        (f"{source}:{match.line}", "bold"),
        ": ",
        (f"{severity.value}[{match.signature.id}]", _STYLE[severity]),
        f": {head}{match.title}",
    )
    page.field("line", match.text + (f"   ({match.count} times)" if match.count > 1 else ""))
    page.field("cause", match.cause)
    if match.gpu:
        page.field("GPU", match.gpu)
    page.field("not", match.does_not_mean)
    page.field("fix", match.fix)
    if match.command:
        page.line("         ", (match.command, "bold"))
    page.field("docs", f"cudacompat explain {match.signature.id}")


def _consequences(page: Page, matches: Sequence[ExplainedMatch]) -> None:
    if not matches:
        return
    page.line()
    page.line(("follow-on errors", "bold"))
    for match in matches:
        times = f"   ({match.count} times)" if match.count > 1 else ""
        origin = match.follows_from or f"line {match.follows_line}"
        page.prose(f"  line {match.line}: {match.title}  [{match.signature.id}, from {origin}]{times}")
        page.field("", match.text, 4, 0)


def _unknown(page: Page, report: ExplainReport) -> None:
    others = [each for each in report.unknown if each is not report.lead]
    if not others:
        return
    page.line()
    known = any(match.part in (Part.CAUSE, Part.ALSO) for match in report.matches)
    said = (
        " (they may follow from the cause above)"
        if known
        else (": these lines look like errors, but explain does not know them")
    )
    page.prose(("unknown error lines", "bold"), " (often what the line above leads to)" if report.lead else said)
    for each in others[:_MOST_UNKNOWN]:
        times = f"   ({each.count} times)" if each.count > 1 else ""
        page.field(f"line {each.line}:", f" {each.text}{times}", 2, len(f"line {each.line}:"))
    if len(others) > _MOST_UNKNOWN:
        page.prose(f"  and {len(others) - _MOST_UNKNOWN} more kinds of line")
    if report.skipped:
        page.prose(f"  and {count(report.skipped, 'line')} that may be errors and were not examined")


def catalogue_text(page: Page, report: CatalogueReport) -> None:
    """Write the list of all that can be explained."""
    width = max(len(s.id) for group in report.groups for s in group.signatures)
    page.line(("Findings about files and machines", "bold"))
    for id_, title in report.rules:
        page.line(f"  {id_.ljust(width)}  {title}")
    from cudacompat.domain.logs.diagnosis import generic

    for group in report.groups:
        page.line()
        page.line((f"Log messages: {group.title}", "bold"))
        for signature in group.signatures:
            page.line(f"  {signature.id.ljust(width)}  {generic(signature.title)}")
    lines = sum(len(group.signatures) for group in report.groups)
    page.line()
    page.line(
        f"{count(len(report.rules), 'finding')} and {count(lines, 'kind')} of log message; cudacompat explain ID "
        "explains one"
    )
