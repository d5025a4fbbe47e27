"""`generate --add`: a project's own files, extended by the next GPU."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path

from packaging.version import Version

from cudacompat.app.inputs.wanted_gpus import wanted_gpus
from cudacompat.app.project.list_changes import AdditionRequest, ListEdit, analyse
from cudacompat.app.project.list_names import names_of
from cudacompat.artifacts.buildfiles import settings
from cudacompat.artifacts.buildfiles.project_files import read_project
from cudacompat.domain.builds.engine import Engine
from cudacompat.domain.builds.lists.writer import CodeTarget
from cudacompat.domain.builds.plans.plan import arriving
from cudacompat.domain.builds.plans.release import cannot_build, preferred
from cudacompat.domain.project.edited_file import EditedFile, edited_text
from cudacompat.domain.project.list_places import PlaceState
from cudacompat.domain.project.model import SourceFile
from cudacompat.domain.reports.generate_add import ExtendReport
from cudacompat.domain.tables.image_tags import cuda_image
from cudacompat.domain.tables.images import newest_image
from cudacompat.domain.tables.nvcc_releases import NvccRelease, nvcc_release
from cudacompat.domain.tables.toolkit_packages import DISTROS_TOOLKIT
from cudacompat.domain.tables.toolkits import with_all
from cudacompat.domain.words.command_words import gpu_options
from cudacompat.domain.words.errors import UsageError
from cudacompat.domain.words.versions import ToolkitVersion
from cudacompat.engines import find, known

_CUDA_OF_IMAGE = re.compile(r"cuda(?:-|:\s*)?(\d+\.\d+)")
_LONGEST_LINE = 2000
_MOST_BELOW = 200  # of the folders below one without an engine
_PINS = (
    "pyproject.toml",
    "requirements.txt",
    "environment.yml",
    "environment.yaml",
    "Pipfile",
    "pixi.toml",
    "setup.cfg",
)
_ASIDE = re.compile(r"(?:^|/)(?:tests?|examples?|docs?)/")
_OWN_TOOLKIT = re.compile(rf"(?m)^(?!\s*#).*\bapt(?:-get)?\b(?:[^\n]|\\\n)*\b{DISTROS_TOOLKIT}\b")


def extend(engine: str | None, folder: str, specs: Sequence[str], *, engine_version: str | None = None) -> ExtendReport:
    """Return every list of architectures in the project, and the files as they are with the GPUs added.

    The engine is recognised where none is named. `UsageError` where it is not, and for a GPU that a base image of the
    project cannot build for.
    """
    project = read_project(folder)
    found, version = _engine(engine, engine_version, folder, specs=specs)
    version = version or _pinned(found, project.files, Path(folder))
    of_version = found.version(version)
    job = AdditionRequest(found, of_version, wanted_gpus(specs), names=names_of(found, of_version))
    not_read = [*project.not_read]
    places, edits = analyse(job, project.files, not_read)
    changed = {
        file.name: edited_text(file.text, (each.edit for each in edits[file.name]))
        for file in project.files
        if edits.get(file.name)
    }
    names = {place.name for place in places if place.state is PlaceState.CHANGES and place.name}
    _require_buildable(job, project.files, edits, names=names)
    if changed:
        from cudacompat.app.project.unbuildable import require_compilers

        require_compilers(folder, found, changed)
    again, more = analyse(job, [replace(file, text=changed.get(file.name, file.text)) for file in project.files], [])
    if any(more.values()) or len(again) != len(places):
        wrong = next(iter(name for name, some in more.items() if some), next(iter(changed), folder))
        raise UsageError(
            f"{wrong} cannot be edited safely by a program; {_command(found, version, folder, job=job)} lists it"
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
        command=_command(found, version, folder, job=job),
    )


def _engine(name: str | None, version: str | None, folder: str, *, specs: Sequence[str]) -> tuple[Engine, str | None]:
    from cudacompat.app.project.recognise import find_for, nvcc_file, recognise

    seen = recognise(Path(folder))
    if name is not None:
        engine = find_for(name, Path(folder), "generate")
        own = seen.built if seen is not None and seen.engine is engine else None
        return engine, version or own
    if seen is None and nvcc_file(Path(folder)):
        return find("nvcc"), version
    if seen is None:
        pins = any((Path(folder) / each).is_file() for each in _PINS)
        gpus = gpu_options(specs)
        ready = f"; for packages that it installs built: cudacompat lint {shlex.quote(folder)} {gpus}" if pins else ""
        raise UsageError(_unknown(folder, specs) + ready)
    return seen.engine, version or seen.built


def _unknown(folder: str, specs: Sequence[str]) -> str:
    """That no engine is known by these files, and what is there: one in a folder below, or a list that one reads."""
    from cudacompat.app.project.recognise import recognise

    added = shlex.join(word for spec in specs for word in ("--add", spec))
    start = f"no known engine found in {folder}"
    below = (path for path in islice(sorted(Path(folder).glob("[!.]*")), _MOST_BELOW) if path.is_dir())
    for path in below:
        seen = recognise(path)
        if seen is not None:
            command = f"cudacompat generate {seen.engine.name} {shlex.quote(str(path))} {added}"
            return f"{start}, but {seen.engine.name} in {path}: {command}"
    files = read_project(folder).files
    for engine in known():
        for name in (knob.name for knob in engine.knobs if knob.anywhere):
            file = next((each for each in files if re.search(rf"\b{name}\b", each.text)), None)
            if file is not None:
                command = f"cudacompat generate {engine.name} {shlex.quote(folder)} {added}"
                return f"{start}; {engine.name} reads the {name} of {file.name}: {command}"
    return f"{start}; for any build with CMake: cudacompat generate cmake {shlex.quote(folder)} {added}"


def _pinned(engine: Engine, files: Sequence[SourceFile], folder: Path) -> str | None:
    """The version of the engine's framework that the files pin, where that is the engine's own; the oldest of several,
    whose list takes the least. What tests and examples name is not what the project is built for."""
    if engine.framework is None or not engine.version_of_framework:
        return None
    from cudacompat.app.inputs.text_files import beginning

    pattern = re.compile(engine.framework.pins)
    texts = {name: beginning(folder / name) or "" for name in _PINS} | {
        file.name: file.text for file in files if not _ASIDE.search(file.name)
    }
    lines = (line for text in texts.values() for line in text.splitlines() if not line.lstrip().startswith("#"))
    pins = (pattern.search(line) for line in lines if engine.framework.package in line and len(line) <= _LONGEST_LINE)
    versions = [next(filter(None, pin.groups())) for pin in pins if pin is not None]
    return min(versions, key=Version, default=None)


def _command(engine: Engine, version: str | None, folder: str, job: AdditionRequest) -> str:
    words = ["cudacompat", "generate", engine.name, *([folder] if folder != "." else [])]
    words += ["--engine-version", version] if version else []
    for spec in dict.fromkeys(each.spec for each in job.wanted):
        words += ["--add", spec]
    return shlex.join(words)


# -- what the project builds with


def _builds_with(file: SourceFile, edits: Mapping[str, object], names: set[str]) -> bool:
    """Whether the images of this file are those that the changed lists are built in: it is changed itself, hands one of
    their names on, or is the project's own Dockerfile."""
    if file.name in edits:
        return True
    if not settings.is_dockerfile(file.name):
        return False
    return file.name in ("Dockerfile", "Containerfile") or any(name in file.text for name in names)


def _require_buildable(
    job: AdditionRequest, files: Sequence[SourceFile], edits: Mapping[str, Sequence[ListEdit]], names: set[str]
) -> None:
    """Refuse a GPU that a base image of a changed file cannot build for, with the tag that can."""
    codes = [code for some in edits.values() for edit in some for code in edit.code]
    if not codes:
        return
    wanted = {each.number for each in job.wanted}
    new = [code for code in codes if job.engine.stand_in(job.version, code.number) in wanted or code.number in wanted]
    for file in files:
        if not _builds_with(file, edits, names):
            continue
        for line in settings.base_images(file.name, file.text):
            row = _release_of(line.image) or _packaged(file, line.image)
            if row is None:
                continue
            needed = {each.arch for each in new} | {
                i.arch for i in arriving(job.engine, job.version, new, cuda=row.version)
            }
            missing = sorted(needed - set(row.targets))
            if missing:
                at = file.place(line.start, line.start).line
                labels = {each.arch: each.label for each in job.wanted}
                own = _release_of(line.image) is None
                brings = f"{DISTROS_TOOLKIT} of {line.image}" if own else line.image
                raise UsageError(
                    f"{file.name}:{at}: {brings} cannot build this: {cannot_build(row, missing, labels)}; "
                    + _better(job, line.image, codes)
                )


def _release_of(image: str) -> NvccRelease | None:
    match = _CUDA_OF_IMAGE.search(image)
    return nvcc_release(ToolkitVersion.parse(match[1])) if match else None


def _packaged(file: SourceFile, image: str) -> NvccRelease | None:
    """The release of the toolkit that the image's distribution packages itself, where the file installs that one."""
    if not _OWN_TOOLKIT.search(file.text):
        return None
    from cudacompat.domain.project.image_names import base_of
    from cudacompat.domain.project.stages import distro_of

    of = distro_of(base_of(image))
    if of is None or of.cuda is None:
        return None
    return nvcc_release(of.cuda)


def _better(job: AdditionRequest, image: str, codes: Sequence[CodeTarget]) -> str:
    fitting = with_all({each.arch for each in codes} | {i.arch for i in arriving(job.engine, job.version, codes)})
    if not fitting:
        return "no single release builds the whole list then: build once for each group (cudacompat generate says how)"
    named = cuda_image(image)
    if named is not None and named.flavour is not None and named.distro is not None:
        usable = [row for row in fitting if newest_image(row.version, named.distro, (named.flavour,)) is not None]
        known = newest_image(preferred(tuple(usable)).version, named.distro, (named.flavour,)) if usable else None
        if known is not None:
            better = known.tag(named.flavour, named.distro, cudnn=named.cudnn is not None)
            return f"{named.other(better)} can"
    return f"an image of CUDA {preferred(fitting).version} can"
