"""What gives a list to a build that has none: the words, and the edits of a Dockerfile."""

from __future__ import annotations

import re
from collections.abc import Sequence

from cudacompat.domain.builds.engine import Channel
from cudacompat.domain.builds.plans.model import PlanSetting, RequestedTarget
from cudacompat.domain.builds.plans.plan import plan_build
from cudacompat.domain.project.model import Command, EngineUse, Project, Stage
from cudacompat.domain.project.stages import compiler
from cudacompat.domain.words.command_words import gpu_options
from cudacompat.domain.words.errors import UsageError
from cudacompat.domain.words.finding import Edit, Fix

_RUN = re.compile(r"[ \t]*RUN\b", re.IGNORECASE)


def asked_numbers(project: Project) -> str:
    """The GPUs that were named as a list of CMake's, `86;120`; empty where none was."""
    return ";".join(dict.fromkeys(str(target.capability.number) for target in project.targets))


def settings_for(project: Project, command: Command, name: str) -> str:
    """What to do where a build gets no list: the setting, and the command that says what it has to be."""
    engine = command.use.engine.name if command.use is not None else "cmake"
    words = ("cudacompat generate", engine, gpu_options(target.spec for target in project.targets))
    whose = "" if project.targets else " for this machine's GPUs or those of --gpu"
    return f"set {name}; `{' '.join(filter(None, words))}` prints the value{whose}"


def settings_fix(project: Project, command: Command) -> Fix | None:
    """The edit that gives a build in a Dockerfile, which has no list, the settings of `generate` for these GPUs: on the
    command line of CMake, or in front of the RUN. `None` where no such settings are known, or no place for them, and
    where a variable that nothing reads says which list was meant: `dead-variable` gives that its right name."""
    use, stage = command.use, command.stage
    if use is None or stage is None or command.instruction != "RUN" or not project.targets:
        return None
    dead = {each.name for each in use.engine.dead if each.window.holds(use.parsed)}
    renames = use.own_knob is not None and use.own_knob.channel is Channel.ENVIRONMENT
    if renames and not dead.isdisjoint((*command.environment, *(each.name for each in command.defines))):
        return None
    key = ("planned_settings", use.engine.name, use.parsed, stage.key)
    planned = project.once(key, lambda: _planned(project, use, stage))
    listed = next((each for each in planned if each.decides), None)
    if listed is None:
        return None
    settings = [each for each in planned if each.channel is listed.channel and not _is_given(command, each)]
    defines = [f"-D{each.name}={each.value}" for each in settings]
    what = f"{listed.name}={listed.value}, for the GPUs that were named"
    if listed.channel is Channel.ENVIRONMENT:
        return before_run(project, command, [(each.name, each.value) for each in settings], what=what)
    if listed.channel is Channel.CMAKE_ARGS:
        return with_cmake_args(project, command, " ".join(defines), what=what)
    if listed.channel is not Channel.DEFINE or command.program != "cmake":
        return None
    words = [f'"{each}"' if ";" in each else each for each in defines]
    head = _head(project, command)
    if head is None or (any(word.startswith('"') for word in words) and head.count('"') % 2):
        return None  # within a text that another shell gets
    return behind_cmake(command, " ".join(words), what)


def _planned(project: Project, use: EngineUse, stage: Stage) -> tuple[PlanSetting, ...]:
    made_by = compiler(project, stage)
    wanted = [RequestedTarget(each.label, each.id, each.capability.number) for each in project.targets]
    version = str(use.parsed) if use.parsed is not None else None
    try:
        plan = plan_build(use.engine, wanted, version=version, cuda=str(made_by.version) if made_by else None)
    except UsageError:
        return ()
    return plan.settings


def _is_given(command: Command, setting: PlanSetting) -> bool:
    there = command.environment.get("CMAKE_ARGS")
    if there is not None and there.value is not None and f"-D{setting.name}=" in there.value:
        return True
    return any(each.name == setting.name for each in command.defines) or setting.name in command.environment


def behind_cmake(command: Command, text: str, what: str) -> Fix:
    """Return the edit, not a safe one, that writes `text` behind the word `cmake`."""
    end = command.words[0].place.end
    return Fix(what, (Edit(command.place.file, end, end, new=f" {text}"),), safe=False)


def with_cmake_args(project: Project, command: Command, text: str, what: str) -> Fix | None:
    """In the CMAKE_ARGS that are there, or in new ones in front of the RUN."""
    if "CMAKE_ARGS" in command.environment:
        return in_cmake_args(project, command, text, what=what)
    return before_run(project, command, [("CMAKE_ARGS", text)], what=what)


def in_cmake_args(project: Project, command: Command, text: str, what: str) -> Fix | None:
    """Return the edit, not a safe one, that writes `text` at the beginning of CMAKE_ARGS; `None` where the command has
    none, or its value does not stand there itself."""
    there = command.environment.get("CMAKE_ARGS")
    if there is None or not there.quote or not project.text(there.place).startswith("-D"):
        return None
    start = there.place.start
    return Fix(what, (Edit(there.place.file, start, start, new=f"{text} "),), safe=False)


def before_run(project: Project, command: Command, settings: Sequence[tuple[str, str]], what: str) -> Fix | None:
    """In lines of their own in front of the RUN."""
    head = _head(project, command)
    if head is None:
        return None
    at = command.place.start - len(head)
    lines = "".join(f'ENV {name}="{value}"\n' for name, value in settings)
    return Fix(what, (Edit(command.place.file, at, at, new=lines),), safe=False)


def _head(project: Project, command: Command) -> str | None:
    """The text from the beginning of the RUN up to the command; `None` where no RUN stands above it."""
    file, begin = project.file(command.place.file), command.place.start + 1
    while file is not None and begin:
        begin = file.text.rfind("\n", 0, begin - 1) + 1
        if _RUN.match(file.text, begin):
            return file.text[begin : command.place.start]
    return None
