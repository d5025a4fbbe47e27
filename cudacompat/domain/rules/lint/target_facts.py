"""What mends a list that does not serve a GPU: the toolkit that could build for it, the words, the edit."""

from __future__ import annotations

import re
from collections.abc import Sequence

from cudacompat.domain.builds.engine import Channel, Grammar
from cudacompat.domain.builds.lists.reader import extended, wants_bare
from cudacompat.domain.builds.lists.writer import CodeTarget
from cudacompat.domain.builds.plans.model import PlanSetting, RequestedTarget
from cudacompat.domain.builds.plans.plan import plan_build
from cudacompat.domain.project.assignments import AssignmentKind
from cudacompat.domain.project.list_coverage import ListCoverage, serves
from cudacompat.domain.project.list_edits import replacing
from cudacompat.domain.project.model import ArchListSetting, Command, Project
from cudacompat.domain.project.stages import compiler
from cudacompat.domain.tables.nvcc_releases import first_nvcc_with
from cudacompat.domain.tables.toolkits import last_with
from cudacompat.domain.words.errors import UsageError
from cudacompat.domain.words.finding import Edit, Fix
from cudacompat.domain.words.target import ArchSuffix, ArchTarget, CodeKind
from cudacompat.domain.words.verdict import Target


def settings_for(project: Project, command: Command, name: str) -> str:
    """What to do where a build gets no list: the setting, and the command that says what it has to be."""
    engine = command.use.engine.name if command.use is not None else "cmake"
    gpus = " ".join(f'--gpu "{target.name or target.id}"' for target in project.targets) or "--gpu …"
    return f"set {name}; `cudacompat generate {engine} {gpus}` says to what"


def toolkit_first(project: Project, command: Command | None, name: str, grammar: Grammar, target: Target) -> str | None:
    """What to do where the toolkit that reads the list of this name could not build for the target; `None` where it
    could."""
    stage = command.stage if command is not None else None
    made_by = compiler(project, stage) if stage is not None else None
    arch = str(target.capability.number)
    if made_by is None or arch in made_by.targets:
        return None
    code = [int(each) for each in made_by.targets if each.isdecimal()]
    runs = [each for each in code if serves(target.capability, [ArchTarget(CodeKind.SASS, each)]) is ListCoverage.RUNS]
    if runs:
        return f"add sm_{max(runs)}, whose code runs there; CUDA {made_by.version} has no sm_{arch}"
    first, last = first_nvcc_with(arch), last_with(arch)
    then = f"with {name}={arch}" if grammar is Grammar.ONE_NUMBER else "and add it to the list"
    if first is not None and first > made_by.version:
        return f"use CUDA {first} or newer, the first that builds sm_{arch}, {then}"
    return f"use CUDA {last.version}, the last that builds sm_{arch}, {then}" if last is not None else None


def in_words(listed: ArchListSetting, target: Target) -> str:
    """What to do where no edit can be given, in words."""
    if listed.setting.way is AssignmentKind.FLAGS:
        number = target.capability.number
        return f"add -gencode arch=compute_{number},code=sm_{number}"
    if listed.grammar is Grammar.ONE_NUMBER:
        return f"a separate build, with {listed.setting.name}={target.capability.number}"
    return f"build for sm_{target.capability.number} as well"


def fix_for(listed: ArchListSetting, target: Target) -> Fix | None:
    """The edit that adds the target to the list; `None` where the list cannot take it."""
    archs, number = listed.archs, target.capability.number
    if (
        archs is None
        or not archs.items
        or listed.setting.way is AssignmentKind.FLAGS
        or listed.grammar is Grammar.ONE_NUMBER
    ):
        return None
    engine, version = listed.use.engine, listed.use.parsed
    number = engine.stand_in(version, number)
    suffix = ArchSuffix(engine.added_suffix(version, number, demanded=True))
    if listed.knob is not None and not listed.knob.takes(number, suffix.value):
        return None
    plain = suffix is ArchSuffix.NONE and not engine.added_suffix(version, number, ptx=True)
    try:
        text = extended(archs, CodeTarget(number, suffix, ptx=plain and wants_bare(archs)))
    except UsageError:
        return None
    return replacing(listed.setting, text, f"add {number}{suffix.value}", safe=False)


def settings_fix(project: Project, command: Command) -> Fix | None:
    """The edit that gives a build in a Dockerfile, which has no list, the settings of `generate` for these GPUs: on the
    command line of CMake, or in front of the RUN. `None` where no such settings are known, or no place for them, and
    where a variable that nothing reads says which list was meant: `dead-variable` gives that its right name."""
    use, stage = command.use, command.stage
    if use is None or stage is None or command.instruction != "RUN" or not project.targets:
        return None
    dead = {each.name for each in use.engine.dead if each.window.holds(use.parsed)}
    if not dead.isdisjoint((*command.environment, *(each.name for each in command.defines))):
        return None
    made_by = compiler(project, stage)
    wanted = [RequestedTarget(each.label, each.id, each.capability.number) for each in project.targets]
    try:
        plan = plan_build(
            use.engine,
            wanted,
            version=str(use.parsed) if use.parsed is not None else None,
            cuda=str(made_by.version) if made_by is not None else None,
        )
    except UsageError:
        return None
    listed = next((each for each in plan.settings if each.decides), None)
    if listed is None:
        return None
    settings = [each for each in plan.settings if each.channel is listed.channel and not _is_given(command, each)]
    what = f"{listed.name}={listed.value}, for the GPUs that were named"
    if listed.channel is Channel.DEFINE:
        return _on_the_line(project, command, settings, what=what) if command.program == "cmake" else None
    if listed.channel is Channel.CMAKE_ARGS:
        return _in_arguments(project, command, " ".join(f"-D{each.name}={each.value}" for each in settings), what=what)
    if listed.channel is not Channel.ENVIRONMENT:
        return None
    return _before(project, command, [(each.name, each.value) for each in settings], what=what)


def _is_given(command: Command, setting: PlanSetting) -> bool:
    there = command.environment.get("CMAKE_ARGS")
    if there is not None and there.value is not None and f"-D{setting.name}=" in there.value:
        return True
    return any(each.name == setting.name for each in command.defines) or setting.name in command.environment


def _in_arguments(project: Project, command: Command, joined: str, what: str) -> Fix | None:
    """At the beginning of CMAKE_ARGS; in front of the RUN where there is none."""
    there = command.environment.get("CMAKE_ARGS")
    if there is None:
        return _before(project, command, [("CMAKE_ARGS", joined)], what=what)
    if not there.quote or not project.text(there.place).startswith("-D"):
        return None
    start = there.place.start
    return Fix(what, (Edit(there.place.file, start, start, new=f"{joined} "),), safe=False)


def _on_the_line(project: Project, command: Command, settings: Sequence[PlanSetting], what: str) -> Fix | None:
    """Behind the word `cmake`."""
    file, end = command.place.file, command.words[0].place.end
    head = _instruction(project, command)
    if head is None:
        return None
    words = [
        f'"-D{each.name}={each.value}"' if ";" in each.value else f"-D{each.name}={each.value}" for each in settings
    ]
    if any(word.startswith('"') for word in words) and head.count('"') % 2:
        return None  # within a text that another shell gets
    return Fix(what, (Edit(file, end, end, new="".join(f" {word}" for word in words)),), safe=False)


def _before(project: Project, command: Command, settings: Sequence[tuple[str, str]], what: str) -> Fix | None:
    """In a line of its own in front of the RUN."""
    head = _instruction(project, command)
    if head is None:
        return None
    at = command.place.start - len(head)
    lines = "".join(f'ENV {name}="{value}"\n' for name, value in settings)
    return Fix(what, (Edit(command.place.file, at, at, new=lines),), safe=False)


def _instruction(project: Project, command: Command) -> str | None:
    """The text from the beginning of the RUN up to the command; `None` where it does not stand there itself."""
    file = project.file(command.place.file)
    if file is None:
        return None
    begins = [match.start() for match in _RUN.finditer(file.text, 0, command.place.start)]
    return file.text[begins[-1] : command.place.start] if begins else None


_RUN = re.compile(r"(?im)^[ \t]*RUN\b")
