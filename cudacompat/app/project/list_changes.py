"""The lists that stand in a project's files, and what becomes of each when GPUs are added."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial

from packaging.version import Version

from cudacompat.app.project.list_names import ListName, ListNames, defaults, referred, with_aliases
from cudacompat.app.project.reused_workflows import called_without
from cudacompat.app.project.time_limit import FILE_SECONDS, Clock, TimeSpentError
from cudacompat.app.project.unparsed_lists import by_hand, flags_by_hand
from cudacompat.app.project.version_branches import version_branch
from cudacompat.artifacts.buildfiles import settings
from cudacompat.domain.builds.engine import Engine, Grammar
from cudacompat.domain.builds.lists.reader import (
    ArchList,
    NoListError,
    UnreadableListError,
    extended,
    read_list,
)
from cudacompat.domain.builds.lists.writer import CodeTarget
from cudacompat.domain.builds.plans.additions import addition, holds
from cudacompat.domain.builds.plans.plan import RequestedTarget
from cudacompat.domain.project.assignments import Assignment, AssignmentKind
from cudacompat.domain.project.list_places import ListPlace, PlaceState
from cudacompat.domain.project.model import SourceFile
from cudacompat.domain.tables.toolkits import RELEASES, with_all
from cudacompat.domain.words.code import NotRead
from cudacompat.domain.words.errors import UsageError
from cudacompat.domain.words.finding import Edit
from cudacompat.domain.words.target import ArchTarget, CodeKind

_ARCH_LIKE = re.compile(r"\d{2}|\d\.\d|native|auto|all", re.IGNORECASE)
_COMPUTED = re.compile(r"[$`]|\{\{")
_WORTH_PARSING = re.compile(r"arch|capab|compute_|cuda", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class AdditionRequest:
    """What is added to which engine's lists."""

    engine: Engine
    version: Version | None
    wanted: tuple[RequestedTarget, ...]
    names: ListNames


@dataclass(frozen=True, slots=True)
class ListEdit:
    """One replacement in a file's text, and what the list asks for then."""

    edit: Edit
    code: tuple[CodeTarget, ...]


@dataclass(frozen=True, slots=True)
class _Found:
    """One place, with the assignment it was made of and the edit that it needs."""

    place: ListPlace
    assignment: Assignment
    edit: ListEdit | None = None
    of_version: bool = False  # it stands in a branch for one version of a package, or of CUDA


class _ElsewhereError(UsageError):
    """Another setting of the build carries the target."""


def analyse(
    job: AdditionRequest, files: Sequence[SourceFile], not_read: list[NotRead]
) -> tuple[list[ListPlace], dict[str, list[ListEdit]]]:
    """Return every list in these files and the edits by file; what could not be understood is added to `not_read`."""
    clock = Clock()
    parsed: list[tuple[SourceFile, tuple[Assignment, ...]]] = []
    for file in files:
        parser = settings.parser(file.name)
        if parser is None or not _WORTH_PARSING.search(file.text):
            continue
        try:
            parsed.append((file, clock.within(FILE_SECONDS, partial(_all_of, parser, file.text))))
        except TimeSpentError as error:
            not_read.append(NotRead(file.name, str(error)))
        except ValueError as error:
            if any(name in file.text for name in job.names.unread if len(name) > 5):
                not_read.append(NotRead(file.name, f"not understood: {error}"))
    aliases = with_aliases([(file.name, found) for file, found in parsed], job.names)
    places: list[ListPlace] = []
    edits: dict[str, list[ListEdit]] = {}
    for file, assignments in parsed:
        for found in _as_called(job, file, files, found=_by_case(_places(job, file, assignments, aliases=aliases))):
            places.append(found.place)
            if found.edit is not None:
                edits.setdefault(file.name, []).append(found.edit)
    told = {place.file for place in places} | {each.path for each in not_read}
    readers: dict[str, str] = {}
    for (name, _), carrier in job.names.read.items():
        readers.setdefault(name, carrier.reader)
    places += by_hand((file for file in files if file.name not in told), readers)
    if not any(place.state in (PlaceState.CHANGES, PlaceState.THERE) for place in places):
        told |= {place.file for place in places}
        archs = list(dict.fromkeys(each.arch for each in job.wanted))
        places += flags_by_hand((each for each in files if each.name not in told), archs)
    return places, edits


def _all_of(parser: settings.Parser, text: str) -> tuple[Assignment, ...]:
    return tuple(parser(text))


def _places(
    job: AdditionRequest, file: SourceFile, assignments: Sequence[Assignment], aliases: dict[str, ListName]
) -> Iterator[_Found]:
    seen: set[tuple[int, int]] = set()
    for each in sorted(assignments, key=lambda each: each.start):
        for assignment in defaults(each):
            found = _place(job, file, assignment, aliases=aliases)
            if found is not None and (assignment.start, assignment.end) not in seen:
                seen.add((assignment.start, assignment.end))
                yield found


def _by_case(found: Iterator[_Found]) -> list[_Found]:
    """The places, less the edits of those that stand beside others of the same name, each for a case of its own: an
    older CUDA release, another runner. Which of them the new GPU belongs to is nothing to be guessed."""
    every = list(found)
    groups: dict[str, list[_Found]] = defaultdict(list)
    for each in every:
        if each.assignment.cased and each.place.state not in (PlaceState.UNREAD, PlaceState.NO_LIST):
            groups[each.place.name].append(each)
    having = {each.place.name for each in every if each.place.state is PlaceState.THERE}
    decided: list[_Found] = []
    for each in every:
        group = groups[each.place.name] if each.assignment.cased else []
        cases = len({other.place.value for other in group})
        if each.of_version and each.place.name in having:
            why = f"{each.place.why}; another branch has the target"
            each = replace(each, place=replace(each.place, state=PlaceState.OTHER_CASE, why=why))
        if each.edit is not None and cases > 1:
            there = any(other.place.state is PlaceState.THERE for other in group)
            why = f"the file has it {len(group)} times, each for a separate case"
            place = replace(
                each.place,
                state=PlaceState.OTHER_CASE if there else PlaceState.CANNOT,
                why=f"{why}; another of them has the target" if there else why,
                becomes=None,
            )
            each = replace(each, place=place, edit=None)
        decided.append(each)
    return decided


def _as_called(
    job: AdditionRequest, file: SourceFile, files: Sequence[SourceFile], found: Sequence[_Found]
) -> Iterator[_Found]:
    """The places, less the edits of a workflow that another one calls with a CUDA release that cannot build them."""
    why = None
    if any(each.edit is not None for each in found):
        why = called_without(file, files, [wanted.arch for wanted in job.wanted])
    for each in found:
        if why is not None and each.edit is not None:
            each = replace(each, place=replace(each.place, state=PlaceState.CANNOT, why=why, becomes=None), edit=None)
        yield each


def _place(job: AdditionRequest, file: SourceFile, each: Assignment, aliases: dict[str, ListName]) -> _Found | None:
    carrier = job.names.carrier(each) or (aliases.get(each.name) if each.name else None)
    if carrier is None and each.name not in job.names.unread:
        return None
    place = ListPlace(
        file=file.name,
        line=file.place(each.start, each.end).line,
        what=each.what,
        name=each.name,
        value=" ".join(each.value.split()),
        reader=carrier.reader if carrier is not None else None,
        state=PlaceState.UNREAD,
    )
    if carrier is None:
        if not _ARCH_LIKE.search(each.value) or referred(each.value):
            return None
        return _Found(replace(place, why=job.names.unread[each.name]), each)
    if not each.value.strip() or (each.what == "a value in a program" and not _ARCH_LIKE.search(each.value)):
        return None
    try:
        edit = _edit(job, file.name, each, carrier=carrier)
    except NoListError as error:
        state = PlaceState.NO_LIST if each.what.endswith("in CMake") else PlaceState.CANNOT
        return _Found(replace(place, state=state, why=str(error)), each)
    except _ElsewhereError as error:
        return _Found(replace(place, state=PlaceState.OTHER_CASE, why=str(error)), each)
    except UsageError as error:
        of_version = _of_one_version(job, file, each)
        place = replace(place, state=PlaceState.CANNOT, why=of_version or str(error))
        return _Found(place, each, of_version=of_version is not None)
    if edit is None:
        return _Found(replace(place, state=PlaceState.THERE), each)
    of_version = _of_one_version(job, file, each)
    why_not = of_version or _no_release(job, edit)
    if why_not is not None:
        place = replace(place, state=PlaceState.CANNOT, why=why_not)
        return _Found(place, each, of_version=of_version is not None)
    becomes = " ".join(edit.edit.new.strip("\"'").split())
    return _Found(replace(place, state=PlaceState.CHANGES, becomes=becomes), each, edit)


def _of_one_version(job: AdditionRequest, file: SourceFile, each: Assignment) -> str | None:
    branch = version_branch(file.text, each.start, [wanted.arch for wanted in job.wanted])
    return f"the list is in a branch for one version of a package, or of CUDA: `{branch}`" if branch else None


def _no_release(job: AdditionRequest, edit: ListEdit) -> str | None:
    """That no release of CUDA builds the whole new list; `None` where one does."""
    asked = {each.arch for each in edit.code}
    if not asked or with_all(asked):
        return None
    able = [row for row in RELEASES if {each.arch for each in job.wanted} <= set(row.targets)] or RELEASES
    nearest = min(able, key=lambda row: len(asked - set(row.targets)))
    lacks = sorted(asked - set(nearest.targets), key=lambda arch: int(arch.rstrip("af")))
    groups = "build once for each group (cudacompat generate says how)"
    return f"no release of CUDA builds all of it then: {nearest.version} has no {', '.join(lacks)}; {groups}"


# -- one list


def _edit(job: AdditionRequest, file: str, each: Assignment, carrier: ListName) -> ListEdit | None:
    if each.way is AssignmentKind.LIST:
        raise UnreadableListError("each value is a separate build (a matrix): add one by hand")
    if each.cut:
        raise UnreadableListError("the shell ends the command at the bare `;` after it: quote the whole -D first")
    if each.quote == "mixed" or (each.way is AssignmentKind.FLAGS and re.search(r"['\"]", each.value)):
        raise UnreadableListError("its items are quoted one by one")
    if _COMPUTED.search(each.value) and each.way is not AssignmentKind.FLAGS:
        raise UnreadableListError("it is put together when the build runs")
    escaped = each.in_shell and not each.quote and "\\;" in each.value
    value = each.value.replace("\\;", ";") if escaped else each.value
    existing = _read(job, carrier, value, separator=each.separator)
    before = existing.text
    for wanted in job.wanted:
        own = ArchTarget(CodeKind.SASS, wanted.number, wanted.suffix)
        if holds(existing, own, job.engine, version=job.version):
            continue
        _require_taker(job, carrier, wanted)
        code = addition(existing, own, job.engine, version=job.version, knob=carrier.knob)
        if code is not None:
            existing = _read(job, carrier, extended(existing, code), separator=each.separator)
    if existing.text == before:
        return None
    return ListEdit(Edit(file, each.start, each.end, new=_written(each, existing.text, escaped)), existing.code)


def _read(job: AdditionRequest, carrier: ListName, value: str, separator: str | None) -> ArchList:
    """The list; flags without any -gencode are one, too, where nothing else of the build takes the target."""
    knob = carrier.knob
    flags = carrier.grammar in (Grammar.GENCODE, Grammar.GENCODE_LIST) and knob is not None
    if flags and "arch=" not in value and any(_only_taker(job, carrier, wanted) for wanted in job.wanted):
        return ArchList(carrier.grammar, value, (), separator=" " if carrier.grammar is Grammar.GENCODE else ";")
    return read_list(carrier.grammar, value, separator)


def _require_taker(job: AdditionRequest, carrier: ListName, wanted: RequestedTarget) -> None:
    """Refuse a setting that does not take this GPU's target where another of the build does."""
    knob, suffix = carrier.knob, wanted.suffix.value
    number = job.engine.stand_in(job.version, wanted.number)
    if knob is None or knob.takes(number, suffix):
        return
    carriers = (each.knob for each in job.names.read.values() if each.knob is not None)
    others = [each for each in carriers if each.name != knob.name and each.takes(number, suffix)]
    if others:
        raise _ElsewhereError(f"{knob.name} does not take {number}{suffix}; {others[0].name} does")
    if knob.known and number not in knob.known:
        framework = job.engine.framework if job.engine.version_of_framework else None
        named = f"{framework.title if framework else job.engine.name} {job.engine.label(job.version)}".rstrip()
        raise UnreadableListError(f"{knob.name} does not take {number}{suffix} with {named}")


def _only_taker(job: AdditionRequest, carrier: ListName, wanted: RequestedTarget) -> bool:
    number = job.engine.stand_in(job.version, wanted.number)
    takers = [c for c in job.names.read.values() if c.knob is None or c.knob.takes(number, wanted.suffix.value)]
    return bool(takers) and all(c.knob is carrier.knob for c in takers)


def _written(each: Assignment, text: str, escaped: bool) -> str:
    """The new list as this place has to hold it: bare, or in quotes where what reads the line would break it."""
    if each.quote or each.way is AssignmentKind.FLAGS or each.separator is not None:
        return text
    if escaped:
        return text.replace(";", "\\;")
    new_semicolon = ";" in text and ";" not in each.value
    breaks = " " in text or (new_semicolon and (each.in_shell or each.sourced))
    return f'"{text}"' if breaks else text
