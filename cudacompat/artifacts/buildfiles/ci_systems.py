"""Azure's pipelines, CircleCI's configurations and Jenkins' pipelines: their jobs, and the commands that they run."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from cudacompat.artifacts.buildfiles import commands as shell
from cudacompat.artifacts.buildfiles import windows
from cudacompat.artifacts.buildfiles.blanking import blanked
from cudacompat.artifacts.buildfiles.ci import JobRead, Merged, line_of, run_text, variables
from cudacompat.artifacts.buildfiles.commands import ShellCommand
from cudacompat.artifacts.buildfiles.positions import Node
from cudacompat.artifacts.buildfiles.shell_variables import Sources
from cudacompat.artifacts.buildfiles.windows import DIALECT_OF_SHELL, Dialect
from cudacompat.domain.project.assignments import AssignmentKind
from cudacompat.domain.project.image_names import base_of
from cudacompat.domain.project.job_images import JobImage, asks_for_gpus
from cudacompat.domain.project.job_runners import CIRCLE_EXECUTORS
from cudacompat.domain.project.model import Base, CiJob, Setting, SourceFile

_MACRO = re.compile(r"\$\((\w+)\)")  # Azure's $(NAME), which is put in before a shell reads the line
_MOST_JOBS = 2_000
_EMPTY = Node(0, 0)

# -- Azure


def azure(file: SourceFile, documents: tuple[Node, ...], sources: Sources | None) -> Iterator[JobRead]:
    """Yield the jobs of an Azure pipeline, or of a template of one."""
    for document in documents:
        resources = {
            item.entries["container"].text: item
            for item in (document.get("resources", "containers") or _EMPTY).items
            if "container" in item.entries and "image" in item.entries
        }
        merged = Merged()
        top = _azure_variables(file, document.get("variables"))
        for count, (node, around) in enumerate(_azure_jobs(document)):
            if count == _MOST_JOBS:
                raise ValueError(f"more than {_MOST_JOBS} jobs")
            environment = top
            for outer in around:
                environment = merged.of(environment, _azure_variables(file, outer.get("variables")))
            environment = merged.of(environment, _azure_matrix(file, node.get("strategy", "matrix")))
            container = node.get("container", "image") or node.get("container")
            image = _azure_image(file, node.get("container"), container, resources=resources)
            pool = node.get("pool", "vmImage") or node.get("pool") or document.get("pool", "vmImage")
            labels = (pool.text,) if pool is not None and pool.text else ()
            name = node.get("job") or node.get("deployment")
            commands: list[ShellCommand] = []
            on_windows = any(label.lower().startswith("windows") for label in labels)
            for step in (node.get("steps") or _EMPTY).items:
                visible = merged.of(environment, variables(file, step.get("env")))
                commands += _azure_step(file, step, visible, sources=sources, on_windows=on_windows)
            yield _job(
                file,
                node,
                name=name.text if name is not None and name.text else "the pipeline",
                system="azure",
                runner=labels,
                base=base_of(image.image) if image is not None else None,
                environment=environment,
                images=() if image is None else (image,),
                commands=commands,
            )


def _azure_image(
    file: SourceFile, written: Node | None, container: Node | None, resources: Mapping[str | None, Node]
) -> JobImage | None:
    """The container of a job, which may be one of the pipeline's resources."""
    if container is None or not container.text:
        return None
    resource = resources.get(container.text)
    image = resource.entries["image"] if resource is not None else container
    options = (resource or written or _EMPTY).get("options")
    gpus = asks_for_gpus(options.text if options is not None else None)
    return JobImage(image.text or container.text, line_of(file, image), gpus=gpus)


def _azure_jobs(document: Node) -> Iterator[tuple[Node, tuple[Node, ...]]]:
    """The nodes that have steps, each with the stage around it and itself."""
    if document.get("steps") is not None:
        yield document, ()
    for job in (document.get("jobs") or _EMPTY).items:
        yield job, (job,)
    for stage in (document.get("stages") or _EMPTY).items:
        for job in (stage.get("jobs") or _EMPTY).items:
            yield job, (stage, job)


def _azure_variables(file: SourceFile, node: Node | None) -> dict[str, Setting]:
    found = variables(file, node)
    for item in node.items if node is not None else ():
        name, value = item.get("name"), item.get("value")
        if name is not None and name.text and value is not None:
            found |= variables(file, Node(item.start, item.end, entries={name.text: value}))
    return found


def _azure_matrix(file: SourceFile, node: Node | None) -> dict[str, Setting]:
    """The variables that a matrix gives to its runs, each with the values of all."""
    found: dict[str, list[Setting]] = {}
    for run in (node or _EMPTY).entries.values():
        for name, setting in variables(file, run).items():
            found.setdefault(name, []).append(setting)
    return {
        name: Setting(
            name,
            None,
            settings[0].place,
            way=AssignmentKind.ENVIRONMENT,
            written=settings[0].written,
            quote=settings[0].quote,
            choices=tuple(dict.fromkeys(value for each in settings for value in each.outcomes)),
        )
        for name, settings in found.items()
    }


def _azure_step(
    file: SourceFile, step: Node, environment: Mapping[str, Setting], sources: Sources | None, *, on_windows: bool
) -> Iterator[ShellCommand]:
    for key in ("script", "bash", "powershell", "pwsh"):
        node = step.get(key)
        if node is None or node.text is None:
            continue
        text = _MACRO.sub(r"${\1}", file.text[node.start : node.end])
        if key in ("powershell", "pwsh") or (key == "script" and on_windows):
            dialect = Dialect.BATCH if key == "script" else Dialect.POWERSHELL
            macros = _MACRO.sub(r"%\1% ", file.text[node.start : node.end]) if key == "script" else text
            yield from windows.commands(
                file, node.start, node.end, environment=environment, dialect=dialect, masked=macros
            )
            continue
        if not node.block or node.block == ">":
            text = text.replace("\n", " ")
        yield from shell.commands(file, node.start, node.end, environment=environment, masked=text, sources=sources)


# -- CircleCI


def circle(file: SourceFile, documents: tuple[Node, ...], sources: Sources | None) -> Iterator[JobRead]:
    """Yield the jobs of a configuration of CircleCI."""
    for document in documents:
        merged = Merged()
        executors = (document.get("executors") or _EMPTY).entries
        for name, node in (document.get("jobs") or _EMPTY).entries.items():
            named = node.get("executor", "name") or node.get("executor")
            executor = executors.get(named.text or "", _EMPTY) if named is not None else _EMPTY
            images = _circle_images(file, node) or _circle_images(file, executor)
            environment = merged.of(
                variables(file, executor.get("environment")), variables(file, node.get("environment"))
            )
            commands: list[ShellCommand] = []
            for step in (node.get("steps") or _EMPTY).items:
                run = step.get("run")
                script = run.get("command") or run if run is not None else None
                if run is None or script is None or script.text is None:
                    continue
                visible = merged.of(environment, variables(file, run.get("environment")))
                commands += run_text(file, script, visible, sources=sources)
            yield _job(
                file,
                node,
                name=name,
                system="circle",
                runner=_circle_runner(node, executor),
                base=base_of(images[0].image) if images and not images[0].service else None,
                environment=environment,
                commands=commands,
                images=images,
            )


def _circle_runner(node: Node, executor: Node) -> tuple[str, ...]:
    """The class of the machine; where none is named, the kind of executor, whose default class has no GPU. A machine's
    image made for CUDA says what it needs. Nothing for an executor that the file does not have, as that of an orb."""
    named = node.get("resource_class") or executor.get("resource_class")
    if named is not None:
        return (named.text,) if named.text else ()
    image = node.get("machine", "image") or executor.get("machine", "image")
    if image is not None and image.text and "cuda" in image.text.lower():
        return (image.text,)
    kind = next((each for each in CIRCLE_EXECUTORS if node.get(each) or executor.get(each)), None)
    return (kind,) if kind is not None else ()


def _circle_images(file: SourceFile, node: Node) -> tuple[JobImage, ...]:
    """The images of a job or an executor: the steps run in the first, the others are services."""
    images = [each.get("image") for each in (node.get("docker") or _EMPTY).items]
    return tuple(
        JobImage(image.text, line_of(file, image), service=number > 0)
        for number, image in enumerate(images)
        if image is not None and image.text
    )


# -- Jenkins

_SHELL_STEP = re.compile(
    r"\b(?P<kind>sh|bat|powershell|pwsh)\b[ \t]*\(?[ \t]*(?:[^\n'\"]{0,200}?\bscript:[ \t]*)?"
    r"(?:'''(?P<a>.*?)'''|\"\"\"(?P<b>.*?)\"\"\"|'(?P<c>[^'\n]*)'|\"(?P<d>(?:[^\"\\\n]|\\.)*)\")",
    re.DOTALL,
)
_IMAGE = re.compile(r"\bimage(?:\s*\(|[ \t]+|:[ \t]*)[ \t]*['\"]([^'\"\n$]{1,300})['\"]")
_VARIABLE = re.compile(r"(?m)(?:^|[{;])[ \t]*([A-Z_][A-Z0-9_]*)[ \t]*=[ \t]*(['\"])([^'\"\n]*)\2[ \t]*(?=[;}]|\r?$)")
_GROOVY_COMMENT = re.compile(r"(?m)^[ \t]*//[^\n]*")


def jenkins(file: SourceFile, sources: Sources | None) -> Iterator[JobRead]:
    """Yield the steps of a Jenkins pipeline that run commands, as one job; its image where it names only one."""
    text = blanked(_GROOVY_COMMENT, file.text)
    environment: dict[str, Setting] = {}
    for match in _VARIABLE.finditer(text):
        place = file.place(match.start(3), match.end(3))
        value = None if "$" in match[3] or match[1] in environment else match[3]
        environment[match[1]] = Setting(
            match[1], value, place, way=AssignmentKind.ENVIRONMENT, written=match[3], quote=match[2]
        )
    commands: list[ShellCommand] = []
    for step in _SHELL_STEP.finditer(text):
        group = next(name for name in "abcd" if step[name] is not None)
        start, end = step.span(group)
        dialect = DIALECT_OF_SHELL.get(step["kind"])
        if dialect is not None:
            commands += windows.commands(file, start, end, environment=environment, dialect=dialect, masked=step[group])
        else:
            commands += shell.commands(file, start, end, environment=environment, masked=step[group], sources=sources)
    images = {match[1] for match in _IMAGE.finditer(text)}
    if commands:
        yield _job(
            file,
            Node(0, 0),
            name="the pipeline",
            system="jenkins",
            runner=(),
            base=base_of(images.pop()) if len(images) == 1 else None,
            environment=environment,
            commands=commands,
        )


def _job(
    file: SourceFile,
    node: Node,
    *,
    name: str,
    system: str,
    runner: tuple[str, ...],
    base: Base | None,
    environment: Mapping[str, Setting],
    commands: list[ShellCommand],
    images: tuple[JobImage, ...] = (),
) -> JobRead:
    place = file.place(node.start, node.start)
    return JobRead(
        CiJob(file.name, name, place, system=system, runner=runner, base=base, environment=environment, images=images),
        tuple(commands),
    )
