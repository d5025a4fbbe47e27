"""What mends a list that does not serve a GPU: the toolkit that could build for it, the words, the edit."""

from __future__ import annotations

from cudacompat.domain.builds.engine import Grammar
from cudacompat.domain.builds.lists.reader import extended, wants_bare
from cudacompat.domain.builds.lists.writer import CodeTarget
from cudacompat.domain.project.assignments import AssignmentKind
from cudacompat.domain.project.list_coverage import ListCoverage, serves
from cudacompat.domain.project.list_edits import replacing
from cudacompat.domain.project.model import ArchListSetting, Command, Project
from cudacompat.domain.project.stages import compiler
from cudacompat.domain.tables.nvcc_releases import first_nvcc_with
from cudacompat.domain.tables.toolkits import last_with
from cudacompat.domain.words.errors import UsageError
from cudacompat.domain.words.finding import Fix
from cudacompat.domain.words.target import ArchSuffix, ArchTarget, CodeKind
from cudacompat.domain.words.verdict import Target


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
        return f"add sm_{max(runs)}, which runs on this GPU; CUDA {made_by.version} cannot build sm_{arch}"
    first, last = first_nvcc_with(arch), last_with(arch)
    then = f"with {name}={arch}" if grammar is Grammar.ONE_NUMBER else "then add it to the list"
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
    return f"add sm_{target.capability.number} to the list"


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
