"""Findings as a GitLab Code Quality report (`artifacts: reports: codequality`).

Source: https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format.
"""

from __future__ import annotations

from typing import Any, TextIO

from cudacompat.domain.words.finding import Finding, Severity
from cudacompat.report.ci.uris import fingerprints, inner_of, outer_of, relative_path
from cudacompat.report.json import dump
from cudacompat.report.safe_text import clipped, safe
from cudacompat.report.view import View, details

_SEVERITY = {Severity.ERROR: "critical", Severity.WARNING: "major", Severity.NOTE: "info"}
_LONGEST = 2000


def render(view: View, stream: TextIO) -> None:
    """Write one JSON array, ASCII, one final newline; what could not be read or told is an issue too, and so is
    a policy that lets findings pass: there is no other place for it."""
    problems = (*view.problems, *view.notices)
    issues = [_issue(finding, mark) for finding, mark in zip(problems, fingerprints(problems), strict=True)]
    dump(issues, stream)


def _issue(finding: Finding, fingerprint: str) -> dict[str, Any]:
    path = outer_of(finding.path) if finding.path is not None else "this machine"
    inner = inner_of(finding.path) if finding.path is not None else None
    where = f"{inner}: " if inner is not None else ""
    body = "\n\n".join(f"{label}: {text}" for label, text in details(finding))
    return {
        "description": clipped(f"{where}{finding.message}", _LONGEST),
        "check_name": finding.id,
        "fingerprint": fingerprint,
        "severity": _SEVERITY[finding.severity],
        "location": {"path": safe(relative_path(path) or path), "lines": {"begin": finding.line or 1}},
        "content": {"body": clipped(body, _LONGEST, lines=True)},
    }
