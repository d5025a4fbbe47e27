"""Findings as SARIF 2.1.0, for code scanning and for SARIF viewers.

Sources: OASIS SARIF 2.1.0 (https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html); what GitHub takes of it
(https://docs.github.com/en/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any, TextIO

import cudacompat
from cudacompat.domain.words.finding import Edit, Finding, Fix, Severity, Suppressed
from cudacompat.report.ci.uris import fingerprints, inner_of, outer_of, page_of, relative_path, uri_of
from cudacompat.report.json import dump
from cudacompat.report.rule_text import RuleText, rule_text
from cudacompat.report.safe_text import clipped
from cudacompat.report.view import View, conditions, details

Json = dict[str, Any]

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_ROOT = "%SRCROOT%"
MOST_RESULTS = 25_000  # of a run: GitHub refuses the whole file above it
_LONGEST_ID = 255  # characters, of a rule's id and name
_LONGEST_DESCRIPTION = 1024  # characters, of a rule's descriptions
_LONGEST_MESSAGE = 4000
_LONGEST_NAME = 1000
_LEVEL = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "note"}


def render(view: View, stream: TextIO) -> None:
    """Write one SARIF log with one run, ASCII, one final newline."""
    document = {"$schema": _SCHEMA, "version": "2.1.0", "runs": [_Run(view).build()]}
    dump(document, stream)


class _Run:
    """One run: the tables that its results point into are filled while they are built."""

    def __init__(self, view: View) -> None:
        self._view = view
        results: list[Finding | Suppressed] = [*view.findings, *view.suppressed]
        self._results = results[:MOST_RESULTS]
        self._left_out = len(results) - len(self._results)
        self._rules = {id_: number for number, id_ in enumerate(sorted({_finding(r).id for r in self._results}))}
        paths = [row.path for row in view.rows]
        paths += [f.path for f in (*view.gaps, *map(_finding, self._results)) if f.path is not None]
        self._artifacts = {path: number for number, path in enumerate(sorted(set(map(outer_of, paths))))}
        self._logical: dict[str, int] = {}
        self._logical_rows: list[Json] = []

    def build(self) -> Json:
        """The run object."""
        view = self._view
        marks = fingerprints(map(_finding, self._results))
        results = [self._result(result, mark) for result, mark in zip(self._results, marks, strict=True)]
        notifications = self._notifications()
        # No automationDetails: it would override the category that a workflow gives the upload.
        return {
            "tool": {"driver": self._driver(notifications)},
            "invocations": [
                {
                    "executionSuccessful": not any(gap.severity is Severity.ERROR for gap in view.gaps),
                    "toolExecutionNotifications": notifications,
                }
            ],
            "originalUriBaseIds": {_ROOT: {"description": {"text": "The directory in which cudacompat was run."}}},
            "artifacts": [
                {"location": _artifact_location(path), "roles": ["analysisTarget"]} for path in self._artifacts
            ],
            "logicalLocations": self._logical_rows,
            "columnKind": "unicodeCodePoints",
            "results": results,
            "properties": {
                "command": view.command,
                "exitCode": view.exit_code,
                "targets": [
                    {
                        "id": _text(target.id),
                        "computeCapability": str(target.capability),
                        "judgedWith": conditions(target),
                    }
                    for target in view.targets
                ],
                "suppressed": len(view.suppressed),
                "policies": [_text(policy) for policy in view.policies],
            },
        }

    def _driver(self, notifications: Sequence[Json]) -> Json:
        used = sorted({notification["descriptor"]["id"] for notification in notifications})
        return {
            "name": "cudacompat",
            "version": cudacompat.__version__,
            "semanticVersion": cudacompat.__version__,
            "rules": [_descriptor(rule_text(id_)) for id_ in self._rules],
            "notifications": [_descriptor(rule_text(id_)) for id_ in used],
        }

    def _notifications(self) -> list[Json]:
        """What must not look green although it is no result."""
        gaps = [*self._view.gaps, *(replace(notice, path=None) for notice in self._view.notices)]
        if self._left_out:
            message = f"{self._left_out} more findings are left out: a run may hold {MOST_RESULTS}"
            gaps.append(Finding("results-left-out", Severity.WARNING, message, path=None))
        used = sorted({gap.id for gap in gaps})
        return [
            {
                "descriptor": {"id": gap.id, "index": used.index(gap.id)},
                "level": _LEVEL[gap.severity],
                "message": {"text": _message(gap)},
                **({"locations": [self._location(gap)]} if gap.path is not None else {}),
            }
            for gap in gaps
        ]

    def _result(self, result: Finding | Suppressed, mark: str) -> Json:
        finding = _finding(result)
        document: Json = {
            "ruleId": finding.id[:_LONGEST_ID],
            "ruleIndex": self._rules[finding.id],
            "level": _LEVEL[finding.severity],
            "message": {"text": _message(finding)},
            "locations": [self._location(finding)],
            # GitHub reads primaryLocationLineHash alone, and makes one from the file's bytes where it is absent.
            "partialFingerprints": {"primaryLocationLineHash": mark, "cudacompat/v1": mark},
        }
        if isinstance(result, Suppressed):
            reason = _text(f"{result.by}: {result.reason}" if result.reason else result.by)
            document["suppressions"] = [{"kind": "external", "status": "accepted", "justification": reason}]
        if finding.fix is not None and finding.fix.edits:
            document["fixes"] = [_fix(finding.fix)]
        label = self._view.label_of(finding)
        if label is not None:
            document["properties"] = {"target": _text(label)}
        return document

    def _location(self, finding: Finding) -> Json:
        """The file on disk, and within it the member, the modules and the kernels."""
        location: Json = {}
        names: list[int] = []
        if finding.path is None:
            names.append(self._place(None, "this machine", "resource"))
        else:
            path = outer_of(finding.path)
            location["physicalLocation"] = {
                "artifactLocation": {**_artifact_location(path), "index": self._artifacts[path]},
                # A binary has no lines, but GitHub refuses a location without one.
                "region": {"startLine": finding.line or 1, **_columns(finding)},
            }
            inner = inner_of(finding.path)
            parent = self._place(None, inner, "module") if inner is not None else None
            for place in finding.places:
                module = self._place(parent, place.module, "module")
                names.append(module if place.kernel is None else self._place(module, place.kernel, "function"))
            if not names and parent is not None:
                names.append(parent)
        if names:
            location["logicalLocations"] = [
                {"index": number, "fullyQualifiedName": self._logical_rows[number]["fullyQualifiedName"]}
                for number in dict.fromkeys(names)
            ]
        return location

    def _place(self, parent: int | None, name: str, kind: str) -> int:
        """The row of a logical location in the run's table."""
        shown = _text(name, _LONGEST_NAME)
        full = shown if parent is None else f"{self._logical_rows[parent]['fullyQualifiedName']}!{shown}"
        if full in self._logical:
            return self._logical[full]
        row: Json = {"name": shown, "fullyQualifiedName": full, "kind": kind}
        if kind == "function":
            row["decoratedName"] = shown
        if parent is not None:
            row["parentIndex"] = parent
        self._logical[full] = len(self._logical_rows)
        self._logical_rows.append(row)
        return self._logical[full]


def _finding(result: Finding | Suppressed) -> Finding:
    return result.finding if isinstance(result, Suppressed) else result


def _columns(finding: Finding) -> Json:
    """The columns of a line that the finding is about, where they are known."""
    found = finding.excerpt
    if found is None or found.column is None or found.end_column is None:
        return {}
    return {"startColumn": found.column, "endColumn": found.end_column}


def _artifact_location(path: str) -> Json:
    relative = relative_path(path) is not None
    return {"uri": uri_of(path), **({"uriBaseId": _ROOT} if relative else {})}


def _fix(fix: Fix) -> Json:
    """A fix as replacements of characters, which GitHub and viewers offer; what it decides is said."""
    by_file: dict[str, list[Edit]] = {}
    for edit in fix.edits:
        by_file.setdefault(edit.file, []).append(edit)
    return {
        "description": {"text": _text(fix.what if fix.safe else f"{fix.what} (look at it first)")},
        "artifactChanges": [
            {
                "artifactLocation": _artifact_location(file),
                "replacements": [
                    {
                        "deletedRegion": {"charOffset": edit.start, "charLength": edit.end - edit.start},
                        "insertedContent": {"text": edit.new},
                    }
                    for edit in sorted(edits, key=lambda each: each.start)
                ],
            }
            for file, edits in by_file.items()
        ],
    }


def _descriptor(rule: RuleText) -> Json:
    explain = f"\n\ncudacompat explain {rule.id}" if rule.known else ""
    markdown = "\n\n".join(f"**{heading}**: {text}" for heading, text in rule.sections) or rule.title
    page = page_of(rule.id) if rule.known else None
    return {
        "id": rule.id[:_LONGEST_ID],
        **({"helpUri": page} if page is not None else {}),
        "name": "".join(map(str.capitalize, re.findall(r"[A-Za-z0-9]+", rule.title)))[:_LONGEST_ID],
        "shortDescription": {"text": _plain(rule.title)[:_LONGEST_DESCRIPTION]},
        "fullDescription": {"text": _plain(rule.summary)[:_LONGEST_DESCRIPTION]},
        "help": {
            "text": _plain(rule.page + explain),
            "markdown": markdown + (f"\n\n`cudacompat explain {rule.id}`" if rule.known else ""),
        },
    }


def _message(finding: Finding) -> str:
    """One sentence first: where there is little room, that is what is shown."""
    lines: Iterable[str] = (
        f"{finding.message}.",
        *(f"{label}: {text}" for label, text in details(finding)),
    )
    return _plain(clipped("\n".join(lines), _LONGEST_MESSAGE, lines=True))


def _text(text: str, most: int = _LONGEST_MESSAGE) -> str:
    return _plain(clipped(text, most))


def _plain(text: str) -> str:
    """Text in which no viewer finds a placeholder (3.11.5 of the standard) or a link (3.11.6)."""
    return text.replace("{", "{{").replace("}", "}}").replace("](", "] (")
