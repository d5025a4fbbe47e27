"""Findings as a person reads them: many notes of one kind as one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from cudacompat.domain.words.finding import Finding, Severity
from cudacompat.domain.words.merged_findings import merged
from cudacompat.domain.words.phrases import count, some
from cudacompat.domain.words.verdict import Target
from cudacompat.report.text.page import SEVERITY_STYLE

if TYPE_CHECKING:
    from cudacompat.report.text.page import Page

_FEW = 3  # notes of one kind that are shown each by itself
_MOST_FILES = 6
_SHORT_HELP = 160  # characters of a help that stands below each of the findings which share it


def write_findings(page: Page, findings: Iterable[Finding], targets: Sequence[Target]) -> list[Finding]:
    """Write findings in their order, those that say the same of several targets as one, and return what was written;
    the notes of a kind that has many come where its first one is."""
    told = list(merged(findings, targets))
    kinds: dict[str, list[Finding]] = defaultdict(list)
    for finding in filter(_is_quiet, told):
        kinds[finding.id].append(finding)
    helped = ""
    for finding in told:
        alike = kinds[finding.id] if _is_quiet(finding) else []
        if len(alike) <= _FEW:
            again = finding.help is not None and len(finding.help) > _SHORT_HELP and finding.help == helped
            page.finding(replace(finding, help="as above") if again else finding)
            helped = finding.help or ""
        elif finding is alike[0]:
            _write_kind(page, alike)
    return told


def _is_quiet(finding: Finding) -> bool:
    """Whether it is one of the notes on files, of which a large environment has dozens."""
    return finding.severity is Severity.NOTE and finding.path is not None and finding.excerpt is None


def _write_kind(page: Page, notes: Sequence[Finding]) -> None:
    from cudacompat.domain.rules import rule_called

    id_ = notes[0].id
    rule = rule_called(id_)
    paths = list(dict.fromkeys(str(note.path) for note in notes))
    names = [path.rpartition("/")[2] for path in paths]
    title = rule.title if rule is not None else id_
    style = SEVERITY_STYLE[Severity.NOTE]
    page.prose((count(len(paths), "file"), "bold"), ": ", (f"note[{id_}]", style), f": {title[:1].lower()}{title[1:]}")
    page.field("in", some(names, _MOST_FILES))
    page.field("docs", f"cudacompat explain {id_}; --format json has each of them")
