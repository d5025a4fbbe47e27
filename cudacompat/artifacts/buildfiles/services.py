"""Compose files, dev containers and podman's quadlets: what they run, and whether it gets a GPU."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

from cudacompat.artifacts.buildfiles.ci import variables
from cudacompat.artifacts.buildfiles.positions import Node
from cudacompat.domain.project.assignments import AssignmentKind
from cudacompat.domain.project.image_names import base_of
from cudacompat.domain.project.model import Service, Setting, SourceFile

_QUADLET_LINE = re.compile(r"(?m)^[ \t]*(\w+)[ \t]*=[ \t]*([^\r\n]*+)$")


def compose(file: SourceFile, documents: tuple[Node, ...]) -> Iterator[Service]:
    """Yield the services of a compose file."""
    for document in documents:
        for name, node in (document.get("services") or Node(0, 0)).entries.items():
            build = node.get("build")
            image = node.get("image")
            settings = variables(file, node.get("environment"))
            if build is not None:
                settings |= variables(file, build.get("args"), AssignmentKind.BUILD_ARGUMENT)
            volumes = node.get("volumes")
            built = _built(file, build) if build is not None else _Built()
            refused = _without_capabilities(node)
            started = [each for key in ("entrypoint", "command") if (each := node.get(key)) is not None]
            yield Service(
                file=file.name,
                name=name,
                place=file.place(node.start, node.start),
                base=base_of(image.text) if image is not None and image.text else None,
                builds=build is not None,
                gpu=_has_gpu(node),
                environment=settings,
                volumes=volumes.words() if volumes is not None else (),
                dockerfile=built.dockerfile,
                stage=built.stage,
                context=built.context,
                words=tuple(word for each in started for word in each.words()),
                open=node.get("extends") is not None or node.get("env_file") is not None,
                refused=file.place(refused.start, refused.start) if refused is not None else None,
            )


@dataclass(frozen=True, slots=True)
class _Built:
    """The Dockerfile that a service builds and the folder it is built in, by their paths below the project, and the
    stage; `None` for what is elsewhere or written in place."""

    dockerfile: str | None = None
    stage: str | None = None
    context: str | None = None


def _built(file: SourceFile, build: Node) -> _Built:
    context = build if build.text is not None else build.get("context")
    named, stage = build.get("dockerfile"), build.get("target")
    where = (context.text or "") if context is not None else "."
    name = (named.text or "") if named is not None else "Dockerfile"
    if "$" in where + name or ":" in where or build.get("dockerfile_inline") is not None:
        return _Built()
    folder = posixpath.normpath(posixpath.join(posixpath.dirname(file.name), where))
    path = posixpath.normpath(posixpath.join(folder, name))
    inside = [None if each == ".." or each.startswith(("../", "/")) else each for each in (path, folder)]
    return _Built(inside[0], stage=stage.text if stage is not None else None, context=inside[1])


def _has_gpu(node: Node) -> bool:
    if node.get("gpus") is not None:
        return True
    runtime = node.get("runtime")
    if runtime is not None and runtime.text == "nvidia":
        return True
    devices = node.get("devices")
    if devices is not None and any("nvidia" in word for word in devices.words()):
        return True
    reserved = node.get("deploy", "resources", "reservations", "devices")
    return reserved is not None and any(
        "gpu" in (item.get("capabilities") or Node(0, 0)).words()
        or (item.get("driver") or Node(0, 0)).text in ("nvidia", "cdi")
        for item in reserved.items
    )


def _without_capabilities(node: Node) -> Node | None:
    """The first reservation of a GPU that says no `capabilities`, which Compose refuses ("You must set this field",
    docs.docker.com/compose/how-tos/gpu-support); what an alias brings may have them."""
    reserved = node.get("deploy", "resources", "reservations", "devices")
    for item in reserved.items if reserved is not None else ():
        driver = item.get("driver")
        counted = item.get("count") is not None or item.get("device_ids") is not None
        of_nvidia = driver.text == "nvidia" if driver is not None else counted
        if of_nvidia and item.get("capabilities") is None and item.get("<<") is None:
            return item
    return None


def devcontainer(file: SourceFile, documents: tuple[Node, ...]) -> Iterator[Service]:
    """Yield what a devcontainer.json describes."""
    for document in documents:
        image, build = document.get("image"), document.get("build")
        built = _built(file, build) if build is not None else _Built()
        arguments = document.get("runArgs")
        words = arguments.words() if arguments is not None else ()
        gpu = any(word.startswith("--gpus") or "nvidia" in word for word in words)
        settings = variables(file, document.get("containerEnv"))
        if build is not None:
            settings |= variables(file, build.get("args"), AssignmentKind.BUILD_ARGUMENT)
        yield Service(
            file=file.name,
            name="devcontainer",
            place=file.place(document.start, document.start),
            base=base_of(image.text) if image is not None and image.text else None,
            builds=build is not None or document.get("dockerFile") is not None,
            gpu=gpu or document.get("hostRequirements", "gpu") is not None,
            environment=settings,
            dockerfile=built.dockerfile,
            stage=built.stage,
            context=built.context,
            open=document.get("dockerComposeFile") is not None,
        )


def quadlet(file: SourceFile) -> Iterator[Service]:
    """Yield what one of podman's .container files describes."""
    image: str | None = None
    gpu = False
    settings: dict[str, Setting] = {}
    volumes: list[str] = []
    for match in _QUADLET_LINE.finditer(file.text):
        key, value = match[1], match[2].rstrip(" \t")
        end = match.start(2) + len(value)
        if key == "Image":
            image = value
        elif key in ("AddDevice", "PodmanArgs"):
            gpu = gpu or "nvidia" in value or "--gpus" in value
        elif key == "Volume":
            volumes.append(value)
        elif key == "Environment" and "=" in value:
            name, _, text = value.strip("\"'").partition("=")
            start = match.start(2) + value.index("=") + 1
            place = file.place(start, end)
            settings[name] = Setting(name, text, place, way=AssignmentKind.ENVIRONMENT, written=file.text[start:end])
    yield Service(
        file=file.name,
        name=PurePosixPath(file.name).stem,
        place=file.place(0, 0),
        base=base_of(image) if image else None,
        builds=False,
        gpu=gpu,
        environment=settings,
        volumes=tuple(volumes),
    )
