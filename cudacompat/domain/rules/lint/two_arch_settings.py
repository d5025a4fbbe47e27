"""Two settings that both carry architectures to one build.

What it finds: flags with targets (NVCC_APPEND_FLAGS, CMAKE_CUDA_FLAGS, CUDAFLAGS) together with the engine's own list;
CUDAARCHS together with -DCMAKE_CUDA_ARCHITECTURES; one -D twice with different lists.

Why it matters: nvcc compiles for what the list says and for what the flags say, so the whole list is not in one
place, and it is easily changed in the wrong one. CMake reads CUDAARCHS only where no list is given, and of two -D of
one name the last.

Example: `ENV NVCC_APPEND_FLAGS="-gencode arch=compute_86,code=sm_86"` in an image that builds with
-DCMAKE_CUDA_ARCHITECTURES=120.

What to do: keep the engine's list, and take the targets out of the flags.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from cudacompat.domain.project.cmake_languages import standing
from cudacompat.domain.project.list_coverage import flag_settings, images_of_flags
from cudacompat.domain.project.model import CMakeFile, Command, Project, Word
from cudacompat.domain.rules.lint.two_lists_facts import engine_lists, harm_of
from cudacompat.domain.words.finding import Finding, Severity
from cudacompat.domain.words.rule import Rule

_LISTS = ("CMAKE_CUDA_ARCHITECTURES", "CUDA_ARCHITECTURES")


_GIVES = frozenset({"set", "string", "add_compile_options", "target_compile_options"})


_TARGETS = re.compile(r"arch=compute_\d|(?<![\w-])-arch=(?:sm|compute)_\d")


def check(project: Project) -> Iterable[Finding]:
    """One finding for each setting that carries targets beside the list."""
    seen: set[tuple[str, int]] = set()
    for command in project.commands:
        for finding, at in (*_by_flags(project, command), *_ignored(command)):
            if at not in seen:
                seen.add(at)
                yield finding
    said: set[tuple[str | None, int | None]] = set()
    for finding in _in_cmake(project):
        if (finding.path, finding.line) not in said:
            said.add((finding.path, finding.line))
            yield finding


def _by_flags(project: Project, command: Command) -> Iterator[tuple[Finding, tuple[str, int]]]:
    flags = tuple(flag_settings(command))
    lists = [each.setting for each in engine_lists(project, command) if each.archs is not None] if flags else []
    own = _own(command)
    for setting in flags:
        images = images_of_flags(setting)
        the = next((each for each in lists if each.name != setting.name), None)  # flags are among the lists themselves
        if not images or the is None or setting.name in own or harm_of(command, setting)[0] is not None:
            continue
        names = " ".join(sorted(map(str, images)))
        at = setting.place.at
        yield (
            Finding(
                id=RULE.id,
                severity=Severity.WARNING,
                message=f"{setting.name} adds {names} to the targets of {the.name}",
                path=setting.place.file,
                line=setting.place.line,
                span=setting.place.span,
                found=f"{setting.name}={setting.written}"[:120] + f"; {the.name}={the.value}"[:120],
                why="nvcc compiles both sets; neither setting shows the whole list",
                help=f"keep only {the.name}, and remove the targets from {setting.name}",
            ),
            at,
        )


def _in_cmake(project: Project) -> Iterator[Finding]:
    """Flags with targets that one CMake file gives to all its CUDA code, beside the list that stands in it."""
    given = {file.name: word for file in project.cmake if (word := _given(file)) is not None}
    for listed in project.lists if given else ():
        word = given.get(listed.setting.place.file)
        if word is not None and listed.archs is not None and listed.setting.name in _LISTS:
            yield Finding(
                id=RULE.id,
                severity=Severity.WARNING,
                message=f"these flags add targets to those of {listed.setting.name}",
                path=word.place.file,
                line=word.place.line,
                span=word.place.span,
                found=word.text.strip()[:160],
                why="nvcc compiles both sets; neither setting shows the whole list",
                help=f"put every target into {listed.setting.name}, and remove them from the flags",
            )


def _given(file: CMakeFile) -> Word | None:
    """The first flag with a target that a CMake file gives to all its CUDA code."""
    for each in standing(file):
        words = each.command.arguments
        if each.command.name not in _GIVES or each.around or not words:
            continue
        if each.command.name in ("set", "string") and "CMAKE_CUDA_FLAGS" not in _first(words):
            continue
        word = next((word for word in words[1:] if _TARGETS.search(word.text)), None)
        if word is not None:
            return word
    return None


def _first(words: tuple[Word, ...]) -> str:
    return " ".join(word.text for word in words[:2])


def _own(command: Command) -> set[str]:
    """The settings that are this version's own way to be given a list."""
    return {knob.name for knob in command.use.knobs} if command.use is not None else set()


def _ignored(command: Command) -> Iterator[tuple[Finding, tuple[str, int]]]:
    """A list that CMake does not take, because another one on the same line wins."""
    lists = [each for each in command.defines if each.name == "CMAKE_CUDA_ARCHITECTURES"]
    given = lists[-1:] if command.program == "cmake" else []
    losing = [each for each in lists[:-1] if each.value is not None]
    variable = command.environment.get("CUDAARCHS")
    for winner in given:
        for loser in (*losing, *([variable] if variable is not None else [])):
            if loser.value is None or winner.value is None or loser.value == winner.value:
                continue
            yield (
                Finding(
                    id=RULE.id,
                    severity=Severity.WARNING,
                    message=f"{loser.name}={loser.value} has no effect: CMake uses {winner.name}={winner.value}"[:240],
                    path=loser.place.file,
                    line=loser.place.line,
                    span=loser.place.span,
                    found=f"{loser.name}={loser.written}"[:160],
                    why="the last -D of a name wins; CMake reads CUDAARCHS only when no list is given",
                    help="keep one of them",
                ),
                loser.place.at,
            )


RULE = Rule("two-arch-settings", "Two architecture settings in one build", __doc__, check)
