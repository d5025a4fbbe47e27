"""Rules of Makefiles that compile CUDA sources for nvcc's default target: no variable of theirs names another. Pure.

Not make: a variable counts with all that the file ever gives it. Where one of them may come from elsewhere, or from a
program that make runs, nothing is said. A variable for a list alone that no file of the project gives is empty."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping

from cudacompat.domain.project.model import SourceFile, TextSpan
from cudacompat.domain.words.nvcc_variables import FLAG_VARIABLES

_MOST_RULES = 200
_MOST_NAMES = 200  # variables that one rule is followed through
_JOINED = re.compile(r"\\\r?\n")
# NVCC := /usr/local/cuda/bin/nvcc; half: CUFLAGS = -arch=sm_60; export NVCC ?= nvcc
_GIVEN = re.compile(
    r"(?m)^[ \t]*(?:[^\t\n#=:]{1,300}:[ \t]*)?(?:override[ \t]+|export[ \t]+)?(?P<name>[A-Za-z_][\w.-]*)"
    r"[ \t]*(?:\?|\+|:{1,3})?=[ \t]*(?P<value>[^\n]*)"
)
# in a file of any kind: CUDA_ARCH=-arch=sm_80, CUDA_ARCH: "-arch=sm_80", AC_SUBST([CUDA_ARCH]), define CUDA_ARCH
_ANYWHERE = re.compile(
    r"(?<![\w.-])([A-Za-z_]\w{0,99})(?=[ \t]{0,20}(?:[:?+!]{0,3}=|:))"
    r"|(?:(?:AC_SUBST|AC_ARG_VAR)[ \t]*\([ \t\[]*|\bdefine[ \t]+)([A-Za-z_]\w{0,99})"
)
# ifneq ($(CUDA_ARCH),) | ifneq (,$(CUDA_ARCH)) | ifdef CUDA_ARCH; any other condition without a name
_ASKS = re.compile(
    r"[ ]*(?:ifdef[ \t]+(?P<defined>[\w.-]+)[ \t]*$|ifneq[ \t]*\([ \t]*\$[({](?P<first>[\w.-]+)[)}][ \t]*,[ \t]*\)"
    r"|ifneq[ \t]*\([ \t]*,[ \t]*\$[({](?P<second>[\w.-]+)[)}][ \t]*\)|if(?:n?eq|n?def)\b)"
)
_ELSE, _ENDIF = re.compile(r"[ ]*else\b"), re.compile(r"[ ]*endif\b")
_DEFINED = re.compile(r"(?m)^[ ]*(?:define|include|sinclude)\b|\beval\b")
_USED = re.compile(r"\$[({](?:(?P<function>[a-z-]+)[ \t]|(?P<name>[\w.-]+))|\$(?P<short>\w)")
_REFERENCE = re.compile(r"\$[({][\w.-]+[)}]")  # whose name may say what its value is: $(cuda_arch)
_OF_A_PATH = re.compile(r"(?i)(?:HOME|PATH|ROOT|DIR|PREFIX|VER|VERSION)$")
_OF_A_LIST = re.compile(r"(?i)arch|gencode|capabilit|(?<![a-z])sms?(?![a-z])")  # and of no other flags
_LOOPED = re.compile(r"\$[({]foreach[ \t]+([\w.-]+)")
_PLAIN = frozenset({
    "foreach", "patsubst", "addprefix", "addsuffix", "wildcard", "subst", "notdir", "strip", "filter", "filter-out",
    "sort", "dir", "abspath", "basename",
})  # fmt: skip
_COMPILER = re.compile(r"^[ \t]*[@-]*(?:\$[({](?P<name>[\w.-]+)[)}]|(?P<plain>(?:[\w./$(){}-]*/)?nvcc))(?=[ \t])")
_IS_NVCC = re.compile(r"(?:^|[\s/])nvcc(?:\s|$)")
_COMPILES = re.compile(r"(?:^|\s)(?:-c|--compile|-dc|-o)(?:\s|$)")
# what names a target, or makes something else than code
_TARGET = re.compile(
    r"arch|gencode|generate-code|gpu|\bcode\b|sm_|compute_|optf|options-file"
    r"|(?:^|\s)-{1,2}(?:ptx|cubin|fatbin|E|M|dryrun|dlink|lib)(?:\s|$)|SMS|CAPABILIT",
    re.IGNORECASE,
)
# a variable within a longer word (-I/usr/local/cuda-$(CUDA_VER)/include) brings no option of its own
_WITHIN = r"[\w/=.-]\$[({{]{0}[)}}]|\$[({{]{0}[)}}][/.\w]"


def default_rules(file: SourceFile, is_given: Callable[[str], bool]) -> Iterator[TextSpan]:
    """Yield the commands that certainly compile a CUDA source for the default target, one for each rule. `is_given`
    says whether any file of the project may give a variable."""
    text = _JOINED.sub(lambda match: " " * len(match[0]), file.text)
    if "nvcc" not in text or any(name in text for name in FLAG_VARIABLES) or _DEFINED.search(text):
        return
    given = _given(_without_unset(text, _given(text)))
    for count, (start, command) in enumerate(_commands(text)):
        if count >= _MOST_RULES:
            return
        found = _COMPILER.match(command)
        if found is None or not _COMPILES.search(command):
            continue
        if found["name"] and not any(_IS_NVCC.search(each) for each in given.get(found["name"], ())):
            continue
        if _names_nothing(command, given, is_given):
            yield file.place(start + len(command) - len(command.lstrip()), start + len(command))


def _given(text: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for match in _GIVEN.finditer(text):
        found.setdefault(match["name"], []).append(match["value"].partition("#")[0])
    return found


def _without_unset(text: str, given: Mapping[str, list[str]]) -> str:
    """The text without what it does only where a variable has a value that it gives none itself: `CUDA_ARCH ?=`, then
    `ifneq ($(CUDA_ARCH),)`."""
    kept: list[str] = []
    blocks: list[bool] = []  # of each open one, whether its lines are left out
    for line in text.split("\n"):
        asks = _ASKS.match(line)
        if asks is not None:
            name = asks["defined"] or asks["first"] or asks["second"]
            values = given.get(name or "", ())
            blocks.append(bool(values) and not any(map(str.strip, values)))
        elif _ELSE.match(line) and blocks:
            blocks[-1] = False
        elif _ENDIF.match(line) and blocks:
            blocks.pop()
        kept.append("" if any(blocks) else line)
    return "\n".join(kept)


def given_in(text: str) -> frozenset[str]:
    """Return the names that a file of any kind gives a value, as far as a line can tell."""
    return frozenset(match[1] or match[2] for match in _ANYWHERE.finditer(text))


def _commands(text: str) -> Iterator[tuple[int, str]]:
    """The first command of each rule that makes something of a CUDA source, and where it begins."""
    at, inside = 0, False
    for line in text.split("\n"):
        if line.startswith("\t"):
            if inside and "nvcc" in line.lower():
                yield at, line
                inside = False
        elif line.strip() and not line.lstrip().startswith("#"):
            inside = re.search(r"\.cu\b", line.partition(":")[2]) is not None
        at += len(line) + 1


def _names_nothing(command: str, given: Mapping[str, list[str]], is_given: Callable[[str], bool]) -> bool:
    """Whether neither a command nor any variable that it uses can name a target."""
    seen: set[str] = set()
    waiting = [command]
    while waiting:
        text = waiting.pop()
        if _TARGET.search(_REFERENCE.sub(" ", text)) or len(seen) > _MOST_NAMES:
            return False
        looped = set(_LOOPED.findall(text))
        for match in _USED.finditer(text):
            if match["function"]:
                if match["function"] not in _PLAIN:
                    return False
                continue
            name = match["name"] or match["short"] or ""
            if name in looped or name in seen:
                continue
            seen.add(name)
            if name in given:
                waiting += given[name]
            elif _OF_A_PATH.search(name) or re.search(_WITHIN.format(re.escape(name)), text):
                continue
            elif not _OF_A_LIST.search(name) or is_given(name):
                return False
    return True
