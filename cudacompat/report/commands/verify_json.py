"""A verified run, and what a driver answered, as JSON documents."""

from __future__ import annotations

from cudacompat.domain.reports.load import LoadReport
from cudacompat.domain.reports.verify import VerifyReport
from cudacompat.domain.runs.load import Agreement, ArtifactLoad, LoadComparison
from cudacompat.domain.runs.observation import Observation
from cudacompat.domain.runs.verify import Verdict
from cudacompat.domain.words.verdict import Outcome
from cudacompat.report.json import Json, findings_json, head


def verify_json(report: VerifyReport) -> Json:
    """What `verify` says of a run or a log."""
    verified, decision = report.verified, report.verified.decision
    seen = verified.seen
    return {
        **head("verify"),
        "mode": "log" if verified.log is not None else "run",
        "verdict": decision.verdict.value,
        "code": decision.code.value,
        "why": decision.why,
        "expected": {
            "level": verified.expected.value,
            "met": decision.meets(verified.expected),
            "min_gpu_memory": verified.min_gpu_memory,
            "gpus": [gpu.id for gpu in verified.gpus],
        },
        "command": list(seen.command),
        "log": verified.log,
        "evidence": [
            {
                "source": each.source.value,
                "shows": each.shows.value,
                "text": each.text,
                "device": each.device,
                "line": each.line,
            }
            for each in decision.evidence
        ],
        "unseen": list(decision.unseen),
        "devices": [
            {
                "index": use.index,
                "name": use.name,
                "compute_capability": str(use.capability),
                "used": use.index in decision.devices,
                "memory_before": use.before,
                "memory_peak": use.peak,
                "memory_after": use.after,
                "memory_of_command": use.own_peak,
                "busy_percent": use.busy_peak,
            }
            for use in seen.devices
        ],
        "run": _run(seen),
        "output": {"lines": seen.log.lines, "bytes": seen.log.size, "tail": list(seen.log.tail)},
        "findings": findings_json(report.findings),
    }


def _run(seen: Observation) -> Json | None:
    ended, health, view, cache = seen.ended, seen.health, seen.view, seen.cache
    if ended is None:
        return None
    return {
        "ended": ended.how.value,
        "exit_code": ended.code,
        "seconds": round(ended.seconds, 3),
        "why": ended.why,
        "left_behind": ended.left_behind,
        "first_output_seconds": round(seen.first_output_s, 3) if seen.first_output_s is not None else None,
        "healthy_after_seconds": round(health.green_after, 3) if health and health.green_after is not None else None,
        "libcuda": view.libcuda if view else None,
        "ptx_compiler": view.jit_compiler if view else None,
        "jit_cache": {
            "path": None if cache.cold else cache.path,
            "cold": cache.cold,
            "enabled": cache.enabled,
            "bytes_before": cache.before[1],
            "bytes_after": cache.after[1],
            "files_opened": cache.opened,
        }
        if cache
        else None,
        "lists_processes": seen.lists_processes,
        "bare_context": seen.bare_context,
        "mapped": [
            {
                "path": each.path,
                "target": each.target,
                "outcome": each.outcome.value,
                "modules": {outcome.value: each.count(outcome) for outcome in Outcome},
            }
            for each in seen.judged
        ],
    }


def load_json(report: LoadReport) -> Json:
    """What `verify --load` says."""
    return {
        **head("verify"),
        "mode": "load",
        "verdict": _verdict(report).value,
        "evidence": [
            {
                "source": "driver",
                "shows": "nothing",
                "text": f"{load.path}: rules and driver agree on {load.count(Agreement.AGREES)} of "
                f"{len(load.modules)} modules on {load.target.label}",
                "device": None,
                "line": None,
            }
            for load in report.loads
        ],
        "unseen": [],
        "loads": [_load(load) for load in report.loads],
        "not_read": [{"path": item.path, "why": item.why} for item in report.check.not_read],
        "findings": findings_json(report.findings),
    }


def _verdict(report: LoadReport) -> Verdict:
    """What the driver makes of the artifacts, in the words of a run: the weakest of them."""
    if any(each.agreement is Agreement.DISAGREES for load in report.loads for each in load.modules):
        return Verdict.UNDECIDED
    outcomes = {verdict.outcome for verdict in report.check.verdicts}
    if outcomes & {Outcome.FAILS, Outcome.PARTIAL}:
        return Verdict.FAILED
    if not outcomes or not all(outcome.runs for outcome in outcomes) or report.check.not_read:
        return Verdict.UNDECIDED
    return Verdict.GPU_JIT if Outcome.JIT in outcomes else Verdict.GPU


def _load(load: ArtifactLoad) -> Json:
    return {
        "path": load.path,
        "target": load.target.id,
        "driver": str(load.target.driver) if load.target.driver else None,
        "modules": len(load.modules),
        "kernels": load.kernels,
        "agreement": {each.value: load.count(each) for each in Agreement},
        "not_asked": [{"why": why, "modules": number} for why, number in load.not_asked],
        "differing": [_compared(each) for each in load.modules if each.agreement is not Agreement.AGREES],
    }


def _compared(each: LoadComparison) -> Json:
    module = each.verdict.module
    return {
        "offset": module.offset,
        "section": module.section,
        "agreement": each.agreement.value,
        "judge": each.judged,
        "driver": each.answered,
        "kernels": list(each.differing[:20]),
    }
