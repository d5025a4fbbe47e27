"""Variables of a container that keep its GPUs or its driver from it: `visible-devices-in-image` and
`driver-capabilities`.

What it finds: CUDA_VISIBLE_DEVICES=all; an image for CUDA, or a service with a GPU, that hides every GPU (empty, -1,
none, void); NVIDIA_DRIVER_CAPABILITIES without `compute`; and, as a note, an image that ships CUDA code on a base of
its own and says neither.

Why it matters: `all` belongs to NVIDIA_VISIBLE_DEVICES. CUDA_VISIBLE_DEVICES takes numbers and ids, and hides the
first invalid entry and all behind it: no device is left (error 100, measured). Without the capability `compute` the
container runtime leaves libcuda out. NVIDIA's own images set both; with `--runtime=nvidia` an image that sets neither
gets no GPU.

Example: `ENV CUDA_VISIBLE_DEVICES=all`, or `ENV NVIDIA_DRIVER_CAPABILITIES=utility`.

What to do: `ENV NVIDIA_VISIBLE_DEVICES=all` and `ENV NVIDIA_DRIVER_CAPABILITIES=compute,utility`; leave
CUDA_VISIBLE_DEVICES to who starts the container.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import pairwise

from cudacompat.domain.project.assignments import AssignmentKind
from cudacompat.domain.project.command_facts import removal
from cudacompat.domain.project.model import Project, Setting, Stage, Word
from cudacompat.domain.project.stages import built_in, distro_of, runs_cuda, ships
from cudacompat.domain.words.finding import Edit, Finding, Fix, Severity
from cudacompat.domain.words.rule import Rule

_MEANS_ALL = re.compile(r"all|any|auto|true|yes|cuda\S*|gpu(?!-)\S*", re.IGNORECASE)
_HEAD = re.compile(r"CUDA(_VISIBLE_DEVICES[\"']?[ \t]*[=: ][ \t]*[\"']?)$")
_NEAR = 200  # characters: so far before its value a name stands
_HIDES = re.compile(r"-1|none|void|NoDevFiles|", re.IGNORECASE)
_RUNTIME = "https://docs.nvidia.com/datacenter/cloud-native/container-toolkit/latest/docker-specialized.html"

_NO_LIST = "it takes numbers and GPU ids; the first invalid entry hides itself and all that follow (error 100)"


def check_devices(project: Project) -> Iterable[Finding]:
    """One finding for each place that hides the GPUs."""
    seen: set[tuple[str, int]] = set()
    for setting in project.settings:
        at = setting.place.at
        if setting.name != "CUDA_VISIBLE_DEVICES" or setting.value is None or at in seen:
            continue
        if setting.way is not AssignmentKind.ENVIRONMENT or not _MEANS_ALL.fullmatch(setting.value.strip()):
            continue
        seen.add(at)
        yield Finding(
            id=DEVICES.id,
            severity=Severity.ERROR,
            message=f"CUDA_VISIBLE_DEVICES={setting.value} hides every GPU",
            path=setting.place.file,
            line=setting.place.line,
            found=f"{setting.name}={setting.written}"[:120],
            why=_NO_LIST,
            help="NVIDIA_VISIBLE_DEVICES=all in an image; nothing elsewhere: all GPUs are visible by default",
            fix=_renamed(project, setting),
        )
    for word in _given_to_docker(project):
        name, _, value = word.text.partition("=")
        if not _MEANS_ALL.fullmatch(value.strip()):
            continue
        yield Finding(
            id=DEVICES.id,
            severity=Severity.ERROR,
            message=f"{name}={value} hides every GPU"[:200],
            path=word.place.file,
            line=word.place.line,
            found=word.text[:120],
            why=_NO_LIST,
            help="--gpus all (or --device nvidia.com/gpu=all) gives the GPUs; leave the variable out",
        )
    for setting, where in _running(project):
        at = setting.place.at
        hiding = setting.name in ("CUDA_VISIBLE_DEVICES", "NVIDIA_VISIBLE_DEVICES") and setting.value is not None
        if not hiding or at in seen or not _HIDES.fullmatch((setting.value or "").strip()) or "$" in setting.written:
            continue
        seen.add(at)
        yield Finding(
            id=DEVICES.id,
            severity=Severity.WARNING,
            message=f"{setting.name}={setting.value} hides every GPU from {where}",
            path=setting.place.file,
            line=setting.place.line,
            found=f"{setting.name}={setting.written}"[:120],
            why="whoever starts it with a GPU gets none, and the program falls back to the CPU or stops",
            help="leave it out, and choose the GPUs where the container is started",
        )


def _given_to_docker(project: Project) -> Iterator[Word]:
    """The CUDA_VISIBLE_DEVICES=… that a `docker run` gives to its container."""
    for command in project.commands:
        if command.program in ("docker", "podman", "nerdctl") and command.has("run", "create"):
            for before, word in pairwise(command.words):
                text = word.text.removeprefix("--env=")
                if (
                    text.startswith("CUDA_VISIBLE_DEVICES=")
                    and word.known
                    and (before.text in ("-e", "--env") or text != word.text)
                ):
                    yield Word(text, word.known, word.place)


def check_capabilities(project: Project) -> Iterable[Finding]:
    """One finding for each image or service without the driver's compute libraries."""
    seen: set[tuple[str, int]] = set()
    for setting, where in _running(project):
        at = setting.place.at
        if setting.name != "NVIDIA_DRIVER_CAPABILITIES" or not setting.value or at in seen or "$" in setting.written:
            continue
        seen.add(at)
        given = {part.strip().lower() for part in setting.value.split(",")}
        if given & {"compute", "all"}:
            continue
        place = setting.place
        edit = Edit(place.file, place.start, place.start, "compute,")
        yield Finding(
            id=CAPABILITIES.id,
            severity=Severity.ERROR,
            message=f"without the capability `compute` {where} gets no libcuda",
            path=place.file,
            line=place.line,
            found=f"{setting.name}={setting.written}"[:120],
            why=f"CUDA programs need `compute`, nvidia-smi alone needs `utility` ({_RUNTIME})",
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
        id=CAPABILITIES.id,
        severity=Severity.NOTE,
        message=f"it runs CUDA code on {base.image} and names neither NVIDIA_VISIBLE_DEVICES nor its capabilities",
        path=stage.file,
        line=stage.place.line,
        found=base.image,
        why=f"NVIDIA's images set both; with --runtime=nvidia, an image that sets neither gets no GPU ({_RUNTIME})",
        help="ENV NVIDIA_VISIBLE_DEVICES=all NVIDIA_DRIVER_CAPABILITIES=compute,utility",
    )


def _running(project: Project) -> Iterator[tuple[Setting, str]]:
    """What is set in images that run CUDA code, and for services that have a GPU."""
    for stage in project.stages:
        if ships(project, stage) and runs_cuda(project, stage):
            for setting in stage.environment.values():
                yield setting, "this image"
    for service in project.services:
        if service.gpu:
            for setting in service.environment.values():
                if setting.way is AssignmentKind.ENVIRONMENT:
                    yield setting, f"{service.name}, which has one"


def _renamed(project: Project, setting: Setting) -> Fix | None:
    """In an image or a service, the name that takes `all`; elsewhere it is taken out."""
    file = project.file(setting.place.file)
    if file is None:
        return None
    of_services = project.once("files_of_services", lambda: frozenset(service.file for service in project.services))
    of_container = bool(project.stages_of(file.name)) or file.name in of_services
    beside = project.sets("NVIDIA_VISIBLE_DEVICES", file.name)
    head = _HEAD.search(file.text, max(setting.place.start - _NEAR, 0), setting.place.start)
    if not of_container or beside or head is None:
        return removal(project, setting)
    edits = (
        Edit(file.name, head.start(), head.start() + len("CUDA"), "NVIDIA"),
        Edit(file.name, setting.place.start, setting.place.end, "all"),
    )
    return Fix("NVIDIA_VISIBLE_DEVICES=all", edits, safe=True)


DEVICES = Rule("visible-devices-in-image", "A variable that hides the GPUs of a container", __doc__, check_devices)
CAPABILITIES = Rule("driver-capabilities", "A container without the driver's libraries", __doc__, check_capabilities)
