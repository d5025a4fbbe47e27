"""The document of `generate` without an engine: that of `generate`, with a build for each way of building."""

from __future__ import annotations

from cudacompat.domain.reports.generate_ways import WaysReport
from cudacompat.report.commands.generate_json import build_json
from cudacompat.report.json import Json, head


def ways_json(report: WaysReport) -> Json:
    """Return the builds, each named by its way; what can stand for one engine alone is empty."""
    names = [plan.engine.name for plan in report.plans]
    several = {name for name in names if names.count(name) > 1}
    named = [
        f"{plan.engine.name}-cuda{plan.release.version}" if plan.engine.name in several else plan.engine.name
        for plan in report.plans
    ]
    builds = [build_json(plan, name) for plan, name in zip(report.plans, named, strict=True)]
    targets = {each.arch: {"name": each.label, "arch": each.arch} for plan in report.plans for each in plan.wanted}
    return {
        **head("generate"),
        "engine": "",
        "engine_version": None,
        "cuda": None,
        "command": report.commands[0],
        "targets": list(targets.values()),
        "arrives": [],
        "settings": [],
        "left_out": [],
        "notes": [],
        "builds": builds,
        "outputs": [],
        "proved": {},
        "files": [],
        "beside": [],
    }
