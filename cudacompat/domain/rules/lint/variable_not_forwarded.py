"""A setting for CMake in the environment, where CMake does not look.

What it finds: CMAKE_CUDA_ARCHITECTURES (or another name that a build takes as -D only) set by ENV, ARG, env: or export,
and a build of it whose command line does not pass it.

Why it matters: CMake reads no variable of that name from the environment. The build succeeds with its default: the
compiler's oldest target, or the GPU of a machine that has none.

Example: `ENV CMAKE_CUDA_ARCHITECTURES="86;120"`, then `RUN cmake -B build -DGGML_CUDA=ON`.

What to do: pass it, `"-DCMAKE_CUDA_ARCHITECTURES=$CMAKE_CUDA_ARCHITECTURES"`. CUDAARCHS is the variable that CMake
does read, at the first configure of a build directory only.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable

from cudacompat.domain.builds.engine import Channel, DeadSetting
from cudacompat.domain.project.assignments import AssignmentKind
from cudacompat.domain.project.model import Command, Project, Setting
from cudacompat.domain.words.finding import Edit, Finding, Fix, Severity
from cudacompat.domain.words.rule import Rule

_QUOTE = re.compile(r"[\[\"']")
_ENDS = " in the environment"
# what may bring the list by a way that is not on the line
_OTHER_WAYS = (
    "-C",
    "--preset",
    "--toolchain",
    "-DCMAKE_TOOLCHAIN_FILE",
    "-DCMAKE_PROJECT_INCLUDE",
    "--config-settings",
)


def check(project: Project) -> Iterable[Finding]:
    """One finding for each place that sets it, with all the builds that do not get it."""
    yield from _in_presets(project)
    found: dict[tuple[str, int, str], list[tuple[Command, Setting, DeadSetting]]] = defaultdict(list)
    for command in project.commands:
        if command.use is None or command.conditional:
            continue
        for dead in command.use.engine.dead:
            name = dead.name.removesuffix(_ENDS)
            setting = command.environment.get(name)
            if name == dead.name or setting is None or not dead.window.holds(command.use.parsed):
                continue
            if setting.written.strip() and not _arrives(project, command, name):
                found[(setting.place.file, setting.place.start, name)].append((command, setting, dead))
    names = {name for _, _, name in found}
    read = _read_elsewhere(project, names)
    asked_for = {name for name in names if _asked_for(project, name)}
    for (path, start, name), cases in found.items():
        if (path, start) in read or name in asked_for:
            continue
        command, setting, dead = cases[0]
        use = command.use
        hand_on = f'"-D{name}=${name}"'
        into = "" if command.program == "cmake" else " in CMAKE_ARGS"
        yield Finding(
            id=RULE.id,
            severity=Severity.ERROR,
            message=f"{name} does not reach {command.program} (line {command.place.line}): environment only",
            path=path,
            line=setting.place.line,
            span=setting.place.span,
            found=f"{name}={setting.written}"[:120],
            why=f"{use.engine.name}: {dead.why}" if use is not None else dead.why,
            help=f"pass it: {hand_on}{into}",
            fix=_fix(project, [case[0] for case in cases], hand_on),
        )


def _in_presets(project: Project) -> Iterable[Finding]:
    """CMake's own list as a variable of a preset's environment, which its cacheVariables would be the place for."""
    name = "CMAKE_CUDA_ARCHITECTURES"
    for setting in project.settings:
        path = setting.place.file
        if setting.name != name or setting.way is not AssignmentKind.ENVIRONMENT or not path.endswith("Presets.json"):
            continue
        if _asked_for(project, name) or _defined(project, name):
            continue
        yield Finding(
            id=RULE.id,
            severity=Severity.ERROR,
            message=f"{name} is in the environment of a preset, where CMake does not look",
            path=path,
            line=setting.place.line,
            span=setting.place.span,
            found=f"{name}={setting.written}"[:120],
            why="CMake reads this variable from cacheVariables, not from the environment",
            help=f'"cacheVariables": {{"{name}": "{setting.written}"}}',
        )


def _defined(project: Project, name: str) -> bool:
    """Whether any file gives it to CMake."""
    return name in project.once(
        "defined", lambda: frozenset(each.name for each in project.settings if each.way is AssignmentKind.DEFINE)
    )


def _arrives(project: Project, command: Command, name: str) -> bool:
    """Whether it is on the line after all, or may be."""
    if any(each.name == name for each in command.defines) or "CUDAARCHS" in command.environment:
        return True
    arguments = command.environment.get("CMAKE_ARGS")
    if arguments is not None and (arguments.value is None or name in arguments.value):
        return True
    if name in project.text(command.place):
        return not _in_front(project, command, name)
    return any(
        word.text.startswith(_OTHER_WAYS) or (not word.known and not word.text.startswith("-D"))
        for word in command.words
    )


def _in_front(project: Project, command: Command, name: str) -> bool:
    """Whether the only mention in the command is the assignment in front of it."""
    text = project.text(command.place)
    first = command.words[0].place.start - command.place.start if command.words else 0
    return name in text[:first] and name not in text[first:]


def _asked_for(project: Project, name: str) -> bool:
    """Whether a file asks for the variable in the language of a build."""
    asks = re.compile(rf"(?:ENV|penv)\{{{name}\}}|(?:environ|getenv|env_var|env::var)\w{{0,40}}+\W{{1,3}}{name}\b")
    return project.once(
        ("asked_for", name), lambda: any(asks.search(file.text) for file in project.files if name in file.text)
    )


def _read_elsewhere(project: Project, names: set[str]) -> set[tuple[str, int]]:
    """Where settings of these names stand that something does read: a build that takes it from the environment, or a
    command that hands it on."""
    read: set[tuple[str, int]] = set()
    for command in project.commands if names else ():
        for name in names:
            setting = command.environment.get(name)
            if setting is not None and (_takes(command, name) or f"${name}" in _braceless(project, command)):
                read.add(setting.place.at)
    return read


def _takes(command: Command, name: str) -> bool:
    use = command.use
    return use is not None and any(knob.name == name and knob.channel is Channel.ENVIRONMENT for knob in use.knobs)


def _braceless(project: Project, command: Command) -> str:
    return project.text(command.place).replace("${", "$")


def _fix(project: Project, commands: list[Command], hand_on: str) -> Fix | None:
    edits = []
    lines: dict[int, int] = {}  # where a line begins, and where a quote or a bracket is first in it
    for command in commands:
        file = project.file(command.place.file)
        if file is None or command.program != "cmake" or not command.words:
            return None
        first = command.words[0].place
        begin = file.text.rfind("\n", 0, first.start) + 1
        if begin not in lines:
            quote = _QUOTE.search(file.text, begin)
            lines[begin] = quote.start() if quote is not None else len(file.text)
        if lines[begin] < first.start:
            return None  # the exec form, or text inside other quotes
        edits.append(Edit(file.name, first.end, first.end, new=f" {hand_on}"))
    return Fix("pass it to CMake", tuple(edits), safe=True)


RULE = Rule("variable-not-forwarded", "CMake setting left in the environment", __doc__, check)
