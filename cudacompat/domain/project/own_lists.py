"""The builds of a project that give no list and do not ask for `native`: they take the list that the engine has."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from cudacompat.domain.builds.engine import Grammar, Knob
from cudacompat.domain.builds.lists.reader import read_list
from cudacompat.domain.builds.plans.plan import arriving
from cudacompat.domain.project.brought_cmake import cmake_version
from cudacompat.domain.project.ci_jobs import jobs_with, toolkits
from cudacompat.domain.project.model import Command, EngineUse, Project
from cudacompat.domain.project.native_builds import is_switched_off, is_unlisted
from cudacompat.domain.project.stages import builds_cuda, toolkit
from cudacompat.domain.tables.toolkits import release
from cudacompat.domain.words.cuda_release import CudaRelease
from cudacompat.domain.words.target import ArchTarget
from cudacompat.domain.words.versions import ToolkitVersion


class OwnBuild(NamedTuple):
    """A command that builds with the list that its engine has: the setting that would give another, the toolkit, the
    list in the words of CMake, and the images that it makes."""

    command: Command
    use: EngineUse
    knob: Knob
    made_by: CudaRelease
    text: str
    images: tuple[ArchTarget, ...]


def own_builds(project: Project) -> Iterator[OwnBuild]:
    """Yield the commands of Dockerfiles and of CI jobs that certainly build CUDA code with the engine's own list."""
    for command in project.commands:
        if command.stage is not None and command.instruction == "RUN":
            yield from _own_build(project, command, toolkit(project, command.stage))
    for job, commands in jobs_with(project):
        found = {version for version, _ in toolkits(job, commands)}
        made_by = release(found.pop()) if len(found) == 1 else None
        for command in commands:
            yield from _own_build(project, command, made_by)


def _own_build(project: Project, command: Command, made_by: CudaRelease | None) -> Iterator[OwnBuild]:
    use, knob = command.use, command.use.own_knob if command.use is not None else None
    if use is None or knob is None or made_by is None:
        return
    text = _own_list(project, command, use, cuda=made_by.version)
    if text is not None:
        images = arriving(use.engine, use.parsed, read_list(Grammar.CMAKE, text).code)
        built = tuple(image for image in images if image.arch in made_by.targets)
        yield OwnBuild(command, use, knob, made_by=made_by, text=text, images=built)


def _own_list(project: Project, command: Command, use: EngineUse, cuda: ToolkitVersion) -> str | None:
    """The list that the engine's own build files take for this build, which certainly compiles CUDA code with this
    release and is certainly told no architectures; `None` for any other, and where they ask for `native`."""
    own = use.engine.own_list(use.parsed)
    if own is None or own.is_default_target or command.conditional or not builds_cuda(project, command):
        return None  # of a default target, `arch-list-unset` speaks
    if not is_unlisted(project, command, own.unless):
        return None
    native = use.engine.native
    if native is not None and native.window.holds(use.parsed) and not is_switched_off(project, command, native):
        cmake = cmake_version(project, command.stage, command) if command.stage is not None else None
        if native.asks(cmake, cuda) is not False:
            return None
    return own.text(cuda) or None
