"""Findings as GitHub workflow commands, which become annotations of the run and of the files in a pull request.

Source: https://docs.github.com/en/actions/reference/workflow-commands-for-github-actions. GitHub shows ten annotations
of a kind and step, so no more are written, the worst first; all findings go to the job summary (`markdown.summary`).
"""

from __future__ import annotations

from typing import TextIO

from cudacompat.domain.words.finding import Finding, Severity
from cudacompat.domain.words.phrases import count
from cudacompat.report.ci.uris import inner_of, outer_of, relative_path
from cudacompat.report.safe_text import clipped, safe
from cudacompat.report.view import View, conditions, details

MOST = 10
_COMMAND = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "notice"}
_LONGEST = 3000  # characters; GitHub cuts at 4 KiB and shows a few lines


def render(view: View, stream: TextIO) -> None:
    """Write the annotations, then what was judged and the counting line."""
    problems = view.problems
    for finding in problems[:MOST]:
        stream.write(_annotation(finding) + "\n")
    for target in view.targets:
        stream.write(_log(f"checked for {target.label}, {conditions(target)}") + "\n")
    for policy in view.policies:
        stream.write(_log(policy) + "\n")
    left_out = len(problems) - MOST
    more = f"; {count(left_out, 'more finding')} in the job summary" if left_out > 0 else ""
    stream.write(_log(f"{view.scope}: {view.tally}{more}") + "\n")


def _annotation(finding: Finding) -> str:
    properties = {"title": f"cudacompat {finding.id}"}
    inner = None
    if finding.path is not None:
        outer, inner = outer_of(finding.path), inner_of(finding.path)
        properties = {"file": relative_path(outer) or outer, **properties}
        if finding.line is not None:
            properties["line"] = str(finding.line)
    where = f"{inner}: " if inner is not None else ""
    lines = [f"{where}{finding.message}", *(f"{label}: {text}" for label, text in details(finding))]
    written = ",".join(f"{name}={_property(safe(value))}" for name, value in properties.items())
    return f"::{_COMMAND[finding.severity]} {written}::{_data(clipped(chr(10).join(lines), _LONGEST, lines=True))}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def _log(text: str) -> str:
    """A line of the log in which the runner finds no command: it looks for `::` at the start and `##[` anywhere."""
    return safe(text).replace("##[", "# #[")
