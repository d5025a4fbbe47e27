"""What the commands of one environment leave installed, one after the other: the last of two installs counts."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Sequence

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import Version

from cudacompat.app.project.installs import not_there_yet, without
from cudacompat.artifacts.buildfiles.kinds import FileKind, kind_of
from cudacompat.domain.project.model import Command
from cudacompat.domain.wheels.install_command import InstallCommand
from cudacompat.domain.wheels.model import PYPI
from cudacompat.domain.wheels.requirement import Requirement
from cudacompat.domain.wheels.resolve import resolve

# options and variables by which pip installs into another folder or Python
_ELSEWHERE = re.compile(r"(?:(?:-t|-p|--target|--prefix|--root|--python)(?P<glued>=.*)?|--user)")
_PYTHON_OF = ("VIRTUAL_ENV", "PATH", "PYTHONUSERBASE", "PIP_TARGET", "PIP_PREFIX", "UV_PROJECT_ENVIRONMENT")
_NUMBERED = re.compile(r"(?:pip|python)(\d\.\d+)")
# whose commands may be choices of a menu: labels of a batch file, values that a program keeps
_OF_CHOICES = frozenset({FileKind.PYTHON, FileKind.BATCH, FileKind.POWERSHELL})
_MOST_RESOLVED = 300  # packages of one environment whose releases are looked for


class Installed:
    """The requirements that are installed so far. Where a command surely replaces what one before it installed, the
    earlier one is gone; where pip surely leaves it, the later one is; else both stand there as alternatives."""

    def __init__(self) -> None:
        self.requirements: list[Requirement] = []
        self._branch: list[Requirement] = []
        self._by: dict[int, Command] = {}  # by the `id` of each of the requirements
        self._found: dict[str, Version | None] | None = None  # the versions of what is installed, until that changes

    def add(self, more: Sequence[Requirement], command: Command, install: InstallCommand, *, bare: bool) -> None:
        """Take in what one command uninstalls and installs."""
        self.requirements = without(self.requirements, install.removed)
        kept, replaced = self._settled(more, command, install)
        self.requirements = [each for each in self.requirements if id(each) not in replaced]
        more = [each for each in more if each.name not in kept]
        other = self._branch if command.conditional else []
        before = [each for each in self.requirements if each not in other]
        names = frozenset(replaced.values())
        held = list(not_there_yet([each for each in more if each.name not in names], before, other, bare=bare))
        new = [each for each in more if each.name in names or each in held]
        self._found = None if new or replaced or install.removed else self._found
        self.requirements += new
        self._branch += new if command.conditional else []
        self._by.update((id(each), command) for each in new)

    def _settled(
        self, more: Sequence[Requirement], command: Command, install: InstallCommand
    ) -> tuple[frozenset[str], dict[int, str]]:
        """The packages that pip surely leaves as they are, and those requirements (by `id`, with their names) that it
        surely replaces."""
        kept: set[str] = set()
        replaced: dict[int, str] = {}
        names = {each.name for each in self.requirements} & {each.name for each in more}
        if not names or command.conditional or kind_of(command.place.file) in _OF_CHOICES:
            return frozenset(), {}
        for name in names:
            there = [each for each in self.requirements if each.name == name]
            wanted = [each for each in more if each.name == name]
            if len(there) != 1 or len(wanted) != 1 or not self._meet(there[0], wanted[0], command):
                continue
            before, after = there[0], wanted[0]
            replaces = _replaces(after, before, self._version(before), install=install)
            if replaces:
                replaced[id(before)] = name
            elif replaces is False:
                kept.add(name)
        return frozenset(kept), replaced

    def _version(self, requirement: Requirement) -> Version | None:
        """The version that is installed; `None` where it is not known."""
        if requirement.pinned is not None:
            return requirement.pinned
        if self._found is None:
            few = self.requirements if len(self.requirements) <= _MOST_RESOLVED else ()
            self._found = {each.requirement.name: each.version for each in resolve(few)}
        return self._found.get(requirement.name)

    def _meet(self, before: Requirement, after: Requirement, command: Command) -> bool:
        """Whether two commands of pip surely install these into one environment, one after the other."""
        by = self._by[id(before)]
        plain = not any(each.conda or each.locked or each.group or each.pythons for each in (before, after))
        return plain and by.place != command.place and not by.conditional and _environment(by) == _environment(command)


def _environment(command: Command) -> tuple[str, ...]:
    """Which Python a command installs into, as far as its words and variables say so."""
    texts = [word.text for word in command.words]
    options: list[str] = []
    for text, after in zip(texts, [*texts[1:], ""], strict=True):
        option = _ELSEWHERE.fullmatch(text)
        if option is not None:
            options.append(text if option["glued"] or text == "--user" else f"{text} {after}")
    number = _NUMBERED.match(command.program)
    settings = [command.environment.get(name) for name in _PYTHON_OF]
    variables = [setting.value or "" if setting is not None else "" for setting in settings]
    return (
        *(posixpath.dirname(text) for text in texts[:1]),
        number[1] if number is not None else "",
        *options,
        *variables,
    )


def _replaces(
    after: Requirement, before: Requirement, there: Version | None, *, install: InstallCommand
) -> bool | None:
    """Whether pip replaces what is installed by what a later command asks for; `None` where that is not certain. It
    looks at no index where the installed release fulfils the requirement, unless it upgrades or is forced."""
    if there is None or after.for_others or before.for_others:
        return None
    fulfilled = _fulfils(there, before, after)
    if not fulfilled or install.forced:
        return True
    if not install.upgrade:
        return False
    (newest,) = resolve((after,)) or (None,)
    if newest is None or newest.version is None:
        return None
    return (newest.version, _local(after)) > (there, _local(before))


def _fulfils(there: Version, before: Requirement, after: Requirement) -> bool:
    if after.local_version and after.local_version not in (before.local_version, before.index):
        return False
    try:
        return SpecifierSet(after.specifier).contains(there, prereleases=True)
    except InvalidSpecifier:
        return True


def _local(requirement: Requirement) -> str:
    """The local part of the version that an index of the framework gives a wheel: it makes it the newer one."""
    return requirement.local_version or (requirement.index if requirement.index != PYPI else "")
