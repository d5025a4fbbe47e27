"""What `doctor` found, as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cudacompat.domain.reports.doctor import ComponentRow, DoctorReport, InstalledPackages, PlanStep

if TYPE_CHECKING:
    from cudacompat.domain.machine.components import Component
from cudacompat.report.json import Json, check_json, findings_json, head

_OF_CHECK = ("targets", "artifacts", "not_read", "files", "packages")


def doctor_json(report: DoctorReport) -> Json:
    """What `doctor` writes."""
    from cudacompat.domain.machine.saved_facts import to_json as facts_to_json

    checked = check_json(report.check) if report.check is not None else None
    return {
        **head("doctor"),
        "facts": facts_to_json(report.facts),
        "check": {key: checked[key] for key in _OF_CHECK} if checked else None,
        "not_linted": list(report.check.not_linted) if report.check is not None else [],
        "findings": findings_json(report.findings),
        "plan": [_step(step) for step in report.plan],
        "settings": [{"title": title, "text": text} for title, text in report.settings],
        "packages": _packages(report.packages) if report.packages is not None else None,
    }


def _step(step: PlanStep) -> Json:
    return {
        "why": step.why,
        "command": step.command,
        "cures": list(step.cures),
        "instead": [_step(other) for other in step.instead],
    }


def _named(component: Component) -> tuple[str, str, str, str]:
    return component.package, component.version, component.location, component.manager


def _row(row: ComponentRow | None) -> Json:
    from cudacompat.domain.judge.component_words import why

    return {
        "made_for": row.made_for if row is not None else None,
        "needed_by": list(row.needed_by) if row is not None else [],
        "verdicts": [
            {
                "target": verdict.target.id,
                "outcome": verdict.outcome.value,
                "reason": verdict.reason.value if verdict.reason else None,
                "why": why(verdict),
                "fails_first": verdict.is_first,
                "library": verdict.library.path if verdict.library else None,
            }
            for verdict in (row.verdicts if row is not None else ())
        ],
    }


def _packages(packages: InstalledPackages) -> Json:
    rows = {_named(row.component): row for row in packages.rows}
    return {
        "with_code": [
            {
                "name": each.package,
                "version": each.version,
                "manager": each.manager,
                "location": each.location,
                "libraries": list(each.libraries),
                **_row(rows.get(_named(each))),
                "alternatives": [
                    {"libraries": list(group.libraries), "loaded": group.loaded, "evidence": group.evidence}
                    for group in each.alternatives
                ],
                "called_on": [
                    {"library": only.library, "numbers": list(map(list, only.numbers)), "evidence": only.evidence}
                    for only in each.called_on
                ],
            }
            for each in packages.with_code
        ],
        "without_code": packages.without_code,
        "copies": [{"path": path, "count": number} for path, number in packages.copies],
    }
