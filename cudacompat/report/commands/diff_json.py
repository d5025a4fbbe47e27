"""The document of `diff`."""

from __future__ import annotations

from cudacompat.domain.compare.compilers import CompilerDiff
from cudacompat.domain.compare.diff_report import ArtifactDiff, CodeAmount, DiffReport, Release, ServiceDiff, TargetDiff
from cudacompat.domain.words.verdict import ArtifactVerdict, Outcome
from cudacompat.report.json import Json, head


def diff_json(report: DiffReport) -> Json:
    """What `diff` found."""
    return {
        **head("diff"),
        "old": _side(report.old),
        "new": _side(report.new),
        "targets": [
            {
                "id": target.id,
                "name": target.name,
                "compute_capability": str(target.capability),
                "driver": str(target.driver) if target.driver else None,
            }
            for target in report.targets
        ],
        "service": [
            {"compute_capability": str(capability), "change": change.value}
            for capability, change in sorted(report.service.items())
        ],
        "totals": [_target(each) for each in report.totals],
        "artifacts": [_artifact(each) for each in report.artifacts],
        "compilers": [_compiler(each) for each in report.compilers],
        "not_read": [
            {"side": name, "path": item.path, "why": item.why}
            for name, side in (("old", report.old), ("new", report.new))
            for item in side.not_read
        ],
    }


def _compiler(each: CompilerDiff) -> Json:
    return {
        "program": each.program,
        "old": list(each.old),
        "new": list(each.new),
        "gained": list(map(str, each.gained)),
        "lost": list(map(str, each.lost)),
    }


def _side(side: Release) -> Json:
    return {
        "label": side.label,
        "artifacts": len(side.artifacts),
        "files": {"seen": side.files, "without_device_code": side.without_code},
    }


def _artifact(artifact: ArtifactDiff) -> Json:
    return {
        "name": artifact.name,
        "old": artifact.old_path,
        "new": artifact.new_path,
        "gone": artifact.gone,
        "size": {"old": artifact.old_size, "new": artifact.new_size},
        "modules": {"old": artifact.old_modules, "new": artifact.new_modules},
        "targets": [_target(each) for each in artifact.targets],
        "kernels": {"lost": list(artifact.lost), "gained": list(artifact.gained), "moved": artifact.moved},
        "service": [_service(each) for each in artifact.service],
    }


def _target(each: TargetDiff) -> Json:
    return {
        "kind": each.target.kind.value,
        "target": str(each.target),
        "old": {**_amount(each.old), "ptx_isas": [str(isa) for isa in each.old_isas]},
        "new": {**_amount(each.new), "ptx_isas": [str(isa) for isa in each.new_isas]},
    }


def _amount(amount: CodeAmount) -> Json:
    return {"modules": amount.modules, "kernels": amount.kernels, "bytes": amount.size}


def _service(each: ServiceDiff) -> Json:
    return {
        "target": each.target.id,
        "change": each.change.value,
        "old": _standing(each.old),
        "new": _standing(each.new),
        "kernels": list(each.kernels),
    }


def _standing(verdict: ArtifactVerdict | None) -> Json | None:
    if verdict is None:
        return None
    return {
        "outcome": verdict.outcome.value,
        "reason": verdict.reason.value if verdict.reason else None,
        "min_driver": str(verdict.min_driver) if verdict.min_driver else None,
        "basis": verdict.basis.value,
        "modules": {outcome.value: verdict.counts[outcome] for outcome in Outcome},
    }
