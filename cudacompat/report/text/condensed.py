"""Findings as a person reads them: the same words about several GPUs once, and many notes of one kind as one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from cudacompat.domain.words.command_words import gpu_options
from cudacompat.domain.words.finding import Finding, Severity
from cudacompat.domain.words.phrases import count, one_of_each, some
from cudacompat.domain.words.verdict import Target
from cudacompat.report.text.page import SEVERITY_STYLE

if TYPE_CHECKING:
    from cudacompat.report.text.page import Page

_FEW = 3  # notes of one kind that are shown each by itself
_MOST_FILES = 6
_GPU, _OPTION, _ALL = "\0", "\1", "\2"  # what stands for a GPU's name, for its option and for those of all, in words


def write_findings(page: Page, findings: Iterable[Finding], targets: Sequence[Target]) -> None:
    """Write findings in their order; the notes of a kind that has many come where its first one is."""
    told = list(merged(findings, targets))
    kinds: dict[str, list[Finding]] = defaultdict(list)
    for finding in filter(_is_quiet, told):
        kinds[finding.id].append(finding)
    for finding in told:
        alike = kinds[finding.id] if _is_quiet(finding) else []
        if len(alike) <= _FEW:
            page.finding(finding)
        elif finding is alike[0]:
            _write_kind(page, alike)


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


def merged(findings: Iterable[Finding], targets: Sequence[Target]) -> Iterator[Finding]:
    """Yield the findings; those that say the same of several targets as one that names them all."""
    by_id = {target.id: target for target in targets}
    every = gpu_options(one_of_each(targets))
    groups: dict[tuple[object, ...], list[tuple[Finding, Target]]] = {}
    order: list[list[tuple[Finding, Target]] | Finding] = []
    for finding in findings:
        target = by_id.get(finding.target or "")
        if target is None or len(by_id) < 2:
            order.append(finding)
            continue
        words = tuple(
            _without(text, target, every) for text in (finding.message, finding.found, finding.why, finding.help)
        )
        key = (finding.id, finding.severity, finding.path, finding.line, finding.excerpt, words)
        if key not in groups:
            groups[key] = []
            order.append(groups[key])
        groups[key].append((finding, target))
    for each in order:
        yield each if isinstance(each, Finding) else _joined(each, every)


def _without(text: str | None, target: Target, every: str) -> str:
    if text is None:
        return ""
    return text.replace(every, _ALL).replace(gpu_options((target.spec,)), _OPTION).replace(target.label, _GPU)


def _joined(group: Sequence[tuple[Finding, Target]], every: str) -> Finding:
    first, target = group[0]
    if len(group) == 1:
        return first
    *most, last = (each.label for _, each in group)
    labels = f"{', '.join(most)} and {last}"
    options = gpu_options(each.spec for _, each in group)

    def with_all(text: str | None) -> str | None:
        if text is None:
            return None
        return _without(text, target, every).replace(_OPTION, options).replace(_GPU, labels).replace(_ALL, every)

    message = with_all(first.message) or first.message
    found, why, help_ = (with_all(text) for text in (first.found, first.why, first.help))
    return replace(first, message=message, found=found, why=why, help=help_)
