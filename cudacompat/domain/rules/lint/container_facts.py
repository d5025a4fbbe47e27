"""What is set where a container that runs CUDA code starts."""

from __future__ import annotations

from collections.abc import Iterator

from cudacompat.domain.project.assignments import AssignmentKind
from cudacompat.domain.project.model import Project, Setting
from cudacompat.domain.project.stages import runs_cuda, ships


def running_settings(project: Project) -> Iterator[tuple[Setting, str]]:
    """What is set in images that run CUDA code, and for services that have a GPU."""
    for stage in project.stages:
        if ships(project, stage) and runs_cuda(project, stage):
            for setting in stage.environment.values():
                yield setting, "this image"
    for service in project.services:
        if service.gpu:
            for setting in service.environment.values():
                if setting.way is AssignmentKind.ENVIRONMENT:
                    yield setting, f"the service {service.name}"
