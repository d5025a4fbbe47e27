"""A configured build directory that remembers another list.

What it finds: a CMakeCache.txt in the project whose CMAKE_CUDA_ARCHITECTURES has nothing for a GPU that was named; or
is not what the CMake files and presets say, where these agree on one list.

Why it matters: CMake takes the list from its cache once it is there. Neither a new default in CMakeLists.txt nor
CUDAARCHS changes a configured directory, and one that is copied into an image or kept by CI builds the old list for
ever.

Example: `set(CMAKE_CUDA_ARCHITECTURES 80 120 CACHE STRING "")`, and `80` in `build/CMakeCache.txt`.

What to do: `cmake --fresh -B build` (CMake 3.24), or remove the directory; keep it out of images (.dockerignore).
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from cudacompat.domain.builds.lists.reader import images_in
from cudacompat.domain.builds.setting_facts import Grammar
from cudacompat.domain.project.command_facts import base_name, folder_of
from cudacompat.domain.project.list_coverage import ListCoverage, serves
from cudacompat.domain.project.model import ArchListSetting, Project, SourceFile
from cudacompat.domain.project.walks import on_file
from cudacompat.domain.rules.lint.settings_facts import asked_numbers
from cudacompat.domain.words.finding import Finding, Severity
from cudacompat.domain.words.phrases import some
from cudacompat.domain.words.rule import Rule
from cudacompat.domain.words.verdict import Target

_ENTRY = re.compile(r"(?m)^CMAKE_CUDA_ARCHITECTURES:[A-Z]+=([^\r\n]*)")
_NAME = "CMAKE_CUDA_ARCHITECTURES"


@on_file
def check(project: Project, file: SourceFile) -> Iterable[Finding]:
    """One finding for each such cache, an error where a GPU fails."""
    entry = _ENTRY.search(file.text) if base_name(file.name) == "CMakeCache.txt" else None
    if entry is None:
        return
    said = _of_files(project)
    failing = [target.label for target in project.targets if _fails(entry[1], target)]
    if failing:
        message = f"this directory is configured for {entry[1]}: nothing for {some(failing)}"
        given = "" if said else f' "-D{_NAME}={asked_numbers(project)}"'
        yield _finding(file, entry, Severity.ERROR, message=message, given=given)
        return
    lists = {_normal(each.setting.value or "") for each in said}
    cached = _normal(entry[1])
    if len(lists) != 1 or not cached or cached in lists:
        return
    first = said[0].setting
    message = f"this directory is configured for {entry[1]}, but {first.place.file} says {first.value}"
    yield _finding(file, entry, Severity.WARNING, message=message)


def _fails(archs: str, target: Target) -> bool:
    """Whether what the list asks for does nothing on the GPU; False for a list that stands for others (`native`)."""
    images = images_in(Grammar.CMAKE, archs)
    return bool(images) and serves(target.capability, images) is ListCoverage.FAILS


def _finding(file: SourceFile, entry: re.Match[str], severity: Severity, *, message: str, given: str = "") -> Finding:
    return Finding(
        id=RULE.id,
        severity=severity,
        message=message,
        path=file.name,
        line=file.place(entry.start(), entry.start()).line,
        span=entry.span(),
        found=entry[0][:120],
        why="CMake keeps the list from its cache once the cache exists",
        help=f"run cmake --fresh -B {folder_of(file.name) or '.'}{given}, or delete the directory",
    )


def _of_files(project: Project) -> tuple[ArchListSetting, ...]:
    own = (each for each in project.lists if _is_the_projects(each))
    return project.once("lists_of_files", lambda: tuple(own))


def _is_the_projects(listed: ArchListSetting) -> bool:
    name = base_name(listed.setting.place.file).lower()
    return (
        listed.setting.name == _NAME
        and listed.archs is not None
        and (name.endswith(".cmake") or name in ("cmakelists.txt", "cmakepresets.json"))
    )


def _normal(text: str) -> frozenset[str]:
    return frozenset(
        part.strip() for part in text.split(";") if re.fullmatch(r"\d{2,3}[af]?(-real|-virtual)?", part.strip())
    )


RULE = Rule("stale-cmake-cache", "Build directory configured for another list", __doc__, check)
