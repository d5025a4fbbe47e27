"""Which packages a project installs together: by its requirement files, and by commands of images, jobs and scripts."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from itertools import islice

from cudacompat.app.project.includes import PipFiles, beside, requirement_kinds
from cudacompat.app.project.installed import Installed
from cudacompat.app.project.installs import (
    by_place,
    chosen,
    has_plain_base,
    holds_unknown,
    is_of_tests,
    with_brought,
)
from cudacompat.app.project.pythons import Pythons
from cudacompat.artifacts.buildfiles.kinds import kind_of as file_kind
from cudacompat.artifacts.buildfiles.windows import DIALECT_OF_FILE
from cudacompat.artifacts.requirements import conda, conda_lists, kinds, pip_file
from cudacompat.artifacts.requirements.base import Origin, ReadRequirements, reading_for, requirement_of
from cudacompat.artifacts.requirements.kinds import RequirementKind
from cudacompat.domain.project.job_runners import is_hosted
from cudacompat.domain.project.model import Command, SourceFile
from cudacompat.domain.wheels.cure_words import LOCKS
from cudacompat.domain.wheels.distributions import framework
from cudacompat.domain.wheels.install_command import UNKNOWN, InstallCommand
from cudacompat.domain.wheels.narrowing import held_to_python
from cudacompat.domain.wheels.package_set import PackageSet
from cudacompat.domain.wheels.platforms import DEFAULT_PLATFORM, WINDOWS_PLATFORM
from cudacompat.domain.wheels.requirement import Requirement
from cudacompat.domain.words.code import NotRead
from cudacompat.domain.words.phrases import count

_DEEPEST = 8  # files that include each other


class ProjectPackages:
    """The requirement files of a project (`lists` are some by other names), and what commands make of them. `pip` has
    those that were parsed already; `there` are files that are not read, of which a lock shows which tool wrote it."""

    def __init__(
        self,
        files: Sequence[SourceFile],
        lists: Sequence[str] = (),
        pip: PipFiles | None = None,
        *,
        there: Sequence[str] = (),
    ) -> None:
        self._files = {file.name: file for file in files}
        self._pip = pip if pip is not None else PipFiles()
        self._kinds = requirement_kinds(files, lists, self._pip)
        self._there = frozenset((*self._files, *there))
        self._reached: dict[str, None] = {}  # in the order in which they were
        self._read_alone: dict[str, ReadRequirements | None] = {}
        self._limits: list[Requirement] = []  # the constraints of what was installed last
        self.not_read: list[NotRead] = []

    def sets(self, commands: Sequence[Command]) -> tuple[PackageSet, ...]:
        """Return what is installed together. A requirements file that a command installs is checked with the indexes of
        that command."""
        found: list[PackageSet] = []
        plain: list[bool | None] = []
        groups = by_place(commands)
        pythons = Pythons(commands)
        for place, group in groups.items():
            installed = Installed()
            reached = len(self._reached)
            self._limits = []
            platform = _platform_of(group[0][0])
            for command, install in group:
                with reading_for(platform or DEFAULT_PLATFORM):
                    more = list(self._of_command(command, install))
                python = pythons.of(command)
                if python is not None:
                    more = [replace(held_to_python(each, python), installed_for=python) for each in more]
                bare = install.own_extras is None or has_plain_base(command)
                installed.add(more, command, install, bare=bare)
            first = group[0][0]
            if first.job is not None and is_hosted(first.job):
                self._forget_others(since=reached)
            if installed.requirements:
                job = first.job.place.at if first.job is not None else None
                branched = sum(command.conditional for command, _ in group) > 1
                limits = tuple(self._limits)
                found.append(
                    PackageSet(
                        place,
                        tuple(installed.requirements),
                        branched=branched,
                        job=job,
                        platform=platform,
                        constraints=limits,
                        lists=self._lists_of(installed.requirements),
                    )
                )
                whole = all(self._file_called(path, command) for command, install in group for path in install.files)
                unknown = holds_unknown(first.stage, groups)
                plain.append(None if unknown else whole and has_plain_base(first))
        included = self._included()
        for name in sorted(self._kinds, key=lambda name: name in included):  # what is left then includes each other
            if name in self._reached:
                continue
            reached = len(self._reached)
            read = self._read(name, None)
            if is_of_tests(name):
                self._forget_others(since=reached)
            if read is not None and read.requirements:
                lists = self._lists_of(read.requirements)
                found.append(PackageSet(name, read.requirements, constraints=read.constraints, lists=lists))
                plain.append(False)
        return tuple(with_brought(found, plain))

    def _lists_of(self, requirements: Sequence[Requirement]) -> frozenset[str]:
        """The files of these of which pip takes every line."""
        return frozenset(each.file for each in requirements if self._kinds.get(each.file) is RequirementKind.PIP)

    def _forget_others(self, *, since: int) -> None:
        """Of the lists that were reached since then, those that are not for tests are judged by themselves, too: nobody
        else installs what a job of tests, or a list for them, makes of them."""
        new = tuple(islice(reversed(self._reached), len(self._reached) - since))
        for name in new:
            if not is_of_tests(name):
                del self._reached[name]

    def _included(self) -> frozenset[str]:
        """The files that others of the project take in."""
        names: set[str] = set()
        for name, kind in self._kinds.items():
            names.update(beside(name, each.path) for each in self._pip.includes(name, self._files[name].text, kind))
        return frozenset(names)

    def _alone(self, name: str, outer: Origin | None) -> ReadRequirements | None:
        """What one file says, without those that it includes; parsed once where nothing includes it."""
        if outer is None and name in self._read_alone:
            return self._read_alone[name]
        kind, text = self._kinds[name], self._files[name].text
        read: ReadRequirements | None = None
        try:
            read = self._parsed(kind, text, name, outer=outer)
        except ValueError as error:
            self.not_read.append(NotRead(name, f"not understood: {error}"))
        if read is not None and read.not_understood:
            self.not_read.append(NotRead(name, _not_understood(read.not_understood)))
        if outer is None:
            self._read_alone[name] = read
        return read

    def _parsed(self, kind: RequirementKind, text: str, name: str, *, outer: Origin | None) -> ReadRequirements | None:
        if kind is RequirementKind.PYPROJECT:
            return self._with_tool(kinds.read(kind, text, name), name)
        if kind is RequirementKind.ENVIRONMENT:
            return self._pip.read(name, text, kind)
        if kind is not RequirementKind.PIP:
            return kinds.read(kind, text, name)
        return self._pip.read(name, text) if outer is None else pip_file.read(text, name, outer)

    def _with_tool(self, read: ReadRequirements, name: str) -> ReadRequirements:
        """What a pyproject.toml says, with the tool whose lock lies beside it: that one says more than its tables."""
        lock = next((each for each in LOCKS if posixpath.join(posixpath.dirname(name), each) in self._there), None)
        if lock is None:
            return read
        return replace(read, requirements=tuple(replace(each, tool=lock) for each in read.requirements))

    def _read(
        self, name: str, outer: Origin | None, depth: int = 0, seen: set[tuple[str, bool]] | None = None
    ) -> ReadRequirements | None:
        """What a file says together with those that it includes: each once, for a requirement and as a constraint."""
        self._reached[name] = None
        read = self._alone(name, outer)
        seen = {(name, False)} if seen is None else seen
        for each in read.includes if read is not None and depth < _DEEPEST else ():
            path = beside(name, each.path)
            if read is None or self._kinds.get(path) is not RequirementKind.PIP or (path, each.constraint) in seen:
                continue
            seen.add((path, each.constraint))
            inner = self._read(path, Origin(name, read.index, read.extra_indexes), depth=depth + 1, seen=seen)
            if inner is None:
                continue
            if each.constraint:
                read = pip_file.constrained(read, inner)
            else:
                read = replace(
                    read,
                    requirements=(*read.requirements, *inner.requirements),
                    constraints=(*read.constraints, *inner.constraints),
                )
        return read

    def _of_command(self, command: Command, install: InstallCommand) -> Iterator[Requirement]:
        place = command.place
        if install.conda:
            specs = [(each, place.line) for each in install.requirements]
            yield from conda.of_specs(specs, install.channels, place.file).requirements
            yield from self._specs_in(install, command)
            return
        first_index = install.first_index or self._by_uv(command)
        origin = Origin(place.file, install.index, install.extra, first_index=first_index)
        words: list[Requirement] = []
        for each in install.requirements:
            with suppress(ValueError):
                found = requirement_of(each, place.line, origin)
                if found is not None and not (install.more and _goes_with_framework(found)):
                    words.append(found)
        yield from self._constrained(ReadRequirements(tuple(words)), command, install).requirements
        if install.own_extras is not None:
            yield from self._of_itself(command, install.own_extras, origin)
        for path in install.files:
            named = self._file_called(path, command)
            if named is None:
                continue
            read = self._read(named, origin)
            yield from self._constrained(read, command, install).requirements if read is not None else ()

    def _specs_in(self, install: InstallCommand, command: Command) -> Iterator[Requirement]:
        """What the files of specifications ask for that a command of conda installs; environments and lists with builds
        say by themselves what they are."""
        for path in install.files:
            named = self._file_called(path, command)
            if named is not None and self._kinds[named] in (RequirementKind.PIP, RequirementKind.CONDA_SPECS):
                self._reached[named] = None
                yield from conda_lists.spec_list(self._files[named].text, named, install.channels).requirements

    def _constrained(self, read: ReadRequirements, command: Command, install: InstallCommand) -> ReadRequirements:
        """Requirements as the constraints of their command narrow them; the pinned ones alone, where one of those is
        not known, or where pip takes releases that come before those which were read (`--pre`)."""
        if command.has("--pre"):
            read = replace(read, requirements=tuple(each for each in read.requirements if each.pinned is not None))
        for constraint in install.constraints:
            limit = self._file_called(constraint, command)
            limits = self._read(limit, None) if limit is not None else None
            if limits is None:
                pinned = tuple(each for each in read.requirements if each.pinned is not None)
                read = replace(read, requirements=pinned)
            else:
                read = pip_file.constrained(read, limits)
        self._limits += read.constraints
        return read

    def _of_itself(self, command: Command, extras: Sequence[str], origin: Origin) -> Iterator[Requirement]:
        """What the project at the top requires with these extras, at the place of the command that installs it."""
        name = next((each for each in ("pyproject.toml", "setup.py") if each in self._kinds), None)
        read = self._alone(name, None) if name is not None else None
        lock = next((each for each in ("uv.lock", "poetry.lock") if each in self._kinds), None)
        locked = self._alone(lock, None) if lock is not None else None
        pins = {(each.name, each.build): each for each in locked.requirements} if locked is not None else {}
        for each in chosen(read.requirements if read is not None else (), extras, origin):
            pin = pins.get((each.name, each.build)) if each.pinned is None else None
            written = f"{each.written} in {name}"
            yield replace(
                each,
                written=written if pin is None else f"{written} and {lock}",
                specifier=each.specifier if pin is None else pin.specifier,
                file=command.place.file,
                line=command.place.line,
            )

    def _by_uv(self, command: Command) -> bool:
        """Whether `uv` stands in front of the command that it runs as its own."""
        file = self._files.get(command.place.file)
        before = file.text[command.place.start : command.words[0].place.start] if file is not None else ""
        return before.split()[-1:] == ["uv"]

    def _file_called(self, path: str, command: Command | None = None) -> str | None:
        """The requirements file of the project that a command means: the only one with that name, or path, or what its
        stage copied to that path."""
        if path == UNKNOWN:
            return None
        wanted = posixpath.normpath(path)
        for copy in command.stage.copies if command is not None and command.stage is not None else ():
            if copy.stage is None and len(copy.sources) == 1 and posixpath.normpath(copy.target) == wanted:
                return self._file_called(copy.sources[0])
        ends = [
            name
            for name, kind in self._kinds.items()
            if kind is RequirementKind.PIP
            and (name == wanted or name.endswith("/" + wanted) or wanted.endswith("/" + name))
        ]
        if not ends:
            base = posixpath.basename(wanted)
            ends = [name for name in self._kinds if posixpath.basename(name) == base]
        return ends[0] if len(ends) == 1 else (wanted if wanted in ends else None)


def _platform_of(command: Command) -> str | None:
    """The platform that a script is for by its name: batch files and PowerShell scripts are for Windows."""
    return WINDOWS_PLATFORM if file_kind(command.place.file) in DIALECT_OF_FILE else None


def _goes_with_framework(requirement: Requirement) -> bool:
    """Whether the release depends on that of the framework, which another word of the command may say."""
    return requirement.pinned is None and requirement.name in framework().on_its_index


def _not_understood(lines: Sequence[tuple[int, str]]) -> str:
    """The first line that was not understood, and how many more there are."""
    line, why = lines[0]
    more = f"; {count(len(lines) - 1, 'more line')} not understood" if len(lines) > 1 else ""
    return f"line {line}: {why}{more}"
