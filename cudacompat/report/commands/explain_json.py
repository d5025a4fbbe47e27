"""An explained log, and the catalogue, as the contract's document."""

from __future__ import annotations

from typing import Any

from cudacompat.domain.logs.diagnosis import generic
from cudacompat.domain.logs.report import CatalogueReport, ExplainedMatch, ExplainReport
from cudacompat.report.json import findings_json, head

Json = dict[str, Any]


def explain_json(report: ExplainReport) -> Json:
    """The document of `explain LOG`."""
    facts, target, verdict = report.facts, report.target, report.verdict
    return {
        **head("explain"),
        "source": report.source,
        "lines": report.lines,
        "bytes": report.size,
        "target": {
            "id": target.id,
            "name": target.name,
            "compute_capability": str(target.capability),
            "from": report.target_from,
        }
        if target
        else None,
        "verdict": {
            "outcome": verdict.outcome.value,
            "sentence": verdict.sentence,
            "line": verdict.line,
            "archs": list(verdict.archs),
        }
        if verdict
        else None,
        "facts": {
            "devices": [
                {"name": d.name, "compute_capability": str(d.capability), "line": d.line} for d in facts.devices
            ],
            "archs": {"text": facts.archs.text, "line": facts.archs.line} if facts.archs else None,
            "torch_archs": [str(arch) for arch in facts.torch.archs],
            "driver": str(facts.driver) if facts.driver else None,
            "driver_cuda": str(facts.driver_cuda) if facts.driver_cuda else None,
            "toolkit": str(facts.toolkit) if facts.toolkit else None,
            "framework": facts.torch.version,
            "nvrtc": str(facts.nvrtc) if facts.nvrtc else None,
            "engine": facts.engine,
        },
        "matches": [_match(match) for match in report.matches],
        "findings": findings_json(report.findings),
        "unknown": [
            {"line": each.line, "text": each.text, "count": each.count, "nearest": list(each.nearest)}
            for each in report.unknown
        ],
        "first_unknown": {"line": report.lead.line, "text": report.lead.text, "nearest": list(report.lead.nearest)}
        if report.lead
        else None,
        "unknown_skipped": report.skipped,
        "command": {
            "command": list(report.command.command),
            "exit_code": report.command.rc,
            "failed": report.command.why,
        }
        if report.command
        else None,
    }


def _match(match: ExplainedMatch) -> Json:
    return {
        "id": match.signature.id,
        "line": match.line,
        "text": match.text,
        "count": match.count,
        "part": match.part.value,
        "follows_from": match.follows_from,
        "follows_line": match.follows_line,
        "severity": match.signature.severity.value,
        "title": match.title,
        "cause": match.cause,
        "not": match.does_not_mean,
        "gpu": match.gpu,
        "fix": match.fix,
        "command": match.command,
        "sources": list(match.signature.sources),
    }


def catalogue_json(report: CatalogueReport) -> Json:
    """The document of `explain --list`."""
    return {
        **head("explain-list"),
        "findings": [{"id": id_, "title": title} for id_, title in report.rules],
        "log_lines": [
            {
                "id": signature.id,
                "group": group.title,
                "title": generic(signature.title),
                "severity": signature.severity.value,
                "sample": signature.sample,
                "cause": generic(signature.cause),
                "not": generic(signature.does_not_mean),
                "fix": generic(signature.fix),
                "command": generic(signature.command) if signature.command else None,
                "role": signature.role.value,
                "after": list(signature.after),
                "sources": list(signature.sources),
            }
            for group in report.groups
            for signature in group.signatures
        ],
    }
