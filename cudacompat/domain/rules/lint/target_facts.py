"""What mends a list that does not serve a GPU: the toolkit that could build for it, the words, the edit."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from cudacompat.domain.builds.engine import Grammar
from cudacompat.domain.builds.lists.reader import ArchList, extended, read_list
from cudacompat.domain.builds.plans.additions import addition
from cudacompat.domain.project.assignments import AssignmentKind
from cudacompat.domain.project.ci_jobs import toolkits
from cudacompat.domain.project.list_coverage import ListCoverage, images_of, serves
from cudacompat.domain.project.list_edits import replacing
from cudacompat.domain.project.model import ArchListSetting, CiJob, Command, Project
from cudacompat.domain.project.other_machines import is_for_x86, passes_by
from cudacompat.domain.project.stages import compiler
from cudacompat.domain.project.visual_studio import customization
from cudacompat.domain.tables.architectures import ARM_ONLY
from cudacompat.domain.tables.nvcc_releases import NvccRelease, first_nvcc_with, nvcc_release
from cudacompat.domain.tables.toolkits import last_with
from cudacompat.domain.words.errors import UsageError
from cudacompat.domain.words.finding import Fix
from cudacompat.domain.words.target import ArchSuffix, ArchTarget, CodeKind
from cudacompat.domain.words.verdict import Target

_Lists = TypeVar("_Lists")


def toolkit_first(
    project: Project, command: Command | None, name: str, grammar: Grammar, target: Target, file: str = ""
) -> str | None:
    """What to do where the toolkit that reads the list of this name, of a command or of a project file, could not build
    for the target; `None` where it could."""
    arch = str(target.capability.number)
    made_by = _compiler(project, command, file, arch=arch)
    if made_by is None or arch in made_by.targets:
        return None
    code = [int(each) for each in made_by.targets if each.isdecimal()]
    runs = [each for each in code if serves(target.capability, [ArchTarget(CodeKind.SASS, each)]) is ListCoverage.RUNS]
    if runs:
        return f"add sm_{max(runs)}, which runs on this GPU; CUDA {made_by.version} cannot build sm_{arch}"
    first, last = first_nvcc_with(arch), last_with(arch)
    then = f"with {name}={arch}" if grammar is Grammar.ONE_NUMBER else "then add it to the list"
    if first is not None and first > made_by.version:
        return f"use CUDA {first} or newer, the first that builds sm_{arch}, {then}"
    return f"use CUDA {last.version}, the last that builds sm_{arch}, {then}" if last is not None else None


def _compiler(project: Project, command: Command | None, file: str, arch: str) -> NvccRelease | None:
    """What compiles for a command or a project file; of the releases of a job's matrix one that cannot build `arch`."""
    if command is not None and command.stage is not None:
        return compiler(project, command.stage)
    if command is None or command.job is None:
        return customization(project, file)
    releases = [nvcc_release(version) for version, _ in toolkits(command.job, project.commands_in(command.job))]
    known = [each for each in releases if each is not None]
    return next((each for each in known if arch not in each.targets), next(iter(known), None))


def last_with_result(
    group: Sequence[_Lists], target: Target, result: ListCoverage, images: Callable[[_Lists], Sequence[ArchTarget]]
) -> _Lists:
    """The last list of a group of which the words about this result hold by itself, else the last."""
    return next((each for each in reversed(group) if serves(target.capability, images(each)) is result), group[-1])


def why_not_built(missing: Sequence[str], made_by: NvccRelease) -> str:
    """From which release on, or up to which one, nvcc builds what this one does not."""
    said = []
    for arch in missing:
        first, last = first_nvcc_with(arch), last_with(arch)
        if first is not None and first > made_by.version:
            said.append(f"CUDA {first} is the first that builds sm_{arch}")
        elif last is not None:
            said.append(f"CUDA {last.version} is the last release that builds sm_{arch}")
    return "; ".join(said)


_ALONE = {ArchSuffix.ARCH_SPECIFIC: "on {} alone", ArchSuffix.FAMILY: "within the family of {} alone"}


def why_unserved(images: Sequence[ArchTarget]) -> str:
    """Which GPUs the code of a list runs on: machine code without a suffix, then each target with one."""
    sass = [image for image in images if image.kind is CodeKind.SASS]
    plain = ", ".join(map(str, sorted({each.capability for each in sass if each.suffix is ArchSuffix.NONE})))
    said = []
    if plain:
        said.append(
            f"machine code for {plain} runs on the same major version, with the same minor version or a higher one"
        )
    bound = {each.arch: each for each in (*images, *sass) if each.suffix in _ALONE}
    said += [
        f"{bound[arch]} runs {_ALONE[bound[arch].suffix].format(bound[arch].capability)}" for arch in sorted(bound)
    ]
    return "; ".join(said) if sass else "; ".join(("the list asks for no machine code", *said))


# How files that name targets in words of their own write one (sources: artifacts/buildfiles/named_lists.py).
_OWN_WORDS = {
    "CodeGeneration": "compute_{number},sm_{number}",
    "cuda:archs": "compute_{number}:sm_{number}",
    "cuda_arch": "{number}",
    "GPU_TARGET": "sm_{number}",
    "cudaCapabilities": '"{capability}"',
    "HERMETIC_CUDA_COMPUTE_CAPABILITIES": "sm_{number}",
    "TF_CUDA_COMPUTE_CAPABILITIES": "sm_{number}",
}


def has_own_words(name: str) -> bool:
    """Return True for a setting of this name that is written in words of its own, though it becomes nvcc's flags."""
    return name in _OWN_WORDS


def in_words(listed: ArchListSetting, target: Target) -> str:
    """What to do where no edit can be given, in words."""
    if listed.setting.way is AssignmentKind.FLAGS:
        number = target.capability.number
        own = _OWN_WORDS.get(listed.setting.name)
        if own is not None:
            return f"add {own.format(number=number, capability=target.capability)} to {listed.setting.name}"
        return f"add -gencode arch=compute_{number},code=sm_{number}"
    if listed.grammar is Grammar.ONE_NUMBER:
        return f"a separate build, with {listed.setting.name}={target.capability.number}"
    return f"add sm_{target.capability.number} to the list"


def fix_for(listed: ArchListSetting, target: Target, among: Sequence[Target] = ()) -> Fix | None:
    """The edit that adds the target to the list, and the others `among` which it is looked at whose own machine code is
    not there: an older number's code runs on them, and is none of theirs. `None` where the list cannot take it."""
    archs = listed.archs
    if (
        archs is None
        or not archs.items
        or listed.setting.way is AssignmentKind.FLAGS
        or listed.grammar is Grammar.ONE_NUMBER
    ):
        return None
    try:
        added = _added(listed, archs, (target, *among))
    except UsageError:
        try:
            added = _added(listed, archs, (target,))
        except UsageError:
            return None
    text, names = added
    return replacing(listed.setting, text, f"add {', '.join(names)}", safe=False) if names else None


def _added(listed: ArchListSetting, archs: ArchList, targets: Sequence[Target]) -> tuple[str, list[str]]:
    """The list with what these targets have to have, and what that is."""
    names = list[str]()
    for target in targets:
        own = ArchTarget(CodeKind.SASS, target.capability.number)
        code = addition(archs, own, listed.use.engine, version=listed.use.parsed, knob=listed.knob)
        if code is not None:
            archs = read_list(archs.grammar, extended(archs, code), archs.separator)
            names.append(code.arch)
    return archs.text, names


def along(project: Project, listed: ArchListSetting) -> tuple[Target, ...]:
    """The targets that an edit of the list may bring along: those that its toolkit builds for, and no other job."""
    command, name = listed.command, listed.setting.name
    return tuple(
        each
        for each in project.targets
        if toolkit_first(project, command, name, grammar=listed.grammar, target=each) is None
        and not passes_by(listed, each.capability)
        and not in_other_job(project, listed, each, result=ListCoverage.FAILS)
    )


def in_other_job(project: Project, listed: ArchListSetting, target: Target, result: ListCoverage) -> bool:
    """Whether another job of the project builds the same for this target, as each GPU may have a job of its own; or
    another image for its processor."""
    if listed.command is None or listed.command.job is None:
        return in_image_for_arm(project, listed, target)
    name = listed.use.engine.name
    served = (
        serves(target.capability, _images_of_system(project, name, each)) for each in _systems(listed.command.job)
    )
    return all(
        best is ListCoverage.RUNS or (best is ListCoverage.JIT and result is ListCoverage.FAILS) for best in served
    )


def _images_of_system(project: Project, engine: str, system: str) -> tuple[ArchTarget, ...]:
    """What all jobs for a system make of an engine."""
    return project.once(
        ("images_of_jobs", engine, system), lambda: tuple(_images_of_jobs(project, engine, system=system))
    )


def _images_of_jobs(project: Project, engine: str, system: str) -> Iterator[ArchTarget]:
    for listed in project.lists:
        job = listed.command.job if listed.command is not None else None
        if job is not None and listed.use.engine.name == engine and system in _systems(job):
            yield from images_of(listed)


def _systems(job: CiJob) -> tuple[str, ...]:
    """The systems that a job builds for, by its machines: what Windows takes is of no use elsewhere."""
    on_windows = {"windows" in label.lower() for label in job.runner}
    every = ((True, "windows"), (False, "others"))
    return tuple(name for is_windows, name in every if not on_windows or is_windows in on_windows)


def in_image_for_arm(project: Project, listed: ArchListSetting, target: Target) -> bool:
    """Whether the list is of an image for x86-64, by its name, and the GPU has an Arm processor beside it, whose
    machine code another image of the project has."""
    file, engine = listed.setting.place.file, listed.use.engine.name
    if target.capability.number not in ARM_ONLY or not is_for_x86(file):
        return False
    images = {stage.file for stage in project.stages}
    others = (each for each in project.lists if each.setting.place.file in images - {file})
    own = [image for each in others if each.use.engine.name == engine for image in images_of(each)]
    return file in images and serves(target.capability, own) is ListCoverage.RUNS
