"""A container without the driver's libraries for computing.

What it finds: NVIDIA_DRIVER_CAPABILITIES without `compute`; and, as a note, an image that ships CUDA code on a base of
its own and says neither NVIDIA_VISIBLE_DEVICES nor its capabilities.

Why it matters: without the capability `compute` the container runtime leaves libcuda out. NVIDIA's own images set both
variables; with `--runtime=nvidia` an image that sets neither gets no GPU.

Example: `ENV NVIDIA_DRIVER_CAPABILITIES=utility`.

What to do: `ENV NVIDIA_VISIBLE_DEVICES=all` and `ENV NVIDIA_DRIVER_CAPABILITIES=compute,utility`.
"""

from __future__ import annotations

from collections.abc import Iterable

from cudacompat.domain.project.model import Project, Stage
from cudacompat.domain.project.stages import built_in, distro_of, ships
from cudacompat.domain.rules.lint.container_facts import running_settings
from cudacompat.domain.words.finding import Edit, Finding, Fix, Severity
from cudacompat.domain.words.rule import Rule

_RUNTIME = "https://docs.nvidia.com/datacenter/cloud-native/container-toolkit/latest/docker-specialized.html"


def check(project: Project) -> Iterable[Finding]:
    """One finding for each image or service without the driver's compute libraries."""
    seen: set[tuple[str, int]] = set()
    for setting, where in running_settings(project):
        at = setting.place.at
        if setting.name != "NVIDIA_DRIVER_CAPABILITIES" or not setting.value or at in seen or "$" in setting.written:
            continue
        seen.add(at)
        given = {part.strip().lower() for part in setting.value.split(",")}
        if given & {"compute", "all"}:
            continue
        place = setting.place
        edit = Edit(place.file, place.start, place.start, new="compute,")
        yield Finding(
            id=RULE.id,
            severity=Severity.ERROR,
            message=f"{where} gets no libcuda without the `compute` capability",
            path=place.file,
            line=place.line,
            span=place.span,
            found=f"{setting.name}={setting.written}"[:120],
            why=f"CUDA programs need `compute`; nvidia-smi needs `utility` ({_RUNTIME})",
            help=f"{setting.name}=compute,{setting.value}",
            fix=Fix("add compute", (edit,), safe=True),
        )
    for stage in project.stages:
        yield from _says_neither(project, stage)


def _says_neither(project: Project, stage: Stage) -> Iterable[Finding]:
    base = stage.base
    if base is None or base.cuda is not None or distro_of(base) is None or not ships(project, stage):
        return
    names = ("NVIDIA_VISIBLE_DEVICES", "NVIDIA_DRIVER_CAPABILITIES")
    if any(name in stage.environment for name in names) or not project.starts_of(stage):
        return
    source = next((source for source, _ in built_in(project, stage)), None)
    if source is None:
        return
    yield Finding(
        id=RULE.id,
        severity=Severity.NOTE,
        message="this CUDA image sets neither NVIDIA_VISIBLE_DEVICES nor NVIDIA_DRIVER_CAPABILITIES",
        path=stage.file,
        line=stage.place.line,
        span=stage.place.span,
        found=base.image,
        why=f"with --runtime=nvidia, an image that sets neither gets no GPU; NVIDIA's images set both ({_RUNTIME})",
        help="add ENV NVIDIA_VISIBLE_DEVICES=all NVIDIA_DRIVER_CAPABILITIES=compute,utility",
    )


RULE = Rule("driver-capabilities", "Container without the driver libraries", __doc__, check)
