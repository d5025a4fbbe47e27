"""Two settings that both carry architectures to one build.

What it finds: flags with targets (NVCC_APPEND_FLAGS, CMAKE_CUDA_FLAGS, CUDAFLAGS) beside the engine's own list
(`two-arch-settings`); CUDAARCHS beside -DCMAKE_CUDA_ARCHITECTURES; one -D twice with different lists. And, as an error,
flags that break this very build (`flag-breaks-build`).

Why it matters: nvcc compiles for what the list says and for what the flags say, so nobody finds the whole list in
one place, and it is easily changed in the wrong one. CMake reads CUDAARCHS only where no list is given, and of two
-D of one name the last. Since December 2025 ggml compiles instructions that plain sm_120 does not have: with
`NVCC_APPEND_FLAGS="-gencode arch=compute_120,code=sm_120"` ptxas stops at them.

Example: `ENV NVCC_APPEND_FLAGS="-gencode arch=compute_120,code=sm_120"` in an image that builds whisper.cpp 1.9 with
-DCMAKE_CUDA_ARCHITECTURES=120.

What to do: keep the engine's list, and take the targets out of the flags.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from cudacompat.domain.builds.engine import Hazard
from cudacompat.domain.project.cmake_languages import standing
from cudacompat.domain.project.command_facts import removal
from cudacompat.domain.project.list_coverage import flag_settings, images_of_flags
from cudacompat.domain.project.model import ArchListSetting, CMakeFile, Command, Project, Setting, Word
from cudacompat.domain.words.finding import Finding, Severity
from cudacompat.domain.words.rule import Rule
from cudacompat.domain.words.target import ArchSuffix, ArchTarget, CodeKind

_HARMS = "NVCC_APPEND_FLAGS"
_LISTS = ("CMAKE_CUDA_ARCHITECTURES", "CUDA_ARCHITECTURES")
_GIVES = frozenset({"set", "string", "add_compile_options", "target_compile_options"})
_TARGETS = re.compile(r"arch=compute_\d|(?<![\w-])-arch=(?:sm|compute)_\d")


def breaking(project: Project) -> Iterable[Finding]:
    """One finding for each setting of flags that breaks the build that it reaches."""
    seen: set[tuple[str, int]] = set()
    for command in project.commands:
        for setting in flag_settings(command):
            hazard, image = _harm(command, setting)
            at = setting.place.at
            if hazard is None or image is None or command.use is None or at in seen:
                continue
            seen.add(at)
            served = any(image.number in _numbers(each) for each in _lists(project, command))
            yield Finding(
                id=BREAKS.id,
                severity=Severity.ERROR,
                message=f"{setting.name} with {image} breaks the build of {command.use.engine.name}",
                path=setting.place.file,
                line=setting.place.line,
                found=f"{setting.name}={setting.written}"[:160],
                why=hazard.why,
                help=f"take {image} out of the flags; {command.use.engine.knobs[0].name} is the place for it",
                fix=removal(project, setting) if served and _only_targets(setting) else None,
            )


def _harm(command: Command, setting: Setting) -> tuple[Hazard | None, ArchTarget | None]:
    use = command.use
    if use is None:
        return None, None
    for image in sorted(images_of_flags(setting), key=lambda each: each.number):
        if image.kind is not CodeKind.SASS or image.suffix is not ArchSuffix.NONE:
            continue
        major = image.number // 10
        for hazard in use.engine.hazards:
            if hazard.name != _HARMS or not hazard.majors or not hazard.applies(use.parsed, {major}):
                continue
            releases = [
                r.cuda for r in use.engine.rewrites if r.cuda and r.major == major and r.window.holds(use.parsed)
            ]
            cuda = command.stage.base.cuda if command.stage is not None and command.stage.base is not None else None
            if not releases or (cuda is not None and cuda >= min(releases)):
                return hazard, image
    return None, None


def _only_targets(setting: Setting) -> bool:
    words = (setting.value or "").replace("=", " ").split()
    known = ("-gencode", "--generate-code", "-arch", "--gpu-architecture", "arch", "sm_", "compute_", "code")
    return all(word.startswith(known) for word in words)


def doubled(project: Project) -> Iterable[Finding]:
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
    lists = [each for each in _lists(project, command) if each.archs is not None] if flags else []
    own = _own(command)
    for setting in flags:
        images = images_of_flags(setting)
        if not images or not lists or setting.name in own or _harm(command, setting)[0] is not None:
            continue
        names = " ".join(sorted(map(str, images)))
        the = lists[0].setting
        at = setting.place.at
        yield (
            Finding(
                id=RULE.id,
                severity=Severity.WARNING,
                message=f"{setting.name} adds {names} to what {the.name} asks for",
                path=setting.place.file,
                line=setting.place.line,
                found=f"{setting.name}={setting.written}"[:120] + f"; {the.name}={the.value}"[:120],
                why="nvcc compiles for both together; neither place shows the whole list",
                help=f"keep {the.name} alone, and take the targets out of {setting.name}",
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
                message=f"these flags add targets to what {listed.setting.name} asks for",
                path=word.place.file,
                line=word.place.line,
                found=word.text.strip()[:160],
                why="nvcc compiles for both together; neither place shows the whole list",
                help=f"put every target into {listed.setting.name}, and take them out of the flags",
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
                    message=f"{loser.name}={loser.value} counts for nothing: CMake takes {winner.name}={winner.value}"[
                        :240
                    ],
                    path=loser.place.file,
                    line=loser.place.line,
                    found=f"{loser.name}={loser.written}"[:160],
                    why="of two -D of one name the last wins; CUDAARCHS is read where no list is given",
                    help="keep one of them",
                ),
                loser.place.at,
            )


def _lists(project: Project, command: Command) -> list[ArchListSetting]:
    """The lists of the engine itself that reach this command; one in the environment may be found at an earlier one."""
    places = [each.place for each in command.defines]
    beside, around, shared = _shared(project, command)
    files = list(dict.fromkeys((command.place.file, *(place.file for place in places), *beside)))
    starts = {place.at for place in places}
    found = [*project.lists_reaching(command), *(each for place in places for each in project.lists_at(place)), *shared]
    own = {
        each.setting.place.at: each
        for each in found
        if each.knob is not None
        and each.knob.name == each.setting.name
        and (each.command is command or each.setting.place.at in starts or each.setting.place.at in around)
    }
    return [own[at] for at in sorted(own, key=lambda at: (files.index(at[0]) if at[0] in files else len(files), at[1]))]


def _shared(
    project: Project, command: Command
) -> tuple[tuple[str, ...], frozenset[tuple[str, int]], tuple[ArchListSetting, ...]]:
    """Of what a command sees: the files where it is set, the places, and the lists in them."""
    seen = command.environment
    return project.once(("shared_lists", id(seen)), lambda: _of_environment(project, seen))


def _of_environment(
    project: Project, environment: Mapping[str, Setting]
) -> tuple[tuple[str, ...], frozenset[tuple[str, int]], tuple[ArchListSetting, ...]]:
    places = [each.place for each in environment.values()]
    lists = tuple(each for place in places for each in project.lists_at(place))
    return tuple(dict.fromkeys(place.file for place in places)), frozenset(place.at for place in places), lists


def _numbers(listed: ArchListSetting) -> set[int]:
    return {each.number for each in listed.archs.code} if listed.archs is not None else set()


BREAKS = Rule("flag-breaks-build", "A flag with a target that this build cannot take", __doc__, breaking)
RULE = Rule("two-arch-settings", "Two settings with architectures in one build", __doc__, doubled)
