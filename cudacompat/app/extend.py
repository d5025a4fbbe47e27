"""`generate --add`: a project's own files, extended by the next GPU."""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from packaging.version import Version

from cudacompat.app.extend_names import Carrier, Names, defaults, names_of, referred, with_aliases
from cudacompat.app.generate import wanted_gpus
from cudacompat.artifacts.buildfiles import settings
from cudacompat.artifacts.project import ProjectFile, read_project
from cudacompat.domain.arch_lists import ArchList, NoListError, UnreadableListError, extended, read_list, wants_bare
from cudacompat.domain.capability import ComputeCapability
from cudacompat.domain.code import NotRead
from cudacompat.domain.compat import Fit, sass_fit
from cudacompat.domain.engine import Engine
from cudacompat.domain.errors import UsageError
from cudacompat.domain.extend import Assignment, EditedFile, ExtendReport, Place, PlaceState, Way
from cudacompat.domain.plan import Wanted, arriving
from cudacompat.domain.plan_release import cannot_build, preferred
from cudacompat.domain.spelling import CodeTarget
from cudacompat.domain.tables.images import newest_image
from cudacompat.domain.tables.toolkits import CudaRelease, release, with_all
from cudacompat.domain.target import ArchSuffix, CodeKind
from cudacompat.domain.versions import ToolkitVersion
from cudacompat.engines import find

_CUDA_OF_IMAGE = re.compile(r"cuda(?:-|:\s*)?(\d+\.\d+)")
_NVIDIA_TAG = re.compile(r"nvidia/cuda:(\d+\.\d+)\.\d+-(?:cudnn\d*-)?(base|runtime|devel)-([\w.]+)")
_ARCH_LIKE = re.compile(r"\d{2}|\d\.\d|native|auto|all", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Job:
    engine: Engine
    version: Version | None
    wanted: tuple[Wanted, ...]
    names: Names


@dataclass(frozen=True, slots=True)
class _Edit:
    start: int
    end: int
    text: str
    code: tuple[CodeTarget, ...]  # what the list asks for then


def extend(engine: str | None, folder: str, specs: Sequence[str], *, engine_version: str | None = None) -> ExtendReport:
    """Return every list of architectures in the project, and the files as they are with the GPUs added.

    The engine is recognised where none is named. `UsageError` where it is not, and for a GPU that a base image of the
    project cannot build for.
    """
    project = read_project(folder)
    found, version = _engine(engine, engine_version, folder)
    of_version = found.version(version)
    job = _Job(found, of_version, wanted_gpus(specs), names_of(found, of_version))
    not_read = [*project.not_read]
    places, edits = _analyse(job, project.files, not_read)
    changed = {file.name: _apply(file.text, edits[file.name]) for file in project.files if edits.get(file.name)}
    _require_buildable(job, project.files, edits)
    again, more = _analyse(job, [replace(file, text=changed.get(file.name, file.text)) for file in project.files], [])
    if any(more.values()) or len(again) != len(places):
        wrong = next(iter(name for name, some in more.items() if some), next(iter(changed), folder))
        raise UsageError(
            f"{wrong} cannot be edited safely by a program; {_command(found, version, folder, job)} lists it"
        )
    return ExtendReport(
        engine=found,
        version=version,
        folder=folder,
        added=tuple(dict.fromkeys(each.label for each in job.wanted)),
        archs=tuple(dict.fromkeys(each.arch for each in job.wanted)),
        places=tuple(sorted(places, key=lambda place: (place.file, place.line))),
        files=tuple(
            EditedFile(file.name, file.text, changed[file.name]) for file in project.files if file.name in changed
        ),
        not_read=tuple(not_read),
        skipped=project.skipped,
        after=tuple(shlex.join(cache.clear) for cache in found.caches if cache.window.holds(of_version)),
        command=_command(found, version, folder, job),
    )


def _engine(name: str | None, version: str | None, folder: str) -> tuple[Engine, str | None]:
    from cudacompat.app.recognise import recognise

    seen = recognise(Path(folder))
    if name is not None:
        engine = find(name)
        own = seen.version if seen is not None and seen.engine is engine else None
        return engine, version or own
    if seen is None:
        raise UsageError(f"{folder} shows no engine that is known here; name it: cudacompat generate ENGINE --add …")
    return seen.engine, version or seen.version


def _command(engine: Engine, version: str | None, folder: str, job: _Job) -> str:
    words = ["cudacompat", "generate", engine.name, *([folder] if folder != "." else [])]
    words += ["--engine-version", version] if version else []
    for spec in dict.fromkeys(each.spec for each in job.wanted):
        words += ["--add", spec]
    return shlex.join(words)


# -- what stands where


def _analyse(
    job: _Job, files: Sequence[ProjectFile], not_read: list[NotRead]
) -> tuple[list[Place], dict[str, list[_Edit]]]:
    parsed: list[tuple[ProjectFile, tuple[Assignment, ...]]] = []
    for file in files:
        parser = settings.parser(file.name)
        try:
            parsed.append((file, tuple(parser(file.text)) if parser is not None else ()))
        except ValueError as error:
            if any(name in file.text for name in job.names.unread if len(name) > 5):
                not_read.append(NotRead(file.name, f"not understood: {error}"))
    aliases = with_aliases([(file.name, found) for file, found in parsed], job.names)
    places: list[Place] = []
    edits: dict[str, list[_Edit]] = {}
    for file, found in parsed:
        seen: set[tuple[int, int]] = set()
        for each in sorted(found, key=lambda each: each.start):
            for assignment in defaults(each):
                place, edit = _place(job, file, assignment, aliases)
                if place is None or (assignment.start, assignment.end) in seen:
                    continue
                seen.add((assignment.start, assignment.end))
                places.append(place)
                if edit is not None:
                    edits.setdefault(file.name, []).append(edit)
    return places, edits


def _place(
    job: _Job, file: ProjectFile, each: Assignment, aliases: dict[str, Carrier]
) -> tuple[Place | None, _Edit | None]:
    carrier = job.names.carrier(each) or (aliases.get(each.name) if each.name else None)
    place = Place(
        file=file.name,
        line=file.text.count("\n", 0, each.start) + 1,
        what=each.what,
        name=each.name,
        value=" ".join(each.value.split()),
        reader=carrier.reader if carrier is not None else None,
        state=PlaceState.UNREAD,
    )
    if carrier is None:
        why = job.names.unread.get(each.name)
        if why is None or not _ARCH_LIKE.search(each.value) or referred(each.value):
            return None, None
        return replace(place, why=why), None
    try:
        edit = _edit(job, each, carrier)
    except NoListError as error:
        in_cmake = each.what.endswith("in CMake")
        return replace(place, state=PlaceState.NO_LIST if in_cmake else PlaceState.CANNOT, why=str(error)), None
    except UsageError as error:
        return replace(place, state=PlaceState.CANNOT, why=str(error)), None
    if edit is None:
        return replace(place, state=PlaceState.THERE), None
    becomes = " ".join(edit.text.strip("\"'").split())
    return replace(place, state=PlaceState.CHANGES, becomes=becomes), edit


def _edit(job: _Job, each: Assignment, carrier: Carrier) -> _Edit | None:
    if each.way is Way.LIST:
        raise UnreadableListError("each value is a build of its own (a matrix): add one by hand")
    if each.cut:
        raise UnreadableListError("the shell ends the command at the bare `;` behind it: quote the whole -D first")
    if each.quote == "mixed" or (each.way is Way.FLAGS and re.search(r"['\"]", each.value)):
        raise UnreadableListError("its items are quoted one by one")
    escaped = each.in_shell and not each.quote and "\\;" in each.value
    value = each.value.replace("\\;", ";") if escaped else each.value
    existing = read_list(carrier.grammar, value, each.separator)
    before = existing.text
    for wanted in job.wanted:
        code = _target(job, carrier, wanted, existing)
        if code is not None:
            existing = read_list(carrier.grammar, extended(existing, code), each.separator)
    if existing.text == before:
        return None
    return _Edit(each.start, each.end, _written(each, existing.text, escaped), existing.code)


def _target(job: _Job, carrier: Carrier, wanted: Wanted, existing: ArchList) -> CodeTarget | None:
    """What has to be added to the list for this GPU; `None` where it is there."""
    if _has(job, existing, wanted):
        return None
    number = job.engine.stand_in(job.version, wanted.number)
    suffix = wanted.suffix
    demanded = job.engine.added_suffix(job.version, number, demanded=True)
    if demanded and suffix is ArchSuffix.NONE:
        suffix = ArchSuffix(demanded)
    if any(each.number == number and each.sass and each.suffix is suffix for each in existing.code):
        return None
    knob = carrier.knob
    if knob is not None and not knob.takes(number, suffix.value):
        raise UnreadableListError(f"{knob.name} does not take {number}{suffix.value}")
    plain = suffix is ArchSuffix.NONE and not job.engine.added_suffix(job.version, number, ptx=True)
    return CodeTarget(number, suffix, ptx=plain and wants_bare(existing))


def _has(job: _Job, existing: ArchList, wanted: Wanted) -> bool:
    """Whether the list holds machine code of the GPU's own number (or, for `sm_90a`, just that)."""
    images = [i for i in arriving(job.engine, job.version, existing.code) if i.kind is CodeKind.SASS]
    if wanted.suffix is not ArchSuffix.NONE:
        return any(image.arch == wanted.arch for image in images)
    capability = ComputeCapability.from_number(wanted.number)
    return any(sass_fit(capability, image) is Fit.OWN for image in images)


def _written(each: Assignment, text: str, escaped: bool) -> str:
    """The new list as this place has to hold it: bare, or in quotes where what reads the line would break it."""
    if each.quote or each.way is Way.FLAGS or each.separator is not None:
        return text
    if escaped:
        return text.replace(";", "\\;")
    new_semicolon = ";" in text and ";" not in each.value
    breaks = " " in text or (new_semicolon and (each.in_shell or each.sourced))
    return f'"{text}"' if breaks else text


def _apply(text: str, edits: Sequence[_Edit]) -> str:
    for edit in sorted(edits, key=lambda edit: -edit.start):
        text = text[: edit.start] + edit.text + text[edit.end :]
    return text


# -- what the project builds with


def _require_buildable(job: _Job, files: Sequence[ProjectFile], edits: dict[str, list[_Edit]]) -> None:
    """Refuse a GPU that a base image of a changed file cannot build for, with the tag that can."""
    codes = [code for some in edits.values() for edit in some for code in edit.code]
    if not codes:
        return
    wanted = {each.number for each in job.wanted}
    new = [code for code in codes if job.engine.stand_in(job.version, code.number) in wanted or code.number in wanted]
    for file in files:
        if file.name not in edits and not settings.is_dockerfile(file.name):
            continue  # whatever else changes, the build happens in the images
        for line in settings.base_images(file.name, file.text):
            row = _release_of(line.image)
            if row is None:
                continue
            needed = {each.arch for each in new} | {i.arch for i in arriving(job.engine, job.version, new, row.version)}
            missing = sorted(needed - set(row.targets))
            if missing:
                at = file.text.count("\n", 0, line.start) + 1
                labels = {each.arch: each.label for each in job.wanted}
                raise UsageError(
                    f"{file.name}:{at}: {line.image} cannot build this: {cannot_build(row, missing, labels)}; "
                    + _better(job, line.image, codes)
                )


def _release_of(image: str) -> CudaRelease | None:
    match = _CUDA_OF_IMAGE.search(image)
    return release(ToolkitVersion.parse(match[1])) if match else None


def _better(job: _Job, image: str, codes: Sequence[CodeTarget]) -> str:
    fitting = with_all({each.arch for each in codes} | {i.arch for i in arriving(job.engine, job.version, codes)})
    if not fitting:
        return "no single release builds the whole list then: build once for each group (cudacompat generate says how)"
    tag = _NVIDIA_TAG.search(image)
    best = preferred(fitting)
    if tag is not None:
        usable = [row for row in fitting if newest_image(row.version, tag[3], (tag[2],)) is not None]
        if usable:
            best = preferred(tuple(usable))
            known = newest_image(best.version, tag[3], (tag[2],))
            if known is not None:
                return f"{known.tag(tag[2], tag[3])} can"
    return f"an image of CUDA {best.version} can"
