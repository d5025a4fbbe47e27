"""What is handed over from one file of a project to another: to a script, arguments and variables that it asks for; to
a Dockerfile, build arguments."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from cudacompat.artifacts.buildfiles.kinds import FileKind, kind_of
from cudacompat.domain.project.assignments import AssignmentKind
from cudacompat.domain.project.command_facts import is_aside
from cudacompat.domain.project.model import Command, ImageBuild, Setting, SourceFile, Word

_SHELLS = frozenset({"bash", "sh", "dash", "zsh", "source", "."})
_SCRIPT = re.compile(r"[\w.+-]+\.(?:sh|bash)")
_ASKED = re.compile(r"\$\{?(\w+)")
_OF_CUDA = re.compile(r"(?i)arch|sm_|compute_|cuda|nvcc|\bpip3?\b|\buv\b")
_MOVES = re.compile(r"(?m)(?:^|[;&|({]|\bdo\b|\bthen\b)[ \t]*(?:shift|getopts|set[ \t]+--)\b")  # other arguments then
_VARIABLE = re.compile(r"\$\{(\w+)(?:(:?)-([^}$]*))?\}|\$(\w+)")
_ENV_LINE = re.compile(r"(?m)^[ \t]*(?:export[ \t]+)?(\w+)=([^\r\n]*)\r?$")
_MOST_CALLS = 200  # of one script
_MOST_VALUES = 32
_DEEPEST_CALL = 3  # scripts that call each other, from the image build on


class Callers:
    """The calls of the project's scripts by image builds and by other scripts, not by jobs, which may try a value."""

    def __init__(self, files: Iterable[SourceFile], commands: Iterable[Command]) -> None:
        self._scripts = {file.name: file for file in files if kind_of(file.name) is FileKind.SCRIPT}
        named: dict[str, list[str]] = defaultdict(list)
        for name in self._scripts:
            named[name.rpartition("/")[2]].append(name)
        self._only = {base: names[0] for base, names in named.items() if len(names) == 1}
        self._calls: dict[str, list[tuple[Command, tuple[Word, ...]]]] = defaultdict(list)
        for command in commands:
            called = self._called(command)
            if called is not None and len(self._calls[called[0]]) <= _MOST_CALLS:
                self._calls[called[0]].append((command, called[1]))

    def _called(self, command: Command) -> tuple[str, tuple[Word, ...]] | None:
        """The script that a command calls, and the arguments."""
        if command.job is not None or command.instruction not in (None, "RUN") or is_aside(command.place.file):
            return None
        words = command.words
        if command.program in _SHELLS:
            at = next((at for at, word in enumerate(words[1:], 1) if not word.text.startswith("-")), len(words))
            words = words[at:]
        base = words[0].text.rpartition("/")[2] if words else ""
        name = self._only.get(base) if _SCRIPT.fullmatch(base) else None
        return (name, words[1:]) if name is not None and name != command.place.file else None

    def handed(self) -> Mapping[str, Mapping[str, Setting]]:
        """Return what each script gets of all its calls, by the script's name; nothing for one that gets nothing."""
        found = {name: self._handed(self._scripts[name], calls) for name, calls in self._calls.items()}
        return {name: settings for name, settings in found.items() if settings}

    def placed(self, commands: Iterable[Command]) -> Iterator[Command]:
        """Yield the commands, those of a script with the first RUN that certainly runs it, itself or through another
        script."""
        runs: dict[str, Command] = {}
        for _ in range(_DEEPEST_CALL):
            for name, calls in self._calls.items():
                sure = (call for call, _ in calls if not call.conditional)
                found = (call if call.stage is not None else runs.get(call.place.file) for call in sure)
                if name not in runs and (first := next(filter(None, found), None)) is not None:
                    runs[name] = first
        for command in commands:
            run = runs.get(command.place.file)
            yield replace(command, caller=run) if run is not None else command

    def _handed(self, file: SourceFile, calls: Sequence[tuple[Command, tuple[Word, ...]]]) -> Mapping[str, Setting]:
        if not calls or len(calls) > _MOST_CALLS or _OF_CUDA.search(file.text) is None:
            return {}
        asked = {name for name in _ASKED.findall(file.text) if not name.isdecimal()}
        moves = _MOVES.search(file.text) is not None
        numbers = set() if moves else {str(at) for _, words in calls for at in range(1, len(words) + 1)}
        found: dict[str, Setting] = {}
        for name in sorted(asked | numbers):
            settings = [_given(command, words, name) for command, words in calls]
            merged = _merged([each for each in settings if each is not None])
            if merged is not None and None not in settings:
                found[name] = merged
        return found


def _given(command: Command, words: Sequence[Word], name: str) -> Setting | None:
    """What one call gives to a name of its script."""
    if not name.isdecimal():
        return command.environment.get(name)
    if int(name) > len(words):
        return Setting(name, "", command.place, way=AssignmentKind.ENVIRONMENT, written="")
    word = words[int(name) - 1]
    value = word.text if word.known else None
    return Setting(
        name, value, word.place, way=AssignmentKind.ENVIRONMENT, written=word.text, in_shell=True, choices=word.choices
    )


def _merged(settings: Sequence[Setting]) -> Setting | None:
    """One setting of what several calls give: all their values; `None` where one is not known."""
    if not settings or not all(each.outcomes for each in settings):
        return None
    values = tuple(dict.fromkeys(value for each in settings for value in each.outcomes))
    if len(values) == 1:
        return replace(settings[0], value=values[0], choices=())
    return replace(settings[0], value=None, choices=values) if len(values) <= _MOST_VALUES else None


def filled_builds(builds: Iterable[ImageBuild], files: Iterable[SourceFile]) -> Iterator[ImageBuild]:
    """Yield the builds, those of compose files with the variables put in that the .env file beside has."""
    variables = {file.name: file.text for file in files if file.name.rpartition("/")[2] == ".env"}
    for build in builds:
        folder = build.file.rpartition("/")[0]
        text = variables.get(f"{folder}/.env" if folder else ".env", "")
        if kind_of(build.file) is FileKind.COMPOSE:
            build = replace(build, arguments=tuple(_filled(each, text) for each in build.arguments))
        yield build


def arguments_of(builds: Iterable[ImageBuild]) -> Mapping[str, Mapping[str, tuple[str, ...]]]:
    """Return the build arguments of each Dockerfile that all its builds in the project give, each with the values: none
    where one of them is known to the build alone."""
    builds_of: dict[str, list[Mapping[str, str | None]]] = defaultdict(list)
    for build in builds:
        if build.dockerfile is not None and len(builds_of[build.dockerfile]) <= _MOST_CALLS:
            builds_of[build.dockerfile].append({each.name: each.value for each in build.arguments})
    found: dict[str, dict[str, tuple[str, ...]]] = {}
    for name, own in builds_of.items():
        common = frozenset.intersection(*(frozenset(each) for each in own))
        if common and len(own) <= _MOST_CALLS:
            found[name] = {key: _values([each[key] for each in own]) for key in sorted(common)}
    return found


def _filled(argument: Setting, variables: str) -> Setting:
    match = _VARIABLE.fullmatch(argument.written.strip()) if argument.value is None else None
    if match is None:
        return argument
    values = [line[2] for line in _ENV_LINE.finditer(variables) if line[1] == (match[1] or match[4])]
    value = _env_value(values[-1]) if values else match[3]
    return replace(argument, value=match[3] if value == "" and match[2] else value)


def _env_value(text: str) -> str:
    """The value of a line of an .env file, without its quotes or the remark behind it."""
    text = text.strip()
    if text[:1] in ('"', "'"):
        return text[1:].partition(text[0])[0]
    return text.replace("\t#", " #").partition(" #")[0].strip()


def _values(given: Sequence[str | None]) -> tuple[str, ...]:
    known = [each for each in given if each is not None]
    values = tuple(dict.fromkeys(known))
    return values if len(known) == len(given) and len(values) <= _MOST_VALUES else ()
