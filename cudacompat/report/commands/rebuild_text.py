"""A rebuild as text: the plan before it runs, and what became of it."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from typing import TYPE_CHECKING

from cudacompat.domain.builds.plans.plan import setting_line
from cudacompat.domain.builds.steps import BuildSteps, StepKind, StepState
from cudacompat.domain.reports.check import CheckReport
from cudacompat.domain.reports.rebuild import RebuildReport
from cudacompat.domain.words.phrases import what_is_there
from cudacompat.domain.words.verdict import Outcome
from cudacompat.report.commands.generate_text import costs_text

if TYPE_CHECKING:
    from cudacompat.report.text.page import Page

_STATE_STYLE = {StepState.DONE: "bold green", StepState.FAILED: "bold red", StepState.NOT_RUN: "dim"}


def steps_text(page: Page, steps: BuildSteps) -> None:
    """Write what will be done."""
    plan = steps.plan
    page.line((f"rebuild {plan.title}", "bold"), f" in {steps.source}, with CUDA {plan.release.version}")
    page.field("for", ", ".join(dict.fromkeys(each.label for each in plan.wanted)))
    page.field("gives", " ".join(map(str, plan.arrives)))
    for setting in plan.settings:
        page.field("set", f"{setting_line(setting)}   read by {setting.reader}")
    for name, why in steps.unset:
        page.field("unset", f"{name}: {why}")
    for note in (*plan.notes, *steps.notes):
        page.field("note", note)
    costs_text(page, plan)
    page.line()
    for number, step in enumerate(steps.steps, 1):
        page.line(f"  {number}. ", (step.kind.value, "bold"), f": {step.why}")
        for path in step.paths:
            page.line(f"       {path}")
        if step.command and step.kind is not StepKind.EXTRACT:  # that is several commands, which --dry-run prints
            page.line(f"       {shlex.join(step.command)}")
    page.line()


def rebuild_text(page: Page, report: RebuildReport) -> None:
    """Write the plan where nothing was run, else what became of each step, the artifacts before and after last."""
    if not report.results:
        steps_text(page, report.steps)
        if report.findings:
            page.line("nothing was run: the build would stop at this problem")
    else:
        _results(page, report)
    for finding in report.findings:
        page.finding(finding)


def _results(page: Page, report: RebuildReport) -> None:
    for number, result in enumerate(report.results, 1):
        state, kind = result.state, result.step.kind.value
        time = f"{result.seconds:.1f} s" if state is not StepState.NOT_RUN else ""
        page.line(
            f"  {number}. {kind:<9} ", (state.value, _STATE_STYLE[state]), f"  {time}  {result.said or ''}".rstrip()
        )
        if state is StepState.FAILED:
            for line in result.first_error:
                page.line(("       " + line, "bold"))
            if result.first_error and result.tail:
                page.line("       and last:")
            for line in result.tail:
                page.line(f"       {line}")
            if result.log:
                page.field("log", result.log, 7, 5)
    page.line()
    _coverage(page, "before", report.before)
    _coverage(page, "after", report.after)


def _coverage(page: Page, label: str, report: CheckReport | None) -> None:
    if report is None or not report.verdicts:
        page.line((f"{label:<7}", "bold"), "no file with device code")
        return
    seen: list[str] = []
    for verdict in report.verdicts:
        if verdict.path not in seen:
            seen.append(verdict.path)
            modules = [v.module for v in verdict.modules]
            page.line((f"{label:<7}", "bold"), f"{verdict.path}: {what_is_there(modules)}")
        page.line(
            f"         {verdict.target.label}: ", (verdict.outcome.value, "bold"), f", {_modules(verdict.counts)}"
        )


def _modules(counts: Mapping[Outcome, int]) -> str:
    return ", ".join(f"{n} {outcome.value}" for outcome, n in counts.items() if n)
