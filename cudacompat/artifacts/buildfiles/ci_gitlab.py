"""GitLab's pipelines: their jobs, and the commands that they run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from cudacompat.artifacts.buildfiles.ci import JobRead, Merged, filled, line_of, run_text, variables
from cudacompat.artifacts.buildfiles.commands import ShellCommand
from cudacompat.artifacts.buildfiles.positions import Node
from cudacompat.artifacts.buildfiles.shell_variables import Sources
from cudacompat.domain.project.assignments import AssignmentKind
from cudacompat.domain.project.image_names import base_of
from cudacompat.domain.project.job_images import JobImage
from cudacompat.domain.project.model import CiJob, JobStep, Setting, SourceFile

_CONFIG_KEYS = frozenset({"default", "variables", "include", "stages", "workflow", "image", "services", "cache"})
_MOST_LEVELS = 11
_MOST_COPIED = 200_000  # entries of all jobs of a document together


def gitlab(file: SourceFile, documents: tuple[Node, ...], sources: Sources | None = None) -> Iterator[JobRead]:
    """Yield the jobs of a GitLab pipeline."""
    for document in documents:
        yield from _of_document(file, document, sources)


def _of_document(file: SourceFile, document: Node, sources: Sources | None) -> Iterator[JobRead]:
    merged = Merged()
    templates = _Templates(document)
    top = variables(file, document.get("variables"))
    default = document.get("default", "image") or document.get("image")
    usual = document.get("default", "cache") or document.get("cache")
    services = document.get("default", "services") or document.get("services")
    for name, own in document.entries.items():
        if name in _CONFIG_KEYS or not own.entries or templates.is_only_one(name):
            continue
        node, complete = templates.whole(own)
        if node.get("script") is None:
            continue
        environment = merged.of(top, variables(file, node.get("variables")))
        image = node.get("image") or (default if complete else None)
        image = image.get("name") or image if image is not None else None
        tags = node.get("tags")
        commands: list[ShellCommand] = []
        for key in ("before_script", "script"):
            script = node.get(key)
            for line in (script.items or (script,)) if script is not None else ():
                if line.text is not None:
                    commands += run_text(file, line, environment, sources=sources)
        job = CiJob(
            file=file.name,
            name=name,
            place=file.place(own.start, own.start),
            system="gitlab",
            runner=tags.words() if tags is not None else (),
            base=base_of(filled(image.text, environment)) if image is not None and image.text else None,
            environment=environment,
            steps=tuple(_caches(file, node.get("cache") or usual)),
            images=tuple(_images(file, image, node.get("services") or services, environment=environment)),
        )
        yield JobRead(job, tuple(commands))


def _images(
    file: SourceFile, image: Node | None, services: Node | None, environment: Mapping[str, Setting]
) -> Iterator[JobImage]:
    """The image that a job runs in, and those of its services; each with the variables put in that are known."""
    if image is not None and image.text:
        yield JobImage(filled(image.text, environment), line_of(file, image))
    for each in services.items if services is not None else ():
        named = each.get("name") or each
        if named.text:
            yield JobImage(filled(named.text, environment), line_of(file, named), service=True)


def _caches(file: SourceFile, node: Node | None) -> Iterator[JobStep]:
    """The caches of a job of GitLab: what each keeps, by which key."""
    for each in (node.items or (node,)) if node is not None else ():
        given = {}
        for name, values in (("key", each.get("key")), ("path", each.get("paths"))):
            if values is not None:
                end = max((item.end for item in values.items), default=values.end)
                text = "\n".join(values.words()) or file.text[values.start : end]
                place = file.place(values.start, end)
                given[name] = Setting(
                    name, text, place, way=AssignmentKind.ENVIRONMENT, written=text, quote=values.quote
                )
        yield JobStep("cache", given, file.place(each.start, each.start))


class _Templates:
    """What jobs take from others by `extends`.

    Source: https://docs.gitlab.com/ci/yaml/#extends: mappings are merged key by key, all else is replaced; up to eleven
    levels.
    """

    def __init__(self, document: Node) -> None:
        self._entries = document.entries
        self._copied = 0
        self._taken = {name for each in document.entries.values() for name in _extended(each)}

    def is_only_one(self, name: str) -> bool:
        """Whether the job is hidden, and others here take it over."""
        return name.startswith(".") and name in self._taken

    def whole(self, node: Node, level: int = 0) -> tuple[Node, bool]:
        """The job with all that it takes from others, and whether all of those stand here."""
        names = _extended(node)
        if not names or level == _MOST_LEVELS:
            return node, not names
        entries: dict[str, Node] = {}
        complete = True
        for name in names:
            template = self._entries.get(name)
            if template is None:
                complete = False
                continue
            found, known = self.whole(template, level + 1)
            entries, complete = self._over(entries, found.entries), complete and known
        return replace(node, entries=self._over(entries, node.entries)), complete

    def _over(self, below: Mapping[str, Node], above: Mapping[str, Node]) -> dict[str, Node]:
        self._copied += len(below) + len(above)
        if self._copied > _MOST_COPIED:
            raise ValueError("too many jobs extend too many others")
        found = {**below, **above}
        for name in below.keys() & above.keys():
            if below[name].entries and above[name].entries:
                found[name] = replace(above[name], entries=self._over(below[name].entries, above[name].entries))
        return found


def _extended(node: Node) -> tuple[str, ...]:
    extends = node.get("extends")
    return extends.words() if extends is not None else ()
