"""Which commands of a project install packages, by the environment that they make, and what those bring along."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice, product

from cudacompat.artifacts.requirements.base import Origin, ReadRequirements
from cudacompat.artifacts.requirements.pip_file import constrained
from cudacompat.domain.project.command_facts import is_aside
from cudacompat.domain.project.model import Command, Stage
from cudacompat.domain.wheels.brought import brought_along
from cudacompat.domain.wheels.constraints import held_along
from cudacompat.domain.wheels.distributions import distributions, framework
from cudacompat.domain.wheels.install_command import InstallCommand, install_command
from cudacompat.domain.wheels.model import PYPI
from cudacompat.domain.wheels.package_set import PackageSet
from cudacompat.domain.wheels.requirement import Requirement, index_for

_MOST_CHOICES = 16  # runs of a matrix that one command is gone through for
# Images that hold no package with device code.
_PLAIN = re.compile(
    r"(?:[\w.-]+/)*(?:ubuntu|debian|python|cuda|fedora|rockylinux|almalinux|amazonlinux|centos|mini(?:conda|forge)\d*"
    r"|mambaforge|micromamba|uv)(?:[:@].*)?"
)
_LONGEST_IMAGE = 300
# lists of a project's own tests and tools, by their names
_OF_TESTS = re.compile(
    r"(?i)(?<![a-z])(?:tests?|testing|ci|dev|develop|lint|docs?|readthedocs|build|bench(?:mark)?s?)(?![a-z])"
)
_WHEEL_PATH = re.compile(r"(?!\w+://)[^\s]*[*/][^\s]*\.whl")


def is_of_tests(name: str) -> bool:
    """Whether a list of packages is for the tests, documents and tools of its project, by its path."""
    return is_aside(name) or _OF_TESTS.search(name.rpartition("/")[2]) is not None


def by_place(commands: Sequence[Command]) -> dict[str, list[tuple[Command, InstallCommand]]]:
    """Return the commands that install, by the stage, job or file whose environment they make. One that a matrix gives
    several values stands there once for each."""
    found: dict[str, list[tuple[Command, InstallCommand]]] = {}
    for command in commands:
        for words in _runs(command):
            environment = {name: setting.value for name, setting in command.environment.items()}
            install = install_command(command.program, words, environment)
            if install is None:
                break
            found.setdefault(_place(command), []).append((command, install))
    return found


def _place(command: Command) -> str:
    if command.stage is not None:
        return f"{command.stage.file}:{command.stage.number}"
    if command.job is not None:
        return f"{command.job.file}:{command.job.name}"
    return command.caller.place.file if command.caller is not None else command.place.file


def _runs(command: Command) -> Iterator[list[str | None]]:
    """The words of the command, `None` for one that is not known; for each combination where words have choices."""
    words = command.words
    every = [(word.text,) if word.known else word.choices or (None,) for word in words]
    runs = 1
    for each in every:
        runs *= len(each)
    if runs > _MOST_CHOICES:
        every = [(word.text,) if word.known else (None,) for word in words]
    yield from (list(run) for run in islice(product(*every), _MOST_CHOICES))


def has_plain_base(command: Command) -> bool:
    """Whether all packages of the environment are installed by its commands: a stage of an image that begins with a
    system or a language alone."""
    stage = command.stage
    if stage is None or stage.base is None:
        return False
    return _PLAIN.fullmatch(stage.base.image[:_LONGEST_IMAGE]) is not None


def holds_unknown(stage: Stage | None, groups: Mapping[str, Sequence[tuple[Command, InstallCommand]]]) -> bool:
    """Return True if the stage, or one that it begins with, installs wheels by a path or copies from another stage:
    what it holds is not said by its commands."""
    while stage is not None:
        group = groups.get(f"{stage.file}:{stage.number}", ())
        if any(isinstance(copy.stage, int) for copy in stage.copies):
            return True
        if any(_WHEEL_PATH.fullmatch(word.text) for command, _ in group for word in command.words):
            return True
        stage = next((command.stage for command, _ in groups.get(f"{stage.file}:{stage.parent}", ())), None)
    return False


def with_brought(sets: Sequence[PackageSet], plain: Sequence[bool | None]) -> Iterator[PackageSet]:
    """Yield the sets with what their packages bring along, as constraints hold it; of a set that is not `plain` only
    what no other names, since that may be installed first, and nothing where it is not known what is there (`None`)."""
    every = frozenset(each.name for packages in sets for each in packages.requirements)
    for packages, whole in zip(sets, plain, strict=True):
        elsewhere = frozenset[str]() if whole else every
        told = packages.job is None and whole is not None
        brought = ReadRequirements(tuple(brought_along(packages.requirements, elsewhere)) if told else ())
        more = constrained(brought, ReadRequirements(packages.constraints)).requirements
        if told and packages.constraints:
            more = (*more, *held_along((*packages.requirements, *more), packages.constraints, elsewhere))
        yield replace(packages, requirements=(*packages.requirements, *more)) if more else packages


def chosen(requirements: Sequence[Requirement], extras: Sequence[str], origin: Origin) -> Iterator[Requirement]:
    """Yield what a project requires with these extras: of a package that an extra has of its own, that. What the tool's
    own table gives no index comes from those of the command (`origin`)."""
    wanted = frozenset(extras)
    own = {each.name for each in requirements if each.group in wanted}
    for each in requirements:
        if each.group in wanted or (each.group == "" and each.name not in own):
            index = index_for(each.name, origin.index, origin.extra) if each.index == PYPI else each.index
            yield replace(each, index=index)


def not_there_yet(
    more: Sequence[Requirement], before: Sequence[Requirement], branched: Sequence[Requirement], *, bare: bool
) -> Iterator[Requirement]:
    """Yield what a command installs after what was installed `before`: a package that is there, in any version, is not
    installed again for a requirement that leaves a choice. Where the command stands in a branch, `branched` is what
    other branches installed: that is there only if it is the same build. Where it is not `bare`, the framework may be
    there."""
    there = {each.name for each in before} | {(each.name, each.build) for each in branched}
    for each in more:
        held = not {each.name, (each.name, each.build)}.isdisjoint(there)
        held = held or (not bare and each.name in framework().on_its_index)
        if each.pinned is not None or not held:
            yield each


def without(installed: Sequence[Requirement], removed: Sequence[str]) -> list[Requirement]:
    """Return what is left of these after some are uninstalled. What shares its folder with one of them is left without
    its files, too: what is installed into that folder next decides."""
    gone = {*removed, *(name for group in distributions().one_folder if set(group) & set(removed) for name in group)}
    return [each for each in installed if each.name not in gone]
