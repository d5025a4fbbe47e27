"""The settings of every plain way of building, as text: a block for each, and the command for its whole plan."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from cudacompat.domain.builds.plans.plan import setting_line
from cudacompat.domain.reports.generate_ways import WaysReport

if TYPE_CHECKING:
    from cudacompat.report.text.page import Page


def ways_text(page: Page, report: WaysReport) -> None:
    """Write the settings, and the commands that lead on."""
    gpus = dict.fromkeys(each.label for plan in report.plans for each in plan.wanted)
    page.line(f"settings for {', '.join(gpus)}, for each way of building")
    ways = groupby(report.plans, lambda plan: plan.engine)
    for (engine, plans), command in zip(ways, report.commands, strict=True):
        page.line()
        page.line((engine.name, "bold"), f": {engine.title}")
        for plan in plans:
            for setting in plan.settings:
                if setting.decides:
                    page.line("  ", (setting_line(setting), "bold"))
            page.field("gives", f"{' '.join(map(str, plan.arrives))}, with CUDA {plan.release.version}")
        page.field("plan", command)
    page.line()
    page.field("engines", f"other settings apply to these; name one after generate: {', '.join(report.engines)}", 0, 9)
