"""The commands of a Makefile's recipes, and what its variables put into flags."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence

from cudacompat.artifacts.buildfiles import commands as shell
from cudacompat.artifacts.buildfiles.blanking import unknown
from cudacompat.artifacts.buildfiles.commands import ShellCommand
from cudacompat.artifacts.buildfiles.make_functions import expanded, with_loops
from cudacompat.artifacts.buildfiles.settings import RECIPE_LINE
from cudacompat.domain.builds.lists.nvcc_flags import ARCH_OPTION, PAIR_OPTION, TARGET_OPTION
from cudacompat.domain.project.assignments import AssignmentKind
from cudacompat.domain.project.command_facts import is_makefile
from cudacompat.domain.project.model import Setting, SourceFile

_MAKE_VARIABLE = re.compile(r"\$(?:\([^()\n]*\)|\{[^{}\n]*\}|[$@<^?*+|%])")  # $@ and its like become $_


def recipes_of(file: SourceFile) -> Iterator[ShellCommand]:
    """Yield the commands of each line that make hands to the shell; what only make knows is left unknown."""
    for match in RECIPE_LINE.finditer(file.text):
        text = re.sub(r"^\t[@-]*", lambda m: " " * len(m[0]), match[0])
        masked = unknown(_MAKE_VARIABLE, text)
        yield from shell.commands(file, match.start(), match.end(), environment={}, masked=masked)


_TEXT = r"(?:\\\r?\n|[^\n#]){0,1000}?"
_ARCH = rf"(?<![\w-])(?:{ARCH_OPTION}|-code|--gpu-code)"
_NAMED = rf"(?:arch=(?:compute_|sm_)\$|{_ARCH}[= \t]+[\"']?(?:sm_|compute_|\$))"
_FLAGS = re.compile(
    r"(?m)^[ \t]*(?:[\w./%-]+[ \t]*:[ \t]*)?(?:(?:export|override)[ \t]+)*\w+[ \t]*[:?+]?=[ \t]*"
    rf"({_TEXT}{_NAMED}{_TEXT})(?<!\\)(?:#[^\n]*)?\r?$"
    rf"|^[ \t]*(\$\(foreach {_TEXT}arch=(?:compute_|sm_)\${_TEXT})$"
)
_SHORT = re.compile(rf"(?:\bnvcc\b|\$[({{]\w*NVCC\w*[)}}]){_TEXT}(?<![\w-]){TARGET_OPTION}[= \t]")
_TARGET = re.compile(rf"{PAIR_OPTION}[= \t]+arch=compute_\w+,code=[\w\[\],]+|{_ARCH}[= \t]+[\"']?[a-z]+_[\w,]+")
_WRITTEN = re.compile(rf"(?:{PAIR_OPTION}|{_ARCH})[= \t]+\S+")
_PTX = re.compile(r"(?<!\S)--?ptx(?!\S)")
_ARCH_NUMBER = re.compile(
    rf"(?:(?<![\w-]){ARCH_OPTION}[= \t]+[\"']?(?:sm_|compute_)|arch=compute_)(\d{{2,3}}[af]?)(?!\w)"
)
_ASSIGNED = re.compile(
    r"(?m)^[ \t]*(?:override[ \t]+)?(?P<name>\w+)[ \t]*[:?+]?=(?:[^\n]*\\\r?\n){0,200}?[^\n]*(?<!\\)(?<!\\\r)$"
)
# what may use a variable where it is not named: other files, makes of other folders, names that are made of names
_ELSEWHERE = re.compile(r"(?m)^[ \t]*(?:-?include|sinclude|export|define)\b|\$[({]MAKE[)}]|\$[({]\w*\$|\beval\b")
_ASKED = re.compile(r"\$[({](\w+)")
_OPEN = re.compile(rf"arch=(?:compute_|sm_)?\$|code=(?:compute_|sm_)?\$|{_ARCH}[= \t]+[\"']?(?:compute_|sm_)?\$")


def flags_of_variables(file: SourceFile, found: Sequence[Setting]) -> Iterator[Setting]:
    """Yield the flags for nvcc that the variables of a Makefile hold, where they name their targets by `-arch`, by
    variables of plain values, or by a loop over them; and the `-arch` of its recipes. `found` are its settings."""
    if "arch" not in file.text:
        return
    given = [each for each in found if each.way is AssignmentKind.ENVIRONMENT]
    values: dict[str, list[str]] = defaultdict(list)
    for each in given:
        values[each.name].append(each.written)
    recipes = (each for each in RECIPE_LINE.finditer(file.text) if _SHORT.search(each[0]))
    for match in (*_FLAGS.finditer(file.text), *recipes):
        whole = match[match.lastindex or 0]
        text = expanded(with_loops(whole) if "$$" in whole else whole, values).replace('\\"', "")
        tokens = _TARGET.findall(text) if _PTX.search(text) is None else _of_ptx(text)
        if tokens and not _OPEN.search(text) and _WRITTEN.search(match[0]):
            written = [*_WRITTEN.finditer(file.text, match.start(), match.end())]
            place = file.place(written[0].start(), written[-1].end())
            flags = file.text[place.start : place.end]
            yield Setting("", " ".join(tokens), place, way=AssignmentKind.FLAGS, written=flags)


def _of_ptx(text: str) -> list[str]:
    """The targets of a command that makes PTX alone, for whatever code it is told."""
    numbers = dict.fromkeys(_ARCH_NUMBER.findall(text))
    return [f"-gencode arch=compute_{number},code=compute_{number}" for number in numbers]


def used_flags(file: SourceFile, found: Sequence[Setting]) -> list[Setting]:
    """Return the settings less the flags of variables that nothing in a Makefile asks for, where others are asked for:
    GENCODE_SM86 and its kin, of which it chooses one."""
    if not is_makefile(file.name) or _ELSEWHERE.search(file.text):
        return list(found)
    asked = set(_ASKED.findall(file.text))
    spans = [match.span() for match in _ASSIGNED.finditer(file.text) if match["name"] not in asked]
    starts = [start for start, _ in spans]

    def unused(each: Setting) -> bool:
        at = bisect_right(starts, each.place.start) - 1
        return each.way is AssignmentKind.FLAGS and at >= 0 and each.place.start < spans[at][1]

    kept = [each for each in found if not unused(each)]
    return kept if any(each.way is AssignmentKind.FLAGS for each in kept) else list(found)


def not_written_out(found: Sequence[Setting], made: Sequence[Setting]) -> list[Setting]:
    """Return the settings less the flags of which all variables are known in one that was `made` of the same place."""
    spans = sorted((each.place.start, each.place.end) for each in made)
    starts = [start for start, _ in spans]

    def inside(at: int) -> bool:
        index = bisect_right(starts, at) - 1
        return index >= 0 and at < spans[index][1]

    return [each for each in found if each.way is not AssignmentKind.FLAGS or not inside(each.place.start)]
