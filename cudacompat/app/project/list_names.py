"""Which names carry an engine's list of architectures in a project's files, and who reads them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from packaging.version import Version

from cudacompat.domain.builds.engine import BuildSystem, Channel, DeadKind, Engine, Grammar, Knob, Route
from cudacompat.domain.project.assignments import Assignment, AssignmentKind
from cudacompat.domain.words.errors import UsageError
from cudacompat.engines import known

_REFERENCE = re.compile(
    r"\$\{\{\s*(?:env|matrix|inputs|vars)\.(?:[\w-]+\.)*(?P<expression>[\w-]+)\s*\}\}"
    r"|\$(?:ENV)?\{(?P<braced>\w+)(?::?[-=](?P<default>[^}]*))?\}|\$\((?P<make>\w+)\)|\$(?P<plain>\w+)"
)
_BY_CHANNEL = {
    Channel.DEFINE: AssignmentKind.DEFINE,
    Channel.CMAKE_ARGS: AssignmentKind.DEFINE,
    Channel.ENVIRONMENT: AssignmentKind.ENVIRONMENT,
}


@dataclass(frozen=True, slots=True)
class ListName:
    """What a name carries: the grammar of the list, who reads it, the setting itself where there is one."""

    grammar: Grammar
    reader: str
    knob: Knob | None


@dataclass(frozen=True, slots=True)
class ListNames:
    """The names that this version's build reads, and those that other builds read or nobody does."""

    read: dict[tuple[str, AssignmentKind], ListName]
    unread: dict[str, str]

    def carrier(self, each: Assignment) -> ListName | None:
        """What this assignment carries; `None` where this build does not read it."""
        if each.way is AssignmentKind.FLAGS:
            return ListName(Grammar.GENCODE, "nvcc, in this very command", None)
        way = AssignmentKind.ENVIRONMENT if each.way is AssignmentKind.BUILD_ARGUMENT else each.way
        return self.read.get((each.name, way))


def names_of(engine: Engine, version: Version | None) -> ListNames:
    """Return the names for this version of the engine."""
    read: dict[tuple[str, AssignmentKind], ListName] = {}
    for route in Route:
        try:
            knobs = engine.knobs_of(version, route)
        except UsageError:
            continue
        for knob in knobs:
            way = _BY_CHANNEL.get(knob.channel)
            if way is not None:
                read.setdefault((knob.name, way), ListName(knob.grammar, knob.reader, knob))
    if engine.system is BuildSystem.CMAKE and any(c.grammar is Grammar.CMAKE for c in read.values()):
        read.setdefault(
            ("CUDA_ARCHITECTURES", AssignmentKind.DEFINE),
            ListName(Grammar.CMAKE, "CMake, for that target", None),
        )
    unread = {dead.name: dead.why for dead in engine.dead if dead.window.holds(version)}
    for other in known():
        for knob in (*other.knobs, *other.env_knobs, *other.file_knobs):
            unread.setdefault(knob.name, f"nothing in a build of {engine.name} reads it when it is given this way")
    return ListNames(read, unread)


def with_aliases(files: Iterable[tuple[str, tuple[Assignment, ...]]], names: ListNames) -> dict[str, ListName]:
    """Return other names whose values are handed on to one that is read: `-DCMAKE_CUDA_ARCHITECTURES=${ARCHS}`."""
    everything = [(file, each) for file, assignments in files for each in assignments]
    found: dict[str, ListName] = {}
    for _ in range(5):  # a name may be handed on through others
        before = len(found)
        for file, each in everything:
            carrier = names.carrier(each) or found.get(each.name)
            reference = _REFERENCE.fullmatch(each.value.strip())
            if carrier is None or reference is None:
                continue
            name = referred(each.value)
            if name:
                via = f"{carrier.reader}, as {each.name} in {file}" if each.name else carrier.reader
                found.setdefault(name, replace(carrier, reader=via))
        if len(found) == before:
            break
    return found


def referred(value: str) -> str | None:
    """The name whose value this is, where it is nothing but a reference to one."""
    match = _REFERENCE.fullmatch(value.strip())
    return (
        next((each for each in match.group("expression", "braced", "make", "plain") if each), None) if match else None
    )


def defaults(each: Assignment) -> Iterator[Assignment]:
    """Yield the assignment itself where it holds a value, or the default in `${NAME:-80;86}`; nothing for a bare
    reference."""
    match = _REFERENCE.fullmatch(each.value.strip())
    if match is None:
        yield each
    elif match["default"]:
        start = each.start + each.value.index(match[0]) + match.start("default")
        text = match["default"]
        if len(text) > 1 and text[0] == text[-1] and text[0] in "'\"":
            start, text = start + 1, text[1:-1]
        if text:
            yield replace(each, value=text, start=start, end=start + len(text), quote="}")


def all_names() -> Mapping[str, str]:
    """Return the names of the settings of all engines, each with who reads it."""
    found: dict[str, str] = {}
    for engine in known():
        for knob in (*engine.knobs, *engine.env_knobs, *engine.file_knobs):
            found.setdefault(knob.name, knob.reader)
    return found


def dead_names() -> frozenset[str]:
    """Return the names that no known program reads, whatever is built."""
    return frozenset(each.name for engine in known() for each in engine.dead if each.kind is DeadKind.NOBODYS)
