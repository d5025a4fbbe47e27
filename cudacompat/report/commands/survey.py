"""`survey` as text and JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cudacompat.domain.reports.survey import SurveyReport
from cudacompat.domain.words.phrases import count

if TYPE_CHECKING:
    from cudacompat.report.text.page import Page


def survey_text(page: Page, report: SurveyReport) -> None:
    """Write what was not read, and the counts."""
    for item in report.not_read:
        page.line((item.path, "bold"), ": ", ("not read", "bold magenta"), ": ", item.why)
    if report.html is not None:
        page.line(f"wrote {report.html}")
    if report.out is None:
        return
    page.line(
        f"read {count(report.written, 'wheel')} into {report.out} in {report.seconds} s: {report.before} of "
        f"{report.asked} were there, {len(report.not_read)} not read"
    )


def survey_json(report: SurveyReport) -> dict[str, Any]:
    """What `survey` writes."""
    from cudacompat.report.json import head

    return {
        **head("survey"),
        "out": report.out,
        "html": report.html,
        "asked": report.asked,
        "before": report.before,
        "written": report.written,
        "seconds": report.seconds,
        "not_read": [{"path": item.path, "why": item.why} for item in report.not_read],
    }
