"""The document of `rebuild`."""

from __future__ import annotations

from cudacompat.domain.builds.steps import BuildStep, StepResult, StepState
from cudacompat.domain.reports.check import CheckReport
from cudacompat.domain.reports.rebuild import RebuildReport
from cudacompat.report.commands.generate_json import setting_json
from cudacompat.report.json import Json, check_json, findings_json, head


def rebuild_json(report: RebuildReport) -> Json:
    """What `rebuild` planned, and what became of each step."""
    steps, plan = report.steps, report.steps.plan
    states = {id(result.step): result for result in report.results}
    return {
        **head("rebuild"),
        "engine": plan.engine.name,
        "engine_version": str(plan.version.local or plan.version) if plan.version else plan.engine.current,
        "cuda": str(plan.release.version),
        "source": steps.source,
        "targets": [{"name": each.label, "arch": each.arch} for each in plan.wanted],
        "arrives": [{"kind": each.kind.value, "target": str(each)} for each in plan.arrives],
        "settings": [setting_json(each) for each in plan.settings],
        "unset": [{"name": name, "why": why} for name, why in steps.unset],
        "notes": [*plan.notes, *steps.notes],
        "steps": [_step(step, states.get(id(step))) for step in steps.steps],
        "before": _checked(report.before),
        "after": _checked(report.after),
        "findings": findings_json(report.findings or report.steps.findings),
    }


def _step(step: BuildStep, done: StepResult | None) -> Json:
    return {
        "kind": step.kind.value,
        "why": step.why,
        "command": list(step.command) or None,
        "paths": list(step.paths),
        "state": (done.state if done else StepState.NOT_RUN).value,
        "seconds": round(done.seconds, 3) if done else None,
        "exit_code": done.exit_code if done else None,
        "log": done.log if done else None,
        "said": done.said if done else None,
        "first_error": list(done.first_error) if done else [],
    }


def _checked(report: CheckReport | None) -> Json | None:
    if report is None:
        return None
    document = check_json(report)
    return {key: document[key] for key in ("targets", "artifacts", "not_read")}
