"""The CMake targets that have a list of their own, which is all that they are built for. Pure.

Left out are those that a program may choose among by the GPU at run time: of such a set each serves some GPUs alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from cudacompat.domain.project.cmake_choice import stands_alone
from cudacompat.domain.project.cmake_lists import CMakeTargets, named_targets
from cudacompat.domain.project.command_facts import is_aside
from cudacompat.domain.project.list_units import OF_ONE_ARCH, TRIED
from cudacompat.domain.project.model import CMakeCommand, Project
from cudacompat.domain.words.target import ArchSuffix, ArchTarget

_ADDS = re.compile(r"(?:\w+_)?add_(?:library|executable|module)")
_NOT_BUILT = frozenset({"INTERFACE", "ALIAS", "IMPORTED"})
_LEAST_FAMILY = 2  # targets of one architecture each


@dataclass(frozen=True, slots=True)
class CMakeOwnList:
    """The list of one CMake target, and what sets it, the last of several."""

    name: str
    named: CMakeTargets
    images: tuple[ArchTarget, ...]


def own_lists(project: Project) -> tuple[CMakeOwnList, ...]:
    """Return the targets that are judged by their own list alone."""
    return project.once("own_lists", lambda: tuple(_own_lists(named_targets(project), project)))


def others_lists(project: Project) -> tuple[CMakeTargets, ...]:
    """Return what the CMake files name for all other targets; nothing where every target has its own list."""
    owned = frozenset(each.name for each in own_lists(project))
    every = named_targets(project)
    if not owned:
        return every
    left = tuple(each for each in every if not each.owners or not owned.issuperset(each.owners))
    return left if any(each.owners for each in left) or _has_others(project, owned) else ()


def _own_lists(every: Sequence[CMakeTargets], project: Project) -> Iterator[CMakeOwnList]:
    own: dict[str, list[CMakeTargets]] = {}
    for each in every:
        for name in each.owners:
            own.setdefault(name, []).append(each)
    shared = tuple(image for each in every if not each.owners for image in each.images)
    inherits = _has_others(project, frozenset(own))
    for name, sets in own.items():
        if OF_ONE_ARCH.search(name) or TRIED.search(name) or all(each.conditional for each in sets):
            continue
        if any(each.appends or each.arm is not None for each in sets):
            continue  # what is added to the shared list, or holds for some processors
        flags = (each for each in every if each.flags)
        images = tuple(image for each in (*sets, *flags) for image in each.images)
        if stands_alone(project, name, own):
            if all(image.suffix is ArchSuffix.NONE for image in images):
                yield CMakeOwnList(name, sets[-1], images)
            continue
        rest = tuple(image for other, of in own.items() if other != name for each in of for image in each.images)
        if not _is_chosen(images, own, others=(*rest, *(shared if inherits else ()))):
            yield CMakeOwnList(name, sets[-1], images)


def _is_chosen(
    images: Sequence[ArchTarget], own: Mapping[str, Sequence[CMakeTargets]], others: Sequence[ArchTarget]
) -> bool:
    """Whether the program may take another target for other GPUs: this one is for chips that no other serves, or one of
    several that are for one architecture each."""
    if all(image.suffix is not ArchSuffix.NONE for image in images):
        return True
    numbers = {image.capability for image in images}
    if others and numbers.isdisjoint(image.capability for image in others):
        return True
    each_for = [{image.capability for named in sets for image in named.images} for sets in own.values()]
    family = {next(iter(of)) for of in each_for if len(of) == 1}
    return len(numbers) == 1 and len(family) >= _LEAST_FAMILY


def _has_others(project: Project, owned: frozenset[str]) -> bool:
    """Whether a target that may have CUDA sources has no list of its own."""
    files = (file for file in project.cmake if not is_aside(file.name))
    return any(_is_other(command, owned) for file in files for command in file.commands)


def _is_other(command: CMakeCommand, owned: frozenset[str]) -> bool:
    words = [word.text for word in command.arguments]
    if not words or not _ADDS.fullmatch(command.name) or words[0] in owned or _NOT_BUILT.intersection(words):
        return False
    sources = [word for word in words[1:] if "." in word or "$" in word]
    return not sources or any("$" in word or word.endswith(".cu") for word in sources)
