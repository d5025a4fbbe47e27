"""Packages that take CUDA's libraries, or cuDNN, from the image they are installed into, where that has those of
another release, or none.

Sure only where nothing else may bring them: no other package, package manager, stage or installer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from packaging.specifiers import SpecifierSet

from cudacompat.domain.project.command_facts import ancestry, base_name, installs_toolkit
from cudacompat.domain.project.image_names import is_nvidia_cuda
from cudacompat.domain.project.model import Command, Project, Stage
from cudacompat.domain.project.other_machines import is_for_boards
from cudacompat.domain.project.stages import installed, ships
from cudacompat.domain.rules.lint.wheel_facts import environments_of
from cudacompat.domain.tables.cuda_libraries import cuda_in_name, is_vendors, is_vendors_wheel
from cudacompat.domain.tables.image_tags import cuda_image
from cudacompat.domain.wheels.brought import extras_of
from cudacompat.domain.wheels.distributions import distributions, family_of, framework
from cudacompat.domain.wheels.package_set import ResolvedSet
from cudacompat.domain.wheels.requirement import Requirement
from cudacompat.domain.wheels.resolved import Resolved
from cudacompat.domain.words.programs import CONDA
from cudacompat.domain.words.versions import ToolkitVersion

# "base: includes the CUDA runtime (cudart)"; the math libraries begin with runtime: hub.docker.com/r/nvidia/cuda
_WITHOUT = "base"
_PATHS = ("cuda", "cublas", "cudnn", "/lib")  # in what is copied: it may be the libraries


@dataclass(frozen=True, slots=True)
class OtherLibraries:
    """A package, the major CUDA release whose libraries it loads, and the image's, which are of another; `bare` is
    whether the image has none but the CUDA runtime's."""

    package: Resolved
    needs: int
    image: str
    has: ToolkitVersion
    bare: bool


@dataclass(frozen=True, slots=True)
class _CudaBase:
    image: str
    cuda: ToolkitVersion
    flavour: str | None


@dataclass(frozen=True, slots=True)
class OtherCudnn:
    """A package, the major release of cuDNN whose libraries it opens, and the image's (`None`: it has none)."""

    package: Resolved
    needs: int
    image: str
    has: int | None


def other_libraries(project: Project) -> Iterator[OtherLibraries]:
    """Yield the packages of each stage that ships whose libraries the image has in another major CUDA release, or not
    at all."""
    for base, lines, own in _of_stages(project):
        for needs, resolved in _loading(own):
            bare = base.flavour == _WITHOUT
            if (bare or needs != base.cuda.major) and not _brought(project, lines, own, cuda=needs):
                yield OtherLibraries(resolved, needs, base.image, has=base.cuda, bare=bare)


def other_cudnn(project: Project) -> Iterator[OtherCudnn]:
    """Yield the packages of each stage that ships whose libraries of CUDA the image has, and whose cuDNN it has in
    another major release, or not at all."""
    for base, lines, own in _of_stages(project):
        name = cuda_image(base.image)
        if name is None or not name.exact or base.flavour == _WITHOUT:
            continue
        for cuda, resolved in _loading(own):
            needs = _cudnn_of(resolved, own)
            if cuda != base.cuda.major or needs in (None, name.cudnn_major):
                continue
            if needs is not None and not _brought(project, lines, own, cuda=cuda):
                yield OtherCudnn(resolved, needs, base.image, has=name.cudnn_major)


def _cudnn_of(resolved: Resolved, sets: list[ResolvedSet]) -> int | None:
    """The major release of cuDNN whose libraries the package opens, for what is installed beside it; `None` for none,
    or where that is not known."""
    family, version = family_of(resolved.requirement.name), resolved.version
    callers = distributions().cudnn_called_by.get(family)
    named = {each.name for one in sets for each in one.packages.requirements}
    if version is None or (callers is not None and callers.isdisjoint(named)):
        return None
    releases = distributions().cudnn_of_machine.get(family, {})
    fitting = (major for asked, major in releases.items() if SpecifierSet(asked).contains(version, prereleases=True))
    return next(fitting, None)


def _of_stages(project: Project) -> Iterator[tuple[_CudaBase, tuple[Stage, ...], list[ResolvedSet]]]:
    """Yield the stages that ship and begin with an image of nvidia/cuda: that one, the stages that it is made of, and
    what these install."""
    sets: dict[str, list[ResolvedSet]] = {}
    for environment in environments_of(project):
        sets.setdefault(environment.packages.file, []).append(environment)
    for stage in project.stages if sets else ():
        base = stage.base
        if base is None or base.cuda is None or not is_nvidia_cuda(base) or is_for_boards(stage):
            continue
        lines = tuple(ancestry(project, stage))
        own = [each for one in lines for each in sets.get(f"{one.file}:{one.number}", ())]
        if not own or not ships(project, stage) or any(each.packages.forked for each in own):
            continue
        yield _CudaBase(base.image, base.cuda, base.flavour), lines, own


def _loading(sets: list[ResolvedSet]) -> Iterator[tuple[int, Resolved]]:
    """The packages that load libraries which they do not bring, each with the major CUDA release of these."""
    for resolved in (each for one in sets for each in one.resolved):
        extras = distributions().libraries_of_machine.get(family_of(resolved.requirement.name))
        if extras is not None and resolved.cuda and extras.isdisjoint(extras_of(resolved.requirement)):
            yield int(resolved.cuda.partition(".")[0]), resolved


def _brought(project: Project, stages: tuple[Stage, ...], sets: list[ResolvedSet], *, cuda: int) -> bool:
    """Whether something else in the image may have the libraries of that release."""
    packages = (each for one in sets for each in one.packages.requirements)
    if any(_may_bring(each, cuda) for each in packages) or any(_framework_brings(one, cuda) for one in sets):
        return True
    commands = (each for stage in stages for each in project.commands_of(stage))
    if any(_installs_libraries(each) or _takes_unknown_list(project, each) for each in commands):
        return True
    return any(_copies(project, stage) for stage in stages)


def _may_bring(requirement: Requirement, cuda: int) -> bool:
    """Whether it is one of NVIDIA's packages of that release, or brings some by an extra, or by conda."""
    if requirement.conda or any("cuda" in each for each in extras_of(requirement)):
        return True
    return is_vendors_wheel(requirement.name) and cuda_in_name(requirement.name) in (cuda, None)


def _framework_brings(environment: ResolvedSet, cuda: int) -> bool:
    """Whether the framework is there whose packages bring the libraries of that release, for all that is known."""
    if all(each.name != framework().name for each in environment.packages.requirements):
        return False
    found = environment.framework
    if found is None:
        return True
    return found.build != "cpu" and (found.cuda is None or found.cuda.partition(".")[0] == str(cuda))


def _installs_libraries(command: Command) -> bool:
    """Whether it may install some outside of pip."""
    if command.program in CONDA or installs_toolkit(command):
        return True
    return any(is_vendors(word.text) or "cuda" in word.text for word in installed(command))


def _takes_unknown_list(project: Project, command: Command) -> bool:
    """Whether it installs what a file lists which is not in the project."""
    names = project.once("base_names", lambda: frozenset(base_name(each.name) for each in project.files))
    words = [word.text for word in command.words]
    lists = (file for word, file in pairwise(words) if word in ("-r", "--requirement"))
    return "install" in words and any(base_name(each) not in names for each in lists)


def _copies(project: Project, stage: Stage) -> bool:
    """Whether it copies libraries: from an image with CUDA, or by the names of what it copies."""
    stages = project.stages_of(stage.file)
    for copy in stage.copies:
        source = stages[copy.stage] if isinstance(copy.stage, int) and copy.stage < len(stages) else None
        with_cuda = source is not None and is_nvidia_cuda(source.base)
        if with_cuda or (isinstance(copy.stage, str) and cuda_image(copy.stage) is not None):
            return True
        if any(word in path.lower() for path in (*copy.sources, copy.target) for word in _PATHS):
            return True
    return False
