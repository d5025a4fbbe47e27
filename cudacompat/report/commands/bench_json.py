"""A bench as a JSON document."""

from __future__ import annotations

from cudacompat.domain.reports.bench import BenchReport
from cudacompat.domain.runs.bench import Measured, Spread, Variant
from cudacompat.report.json import Json, head


def bench_json(report: BenchReport) -> Json:
    """What `bench` measured; ratios are to the native code."""
    native = report.of(Variant.NATIVE)
    return {
        **head("bench"),
        "machine": report.machine,
        "runs": report.runs,
        "first_result": report.first,
        "rate": report.rate,
        "variants": [_variant(each, native) for each in report.measured],
    }


def _variant(each: Measured, native: Measured | None) -> Json:
    return {
        "name": each.variant.value,
        "command": list(each.command),
        "environment": dict(each.environment),
        "failed": each.failed,
        "note": each.note,
        "total_seconds": _spread(each.total),
        "first_seconds": _spread(each.first),
        "per_second": _spread(each.rate),
        "to_native": {
            "total": _ratio(each.total, native.total if native else None),
            "first": _ratio(each.first, native.first if native else None),
            "per_second": _ratio(each.rate, native.rate if native else None),
        },
        "runs": [
            {
                "total_seconds": round(run.total_s, 4),
                "first_seconds": round(run.first_s, 4) if run.first_s is not None else None,
                "per_second": run.rate,
                "jit_cache_bytes": run.cache_bytes,
                "used": run.used,
                "failed": run.failed,
            }
            for run in each.runs
        ],
    }


def _spread(value: Spread | None) -> Json | None:
    if value is None:
        return None
    return {"median": round(value.middle, 4), "min": round(value.least, 4), "max": round(value.most, 4)}


def _ratio(own: Spread | None, base: Spread | None) -> Json | None:
    if own is None or base is None or base.least <= 0 or own.least <= 0:
        return None
    return _spread(own.over(base))
