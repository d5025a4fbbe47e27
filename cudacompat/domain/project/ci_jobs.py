"""Questions about CI jobs: what runs in one, with which toolkit, which lists reach its commands."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from cudacompat.domain.builds.engine import Engine
from cudacompat.domain.builds.lists.writer import CodeTarget
from cudacompat.domain.builds.plans.distros import Distro, known_distro
from cudacompat.domain.project.command_facts import installed_release, installed_toolkits, packaged_release
from cudacompat.domain.project.model import ArchListSetting, CiJob, Command, JobStep, Project, Setting
from cudacompat.domain.project.stages import distro_of
from cudacompat.domain.tables.nvcc_releases import first_nvcc_with
from cudacompat.domain.tables.toolkits import RELEASES, last_with
from cudacompat.domain.words.matrix_names import OF_MATRIX
from cudacompat.domain.words.nvcc_variables import FLAG_VARIABLES
from cudacompat.domain.words.versions import ToolkitVersion

_VERSION = re.compile(r"(\d{1,2})\.(\d{1,2})(?:\.\d+)?")
_HOSTED = re.compile(r"ubuntu-(\d\d\.\d\d)(?:-\w+)?")
_SETUP = ("jimver/cuda-toolkit",)
# variables that may hold a list for any build, or an argument with one
_CARRIERS = ("CMAKE_ARGS", *FLAG_VARIABLES)
# what leaves an artifact for somebody else
_UPLOADS = (
    "actions/upload-artifact",
    "softprops/action-gh-release",
    "ncipollo/release-action",
    "svenstaro/upload-release-action",
    "pypa/gh-action-pypi-publish",
)


def jobs_with(project: Project) -> Iterator[tuple[CiJob, tuple[Command, ...]]]:
    """Yield the jobs, each with its commands in order."""
    for job in project.jobs:
        yield job, project.commands_in(job)


def distro_of_job(job: CiJob) -> Distro | None:
    """The distribution that a job's commands run in: its container's, or that of a hosted runner whose only label names
    it (`ubuntu-22.04`); `None` where that is not certain."""
    if job.base is not None:
        return distro_of(job.base)
    match = _HOSTED.fullmatch(job.runner[0]) if len(job.runner) == 1 else None
    return known_distro(f"ubuntu{match[1]}") if match is not None else None


def toolkits(job: CiJob, commands: tuple[Command, ...]) -> tuple[tuple[ToolkitVersion, str], ...]:
    """The CUDA toolkits that compile in a job (several: one for each run of its matrix), each with what shows it; none
    where that is not certain."""
    found: list[tuple[tuple[ToolkitVersion, str], ...]] = []
    bases = job.bases or (() if job.base is None else (job.base,))
    devel = [(base.cuda, f"the container {base.image}") for base in bases if base.cuda is not None]
    if devel and len(devel) == len(bases) and all(base.flavour == "devel" for base in bases):
        found.append(tuple(devel))
    for step in job.steps:
        if step.action(*_SETUP):
            found.append(() if step.conditional else tuple(_set_up(job, step)))
    for command in commands:
        installing = next(installed_toolkits(command), None)
        if installing is not None:
            found.append(() if command.conditional else tuple(_installed(job, command, installing.package)))
    every = {tuple(version for version, _ in each) for each in found}
    return found[0] if len(every) == 1 else ()


def _installed(job: CiJob, command: Command, package: str) -> Iterator[tuple[ToolkitVersion, str]]:
    version, of = installed_release(command), distro_of_job(job)
    packaged = packaged_release(of, command)
    if version is not None:
        yield version, f"the package {package}"
    elif packaged is not None and of is not None:
        yield packaged, f"the package {package} of {of.name}"


def _set_up(job: CiJob, step: JobStep) -> Iterator[tuple[ToolkitVersion, str]]:
    given = step.given.get("cuda")
    if given is None:
        return
    of_matrix = OF_MATRIX.fullmatch(given.written.strip())
    for text in job.matrix.get(of_matrix[1], ()) if of_matrix is not None else (given.written,):
        match = _VERSION.fullmatch(text.strip().strip("'\""))
        if match is not None:
            action = (step.uses or "").partition("@")[0]
            yield ToolkitVersion(int(match[1]), int(match[2])), f"{action} installs CUDA {text}"


def lists_of(project: Project, command: Command) -> Iterator[ArchListSetting]:
    """Yield the lists of architectures that reach a command: on its line, in its environment."""
    if command.use is None:
        return
    engine, shared = command.use.engine, command.environment
    for setting in command.defines:
        yield from (listed for listed in project.lists_at(setting.place) if listed.use.engine is engine)
    yield from project.once(("lists_of", engine.name, id(shared)), lambda: tuple(_lists_in(project, engine, shared)))


def _lists_in(project: Project, engine: Engine, environment: Mapping[str, Setting]) -> Iterator[ArchListSetting]:
    names = dict.fromkeys(knob.name for knob in (*engine.knobs, *engine.env_knobs))
    for setting in filter(None, (environment.get(name) for name in (*names, *_CARRIERS))):
        yield from (listed for listed in project.lists_at(setting.place) if listed.use.engine is engine)


def publishes(job: CiJob, commands: tuple[Command, ...]) -> bool:
    """Whether what the job builds goes to somebody else."""
    if any(step.action(*_UPLOADS) for step in job.steps):
        return True
    return any(
        (command.program in ("docker", "podman") and command.has("push"))
        or (command.program == "gh" and command.has("release"))
        or (command.program == "twine" and command.has("upload"))
        for command in commands
    )


def cannot_build(listed: ArchListSetting, version: ToolkitVersion) -> tuple[str, str] | None:
    """The first architecture of a list that this release does not build, and which ones do; `None` where it builds
    all that are known."""
    return not_built(listed.archs.code if listed.archs is not None else (), version)


def not_built(targets: Iterable[CodeTarget], version: ToolkitVersion) -> tuple[str, str] | None:
    """The same of targets."""
    for code in targets:
        first, last = first_nvcc_with(code.arch), last_with(code.arch)
        if last is None:
            continue
        if first is not None and version < first:
            return code.arch, f"sm_{code.arch} needs CUDA {first} or newer"
        if last is not RELEASES[-1] and version > last.version:
            return code.arch, f"CUDA {last.version} is the last that builds sm_{code.arch}"
    return None
