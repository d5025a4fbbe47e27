"""`generate` without an engine: that of this directory, or what any project is built with."""

from __future__ import annotations

from pathlib import Path

from cudacompat.app.generate import GenerateRequest, generate
from cudacompat.domain.reports.generate_ways import WaysReport
from cudacompat.engines import build_ways, known


def engine_here(folder: str) -> str | None:
    """Return the name of the engine that the files of the folder show; `None` where none does."""
    from cudacompat.app.project.recognise import nvcc_file, recognise

    seen = recognise(Path(folder))
    if seen is not None:
        return seen.engine.name
    return "nvcc" if nvcc_file(Path(folder)) else None


def generate_ways(asked: GenerateRequest) -> WaysReport:
    """Return the plans of every plain way of building for these GPUs; `UsageError` where no CUDA release can."""
    ways = [way.name for way in build_ways()]
    made = [generate(name, asked) for name in ways]
    return WaysReport(
        plans=tuple(plan for report in made for plan in report.plans),
        engines=tuple(engine.name for engine in known() if engine.name not in ways),
        commands=tuple(report.command for report in made),
    )
