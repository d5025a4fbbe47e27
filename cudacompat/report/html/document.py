"""Reports as one HTML page that needs nothing else: no network, no script.

Every text of the report passes `safe` and then the template's escaping, so a hostile name is seen and does nothing; the
page's own policy forbids everything but its one style sheet in case that fails.
"""

from __future__ import annotations

import base64
import hashlib
import os
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cache
from importlib import resources
from typing import Any, TextIO

import cudacompat
from cudacompat.domain.machine.facts import Found, HostFacts
from cudacompat.domain.reports.doctor import DoctorReport
from cudacompat.domain.reports.listing import InspectReport
from cudacompat.domain.tables.gpu_names import capabilities_by_name
from cudacompat.domain.words.byte_sizes import byte_size
from cudacompat.domain.words.finding import Finding, Severity
from cudacompat.domain.words.phrases import count
from cudacompat.domain.words.report import Report
from cudacompat.domain.words.verdict import Outcome, Target, short_name
from cudacompat.report.html.filters import filters_of, style_of
from cudacompat.report.html.finding_groups import FindingGroup, group
from cudacompat.report.html.heat import MEANING, carried, coverage, detail_of, detail_of_artifact, worst
from cudacompat.report.html.summary import sentence
from cudacompat.report.rule_text import RuleText, rule_text
from cudacompat.report.safe_text import clipped, without_commands
from cudacompat.report.view import View, conditions, view_of

MOST_FINDINGS = 500  # places of each severity
MOST_DETAILS = 40  # artifacts whose modules are shown
_LONGEST = 4000  # characters of one text
_MOST_NAMES = 3  # of the GPUs that have a bare number
_MOST_RULES = 60

Context = dict[str, Any]


def render(context: Context, stream: TextIO) -> None:
    """Write the page of a report; see `render_page`."""
    filters = filters_of(context["targets"], context["groups"])
    whole = {"today": _today(), "filters": filters, **context}
    render_page("page.html.jinja", ("page.css",), whole, stream=stream, rules=style_of(filters))


def render_page(
    template: str, styles: Sequence[str], context: Context, stream: TextIO, *, script: str = "", rules: str = ""
) -> None:
    """Write the page, ASCII (other characters as references), one final newline. Its policy allows nothing but its
    style sheet, which is made of these files and rules, and its script, where it has one."""
    style = "".join(map(_file, styles)) + rules
    code = _file(script) if script else ""
    own = {"style": style, "policy": _digest(style), "version": cudacompat.__version__}
    if script:
        own |= {"script": code, "script_policy": _digest(code)}
    page = _template(template).render(**own, **context)
    stream.write(page.encode("ascii", "xmlcharrefreplace").decode("ascii").rstrip("\n") + "\n")


def _digest(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode('ascii')}"


def _today() -> str:
    """The date of the page; that of SOURCE_DATE_EPOCH where a reproducible one is wanted."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH", "")
    return (datetime.fromtimestamp(int(epoch), UTC) if epoch.isdecimal() else datetime.now(UTC)).date().isoformat()


def _file(name: str) -> str:
    return resources.files("cudacompat.report.html").joinpath("page", name).read_text(encoding="utf-8")


@cache
def _template(name: str) -> Any:
    from jinja2 import Environment, StrictUndefined
    from markupsafe import Markup, escape

    def finalize(value: object) -> object:
        """What every expression of the template passes through before it is escaped."""
        if isinstance(value, str) and not isinstance(value, Markup):
            return without_commands(clipped(value, _LONGEST))
        return value

    def breakable(value: str) -> Markup:
        """A name that may be broken behind its separators rather than anywhere."""
        text = str(escape(without_commands(clipped(value, _LONGEST))))
        return Markup(text.replace("/", "/<wbr>").replace("_", "_<wbr>").replace("-", "-<wbr>"))  # noqa: S704

    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, finalize=finalize
    )
    environment.filters.update(size=byte_size, own=Markup, breakable=breakable)
    environment.globals.update(count=count)
    return environment.from_string(_file(name))


def _base(command: str, headline: str, tone: str) -> Context:
    return {
        "command": command,
        "headline": headline,
        "sentence": "",
        "tone": tone,
        "scope": "",
        "stats": (),
        "targets": (),
        "judged": (),
        "policies": (),
        "gaps": (),
        "groups": (),
        "columns": (),
        "rows_left_out": 0,
        "legend": (),
        "sections": (),
        "suppressed": (),
        "details_of": (),
        "details_left_out": 0,
        "machine": (),
        "plan": (),
        "settings": (),
        "kernels": {},
        "rules": (),
    }


def findings_page(report: Report) -> Context:
    """Return what the page of a report shows that is made of findings."""
    view = view_of(report)
    groups, rows_left_out = coverage(view)
    shown = sorted(view.rows, key=lambda row: (*worst(row), row.path))[:MOST_DETAILS]
    outcomes = {verdict.outcome for row in view.rows for verdict in row.verdicts if verdict is not None}
    outcomes |= {
        each.outcome for row in shown for v in row.verdicts if v is not None for each in (*v.modules, *v.stray)
    }
    context = _base(view.command, view.headline, _tone(view))
    context.update(
        sentence=sentence(view),
        scope=view.scope,
        stats=_stats(view),
        targets=[(_called(target), str(target.capability)) for target in view.targets],
        judged=_judged(view),
        gaps=view.gaps,
        groups=groups,
        rows_left_out=rows_left_out,
        legend=[(outcome.value, MEANING[outcome]) for outcome in Outcome if outcome in outcomes],
        sections=[_section(view, severity) for severity in Severity if view.number_of(severity)],
        suppressed=view.suppressed,
        policies=view.policies,
        details_of=[detail_of(row) for row in sorted(shown, key=lambda row: row.path)],
        details_left_out=len(view.rows) - len(shown),
        rules=_rules(view),
    )
    return context


def _called(target: Target) -> str:
    """What a GPU is called; a bare number with the names of some GPUs that it is."""
    if target.name is not None or target.id != str(target.capability):
        return target.name or target.id
    names = [short_name(name) for name, capability in capabilities_by_name() if capability == target.capability]
    distinct = sorted(dict.fromkeys(names), key=len)  # the short ones are those that people know
    shown = ", ".join(distinct[:_MOST_NAMES])
    return f"{shown}, …" if len(distinct) > _MOST_NAMES else shown or target.id


def _rules(view: View) -> list[RuleText]:
    """The pages of the rules whose findings are shown, in their order."""
    texts = (rule_text(id_) for id_ in dict.fromkeys(finding.id for finding in view.findings))
    return [text for text in texts if text.known][:_MOST_RULES]


def doctor_page(report: DoctorReport) -> Context:
    """Return what the page of `doctor` shows: the machine and the plan beside the findings."""
    machine = {"machine": _machine(report.facts), "plan": report.plan, "settings": report.settings}
    return {**findings_page(report), **machine}


def _judged(view: View) -> list[tuple[str, str]]:
    """(target, what it is checked with); one entry without a target where that is the same for all."""
    found = [(target.label, conditions(target)) for target in view.targets]
    return [("", found[0][1])] if len({each for _, each in found}) == 1 else found


def _tone(view: View) -> str:
    if view.number_of(Severity.ERROR):
        return "bad"
    return "good" if view.exit_code == 0 and not view.gaps else "open"


def _stats(view: View) -> list[tuple[str, str, str]]:
    """(number, what, look) of the counts at the top."""
    numbers = [(view.number_of(each), each.value, each.value) for each in Severity]
    numbers.append((len(view.not_read), "not read", "open"))
    if view.suppressed:
        numbers.append((len(view.suppressed), "suppressed", ""))
    if view.without_code:
        numbers.append((view.without_code, "without device code", ""))
    plural = {"error": "errors", "warning": "warnings", "note": "notes"}
    return [(f"{n:,}", what if n == 1 else plural.get(what, what), look if n else "") for n, what, look in numbers]


def _section(view: View, severity: Severity) -> tuple[str, int, list[FindingGroup], int]:
    groups = group([finding for finding in view.told if finding.severity is severity])
    left_out = sum(each.findings for each in groups[MOST_FINDINGS:])
    return severity.value, view.number_of(severity), groups[:MOST_FINDINGS], left_out


def _machine(facts: HostFacts) -> list[tuple[str, str]]:
    rows = []
    if isinstance(facts.gpus, Found):
        rows += [("GPU", f"{gpu.name}, compute capability {gpu.capability}") for gpu in facts.gpus.value]
    else:
        rows.append(("GPU", f"none found (tried {'; '.join(facts.gpus.tried)})"))
    if isinstance(facts.driver, Found):
        driver = facts.driver.value
        rows.append(
            ("driver", f"{driver.release or 'unknown release'}" + (f", CUDA {driver.cuda}" if driver.cuda else ""))
        )
    else:
        rows.append(("driver", f"none found (tried {'; '.join(facts.driver.tried)})"))
    for toolkit in facts.toolkits:
        active = " (the nvcc that runs)" if toolkit.active else ""
        rows.append(("toolkit", f"CUDA {toolkit.version or '?'} at {toolkit.path}{active}"))
    rows += [("compiler", f"{each.name} {each.version} at {each.path}") for each in facts.compilers]
    if facts.container.inside:
        rows.append(("container", facts.container.kind or "yes"))
    return rows


def inspect_page(report: InspectReport) -> Context:
    """Return what the page of `inspect` shows."""
    read = report.read
    columns, groups, rows_left_out = carried(read.artifacts)
    ordered = sorted(read.artifacts, key=lambda artifact: artifact.path)
    incomplete = bool(read.not_read)
    found = count(len(read.artifacts), "file") + " with device code" if read.artifacts else "no device code"
    context = _base("inspect", "incomplete" if incomplete else found, "open" if incomplete or not ordered else "plain")
    stats = [
        (f"{len(read.artifacts):,}", "with device code", ""),
        (f"{read.without_code:,}", "without", ""),
        (f"{len(read.not_read):,}", "not read", "open" if incomplete else ""),
    ]
    context.update(
        scope=f"inspected {count(read.files, 'file')}",
        stats=stats,
        gaps=[
            Finding("not-read", Severity.ERROR, f"could not be read: {item.why}", path=item.path)
            for item in sorted(read.not_read, key=lambda item: (item.path, item.why))
        ],
        groups=groups,
        columns=[(column.name, column.kind_name) for column in columns],
        rows_left_out=rows_left_out,
        details_of=[detail_of_artifact(artifact) for artifact in ordered[:MOST_DETAILS]],
        details_left_out=max(0, len(ordered) - MOST_DETAILS),
    )
    if report.kernels:
        context["kernels"] = {
            artifact.path: sorted({k for m in artifact.modules for e in m.entries for k in e.kernels or ()})
            for artifact in ordered[:MOST_DETAILS]
        }
    return context
