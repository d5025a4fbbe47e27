"""Dockerfiles as stages: what each begins with, what is set where, which commands run with it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from cudacompat.artifacts.buildfiles import commands as shell
from cudacompat.artifacts.buildfiles.build_arguments import as_given, is_unset
from cudacompat.artifacts.buildfiles.commands import ShellCommand
from cudacompat.artifacts.buildfiles.continued_lines import CONTINUED, one_line, past_continuation
from cudacompat.artifacts.buildfiles.dockerfile import Heredoc, Instruction, instructions
from cudacompat.artifacts.buildfiles.image_variables import expanded
from cudacompat.artifacts.buildfiles.shell_variables import Sources
from cudacompat.domain.project.assignments import AssignmentKind
from cudacompat.domain.project.image_names import base_of
from cudacompat.domain.project.model import Base, Copy, Mount, Setting, SourceFile, Stage, TextSpan

_PAIR = re.compile(
    r"([A-Za-z_]\w*)=(\"(?:[^\"\\]|\\.)*\"|'[^']*'|(?:\$\{[^}\n]{0,2000}\}|[^\s\"'\\]|\\[^\n])*)", re.DOTALL
)
_NAME = re.compile(r"[A-Za-z_]\w*")
_LEGACY = re.compile(r"([A-Za-z_]\w*)[ \t]+(\S[^\r\n]*+)\s*+\Z")  # ENV NAME the value
_OPTION = re.compile(r"--([\w-]+)(?:=(\S+))?\s*")
_ONLY_HEREDOCS = re.compile(r"(?:\s*+\d*+<<-?['\"]?[^\s<]++)++\s*+")
_SHEBANG = re.compile(r"#![ \t]*(?:\S*/env[ \t]+(?:-S[ \t]+)?)?(?:\S*/)?([\w.-]+)")
_SHELLS = ("sh", "bash", "dash", "ash", "zsh")
_NVIDIAS = re.compile(r"(?:^|/)nvidia/cuda:(\d{1,2}\.\d\.\d)-")
_MOST_STAGES = 500
_MOST_VARIABLES = 1_000_000  # of all instructions together


@dataclass(frozen=True, slots=True)
class RunCommand:
    """A command of a RUN (or CMD, ENTRYPOINT) in its stage."""

    command: ShellCommand
    stage: int
    mounts: tuple[Mount, ...]
    keyword: str


@dataclass(frozen=True, slots=True)
class Dockerfile:
    """A whole Dockerfile."""

    stages: tuple[Stage, ...]
    commands: tuple[RunCommand, ...]
    before: tuple[Setting, ...]  # the ARG before the first FROM


class _Build:
    """The state while the instructions are gone through."""

    def __init__(self, file: SourceFile, sources: Sources | None, given: Mapping[str, tuple[str, ...]]) -> None:
        self.file = file
        self.sources = sources
        self.target: str | None = None  # of an Earthfile, that begins here
        self.before: dict[str, Setting] = {}
        self.stages: list[Stage] = []
        self.environment: dict[str, Setting] = {}  # ENV of the current stage
        self.arguments: dict[str, Setting] = {}  # ARG of the current stage
        self.inherited: dict[str, Setting] = {}  # what its image is known to set
        self.passed_on: list[dict[str, Setting]] = []  # ARG of each stage before, for those that begin with it
        self.settings: list[Setting] = []
        self.copies: list[Copy] = []
        self.commands: list[RunCommand] = []
        self.given = given
        self.foreign = False  # whether SHELL named one that is not read here
        self._visible: dict[str, Setting] | None = None
        self._copied = 0

    def visible(self) -> dict[str, Setting]:
        """What the next instruction sees; made anew only after a change."""
        if self._visible is None:
            self._visible = {**self.arguments, **self.inherited, **self.environment}  # ENV wins
            self._copied += len(self._visible)
            if self._copied > _MOST_VARIABLES:
                raise ValueError("too many variables for as many instructions")
        return self._visible

    def changed(self) -> None:
        """Forget what was visible."""
        self._visible = None


def read(
    file: SourceFile,
    sources: Sources | None = None,
    targets: Sequence[tuple[int, str]] = (),
    given: Mapping[str, tuple[str, ...]] | None = None,
) -> Dockerfile:
    """Return the stages and the commands of a Dockerfile, in order. `sources` are the scripts that it may source,
    `targets` where the targets of an Earthfile begin and their names; one without a FROM begins with the first stage.
    `given` are the values that its builds give to build arguments: none where only the build knows it."""
    build = _Build(file, sources, given or {})
    waiting = list(reversed(targets))
    found = tuple(instructions(file.text))
    if not targets and all(each.keyword != "FROM" for each in found):
        found = _as_part(build, found)
    for each in found:
        if waiting and waiting[-1][0] < each.start:
            while waiting and waiting[-1][0] < each.start:
                build.target = waiting.pop()[1]
            if each.keyword != "FROM" and build.stages and len(build.stages) < _MOST_STAGES:
                _close(build)
                _open_below(build, each)
        if each.keyword == "FROM":
            _close(build)
            if len(build.stages) == _MOST_STAGES:
                raise ValueError(f"more than {_MOST_STAGES} stages")
            _open(build, each)
        elif each.keyword in ("ARG", "ENV"):
            _assign(build, each)
        elif build.stages and each.keyword in ("COPY", "ADD"):
            _copy(build, each)
        elif each.keyword == "SHELL":
            shells = re.findall(r'"([^"\n]*)"', file.text[each.body : each.end])
            build.foreign = bool(shells) and shells[0].rsplit("/", 1)[-1] not in _SHELLS
        elif build.stages and each.keyword in ("RUN", "CMD", "ENTRYPOINT"):
            build.commands += _run(build, each)
    _close(build)
    stages = tuple(replace(stage, last=stage is build.stages[-1]) for stage in build.stages)
    return Dockerfile(stages, tuple(build.commands), tuple(build.before.values()))


def _as_part(build: _Build, found: tuple[Instruction, ...]) -> tuple[Instruction, ...]:
    """Begin with a stage of an image that nobody names: a file without FROM is a part of one, put behind another."""
    first = next((each for each in found if each.keyword == "RUN"), None)
    if first is None:
        return ()
    _append(build, build.file.place(first.start, first.start), name=None, base=None, parent=None)
    return found


def _close(build: _Build) -> None:
    if build.stages:
        build.stages[-1] = replace(
            build.stages[-1],
            settings=tuple(build.settings),
            environment=dict(build.environment),
            copies=tuple(build.copies),
        )
        build.passed_on.append(build.arguments)
    build.settings, build.copies, build.arguments, build.foreign = [], [], {}, False
    build.changed()


def _open(build: _Build, each: Instruction) -> None:
    text = build.file.text[each.body : each.end]
    words = [word for word in one_line(text).split() if not word.startswith("--")]
    image = expanded(words[0], build.before, inherited=False)[0] if words else ""
    name = words[2] if len(words) > 2 and words[1].upper() == "AS" else build.target
    build.target = None
    parent = next(
        (stage.number for stage in reversed(build.stages) if stage.name and stage.name.lower() == image.lower()), None
    )
    base: Base | None = base_of(image)
    build.environment = {}
    if parent is not None:
        base = build.stages[parent].base
        build.environment = dict(build.stages[parent].environment)
        build.arguments = dict(build.passed_on[parent])  # https://docs.docker.com/build/building/variables/#scoping
    build.inherited = {found.name: found for found in _of_image(build, each, base)}
    place = build.file.place(each.start, each.body + len(text.rstrip()))
    _append(build, place, name=name, base=base, parent=parent)


def _append(build: _Build, place: TextSpan, *, name: str | None, base: Base | None, parent: int | None) -> None:
    """Begin a stage, of which only where it begins is known."""
    build.stages.append(
        Stage(
            file=build.file.name,
            number=len(build.stages),
            name=name,
            place=place,
            base=base,
            parent=parent,
            settings=(),
            environment={},
            copies=(),
            last=False,
        )
    )


def _of_image(build: _Build, each: Instruction, base: Base | None) -> Iterator[Setting]:
    """The release that NVIDIA's images give to CUDA_VERSION (their Dockerfiles: `ENV CUDA_VERSION 12.4.1`)."""
    match = _NVIDIAS.search(base.image) if base is not None else None
    if match is not None:
        place = build.file.place(each.start, each.start)
        yield Setting("CUDA_VERSION", match[1], place, way=AssignmentKind.ENVIRONMENT, written="")


def _open_below(build: _Build, each: Instruction) -> None:
    """Begin a target that names no image: with the first stage."""
    first = build.stages[0]
    build.environment = dict(first.environment)
    _append(build, build.file.place(each.start, each.start), name=build.target, base=first.base, parent=0)
    build.target = None


def _assign(build: _Build, each: Instruction) -> None:
    found = list(_pairs(build, each))
    build.changed()
    if each.keyword == "ENV":
        build.environment |= {setting.name: setting for setting in found}
        build.settings += found
    elif not build.stages:
        build.before |= {setting.name: as_given(setting, build.given) for setting in found}
    else:
        for setting in found:
            if setting.name in build.given:
                setting = as_given(setting, build.given)
            elif setting.value is None and setting.written == "" and setting.name in build.before:
                setting = replace(setting, value=build.before[setting.name].value)
            build.settings.append(setting)
            if is_unset(setting, build.given) and setting.name not in build.arguments:
                continue  # as if it were not there: `${NAME:-default}` is its default
            build.arguments[setting.name] = setting


def _pairs(build: _Build, each: Instruction) -> Iterator[Setting]:
    body = build.file.text[each.body : each.end]
    way = AssignmentKind.ENVIRONMENT if each.keyword == "ENV" else AssignmentKind.BUILD_ARGUMENT
    visible = build.visible() if build.stages else build.before
    masked = one_line(body)
    if each.keyword == "ENV" and "=" not in next(iter(masked.split(None, 1)), ""):
        legacy = _LEGACY.match(masked)
        if legacy is not None:
            end = legacy.start(2) + len(legacy[2].rstrip())
            yield _setting(build, each, legacy[1], start=legacy.start(2), end=end, quote="", way=way, visible=visible)
        return
    at = 0
    while at < len(masked):
        pair = _PAIR.match(masked, at)
        if pair is not None:
            quote = pair[2][:1] if pair[2][:1] in ("'", '"') else ""
            inner = len(quote)
            yield _setting(
                build,
                each,
                pair[1],
                start=pair.start(2) + inner,
                end=pair.end(2) - inner,
                quote=quote,
                way=way,
                visible=visible,
            )
            at = pair.end()
            continue
        bare = _NAME.match(masked, at)
        if bare is not None and each.keyword == "ARG":
            place = build.file.place(each.body + bare.end(), each.body + bare.end())
            yield Setting(bare[0], None, place, way=way, written="")
        at = bare.end() if bare is not None else at + 1


def _setting(
    build: _Build,
    each: Instruction,
    name: str,
    start: int,
    end: int,
    quote: str,
    way: AssignmentKind,
    visible: dict[str, Setting],
) -> Setting:
    place = build.file.place(each.body + start, each.body + end)
    written = build.file.text[place.start : place.end]
    value, known = (
        (written, True) if quote == "'" else expanded(CONTINUED.sub("", written), visible, inherited=bool(build.stages))
    )
    return Setting(name, value if known else None, place, way=way, written=written, quote=quote)


def _copy(build: _Build, each: Instruction) -> None:
    body = one_line(build.file.text[each.body : each.stop])
    words = [word for word in body.split() if not word.startswith("<<")]
    options = dict(word[2:].partition("=")[::2] for word in words if word.startswith("--"))
    paths = [word for word in words if not word.startswith("--")]
    if paths and paths[0].startswith("["):
        try:
            paths = [str(item) for item in json.loads(body[body.index("[") :])]
        except ValueError:
            return
    if len(paths) < 2:
        return
    visible = build.visible()
    paths = [expanded(path, visible, inherited=True)[0] for path in paths]
    source: int | str | None = options.get("from")
    if isinstance(source, str):
        named = source.lower()
        number = next((s.number for s in build.stages if s.name and s.name.lower() == named), None)
        if number is None and source.isdecimal() and int(source) < len(build.stages) - 1:
            number = int(source)
        source = number if number is not None else expanded(source, build.before, inherited=False)[0]
    place = build.file.place(each.start, each.body + len(body.rstrip()))
    build.copies.append(Copy(place, tuple(paths[:-1]), paths[-1], stage=source))


def _run(build: _Build, each: Instruction) -> Iterator[RunCommand]:
    text = build.file.text
    at = past_continuation(text, each.body, each.end)
    mounts: list[Mount] = []
    while (option := _OPTION.match(text, at, each.end)) is not None:
        if option[1] == "mount" and option[2]:
            parts = dict(part.partition("=")[::2] for part in option[2].split(","))
            mounts.append(Mount(parts.pop("type", "bind"), parts))
        at = past_continuation(text, option.end(), each.end)
    number = len(build.stages) - 1
    environment = build.visible()
    body = text[at : each.end]
    if body.startswith("["):
        yield from _exec_form(build, each, at, number=number, mounts=tuple(mounts), environment=environment)
        return
    if build.foreign:
        return
    found: Iterable[ShellCommand]
    if each.heredocs and _ONLY_HEREDOCS.fullmatch(text, at, each.stop):
        scripts = [heredoc for heredoc in each.heredocs if _is_shell(text, heredoc)]
        found = (c for doc in scripts for c in shell.commands(build.file, doc.start, doc.end, environment=environment))
    else:
        masked = one_line(text[at : each.stop]) + text[each.stop : each.end]
        found = shell.commands(build.file, at, each.end, environment=environment, masked=masked, sources=build.sources)
    for command in found:
        yield RunCommand(command, number, tuple(mounts), keyword=each.keyword)


def _is_shell(text: str, heredoc: Heredoc) -> bool:
    """Whether a shell runs a heredoc: without a first line that names another program."""
    shebang = _SHEBANG.match(text, heredoc.start, heredoc.end)
    return shebang is None or shebang[1] in _SHELLS


def _exec_form(
    build: _Build,
    each: Instruction,
    at: int,
    number: int,
    mounts: tuple[Mount, ...],
    environment: dict[str, Setting],
) -> Iterator[RunCommand]:
    body = one_line(build.file.text[at : each.end])
    try:
        items = json.loads(body[: body.rindex("]") + 1])
    except (ValueError, RecursionError):
        items = None
    if not isinstance(items, list) or not all(isinstance(item, str) for item in items) or not items:
        if not build.foreign:  # what is no list of texts is handed to the shell
            for command in shell.commands(build.file, at, each.end, environment=environment, masked=body):
                yield RunCommand(command, number, mounts, keyword=each.keyword)
        return
    if len(items) == 3 and items[0].rsplit("/", 1)[-1] in _SHELLS and items[1] in ("-c", "-lc", "-ec"):
        start = build.file.text.find(items[2], at, each.end)
        if start >= 0:
            for command in shell.commands(build.file, start, start + len(items[2]), environment=environment):
                yield RunCommand(command, number, mounts, keyword=each.keyword)
            return
    parts = []
    place = at
    for item in items:
        start = build.file.text.find(item, place, each.end)
        start = start if start >= 0 else place
        parts.append((item, start, start + len(item)))
        place = start + len(item)
    words = shell.words_of(build.file, parts)
    yield RunCommand(
        ShellCommand(words, at, each.end, environment=environment, defines=(), conditional=False),
        number,
        mounts,
        keyword=each.keyword,
    )
