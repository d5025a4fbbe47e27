"""What a project is asked for again and again, put in order at the first question."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from cudacompat.domain.project.model import (
        ArchListSetting,
        Command,
        Project,
        Setting,
        SourceFile,
        Stage,
        TextSpan,
    )

_ASKING = re.compile(
    r"(?:\$\{?|ENV\{|\$\(|(?:environ|getenv|env|env_var|var)\w{0,20}[^\w\n]{1,3}|(?:env|matrix|inputs|vars)\.)\Z",
    re.ASCII,
)
_BEFORE = 40  # characters


class ProjectIndex:
    """The parts of one project by what they are looked for; empty until something is."""

    def __init__(self) -> None:
        self.files: dict[str, SourceFile] = {}
        self.stages: dict[str, tuple[Stage, ...]] = {}
        self.runs: dict[tuple[str, int], tuple[Command, ...]] = {}
        self.starts_with: dict[tuple[str, int], tuple[Command, ...]] = {}
        self.steps: dict[TextSpan, tuple[Command, ...]] = {}
        self.environments: tuple[tuple[Mapping[str, Setting], tuple[Command, ...]], ...] = ()
        self.settings: dict[str, tuple[Setting, ...]] = {}
        self.names: frozenset[tuple[str | None, str]] = frozenset()
        self.lists: dict[str, tuple[ArchListSetting, ...]] = {}
        self.starts: dict[str, list[int]] = {}
        self.reaching: dict[int, tuple[ArchListSetting, ...]] = {}  # by the command itself, which its project keeps
        self.answers: dict[Hashable, object] = {}
        self._full = False

    def filled(self, project: Project) -> ProjectIndex:
        """This index, with all of the project in it."""
        if not self._full:
            self._full = True
            self._fill(project)
        return self

    def _fill(self, project: Project) -> None:
        self.files = {file.name: file for file in reversed(project.files)}
        self.stages = _grouped(project.stages, lambda stage: stage.file)
        staged = [each for each in project.commands if each.stage is not None]
        self.runs = _grouped((each for each in staged if each.instruction == "RUN"), _stage_of)
        self.starts_with = _grouped((each for each in staged if each.instruction in ("CMD", "ENTRYPOINT")), _stage_of)
        self.steps = _grouped((each for each in project.commands if each.job is not None), _job_of)
        seeing = _grouped(project.commands, lambda command: id(command.environment))
        self.environments = tuple((commands[0].environment, commands) for commands in seeing.values())
        self.settings = _grouped(project.settings, lambda setting: setting.place.file)
        named = {(each.place.file, each.name) for each in project.settings}
        self.names = frozenset((*named, *((None, name) for _, name in named)))
        lists = sorted(project.lists, key=lambda listed: listed.setting.place.start)
        self.lists = _grouped(lists, lambda listed: listed.setting.place.file)
        self.starts = {file: [each.setting.place.start for each in found] for file, found in self.lists.items()}
        self.reaching = _grouped((each for each in project.lists if each.command is not None), _command_of)


Key = TypeVar("Key", bound=Hashable)
Item = TypeVar("Item")


def _grouped(items: Iterable[Item], key: Callable[[Item], Key]) -> dict[Key, tuple[Item, ...]]:
    found: dict[Key, list[Item]] = defaultdict(list)
    for item in items:
        found[key(item)].append(item)
    return {name: tuple(group) for name, group in found.items()}


def _stage_of(command: Command) -> tuple[str, int]:
    return command.stage.key if command.stage is not None else ("", -1)


def _job_of(command: Command) -> TextSpan:
    return command.job.place if command.job is not None else command.place


def _command_of(listed: ArchListSetting) -> int:
    return id(listed.command)


def _handed_on(text: str, at: int, name: str) -> bool:
    """Whether it only gives its value to itself, as `ENV NAME=${NAME}` does."""
    before = re.search(r"(\w+)[ \t]*[:=][ \t]*[\"']?\$\{?$", text[max(at - len(name) - _BEFORE, 0) : at])
    return before is not None and before[1] == name


def asks_for(text: str, name: str) -> bool:
    at = text.find(name)
    while at >= 0:
        end = at + len(name)
        whole = not (text[end : end + 1].isalnum() or text[end : end + 1] == "_")
        if whole and _ASKING.search(text, max(at - _BEFORE, 0), at) and not _handed_on(text, at, name):
            return True
        at = text.find(name, end)
    return False
