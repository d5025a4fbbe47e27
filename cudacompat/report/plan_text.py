"""A build plan as text: what is set, who reads it, what is left out, and the commands in their order."""

from __future__ import annotations

from typing import Protocol

from cudacompat.domain.finding import Finding
from cudacompat.domain.plan import BuildPlan, Setting, commands, setting_line
from cudacompat.domain.report import GenerateReport


class Page(Protocol):
    """What a text report is written on."""

    def line(self, *parts: str | tuple[str, str]) -> None:
        """One line."""

    def finding(self, finding: Finding) -> None:
        """A finding."""

    def field(self, label: str, value: str, indent: int = 2, label_width: int = 7) -> None:
        """A labelled value."""


def generate_text(page: Page, report: GenerateReport) -> None:
    """Write the files that were asked for as they are, or else the plan."""
    for file in report.files:
        for line in file.text.splitlines():
            page.line(line)
    if not report.files:
        _plan(page, report)


def _plan(page: Page, report: GenerateReport) -> None:
    plan = report.plan
    page.line((plan.title, "bold"), f" with CUDA {plan.release.version}")
    page.field("for", ", ".join(dict.fromkeys(each.label for each in plan.wanted)))
    page.field("gives", " ".join(map(str, plan.arrives)))
    for note in plan.notes:
        page.field("note", note)
    page.line()
    page.line(("settings", "bold"))
    for setting in plan.settings:
        _setting(page, setting)
    if plan.left_out:
        page.line()
        page.line(("left out", "bold"))
        for each in plan.left_out:
            page.line(f"  {each.name}")
            page.field("why", each.why, 4, 6)
    page.line()
    page.line(("commands", "bold"))
    for command in commands(plan):
        page.line("  ", command)
    page.line()
    page.line("as files: ", (f"{report.command} --as {_kinds(plan)}", "bold"))


def _setting(page: Page, setting: Setting) -> None:
    page.line("  ", (setting_line(setting), "bold"))
    page.field("read", "by " + setting.reader if not setting.idle else "by nothing in this build", 4, 6)
    if not setting.decides:
        page.field("why", setting.why, 4, 6)


def _kinds(plan: BuildPlan) -> str:
    return "dockerfile|cmake|env|nvcc" if plan.engine.recipe else "cmake|env|nvcc"
