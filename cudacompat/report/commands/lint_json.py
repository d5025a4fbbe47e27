"""`lint` as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cudacompat.domain.builds.lists.nvcc_flags import describe
from cudacompat.domain.project.planned_builds import PlannedBuild, builds_of, judged
from cudacompat.domain.reports.lint import LintReport
from cudacompat.domain.words.finding import suppressing_files
from cudacompat.domain.words.phrases import sort_key
from cudacompat.domain.words.verdict import Outcome, Target
from cudacompat.report.json import findings_json, head

Json = dict[str, Any]


def lint_json(report: LintReport) -> Json:
    """What `lint` writes."""
    return {
        **head("lint"),
        "folder": report.root,
        "targets": [
            {"id": target.id, "name": target.name, "compute_capability": str(target.capability)}
            for target in report.targets
        ],
        "engines": [
            {"name": use.engine.name, "version": use.built or use.version, "shown_by": use.shown} for use in report.uses
        ],
        "findings": findings_json(report.findings),
        "fixed": findings_json(report.fixed),
        "edited": [file.name for file in report.edited],
        "suppressed": [
            {"by": each.by, "reason": each.reason, "file": each.file, **findings_json([each.finding])[0]}
            for each in report.suppressed
        ],
        "rules": {"run": list(report.rules.run), "not_run": list(report.rules.not_run)},
        "statistics": [
            {
                "id": each.id,
                "severity": each.severity.value,
                "findings": each.findings,
                "files": each.files,
                "fixable": each.fixable,
            }
            for each in report.counts
        ],
        "policy_files": [{"file": file, "suppressed": number} for file, number in suppressing_files(report.suppressed)],
        "planned": [
            {
                "file": unit.file,
                "source": unit.source,
                "targets": [str(each) for each in sorted(unit.request.images, key=sort_key)],
                "request": describe(unit.request),
                "library": unit.library,
            }
            for unit in report.units
        ],
        "matrix": [_matrix(build, report.targets) for build in builds_of(report.units)],
        "not_read": [{"path": item.path, "why": item.why} for item in report.not_read],
        "files": {
            "read": report.files,
            "folders_passed_over": list(report.skipped),
            "kinds_not_read": list(report.lookalikes),
        },
    }


def _matrix(build: PlannedBuild, targets: Sequence[Target]) -> Json:
    """What a configured folder will compile, and for each target how many units end how."""
    verdicts = [verdict for target in targets if (verdict := judged(build.units, target)) is not None]
    return {
        "file": build.file,
        "units": len(build.units),
        "requests": [{"request": describe(request), "units": number} for request, number in build.requests],
        "verdicts": [
            {
                "target": verdict.target.id,
                "outcome": verdict.outcome.value,
                "units": {each.value: verdict.counts.get(each, 0) for each in Outcome},
            }
            for verdict in verdicts
        ],
    }
