"""Whether a program may choose a CMake target among others by the GPU that it finds. Pure.

Of such a set each target serves some GPUs alone. What shows it: names of architectures or of age in the target or its
sources, the same sources compiled for one list and for another, several such targets in one program, modules that are
loaded and objects that are put together. A target that is not surely built counts as one that may be chosen.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from cudacompat.domain.project.cmake_languages import standing
from cudacompat.domain.project.cmake_target_lists import added_files
from cudacompat.domain.project.list_units import OF_ONE_ARCH, TRIED
from cudacompat.domain.project.model import Project

_ADDS = frozenset({"add_library", "add_executable", "cuda_add_library", "cuda_add_executable"})
_KINDS = frozenset({"STATIC", "SHARED", "WIN32", "MACOSX_BUNDLE"})
# of objects, plugins, and what `all` does not build, nobody can say here what they become
_OPEN = frozenset({"OBJECT", "MODULE", "INTERFACE", "ALIAS", "IMPORTED", "EXCLUDE_FROM_ALL", "UNKNOWN"})
_OF_AGE = re.compile(r"(?i)legacy|old|compat|fallback|modern|next|baseline|generic|variant|plugin|module")
_MOST_LINKED = 1  # of targets with lists of their own in one program


@dataclass(frozen=True, slots=True)
class _Made:
    """A target that is surely built: the sources that its command names."""

    sources: frozenset[str]


def stands_alone(project: Project, name: str, owned: Collection[str]) -> bool:
    """Whether this target is surely built, and nothing shows that a program chooses it among others (`owned` are all
    with a list of their own)."""
    made = project.once("made_targets", lambda: dict(_made(project)))
    own = made.get(name)
    if own is None or not own.sources:
        return False
    told = (name, *own.sources)
    if any(OF_ONE_ARCH.search(each) or TRIED.search(each) or _OF_AGE.search(each) for each in told):
        return False
    if any(each != name and other.sources & own.sources for each, other in made.items()):
        return False
    linked = project.once("linked_targets", lambda: tuple(_linked(project)))
    return not any(name in each and len(each.intersection(owned)) > _MOST_LINKED for each in linked)


def _made(project: Project) -> Iterator[tuple[str, _Made]]:
    for file in added_files(project):
        for scope in standing(file):
            words = [word.text for word in scope.command.arguments]
            if scope.command.name not in _ADDS or scope.around or not words or not _OPEN.isdisjoint(words):
                continue
            yield words[0], _Made(frozenset(words[1:]) - _KINDS)


def _linked(project: Project) -> Iterator[frozenset[str]]:
    """What each target links, in any branch."""
    for file in project.cmake:
        for command in file.commands:
            if command.name == "target_link_libraries":
                yield frozenset(word.text for word in command.arguments[1:])
