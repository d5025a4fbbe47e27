"""Pipelines whose steps run on their own, each in an image: Buildkite's, and those of Drone and Woodpecker."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TypeVar

from cudacompat.artifacts.buildfiles.ci import JobRead, Merged, filled, run_text, variables
from cudacompat.artifacts.buildfiles.commands import ShellCommand
from cudacompat.artifacts.buildfiles.positions import Node
from cudacompat.artifacts.buildfiles.shell_variables import Sources
from cudacompat.domain.project.image_names import base_of
from cudacompat.domain.project.model import CiJob, Setting, SourceFile

_MOST_STEPS = 2_000
_EMPTY = Node(0, 0)
_Step = TypeVar("_Step")


def buildkite(file: SourceFile, documents: tuple[Node, ...], sources: Sources | None = None) -> Iterator[JobRead]:
    """Yield the steps of a Buildkite pipeline that run commands (https://buildkite.com/docs/pipelines/configure)."""
    merged = Merged()
    for document in documents:
        top = variables(file, document.get("env"))
        for node in _counted(_of_groups(document.items or (document.get("steps") or _EMPTY).items)):
            environment = merged.of(top, variables(file, node.get("env")))
            image: Node | None = None
            for plugin, given in _plugins(node):
                if plugin.partition("#")[0].rpartition("/")[2] in ("docker", "docker-buildkite-plugin"):
                    image = given.get("image")
                    environment = merged.of(environment, variables(file, given.get("environment")))
            runner = node.get("agents", "queue") or document.get("agents", "queue")
            name = node.get("label") or node.get("key") or node.get("name")
            commands = _commands(file, _scripts(node, "command", "commands"), environment, sources=sources)
            named = filled(image.text, top) if image is not None and image.text else None
            yield JobRead(_job(file, node, name, image=named, runner=runner, environment=environment), commands)


def _of_groups(nodes: tuple[Node, ...]) -> Iterator[Node]:
    for node in nodes:
        steps = node.get("steps")
        yield from steps.items if steps is not None else (node,)


def _plugins(node: Node) -> Iterator[tuple[str, Node]]:
    """The plugins of a step with what each is given: a list of mappings, or one mapping."""
    plugins = node.get("plugins") or _EMPTY
    for each in (plugins, *plugins.items):
        yield from each.entries.items()


def drone(file: SourceFile, documents: tuple[Node, ...], sources: Sources | None = None) -> Iterator[JobRead]:
    """Yield the steps of a pipeline of Drone or Woodpecker that run commands: a list, or a mapping of names (`pipeline`
    in older ones)."""
    merged = Merged()
    for document in documents:
        steps = document.get("steps") or document.get("pipeline") or _EMPTY
        top = variables(file, document.get("environment"))
        every = [(each.get("name"), each) for each in steps.items]
        every += [(Node(each.start, each.end, name), each) for name, each in steps.entries.items()]
        for name, node in _counted(every):
            environment = merged.of(top, variables(file, node.get("environment")))
            commands = _commands(file, _scripts(node, "commands"), environment, sources=sources)
            image = node.get("image")
            named = image.text if image is not None else None
            yield JobRead(_job(file, node, name, image=named, runner=None, environment=environment), commands)


def _counted(steps: Iterable[_Step]) -> Iterator[_Step]:
    for count, step in enumerate(steps):
        if count == _MOST_STEPS:
            raise ValueError(f"more than {_MOST_STEPS} steps")
        yield step


def _scripts(node: Node, *keys: str) -> tuple[Node, ...]:
    found = (node.get(key) for key in keys)
    return tuple(line for each in found if each is not None for line in (each.items or (each,)))


def _commands(
    file: SourceFile, scripts: tuple[Node, ...], environment: Mapping[str, Setting], sources: Sources | None
) -> tuple[ShellCommand, ...]:
    lines = (line for line in scripts if line.text is not None)
    return tuple(each for line in lines for each in run_text(file, line, environment, sources=sources))


def _job(
    file: SourceFile,
    node: Node,
    name: Node | None,
    *,
    image: str | None,
    runner: Node | None,
    environment: Mapping[str, Setting],
) -> CiJob:
    return CiJob(
        file=file.name,
        name=name.text if name is not None and name.text else "without a name",
        place=file.place(node.start, node.start),
        system="steps",
        runner=runner.words() if runner is not None else (),
        base=base_of(image) if image else None,
        environment=environment,
    )
