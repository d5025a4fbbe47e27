"""Which Python the commands of an image build install for, where that is certain: the newest release of a package that
an older Python takes is not its newest one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from cudacompat.domain.project.model import Command, Stage
from cudacompat.domain.project.stages import distro_of, installed

_OFFICIAL = re.compile(r"(?:docker\.io/)?(?:library/)?python:(3\.\d{1,2})(?![\d])")
_NAMED = re.compile(r"(?:python|pip)(3\.\d{1,2})")
_OWN = re.compile(r"python3(?:-(?:pip|dev|venv|full|distutils))?|python3?-is-python3|python-is-python3")
# what brings another Python, or chooses one
_OTHERS = re.compile(r"conda|mamba|miniforge|pyenv|\buv\b|asdf|\bnix\b|pixi|Python-3|update-alternatives|venv")
# python3 of the distribution, as packages.ubuntu.com and packages.debian.org list it
_OF_DISTRO = {
    "ubuntu20.04": "3.8",
    "ubuntu22.04": "3.10",
    "ubuntu24.04": "3.12",
    "debian11": "3.9",
    "debian12": "3.11",
    "debian13": "3.13",
}


class Pythons:
    """Finds the Python of a stage, by its image and by what it and those before it install."""

    def __init__(self, commands: Iterable[Command]) -> None:
        self._commands: dict[tuple[str, int], list[Command]] = {}
        self._stages: dict[tuple[str, int], Stage] = {}
        for command in commands:
            if command.stage is not None and command.instruction == "RUN":
                self._commands.setdefault(command.stage.key, []).append(command)
                self._stages[command.stage.key] = command.stage
        self._found: dict[tuple[str, int], str | None] = {}

    def of(self, command: Command) -> str | None:
        """The release (`3.8`) for which this command installs; `None` where that is not certain."""
        named = _NAMED.fullmatch(command.program)
        if named is not None:
            return named[1]
        stage = command.stage if command.instruction == "RUN" else None
        if stage is None:
            return None
        if stage.key not in self._found:
            self._found[stage.key] = self._of_stage(stage)
        return self._found[stage.key]

    def _of_stage(self, stage: Stage) -> str | None:
        commands = [each for own in self._line(stage) for each in self._commands.get(own.key, ())]
        if any(_OTHERS.search(each.line[:_LONGEST]) for each in commands):
            return None
        image = _OFFICIAL.match(stage.base.image) if stage.base is not None else None
        if image is not None:
            return image[1]
        packages = [word.text for each in commands for word in installed(each)]
        named = {match[1] for each in packages if (match := _PACKAGE.fullmatch(each)) is not None}
        if named:
            return named.pop() if len(named) == 1 else None
        of = distro_of(stage.base)
        return _OF_DISTRO.get(of.name) if of is not None and any(map(_OWN.fullmatch, packages)) else None

    def _line(self, stage: Stage) -> Iterator[Stage]:
        """The stage and those that it begins with, as far as they run something."""
        current: Stage | None = stage
        while current is not None:
            yield current
            parent = current.parent
            current = self._stages.get((current.file, parent)) if parent is not None else None


_PACKAGE = re.compile(r"python(3\.\d{1,2})(?:-(?:dev|venv|distutils|full|minimal))?")
_LONGEST = 4000  # characters of a command that are looked at
