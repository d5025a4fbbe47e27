"""The lists that stand in a project's files for builds that no command in them shows: grouped as one build takes them.
Pure."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

from cudacompat.domain.builds.lists.nvcc_flags import ARCH_OPTION
from cudacompat.domain.project.assignments import AssignmentKind
from cudacompat.domain.project.cmake_values import LIST_NAME
from cudacompat.domain.project.command_facts import (
    OF_AUTOTOOLS,
    base_name,
    in_cargo_config,
    is_any_makefile,
    is_aside,
    is_cmake,
)
from cudacompat.domain.project.default_lists import standing_lists
from cudacompat.domain.project.disabled_lists import is_switched_off
from cudacompat.domain.project.list_units import OF_ONE_ARCH
from cudacompat.domain.project.model import ArchListSetting, Project

_OF_SPACK = "cuda_arch"
_PROGRAMS = (".py",)
_OWN = (".vcxproj", ".props", ".targets", ".bazelrc", ".nix", ".build", ".bzl", ".bazel", ".toml", ".ini", ".mk")

_OF_A_RELEASE = re.compile(r"cuda[._-]?(?:[789]|1[0-3])[._-]?\d?(?!\d)")  # app-cuda80.vcxproj, of CUDA 8.0
# NVCC_FLAGS = -arch=native
_OF_ANY_GPU = re.compile(
    rf"(?m)^(?![ \t]*(?:#|//))[^\n]{{0,2000}}?(?<![\w-]){ARCH_OPTION}[=\s\"',]{{1,6}}(?:native|all|all-major)\b"
)


def standing_groups(project: Project) -> Iterator[tuple[ArchListSetting, ...]]:
    """Yield the lists, those of one name in one file together: one of them, or all of them, are taken."""
    groups: dict[tuple[str, str], list[ArchListSetting]] = defaultdict(list)
    seen: set[tuple[str, int]] = set()
    for listed in (*standing_lists(project), *(each for each in project.lists if _stands(each))):
        place = listed.setting.place
        if not is_cmake(place.file) and place.at not in seen and not is_switched_off(project, listed):
            seen.add(place.at)
            file = "" if listed.setting.name == _OF_SPACK else place.file  # an environment for each machine
            groups[file, listed.setting.name].append(listed)
    yield from (tuple(group) for group in groups.values() if not _beside_any(project, group[0]))


def _beside_any(project: Project, listed: ArchListSetting) -> bool:
    """Whether these are flags in a file that gives others `-arch=native` or `all`: what they are for is a part."""
    file = project.file(listed.setting.place.file)
    if file is None or listed.setting.way is not AssignmentKind.FLAGS:
        return False
    return project.once(("takes_any_gpu", file.name), lambda: _OF_ANY_GPU.search(file.text) is not None)


def named_in_cmake(project: Project) -> Iterator[ArchListSetting]:
    """Yield the lists in CMake files that an engine reads by another name than CMake's: FindCUDA adds nvcc's flags."""
    lists = (each for each in project.lists if each.command is None and is_cmake(each.setting.place.file))
    yield from (each for each in lists if each.setting.name != LIST_NAME)


def _stands(listed: ArchListSetting) -> bool:
    """Whether it decides a build of its own file, or of whatever runs in its environment."""
    setting = listed.setting
    name = base_name(setting.place.file).lower()
    if listed.command is not None or is_aside(setting.place.file) or OF_ONE_ARCH.search(_OF_A_RELEASE.sub("", name)):
        return False
    if setting.name == _OF_SPACK or setting.name.startswith("--"):
        return True
    if setting.way is AssignmentKind.FLAGS:
        return is_any_makefile(name) or name.endswith((*_PROGRAMS, ".rs", *_OWN, *OF_AUTOTOOLS))
    return name.endswith((*_PROGRAMS, *_OWN, *OF_AUTOTOOLS)) and not in_cargo_config(setting)
