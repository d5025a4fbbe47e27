"""Findings as JUnit XML, for the test tab of a CI system.

A test case is one artifact on one target, so that what was judged and is good is there to be seen too. Errors fail it;
what is undecided or unread is an error of the test; one whose only faults are suppressed is skipped. There is no
standard; source of the form: https://github.com/testmoapp/junitxml, and junit-10.xsd of Jenkins' xunit plugin.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TextIO
from xml.etree import ElementTree

from cudacompat.domain.words.finding import Finding, Severity, Suppressed
from cudacompat.domain.words.phrases import CAUSE
from cudacompat.domain.words.verdict import ArtifactVerdict
from cudacompat.report.ci.uris import outer_of
from cudacompat.report.safe_text import clipped, safe
from cudacompat.report.view import Place, View, conditions, details, grouped

_LONGEST = 8000
_COMMAND = re.compile(r"(?m)^(\s*):(?=:)")


@dataclass(slots=True)
class _Case:
    """One test case while it is put together; `stated` is what a reader of the output learns beside the faults."""

    name: str
    path: str | None
    stated: list[str] = field(default_factory=list)
    findings: tuple[Finding, ...] = ()
    suppressed: list[Suppressed] = field(default_factory=list)
    open: list[Finding] = field(default_factory=list)


def render(view: View, stream: TextIO) -> None:
    """Write one document, ASCII, one final newline."""
    root = ElementTree.Element("testsuites", name=f"cudacompat {view.command}")
    policies = {"policy": "; ".join(view.policies)} if view.policies else {}
    for name, cases, properties in _suites(view):
        _suite(root, view.command, name, cases=cases, properties=properties | policies)
    for attribute in ("tests", "failures", "errors", "skipped"):
        root.set(attribute, str(sum(int(suite.get(attribute, "0")) for suite in root)))
    root.set("time", "0")
    ElementTree.indent(root)
    stream.write('<?xml version="1.0" encoding="UTF-8"?>\n')
    document = ElementTree.tostring(root, encoding="us-ascii", xml_declaration=False).decode("ascii")
    stream.write(_COMMAND.sub(r"\g<1>&#58;", document))  # the same text to a reader, and no command to a CI runner
    stream.write("\n")


def _suites(view: View) -> Iterable[tuple[str, list[_Case], dict[str, str]]]:
    """One suite for each target, one for findings about no target, one for what could not be told."""
    findings, suppressed = grouped(view.findings), _by_case(view.suppressed)
    for number, target in enumerate(view.targets):
        cases = []
        for row in view.rows:
            verdict = row.verdicts[number]
            if verdict is None:
                continue
            key: Place = (row.path, target.id)
            case = _Case(row.path, row.path, [_verdict(verdict)])
            case.findings, case.suppressed = findings.pop(key, ()), suppressed.pop(key, [])
            if key in view.open and not any(finding.id == "undecided" for finding in case.findings):
                case.open.append(Finding("undecided", Severity.WARNING, "cannot tell whether it runs", path=row.path))
            cases.append(case)
        if cases:
            yield target.label, cases, {"checked with": conditions(target)}
    rest = []
    for path, about in sorted({*findings, *suppressed}, key=lambda place: (place[0] or "", place[1] or "")):
        case = _Case(f"{path or 'this machine'}" + (f" on {about}" if about else ""), path)
        case.findings, case.suppressed = findings.get((path, about), ()), suppressed.get((path, about), [])
        rest.append(case)
    if rest:
        yield "findings", rest, {}
    gaps: dict[str | None, _Case] = {}
    for gap in view.gaps:
        if gap.id != "undecided":
            gaps.setdefault(gap.path, _Case(gap.path or "all paths", gap.path)).open.append(gap)
    if gaps:
        yield "not checked", list(gaps.values()), {}
    if not view.rows and not rest and not gaps:  # an empty document is an error to most readers
        yield "findings", [_Case("no findings", None)], {}


def _by_case(items: Iterable[Suppressed]) -> dict[Place, list[Suppressed]]:
    cases: dict[Place, list[Suppressed]] = defaultdict(list)
    for item in items:
        cases[item.finding.path, item.finding.target].append(item)
    return cases


def _suite(
    root: ElementTree.Element, command: str, name: str, cases: Sequence[_Case], properties: dict[str, str]
) -> None:
    suite = ElementTree.SubElement(root, "testsuite", name=safe(name))
    if properties:
        holder = ElementTree.SubElement(suite, "properties")
        for key, value in properties.items():
            ElementTree.SubElement(holder, "property", name=key, value=safe(value))
    for case in cases:
        _case(suite, f"cudacompat.{command}.{safe(name).replace('.', '_')}", case)
    children = suite.findall("testcase")
    suite.set("tests", str(len(children)))
    for attribute, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        suite.set(attribute, str(sum(child.find(tag) is not None for child in children)))
    suite.set("time", "0")


def _case(suite: ElementTree.Element, classname: str, case: _Case) -> None:
    element = ElementTree.SubElement(
        suite, "testcase", name=clipped(case.name, _LONGEST), classname=classname, time="0"
    )
    if case.path is not None:
        element.set("file", clipped(outer_of(case.path), _LONGEST))
    errors = [finding for finding in case.findings if finding.severity is Severity.ERROR]
    open_ = [*case.open, *(finding for finding in case.findings if finding.id == "undecided")]
    others = [finding for finding in case.findings if finding not in errors and finding not in open_]
    if errors:
        _fault(element, "failure", [*errors, *open_])
    elif open_:
        _fault(element, "error", open_)
    elif case.suppressed and not others:
        item = case.suppressed[0]
        message = f"{item.finding.id} is suppressed by {item.by}: {item.reason}"
        ElementTree.SubElement(element, "skipped", message=clipped(message, _LONGEST))
    stated = [*case.stated, *map(_explained, others)]
    stated += [f"suppressed by {each.by} ({each.reason}): {_explained(each.finding)}" for each in case.suppressed]
    if stated:
        ElementTree.SubElement(element, "system-out").text = clipped("\n\n".join(stated), _LONGEST, lines=True)


def _fault(case: ElementTree.Element, tag: str, findings: Sequence[Finding]) -> None:
    """One element for all faults of a case, named for the worst: few readers take more."""
    element = ElementTree.SubElement(case, tag, type=findings[0].id, message=clipped(findings[0].message, _LONGEST))
    element.text = clipped("\n\n".join(map(_explained, findings)), _LONGEST, lines=True)


def _explained(finding: Finding) -> str:
    lines = [f"{finding.severity.value}[{finding.id}]: {finding.message}"]
    return "\n".join([*lines, *(f"  {label.ljust(5)}  {text}" for label, text in details(finding))])


def _verdict(verdict: ArtifactVerdict) -> str:
    modules, _, counts = verdict.counted.partition(": ")
    text = f"{verdict.outcome.value}: {modules} ({counts})"
    if verdict.min_driver:
        text += f"; needs driver {verdict.min_driver} or newer"
    if verdict.reason in CAUSE:
        text += f"; {CAUSE[verdict.reason]}"
    return text
