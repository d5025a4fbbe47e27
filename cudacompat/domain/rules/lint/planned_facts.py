"""What the rules about a configured build say of it."""

from __future__ import annotations

from collections.abc import Iterable

from cudacompat.domain.builds.lists.nvcc_flags import describe
from cudacompat.domain.project.model import Project
from cudacompat.domain.project.planned_builds import (
    PlannedBuild,
    PlannedUnit,
    defaulted,
)
from cudacompat.domain.words.phrases import generate_all, some


def requests_text(build: PlannedBuild, units: Iterable[PlannedUnit] = ()) -> str:
    named = [f"{unit.source.rsplit('/', 1)[-1]}: {describe(unit.request)}" for unit in units]
    return some(named or [f"{describe(request)} ({number})" for request, number in build.requests], 3)


def all_default(build: PlannedBuild) -> bool:
    return all(defaulted(request) for request, _ in build.requests)


def generate_help(project: Project) -> str:
    """What to do about a folder that is configured for other GPUs: for all that were named, as one list serves them."""
    targets = project.targets
    listed = generate_all(targets, engine_name(project)) if targets else "set CMAKE_CUDA_ARCHITECTURES"
    return f"{listed}, then configure in an empty directory"


def engine_name(project: Project) -> str | None:
    """The engine that the project is, if one is known."""
    return project.uses[0].engine.name if project.uses else None
