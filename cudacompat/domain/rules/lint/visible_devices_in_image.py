"""A variable that hides the GPUs of a container.

What it finds: CUDA_VISIBLE_DEVICES=all; an image for CUDA, or a service with a GPU, that hides every GPU (empty, -1,
none, void).

Why it matters: `all` belongs to NVIDIA_VISIBLE_DEVICES. CUDA_VISIBLE_DEVICES takes numbers and ids, and hides the first
invalid entry and all after it: no device is left (error 100, measured).

Example: `ENV CUDA_VISIBLE_DEVICES=all`.

What to do: `ENV NVIDIA_VISIBLE_DEVICES=all`; leave CUDA_VISIBLE_DEVICES to who starts the container.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import pairwise

from cudacompat.domain.project.assignments import AssignmentKind
from cudacompat.domain.project.command_facts import removal
from cudacompat.domain.project.model import Project, Setting, Word
from cudacompat.domain.rules.lint.container_facts import running_settings
from cudacompat.domain.words.finding import Edit, Finding, Fix, Severity
from cudacompat.domain.words.programs import CONTAINER_ENGINES
from cudacompat.domain.words.rule import Rule

_MEANS_ALL = re.compile(r"all|any|auto|true|yes|cuda\S*|gpu(?!-)\S*", re.IGNORECASE)


_HEAD = re.compile(r"CUDA(_VISIBLE_DEVICES[\"']?[ \t]*[=: ][ \t]*[\"']?)$")


_NEAR = 200  # characters: so far before its value a name stands


_HIDES = re.compile(r"-1|none|void|NoDevFiles|", re.IGNORECASE)


_NO_LIST = (
    "CUDA reads GPU indexes or UUIDs and ignores the first invalid entry and all after it: no GPU is left (error 100)"
)


def check(project: Project) -> Iterable[Finding]:
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
            id=RULE.id,
            severity=Severity.ERROR,
            message=f"CUDA_VISIBLE_DEVICES={setting.value} hides every GPU",
            path=setting.place.file,
            line=setting.place.line,
            span=setting.place.span,
            found=f"{setting.name}={setting.written}"[:120],
            why=_NO_LIST,
            help="set NVIDIA_VISIBLE_DEVICES=all in the image; elsewhere set nothing (all GPUs are visible by default)",
            fix=_renamed(project, setting),
        )
    for word in _given_to_docker(project):
        name, _, value = word.text.partition("=")
        if not _MEANS_ALL.fullmatch(value.strip()):
            continue
        yield Finding(
            id=RULE.id,
            severity=Severity.ERROR,
            message=f"{name}={value} hides every GPU"[:200],
            path=word.place.file,
            line=word.place.line,
            span=word.place.span,
            found=word.text[:120],
            why=_NO_LIST,
            help="remove the variable; --gpus all (or --device nvidia.com/gpu=all) already selects the GPUs",
        )
    for setting, where in running_settings(project):
        at = setting.place.at
        hiding = setting.name in ("CUDA_VISIBLE_DEVICES", "NVIDIA_VISIBLE_DEVICES") and setting.value is not None
        if not hiding or at in seen or not _HIDES.fullmatch((setting.value or "").strip()) or "$" in setting.written:
            continue
        seen.add(at)
        yield Finding(
            id=RULE.id,
            severity=Severity.WARNING,
            message=f"{setting.name}={setting.value} hides every GPU from {where}",
            path=setting.place.file,
            line=setting.place.line,
            span=setting.place.span,
            found=f"{setting.name}={setting.written}"[:120],
            why="a container that is started with a GPU sees none, and the program falls back to the CPU or stops",
            help="remove it, and choose the GPUs where the container is started",
        )


def _given_to_docker(project: Project) -> Iterator[Word]:
    """The CUDA_VISIBLE_DEVICES=… that a `docker run` gives to its container."""
    for command in project.commands:
        if command.program in CONTAINER_ENGINES and command.has("run", "create"):
            for before, word in pairwise(command.words):
                text = word.text.removeprefix("--env=")
                if (
                    text.startswith("CUDA_VISIBLE_DEVICES=")
                    and word.known
                    and (before.text in ("-e", "--env") or text != word.text)
                ):
                    yield Word(text, word.known, word.place)


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
        Edit(file.name, head.start(), head.start() + len("CUDA"), new="NVIDIA"),
        Edit(file.name, setting.place.start, setting.place.end, new="all"),
    )
    return Fix("NVIDIA_VISIBLE_DEVICES=all", edits, safe=True)


RULE = Rule("visible-devices-in-image", "Variable that hides the GPUs of a container", __doc__, check)
