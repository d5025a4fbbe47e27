"""A service that runs CUDA code and is given no GPU.

What it finds: a service of a compose file, a quadlet or a dev container whose image is one of NVIDIA's, or is built
from a Dockerfile of the project that ships CUDA code, without a GPU reservation, `gpus`, a device or `runtime:
nvidia`. A reservation of a device (`driver: nvidia`, `count`) without `capabilities`, which Compose refuses.

Why it matters: a container sees no GPU unless it is asked for. The service starts, finds no device, and runs on the
CPU or stops ("no CUDA-capable device is detected", "libcuda.so.1: cannot open shared object file").

Example: `services: {asr: {image: nvidia/cuda:12.8.1-runtime-ubuntu24.04, command: ./server}}`.

What to do: `gpus: all` (Compose 2.30), or deploy.resources.reservations.devices with `capabilities: [gpu]`;
`AddDevice=nvidia.com/gpu=all` in a quadlet; `"runArgs": ["--gpus=all"]` in a dev container.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from cudacompat.domain.project.command_facts import base_name
from cudacompat.domain.project.image_names import is_nvidia_cuda
from cudacompat.domain.project.model import Project, Service, Stage, TextSpan
from cudacompat.domain.project.stages import runs_cuda
from cudacompat.domain.words.finding import Edit, Finding, Fix, Severity
from cudacompat.domain.words.rule import Rule

_NOT_RUNNING = re.compile(r"\b(?:build|cmake|make|cargo|compile|pytest|tests?|lint|bash|sleep)\b")
_CPU = re.compile(r"(?:^|[-_.])(?:cpu|build|builder|test|ci)(?:$|[-_.])", re.IGNORECASE)
_VARIABLES = ("NVIDIA_VISIBLE_DEVICES", "CUDA_VISIBLE_DEVICES")


def check(project: Project) -> Iterable[Finding]:
    """One finding for each such service, and for each reservation that is refused."""
    yield from _refused(project)
    names = {service.name for service in project.services if service.gpu}
    images = {_what(service) for service in project.services if service.gpu}
    for service in project.services:
        # beside one that has a GPU, another of the same image is its front or its tool
        served = service.name in names or _what(service) in images
        if service.gpu or service.open or served or _CPU.search(service.name):
            continue
        if any(name in service.environment for name in _VARIABLES) or _NOT_RUNNING.search(" ".join(service.words)):
            continue
        image = _image(project, service)
        if image is None:
            continue
        kind = base_name(service.file).lower()
        developing = "devcontainer" in kind
        help_ = '"runArgs": ["--gpus=all"]' if developing else "gpus: all"
        yield Finding(
            id=RULE.id,
            severity=Severity.NOTE if developing else Severity.WARNING,
            message=f"{service.name} runs {image} without a GPU",
            path=service.file,
            line=service.place.line,
            span=service.place.span,
            found=image,
            why="a container gets no GPU unless its definition requests one; CUDA then finds no device",
            help="AddDevice=nvidia.com/gpu=all" if kind.endswith(".container") else help_,
            fix=_fix(project, service) if kind.endswith((".yml", ".yaml")) else None,
        )


def _refused(project: Project) -> Iterator[Finding]:
    for service in project.services:
        place = service.refused
        if place is not None:
            yield Finding(
                id=RULE.id,
                severity=Severity.ERROR,
                message=f"{service.name} reserves a device without capabilities: Compose does not start it",
                path=place.file,
                line=place.line,
                span=place.span,
                why="capabilities is the one field that a reservation has to have (Compose Deploy Specification)",
                help="capabilities: [gpu]",
                fix=_with_capabilities(project, place),
            )


def _with_capabilities(project: Project, place: TextSpan) -> Fix | None:
    """The fix that names them in front of the first field of the item: `- driver: nvidia`."""
    file = project.file(place.file)
    if file is None or file.text.startswith("{", place.start):
        return None
    head = file.text[file.text.rfind("\n", 0, place.start) + 1 : place.start]
    if head.strip() != "-":
        return None
    edit = Edit(place.file, place.start, place.start, new=f"capabilities: [gpu]\n{head.replace('-', ' ')}")
    return Fix("add capabilities: [gpu]", (edit,), safe=True)


def _what(service: Service) -> str:
    return service.dockerfile or (service.base.image if service.base is not None else service.name)


def _image(project: Project, service: Service) -> str | None:
    if service.dockerfile is not None:
        stages = project.stages_of(service.dockerfile)
        stage = _stage(stages, service.stage)
        if stage is None or not runs_cuda(project, stage):
            return None
        return f"the image of {service.dockerfile}"
    base = service.base
    if base is None or service.builds or not is_nvidia_cuda(base) or base.flavour is None:
        return None
    return base.image


def _stage(stages: tuple[Stage, ...], name: str | None) -> Stage | None:
    if name is None:
        return stages[-1] if stages else None
    return next((stage for stage in stages if stage.name is not None and stage.name.lower() == name.lower()), None)


def _fix(project: Project, service: Service) -> Fix | None:
    file = project.file(service.file)
    if file is None:
        return None
    start = service.place.start
    indent = file.text[file.text.rfind("\n", 0, start) + 1 : start]
    if not indent or indent.strip():
        return None
    return Fix("request all GPUs", (Edit(file.name, start, start, new=f"gpus: all\n{indent}"),), safe=False)


RULE = Rule("service-without-gpu", "A service that runs CUDA code without a GPU", __doc__, check)
