"""Which CMake a stage of an image has: the distribution's, or one that is brought."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence

from cudacompat.domain.builds.engine import BuildSystem
from cudacompat.domain.project.command_facts import (
    ancestry,
)
from cudacompat.domain.project.model import Command, Project, Stage
from cudacompat.domain.project.stages import distro_of, installed, pip_installed
from cudacompat.domain.words.programs import CONDA

NEWEST_CMAKE = (99, 0)  # whatever was the newest when the image was built


_CMAKE_FILE = re.compile(
    r"cmake-v?(\d+)\.(\d+)|(?:[Kk]itware/[Cc][Mm]ake|cmake\.org/files)[^\s]{0,200}?/v?(\d+)\.(\d+)"
)


_PYPI_CMAKE = re.compile(r"cmake(?:==(\d+)\.(\d+)\S*|~=\S*|>=?\S*)?")


def cmake_version(project: Project, stage: Stage, building: Command) -> tuple[int, int] | None:
    """The CMake that configures: `NEWEST_CMAKE` where it comes from an index or a download without a version; `None`
    where it is not certain."""
    packaged = False
    for each in ancestry(project, stage):
        brought, package = _cmake_brought(project, each)
        last = bisect_right(brought, building.place.start, key=lambda found: found[0])
        if last:
            return brought[last - 1][1]
        packaged = packaged or (package is not None and package <= building.place.start)
    if packaged:
        of = distro_of(stage.base)
        return of.cmake if of is not None else None
    # scikit-build and its like bring CMake from the index where the image has none
    pip = building.use is not None and building.use.engine.system is BuildSystem.PIP
    return NEWEST_CMAKE if pip and distro_of(stage.base) is not None else None


def _cmake_brought(project: Project, stage: Stage) -> tuple[tuple[tuple[int, tuple[int, int] | None], ...], int | None]:
    """Where the commands of a stage's own bring a CMake that is not the distribution's, each with its version (`None`
    where that is not certain); and where they first install that of the distribution."""
    return project.once(("cmake_brought", stage.key), lambda: _all_brought(project.commands_of(stage)))


def _all_brought(
    commands: Sequence[Command],
) -> tuple[tuple[tuple[int, tuple[int, int] | None], ...], int | None]:
    brought: list[tuple[int, tuple[int, int] | None]] = []
    package: int | None = None
    for command in commands:
        known, version = _brings_cmake(command)
        if known:
            brought.append((command.place.start, version))
        elif package is None and any(word.text.split("=")[0] == "cmake" for word in installed(command)):
            package = command.place.start
    return tuple(brought), package


def _brings_cmake(command: Command) -> tuple[bool, tuple[int, int] | None]:
    for word in pip_installed(command):
        match = _PYPI_CMAKE.fullmatch(word.text)
        if match is not None:
            return True, (int(match[1]), int(match[2])) if match[1] else NEWEST_CMAKE
    line = command.line
    fetched = _CMAKE_FILE.search(line)
    if fetched is not None:
        numbers = [part for part in fetched.groups() if part is not None]
        return True, (int(numbers[0]), int(numbers[1]))
    if re.search(r"kitware", line, re.IGNORECASE):
        return True, NEWEST_CMAKE
    conda = command.program in CONDA
    return conda and any("cmake" in word.text for word in command.words), None
