"""The page of one id as JSON; its text needs no layout."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cudacompat.domain.reports.page import PageReport

if TYPE_CHECKING:
    from cudacompat.report.json import Json


def page_json(report: PageReport) -> Json:
    """The document of `explain ID`."""
    from cudacompat.report.json import head

    return {
        **head("explain-id"),
        "id": report.id,
        "kind": report.kind.value,
        "title": report.title,
        "code": report.code,
        "severity": report.severity,
        "sections": [{"heading": heading, "text": text} for heading, text in report.sections],
        "text": report.text,
        "sources": list(report.sources),
    }
