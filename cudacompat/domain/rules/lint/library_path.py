"""A stand-in for the driver's libcuda in the library path of an image that ships: `compat-shadows-driver` and
`stub-at-runtime`.

What it finds: /usr/local/cuda/compat or .../lib64/stubs in LD_LIBRARY_PATH, in ldconfig or below /etc/ld.so.conf.d, in
a stage that containers are started from; and a stub libcuda.so put among the libraries there.

Why it matters: libcuda.so.1 has to be the one of the host's driver, which the container runtime puts there. The stub
has no code: every call ends in "CUDA driver is a stub library" (error 34). The compat library is for data-center GPUs
with an older driver; elsewhere CUDA ends with error 803 or 804 ("forward compatibility was attempted on non supported
HW", NVIDIA/nvidia-docker#1515). NVIDIA's container toolkit selects it by itself where it helps.

Example: `ENV LD_LIBRARY_PATH=/usr/local/cuda/compat:$LD_LIBRARY_PATH` in an image that runs a server.

What to do: set it for the build alone (`RUN LD_LIBRARY_PATH=… make`), or in the build stage; to link without a driver,
use -Wl,--allow-shlib-undefined or LIBRARY_PATH.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from cudacompat.domain.project.command_facts import ancestry, removal
from cudacompat.domain.project.image_names import is_nvidia_cuda
from cudacompat.domain.project.model import Project, Setting, Stage, TextSpan
from cudacompat.domain.project.stages import installing, runs_cuda, ships
from cudacompat.domain.words.finding import Edit, Finding, Fix, Severity
from cudacompat.domain.words.rule import Rule

_COMPAT = re.compile(r"\S*/cuda[^/:\s]*/compat/?")
_STUBS = re.compile(r"\S*/stubs/?")
_STUB_FILE = re.compile(r"\S*/stubs/libcuda\.so\S*")


@dataclass(frozen=True, slots=True)
class _Met:
    place: TextSpan
    found: str
    setting: Setting | None = None
    part: str = ""


def check_compat(project: Project) -> Iterable[Finding]:
    """One finding for each place that puts the compat library in front."""
    for met in _met(project, _COMPAT):
        yield Finding(
            id=COMPAT.id,
            severity=Severity.WARNING,
            message="the compat libcuda stands before the driver's own where the program runs",
            path=met.place.file,
            line=met.place.line,
            found=met.found,
            why="only data-center GPUs with an older driver take it (errors 803 and 804 elsewhere); where it helps, "
            "NVIDIA's container toolkit selects it by itself",
            help="set it in the build stage alone, or for the one RUN that links",
            fix=_without(project, met),
        )


def check_stub(project: Project) -> Iterable[Finding]:
    """One finding for each place that puts the stub in the path, or among the libraries."""
    for met in _met(project, _STUBS):
        yield Finding(
            id=STUB.id,
            severity=Severity.WARNING,
            message="the folder with the stub of libcuda is in the library path of an image that runs",
            path=met.place.file,
            line=met.place.line,
            found=met.found,
            why="a program that loads libcuda.so gets the stub, which has no code (error 34), not the driver's library",
            help="set it in the build stage alone, or for the one RUN that links",
            fix=_without(project, met),
        )
    for place, found in _stub_files(project):
        yield Finding(
            id=STUB.id,
            severity=Severity.ERROR,
            message="a stub of libcuda lies among the libraries of an image that runs",
            path=place.file,
            line=place.line,
            found=found,
            why="programs load it in the place of the driver's library, and every call of CUDA ends with error 34",
            help="leave libcuda.so out of the image: the container runtime brings the driver's",
        )


def _running(project: Project) -> Iterator[Stage]:
    return (stage for stage in project.stages if ships(project, stage) and runs_cuda(project, stage))


def _met(project: Project, wanted: re.Pattern[str]) -> Iterator[_Met]:
    seen: set[tuple[str, int]] = set()
    services = (_of_path(each.environment.get("LD_LIBRARY_PATH"), wanted) for each in project.services if each.gpu)
    for mets in (*(_of_stage(project, stage, wanted) for stage in _running(project)), *services):
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


def _of_stage(project: Project, stage: Stage, wanted: re.Pattern[str]) -> Iterator[_Met]:
    if wanted is _STUBS and _without_stubs(project, stage):
        return
    yield from _of_path(stage.environment.get("LD_LIBRARY_PATH"), wanted)
    for each in ancestry(project, stage):
        yield from _registered(project, each, wanted)


def _registered(project: Project, stage: Stage, wanted: re.Pattern[str]) -> tuple[_Met, ...]:
    """The commands of a stage's own that put such a folder among those in which libraries are looked for."""
    return project.once(("registered", stage.key, wanted), lambda: tuple(_registering(project, stage, wanted)))


def _registering(project: Project, stage: Stage, wanted: re.Pattern[str]) -> Iterator[_Met]:
    for command in project.commands_of(stage):
        word = next((word for word in command.words[1:] if wanted.fullmatch(word.text)), None)
        if word is None or command.conditional:
            continue
        if command.program == "ldconfig" or (
            command.program in ("echo", "printf") and "ld.so.conf" in _rest_of_line(project, command.place)
        ):
            yield _Met(command.place, command.line[:160])


def _of_path(setting: Setting | None, wanted: re.Pattern[str]) -> Iterator[_Met]:
    if setting is not None:
        part = next((part for part in (setting.value or setting.written).split(":") if wanted.fullmatch(part)), None)
        if part is not None:
            yield _Met(setting.place, f"LD_LIBRARY_PATH={setting.written}"[:160], setting, part)


def _rest_of_line(project: Project, place: TextSpan) -> str:
    file = project.file(place.file)
    if file is None:
        return ""
    stop = file.text.find("\n", place.start)
    return file.text[place.start : stop if stop >= 0 else len(file.text)]


def _without(project: Project, met: _Met) -> Fix | None:
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
    edit = Edit(place.file, place.start + start, place.start + end, "")
    return Fix(f"take {met.part} out of LD_LIBRARY_PATH", (edit,), safe=False)


def _stub_files(project: Project) -> Iterator[tuple[TextSpan, str]]:
    for stage in _running(project):
        for copy in stage.copies:
            if any(_STUB_FILE.fullmatch(source) for source in copy.sources) and "/stubs" not in copy.target:
                yield copy.place, project.text(copy.place).splitlines()[0][:160]
        commands = project.commands_of(stage)
        removed = "\n".join(each.line for each in commands if each.program in ("rm", "unlink"))
        for command in commands:
            words = [word.text for word in command.words[1:] if not word.text.startswith("-")]
            if command.program not in ("cp", "ln") or len(words) != 2 or command.conditional:
                continue
            source, target = words
            if not _STUB_FILE.fullmatch(source) or "/stubs" in target or not target.startswith(("/usr/", "/lib")):
                continue
            if target not in removed:
                yield command.place, command.line[:160]


COMPAT = Rule("compat-shadows-driver", "The compat library before the driver's own", __doc__, check_compat)
STUB = Rule("stub-at-runtime", "A stub in the place of the driver's library", __doc__, check_stub)
