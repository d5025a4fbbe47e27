"""GitHub's workflows: their jobs, and the commands that they run; what the readers of other CI systems share."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from cudacompat.artifacts.buildfiles import cibuildwheel, windows
from cudacompat.artifacts.buildfiles import commands as shell
from cudacompat.artifacts.buildfiles.blanking import unknown
from cudacompat.artifacts.buildfiles.ci_matrix import (
    LONGEST_WORD,
    MOST_CHOICES,
    each_of,
    put_in,
    runs_of,
    texts_of,
)
from cudacompat.artifacts.buildfiles.commands import ShellCommand
from cudacompat.artifacts.buildfiles.positions import Node
from cudacompat.artifacts.buildfiles.shell_variables import Sources
from cudacompat.artifacts.buildfiles.windows import DIALECT_OF_SHELL
from cudacompat.domain.project.assignments import AssignmentKind
from cudacompat.domain.project.image_names import base_of
from cudacompat.domain.project.job_images import JobImage, asks_for_gpus
from cudacompat.domain.project.model import CiJob, JobStep, Setting, SourceFile, Word
from cudacompat.domain.words.matrix_names import OF_MATRIX

_EXPRESSION = re.compile(r"\$\{\{.{0,2000}?\}\}", re.DOTALL)
_OF_VARIABLE = re.compile(r"\$(?:\{(\w+)\}|(\w+))")
_UNKNOWN = re.compile(r"[$`{}\"'\\\s]")
_MOST_VARIABLES = 1_000_000  # of all steps of a document together


@dataclass(frozen=True, slots=True)
class JobRead:
    """A job with its commands."""

    job: CiJob
    commands: tuple[ShellCommand, ...]


def github(file: SourceFile, documents: tuple[Node, ...], sources: Sources | None = None) -> Iterator[JobRead]:
    """Yield the jobs of a GitHub workflow."""
    for document in documents:
        yield from _github(file, document, sources)


def variables(
    file: SourceFile, node: Node | None, way: AssignmentKind = AssignmentKind.ENVIRONMENT
) -> dict[str, Setting]:
    """Return what a mapping of names (or a list of NAME=VALUE) sets."""
    found: dict[str, Setting] = {}
    if node is None:
        return found
    for name, each in node.entries.items():
        value = each.get("value") or each
        if value.text is not None:
            found[name] = _setting(file, name, value, start=value.start, text=value.text, way=way)
    for item in node.items:
        name, equals, text = (item.text or "").partition("=")
        if equals and re.fullmatch(r"[A-Za-z_]\w*", name):
            found[name] = _setting(file, name, item, start=item.start + len(name) + 1, text=text, way=way)
    return cibuildwheel.with_given(file, found)


def _setting(file: SourceFile, name: str, node: Node, start: int, text: str, way: AssignmentKind) -> Setting:
    known = "${" not in text and "$(" not in text and not re.search(r"\$\w", text)
    place = file.place(start, max(start, node.end))
    written = file.text[place.start : place.end].rstrip() if node.block == "" else text
    place = file.place(start, start + len(written)) if node.block == "" else place
    return Setting(name, text if known else None, place, way=way, written=written, quote=node.quote)


def _github(file: SourceFile, document: Node, sources: Sources | None) -> Iterator[JobRead]:
    merged = Merged()
    top = variables(file, document.get("env"))
    for name, node in (document.get("jobs") or Node(0, 0)).entries.items():
        environment = merged.of(top, variables(file, node.get("env")))
        strategy = node.get("strategy", "matrix")
        matrix = texts_of(strategy)
        runner = node.get("runs-on", "labels") or node.get("runs-on")
        labels = tuple(
            each for label in (runner.words() if runner is not None else ()) for each in each_of(label, matrix)
        )
        container = node.get("container", "image") or node.get("container")
        images = put_in(container.text, matrix) if container is not None and container.text else ()
        usual = node.get("defaults", "run", "shell") or document.get("defaults", "run", "shell")
        on_windows = bool(labels) and all(label.lower().startswith("windows") for label in labels)
        commands: list[ShellCommand] = []
        steps: list[JobStep] = []
        steps_node = node.get("steps")
        for step in steps_node.items if steps_node is not None else ():
            visible = merged.of(environment, variables(file, step.get("env")))
            uses = step.get("uses")
            conditional = step.get("if") is not None
            place = file.place(step.start, step.start)
            steps.append(
                JobStep(uses.text if uses else None, variables(file, step.get("with")), place, conditional=conditional)
            )
            run = step.get("run")
            if run is None:
                if steps[-1].action(cibuildwheel.ACTION):
                    commands.append(cibuildwheel.started(place, visible, conditional=conditional))
                continue
            found = _step_text(
                file, run, visible, sources=sources, kind=step.get("shell") or usual, on_windows=on_windows
            )
            commands += (replace(each, conditional=True) if conditional else each for each in found)
        job = CiJob(
            file=file.name,
            name=name,
            place=file.place(node.start, node.start),
            system="github",
            runner=labels,
            base=base_of(images[0] if len(images) == 1 else " or ".join(images)) if images else None,
            environment=environment,
            steps=tuple(steps),
            matrix=matrix,
            bases=tuple(map(base_of, images)),
            runs=runs_of(strategy),
            container=container.text if container is not None else None,
            images=tuple(_images(file, node, images)),
        )
        yield JobRead(job, tuple(_with_matrix(file, commands, matrix) if matrix else commands))


def _images(file: SourceFile, node: Node, images: Sequence[str]) -> Iterator[JobImage]:
    """The image that the steps of a job run in, if its matrix has no others, and those of its services."""
    for each in (node.get("container"), *(node.get("services") or Node(0, 0)).entries.values()):
        image = (each.get("image") or each) if each is not None else None
        if each is None or image is None or not image.text:
            continue
        service = each is not node.get("container")
        options = each.get("options")
        if service or len(images) == 1:
            gpus = asks_for_gpus(options.text if options is not None else None)
            yield JobImage(image.text if service else images[0], line_of(file, image), service=service, gpus=gpus)


def line_of(file: SourceFile, node: Node) -> int:
    """Return the line that a node begins in."""
    return file.place(node.start, node.start).line


def _with_matrix(
    file: SourceFile, commands: Iterable[ShellCommand], matrix: Mapping[str, tuple[str, ...]]
) -> Iterator[ShellCommand]:
    """The commands, with the values of a matrix for the settings that are one of its names as it is, and for words that
    hold one of them."""
    seen: dict[int, tuple[Mapping[str, Setting], Mapping[str, Setting]]] = {}
    for command in commands:
        environment = command.environment
        if id(environment) not in seen:
            chosen = {name: _of_matrix(each, matrix, {}) for name, each in environment.items()}
            changed = any(each is not environment[name] for name, each in chosen.items())
            seen[id(environment)] = environment, chosen if changed else environment
        around = seen[id(environment)][1]
        defines = tuple(_of_matrix(each, matrix, around) for each in command.defines)
        words = tuple(word if word.known else _word_of_matrix(file, word, matrix) for word in command.words)
        yield replace(command, environment=around, defines=defines, words=words)


def _word_of_matrix(file: SourceFile, word: Word, matrix: Mapping[str, tuple[str, ...]]) -> Word:
    """The word with all that it may be, where nothing else in it is unknown: `torch==${{ matrix.torch }}`."""
    place = word.place
    if word.choices or place.end - place.start > LONGEST_WORD:
        return word
    written = file.text[place.start : place.end].strip("\"'")
    head, name, tail = (*OF_MATRIX.split(written, maxsplit=1), "", "")[:3]
    values = matrix.get(name, ())
    if not 0 < len(values) <= MOST_CHOICES or _UNKNOWN.search(head) or _UNKNOWN.search(tail):
        return word
    return replace(word, choices=tuple(f"{head}{value}{tail}" for value in values))


def _of_matrix(setting: Setting, matrix: Mapping[str, tuple[str, ...]], environment: Mapping[str, Setting]) -> Setting:
    """The setting, with the values of a matrix where it is one of its names, or a variable that is, as it is."""
    written = setting.written.strip()
    quoted = setting.value is not None and OF_MATRIX.fullmatch(written) is not None  # '…', which hides it from a shell
    if (setting.value is not None and not quoted) or setting.choices:
        return setting
    setting = replace(setting, value=None)
    match, named = OF_MATRIX.fullmatch(written), _OF_VARIABLE.fullmatch(written)
    if match is not None:
        values = matrix.get(match[1], ())
        return replace(setting, choices=values) if len(values) <= MOST_CHOICES else setting
    handed = environment.get(named[1] or named[2]) if named is not None else None
    return replace(setting, choices=handed.choices) if handed is not None and handed.choices else setting


def filled(text: str, environment: Mapping[str, Setting]) -> str:
    """A text with the variables put in that the file gives a value; as it is where one has none."""

    def value(match: re.Match[str]) -> str:
        found = environment.get(match[1] or match[2])
        return match[0] if found is None or found.value is None else found.value

    return _OF_VARIABLE.sub(value, text) if len(text) <= LONGEST_WORD else text


class Merged:
    """What is set in a file, in a job and in a step, put together; bounded for all steps of a document."""

    def __init__(self) -> None:
        self._copied = 0

    def of(self, outer: dict[str, Setting], inner: dict[str, Setting]) -> dict[str, Setting]:
        """Return both, the inner ones first; what adds nothing shares what is around it."""
        if not inner:
            return outer
        self._copied += len(outer) + len(inner)
        if self._copied > _MOST_VARIABLES:
            raise ValueError("too many variables for as many steps")
        return outer | inner


def _step_text(
    file: SourceFile,
    run: Node,
    environment: Mapping[str, Setting],
    sources: Sources | None,
    *,
    kind: Node | None,
    on_windows: bool,
) -> Iterator[ShellCommand]:
    """The commands of a step, as its shell reads them; on Windows that is PowerShell unless it says another."""
    name = ((kind.text or "").split() or [""])[0] if kind is not None else "pwsh" if on_windows else "bash"
    if name in ("bash", "sh"):
        yield from run_text(file, run, environment, sources=sources)
    elif name in DIALECT_OF_SHELL:
        masked = _masked(file, run)
        yield from windows.commands(
            file, run.start, run.end, environment=environment, dialect=DIALECT_OF_SHELL[name], masked=masked
        )


def run_text(
    file: SourceFile, node: Node, environment: Mapping[str, Setting], sources: Sources | None = None
) -> Iterator[ShellCommand]:
    """Yield the commands of a script that a YAML file holds."""
    masked = _masked(file, node)
    yield from shell.commands(file, node.start, node.end, environment=environment, masked=masked, sources=sources)


def _masked(file: SourceFile, node: Node) -> str:
    """A script that a YAML file holds, as its shell gets it, of the same length."""
    text = file.text[node.start : node.end]
    masked = unknown(_EXPRESSION, text)
    if node.block == ">" or not node.block:
        masked = masked.replace("\n", " ")
    return masked
