"""PTX that the device link drops.

What it finds: a list with targets that are PTX alone (`90-virtual`, `code=compute_90`) for code that is linked on the
device: CUDA_SEPARABLE_COMPILATION in CMake, -rdc=true or -dc for nvcc.

Why it matters: nvlink links machine code. The PTX stays in the objects, and the linked image has none of it (measured
with nvcc 13.5: cuobjdump -lptx lists it in the object and not after -dlink). A newer GPU finds nothing to compile;
with a list of PTX alone no code is left for any GPU.

Example: `set(CMAKE_CUDA_ARCHITECTURES 86-real 90-virtual)` and `CUDA_SEPARABLE_COMPILATION ON`.

What to do: list machine code for every GPU that has to run it; or build without separable compilation.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from cudacompat.domain.project.cmake_languages import standing
from cudacompat.domain.project.default_lists import standing_lists
from cudacompat.domain.project.list_coverage import images_of
from cudacompat.domain.project.model import ArchListSetting, CMakeFile, Command, Project
from cudacompat.domain.words.finding import Finding, Severity
from cudacompat.domain.words.rule import Rule
from cudacompat.domain.words.switch_values import is_on
from cudacompat.domain.words.target import CodeKind

_RDC = re.compile(r"(?<![\w-])(?:-rdc[= ]true|--relocatable-device-code[= ]true|-dc|--device-c|-dlink|--device-link)\b")
_NAMES = ("CMAKE_CUDA_SEPARABLE_COMPILATION", "CUDA_SEPARABLE_COMPILATION")


def check(project: Project) -> Iterable[Finding]:
    """One finding for each list whose PTX is lost."""
    seen: set[tuple[str, int]] = set()
    for listed in (*_of_cmake(project), *_of_nvcc(project)):
        images = images_of(listed)
        code = {image.number for image in images if image.kind is CodeKind.SASS}
        lost = [image for image in images if image.kind is CodeKind.PTX and image.number not in code]
        at = listed.setting.place.at
        if not lost or at in seen:
            continue
        seen.add(at)
        names = ", ".join(map(str, lost))
        yield Finding(
            id=RULE.id,
            severity=Severity.WARNING if code else Severity.ERROR,
            message=f"the device link drops {names}" + ("" if code else " and leaves no code for any GPU"),
            path=at[0],
            line=listed.setting.place.line,
            span=listed.setting.place.span,
            found=listed.setting.written.strip()[:160],
            why="nvlink links machine code only; PTX of separately compiled code does not reach the linked image",
            help="list machine code for every GPU, or build without separable compilation",
        )


def _of_cmake(project: Project) -> Iterator[ArchListSetting]:
    """The lists of the project's own builds, where CMake links its CUDA code on the device in any case."""
    if not any(_separable(file) for file in project.cmake):
        return
    yield from standing_lists(project)
    for listed in project.lists:
        use = listed.command.use if listed.command is not None else None
        if use is not None and not use.engine.repositories and project.file(use.shown) is not None:
            yield listed


def _separable(file: CMakeFile) -> bool:
    for each in standing(file):
        words = [word.text for word in each.command.arguments]
        name = next((name for name in _NAMES if name in words[:-1]), None)
        if (
            name is not None
            and not each.around
            and each.command.name in ("set", "set_target_properties", "set_property")
        ):
            return is_on(words[words.index(name) + 1])
    return False


def _of_nvcc(project: Project) -> Iterator[ArchListSetting]:
    for listed in project.lists:
        command = listed.command
        if command is not None and command.program == "nvcc" and _separately(project, command):
            yield listed


def _separately(project: Project, command: Command) -> bool:
    return project.once(("separately", id(command)), lambda: _RDC.search(command.line) is not None)


RULE = Rule("rdc-drops-ptx", "PTX that the device link drops", __doc__, check)
