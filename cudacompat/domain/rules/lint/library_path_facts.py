"""Directories in the library path of images which ship."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from cudacompat.domain.project.command_facts import ancestry, removal
from cudacompat.domain.project.image_names import is_nvidia_cuda
from cudacompat.domain.project.model import Project, Setting, Stage, TextSpan
from cudacompat.domain.project.stages import installing, runs_cuda, ships
from cudacompat.domain.rules.lint.wheel_facts import environments_of
from cudacompat.domain.words.finding import Edit, Fix

STUBS = re.compile(r"\S*/stubs/?")


@dataclass(frozen=True, slots=True)
class FolderPlace:
    place: TextSpan
    found: str
    setting: Setting | None = None
    part: str = ""


def running_stages(project: Project) -> Iterator[Stage]:
    """Return the stages that containers are started from and whose programs run CUDA code: what is compiled there, or
    packages with device code that pip installs into an image with a toolkit."""
    for stage in project.stages:
        if ships(project, stage) and (runs_cuda(project, stage) or _installs_code(project, stage)):
            yield stage


def _installs_code(project: Project, stage: Stage) -> bool:
    if not is_nvidia_cuda(stage.base) or stage.base is None or stage.base.flavour != "devel":
        return False
    installed = project.once("stages_with_device_code", lambda: frozenset(_with_device_code(project)))
    return any(f"{each.file}:{each.number}" in installed for each in ancestry(project, stage))


def _with_device_code(project: Project) -> Iterator[str]:
    for environment in environments_of(project):
        if any(each.rows for each in environment.resolved):
            yield environment.packages.file


def folder_places(project: Project, wanted: re.Pattern[str]) -> Iterator[FolderPlace]:
    seen: set[tuple[str, int]] = set()
    services = (_of_path(each.environment.get("LD_LIBRARY_PATH"), wanted) for each in project.services if each.gpu)
    for mets in (*(_of_stage(project, stage, wanted) for stage in running_stages(project)), *services):
        for met in mets:
            at = met.place.at
            if at not in seen:
                seen.add(at)
                yield met


def _without_stubs(project: Project, stage: Stage) -> bool:
    """Whether the image certainly has no stubs: those of NVIDIA's for programs that run, and nothing added to it."""
    base = stage.base
    if base is None or not is_nvidia_cuda(base) or base.flavour not in ("base", "runtime"):
        return False
    for each in ancestry(project, stage):
        for copy in each.copies:
            target = copy.target.rstrip("/")
            if target in ("/usr", "/usr/local") or target.startswith("/usr/local/cuda") or "stubs" in str(copy.sources):
                return False
        if installing(project, each) or _installs_stubs(project, each):
            return False
    return True


def _installs_stubs(project: Project, stage: Stage) -> bool:
    own = project.commands_of(stage)
    return project.once(("installs_stubs", stage.key), lambda: any("cuda-driver-dev" in each.line for each in own))


def _of_stage(project: Project, stage: Stage, wanted: re.Pattern[str]) -> Iterator[FolderPlace]:
    if wanted is STUBS and _without_stubs(project, stage):
        return
    yield from _of_path(stage.environment.get("LD_LIBRARY_PATH"), wanted)
    for each in ancestry(project, stage):
        yield from _registered(project, each, wanted)


def _registered(project: Project, stage: Stage, wanted: re.Pattern[str]) -> tuple[FolderPlace, ...]:
    """The commands of a stage's own that put such a folder among those in which libraries are looked for."""
    return project.once(("registered", stage.key, wanted), lambda: tuple(_registering(project, stage, wanted)))


def _registering(project: Project, stage: Stage, wanted: re.Pattern[str]) -> Iterator[FolderPlace]:
    for command in project.commands_of(stage):
        word = next((word for word in command.words[1:] if wanted.fullmatch(word.text)), None)
        if word is None or command.conditional:
            continue
        if command.program == "ldconfig" or (
            command.program in ("echo", "printf") and "ld.so.conf" in _rest_of_line(project, command.place)
        ):
            yield FolderPlace(command.place, command.line[:160])


def _of_path(setting: Setting | None, wanted: re.Pattern[str]) -> Iterator[FolderPlace]:
    if setting is not None:
        part = next((part for part in (setting.value or setting.written).split(":") if wanted.fullmatch(part)), None)
        if part is not None:
            yield FolderPlace(setting.place, f"LD_LIBRARY_PATH={setting.written}"[:160], setting, part=part)


def _rest_of_line(project: Project, place: TextSpan) -> str:
    file = project.file(place.file)
    if file is None:
        return ""
    stop = file.text.find("\n", place.start)
    return file.text[place.start : stop if stop >= 0 else len(file.text)]


def without_folder(project: Project, met: FolderPlace) -> Fix | None:
    setting = met.setting
    if setting is None:
        return None
    if setting.written in (met.part, f"{met.part}:"):
        return removal(project, setting, safe=False)
    at = setting.written.find(met.part)
    if at < 0:
        return None
    start, end = at, at + len(met.part)
    if setting.written[end : end + 1] == ":":
        end += 1
    elif setting.written[start - 1 : start] == ":":
        start -= 1
    place = setting.place
    edit = Edit(place.file, place.start + start, place.start + end, new="")
    return Fix(f"remove {met.part} from LD_LIBRARY_PATH", (edit,), safe=False)
