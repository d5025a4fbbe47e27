"""A variable for architectures that nothing in this project reads.

What it finds: TORCH_CUDA_ARCH_LIST, CUDA_DOCKER_ARCH, GGML_CUDA_COMPUTE_CAPABILITY and the like, set for a build that
does not read them, with no other mention in the project.

Why it matters: the build succeeds and ignores it. Who set it believes that the architectures are chosen; the binary
carries the compiler's default, or an old list, and fails on the GPU it was meant for.

Example: `ENV TORCH_CUDA_ARCH_LIST="12.0"` in an image that builds whisper.cpp.

What to do: remove it, and set what this build reads (`cudacompat generate --gpu 12.0` says what).
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from cudacompat.domain.builds.engine import Channel, DeadKind, DeadSetting, Knob
from cudacompat.domain.builds.lists.guess import GuessedItem, as_generated, meant, rewritten
from cudacompat.domain.project.assignments import AssignmentKind
from cudacompat.domain.project.cmake_languages import makes_cuda
from cudacompat.domain.project.cmake_values import LIST_NAME
from cudacompat.domain.project.command_facts import is_cmake, removal
from cudacompat.domain.project.model import Command, EngineUse, Project, Setting
from cudacompat.domain.wheels.distributions import framework
from cudacompat.domain.words.finding import Edit, Finding, Fix, Severity
from cudacompat.domain.words.rule import Rule
from cudacompat.domain.words.target import ArchSuffix

# What builds nothing, and what builds are made with: neither reads a list of architectures.
_PLAIN = frozenset(
    {"apt-get", "apt", "apk", "dnf", "yum", "microdnf", "git", "curl", "wget", "tar", "unzip", "cp", "mv", "rm", "ln"}
    | {
        "mkdir",
        "cd",
        "echo",
        "cat",
        "ls",
        "sed",
        "chmod",
        "chown",
        "set",
        "export",
        "test",
        "[",
        "true",
        "find",
        "nproc",
    }
    | {
        "ldconfig",
        "update-alternatives",
        "rustup",
        "useradd",
        "groupadd",
        "nvidia-smi",
        "nvcc",
        "touch",
        "gpg",
        "which",
    }
)
_BUILD_TOOLS = frozenset({"pip", "setuptools", "wheel", "cmake", "ninja", "build", "scikit-build-core", "packaging"})
# Options of pip whose value says from where, and those with which it builds what it installs.
_PLACES = frozenset({"-i", "--index-url", "--extra-index-url", "-f", "--find-links", "--trusted-host"})
_BUILDING = ("-r", "--requirement", "-e", "--editable", "--no-binary")
_OPTION = re.compile(r"(?im)^[ \t]*option[ \t]*\([ \t]*(\w+)")
_NEAR = 200  # characters between a name and its value


def check(project: Project) -> Iterable[Finding]:
    """One finding for each place that sets it."""
    dead = {
        each.name: (each, use)
        for use in project.uses
        for each in use.engine.dead
        if each.window.holds(use.parsed) and not _gone(use, each.name)
    }
    seen: set[tuple[str, int]] = set()
    taken: set[str] = set()
    on_lines = {each.place.at: command for command in project.commands for each in command.defines}
    for setting in project.settings:
        at = setting.place.at
        if (
            at in seen
            or setting.of_target
            or setting.way
            not in (
                AssignmentKind.ENVIRONMENT,
                AssignmentKind.DEFINE,
                AssignmentKind.BUILD_ARGUMENT,
            )
        ):
            continue
        seen.add(at)
        found = _found(project, setting, dead, line=on_lines.get(at))
        why = _why(project, setting, found)
        if why is None:
            continue
        knob = _knob(project, found)
        items = _taken(knob, _with_targets(project, meant(setting.value) if setting.value else None))
        listed = rewritten(knob.grammar, items) if knob is not None and items else None
        if listed and not project.targets and _comes_built(found):
            listed = None
        instead = f"{knob.name}={listed}" if knob is not None and listed else knob.name if knob is not None else None
        fix = removal(project, setting)
        if (
            knob is not None
            and listed
            and knob.channel is Channel.ENVIRONMENT
            and not _is_set(project, knob.name, taken)
        ):
            taken.add(knob.name)
            fix = _renamed(project, setting, knob.name, listed=listed)
        yield Finding(
            id=RULE.id,
            severity=Severity.ERROR,
            message=f"nothing in this project reads {setting.name}",
            path=setting.place.file,
            line=setting.place.line,
            span=setting.place.span,
            found=f"{setting.name}={setting.written}"[:120],
            why=why,
            help=f"remove it; this build reads {instead}" if instead else "remove it",
            fix=fix,
        )


def _comes_after(project: Project, setting: Setting, dead: DeadSetting) -> bool:
    """Whether it stands below what would overwrite it."""
    file, pattern = project.file(setting.place.file), dead.overwritten_by
    if not pattern or file is None:
        return False
    first = project.once(("overwritten", file.name, pattern), lambda: re.search(pattern, file.text, re.IGNORECASE))
    return first is not None and first.end() <= setting.place.start


def _gone(use: EngineUse, name: str) -> bool:
    """Whether it is an option that had its time: `gone-option` speaks of it where a command gives it."""
    return any(each.name == name for each in use.engine.removed)


def _found(
    project: Project, setting: Setting, dead: dict[str, tuple[DeadSetting, EngineUse]], line: Command | None
) -> tuple[DeadSetting, EngineUse] | None:
    """The fact that nobody reads it: for every build that it reaches; where it reaches none, for the project."""
    known = dead.get(setting.name) or next((each for each in dead.values() if each[0].is_called(setting.name)), None)
    if known is None:
        return None
    uses = [line.use] if line is not None else [use for reach in _reached(project, setting) for use in reach.uses]
    if not uses:
        return known
    # where a file of the project decides it, a build that is nobody else's does not read it either
    here = known if known[0].overwritten_by else None
    facts = [
        here if here is not None and (use is None or not use.engine.repositories) else _dead_for(use, setting.name)
        for use in uses
    ]
    return facts[0] if all(fact is not None for fact in facts) else None


def _dead_for(use: EngineUse | None, name: str) -> tuple[DeadSetting, EngineUse] | None:
    if use is None or _gone(use, name):
        return None
    each = next((each for each in use.engine.dead if each.is_called(name) and each.window.holds(use.parsed)), None)
    return (each, use) if each is not None else None


def _why(project: Project, setting: Setting, found: tuple[DeadSetting, EngineUse] | None) -> str | None:
    if setting.name in project.nobodys:
        return None if project.speaks_of(setting.name) else "no known program reads a variable with this name"
    if found is None or any(_reads(use, setting) for use in project.uses):
        return None
    if setting.place.file.endswith(".rs") and setting.way is AssignmentKind.DEFINE:
        return None  # .define() of a build script: CMake does get it
    if is_cmake(setting.place.file) and any(_reads_in_file(use, setting.name) for use in project.uses):
        return None
    if setting.name == LIST_NAME and setting.place.file.endswith(".py") and _has_cuda(project):
        return None  # it is for the CMake files that lie here
    if _is_option(project, setting):
        return None  # the sources of what is built lie here: its own CMake declares what it reads
    if setting.name in project.known and _may_be_read(_reached(project, setting)):
        return None  # other builds do read this name, and this one may be one of those
    if _comes_after(project, setting, found[0]):
        return None
    if project.speaks_of(setting.name):  # it goes through every file, so it comes last
        return None
    each, use = found
    elsewhere = f"; it is a setting of {each.read_by}" if each.read_by else ""
    why = "does not read it" if each.kind is DeadKind.UNREAD else f"is built here; {each.why}"
    return f"{use.engine.name} ({use.shown}) {why}{elsewhere}"


def _has_cuda(project: Project) -> bool:
    """Whether a CMake file of the project makes CUDA a language, which reads CMake's own list."""
    return project.once("has_cuda", lambda: any(makes_cuda(each) for file in project.cmake for each in file.commands))


def _is_option(project: Project, setting: Setting) -> bool:
    file = project.file(setting.place.file)
    if file is None or setting.way is not AssignmentKind.DEFINE:
        return False
    options = project.once(("options", file.name), lambda: frozenset(_OPTION.findall(file.text)))
    return setting.name in options


@dataclass(frozen=True, slots=True)
class _Reach:
    """The commands that share an environment: the engines that they build, each once, and whether one of them is
    strange, where nothing known is built with the same value and where something is."""

    uses: tuple[EngineUse, ...]
    strange: bool
    strange_beside: bool


def _reached(project: Project, setting: Setting) -> Sequence[_Reach]:
    """The commands in whose environment it stands."""
    return project.once("reached", lambda: _all_reached(project)).get((setting.name, *setting.place.at), ())


def _all_reached(project: Project) -> Mapping[tuple[str, str, int], Sequence[_Reach]]:
    """By name and place of every setting that is in an environment."""
    found: dict[tuple[str, str, int], list[_Reach]] = defaultdict(list)
    for environment, commands in project.environments():
        uses = {(each.use.engine.name, each.use.version): each.use for each in commands if each.use is not None}
        strange, beside = (any(_is_strange(each, known) for each in commands) for known in (False, True))
        reach = _Reach(tuple(uses.values()), strange, beside)
        for name, setting in environment.items():
            found[name, *setting.place.at].append(reach)
    return found


def _may_be_read(reached: Sequence[_Reach]) -> bool:
    """Whether one of them may build something that is not known here."""
    known = any(each.uses for each in reached)
    return any(each.strange_beside if known else each.strange for each in reached)


def _is_strange(command: Command, known: bool) -> bool:
    if command.use is not None or command.program in _PLAIN:
        return False
    if known and (command.program in ("make", "ninja") or command.has("--build", "--install", "-E")):
        return False  # it goes on with what was configured
    if command.program in ("pip", "pip3") and all(word.known for word in command.words):
        return not all(_comes_ready(word) for word in _installs(command))
    return True


def _installs(command: Command) -> Iterator[str]:
    """What a command of pip installs, and the options with which it may build something."""
    words = [word.text for word in command.words[1:] if word.text != "install"]
    for before, word in zip(("", *words), words, strict=False):
        if before not in _PLACES and (not word.startswith("-") or word.startswith(_BUILDING)):
            yield word


def _comes_ready(word: str) -> bool:
    """Whether it is what builds are made with, or the framework, which is installed as a wheel."""
    name = re.split(r"[<>=!~\[;@ ]", word)[0].lower()
    return name in _BUILD_TOOLS or name == framework().name or name in framework().built_with_it


def _knob(project: Project, found: tuple[DeadSetting, EngineUse] | None) -> Knob | None:
    """What the build reads that the setting is dead for; without one, the only engine of the project."""
    use = found[1] if found is not None else next(iter(project.uses), None)
    return use.own_knob if use is not None else None


def _comes_built(found: tuple[DeadSetting, EngineUse] | None) -> bool:
    """Whether the engine comes as a wheel for its own list, which a list of somebody's own makes pip build: that is
    nothing to do unless a GPU asks for it."""
    return found is not None and any(each.against_wheel for each in found[1].engine.fixed)


def _with_targets(project: Project, items: Sequence[GuessedItem] | None) -> Sequence[GuessedItem] | None:
    """The items, with machine code for each GPU that was named and that has none of its own major among them."""
    if items is None:
        return None
    kind = "real" if any(each.kind for each in items) else ""
    numbers = [each.number for each in items if each.suffix is ArchSuffix.NONE and each.kind != "virtual"]
    wanted = dict.fromkeys(target.capability.number for target in project.targets)
    lacking = [each for each in wanted if not any(has // 10 == each // 10 and has <= each for has in numbers)]
    return (*items, *(GuessedItem(each, ArchSuffix.NONE, kind) for each in lacking))


def _taken(knob: Knob | None, items: Sequence[GuessedItem] | None) -> Sequence[GuessedItem] | None:
    """The items as the reader of the knob takes them and `generate` writes them: another number stands for one that
    it does not know, and one that it has nothing for is left out."""
    if knob is None or items is None:
        return items
    standing = (replace(each, number=knob.stand_in(each.number)) for each in items)
    found = (each for each in standing if knob.takes(each.number, each.suffix.value))
    return as_generated(tuple(found)) or None


def _is_set(project: Project, name: str, taken: set[str]) -> bool:
    """Whether a build's environment has it already: what CMake files give to a variable of that name is their own."""
    return name in taken or project.once(
        ("set outside CMake", name),
        lambda: any(project.sets(name, file.name) for file in project.files if not is_cmake(file.name)),
    )


def _renamed(project: Project, setting: Setting, name: str, listed: str) -> Fix | None:
    """The fix that gives the list to the name that is read; it makes the build compile what was asked for."""
    file = project.file(setting.place.file)
    if file is None or setting.quote not in ('"', "'"):
        return None
    near = file.text[max(setting.place.start - len(setting.name) - _NEAR, 0) : setting.place.start]
    head = re.search(rf"\b{re.escape(setting.name)}(=|:[ ]+)[\"']$", near)
    if head is None:
        return None
    start = setting.place.start - len(near) + head.start()
    edit = Edit(file.name, start, setting.place.end, new=f"{name}{head[1]}{setting.quote}{listed}")
    return Fix(f"set {name} instead", (edit,), safe=False)


def _reads(use: EngineUse, setting: Setting) -> bool:
    """Whether the build reads the setting where it is written: a variable of the environment is no option of CMake."""
    as_option = setting.way is AssignmentKind.DEFINE
    return any(knob.name == setting.name and (as_option or knob.channel is not Channel.DEFINE) for knob in use.knobs)


def _reads_in_file(use: EngineUse, name: str) -> bool:
    """Whether the build reads the name in a CMake file that its own way hands on: of cargo in a toolchain file."""
    windows = [knob.window for knob in use.engine.file_knobs if knob.name == name]
    windows += [fixed.window for fixed in use.engine.file_fixed if fixed.name == name]
    return any(window.holds(use.parsed) for window in windows)


RULE = Rule("dead-variable", "Architecture variable that nothing reads", __doc__, check)
