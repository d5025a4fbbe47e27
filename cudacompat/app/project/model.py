"""A project's files put together into the facts that rules look at."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import TypeVar

from cudacompat.app.project.archives import downloaded
from cudacompat.app.project.callers import Callers, arguments_of, filled_builds
from cudacompat.app.project.cargo import cargo_project
from cudacompat.app.project.files import ProjectRead, is_build_file
from cudacompat.app.project.kept_settings import KeptSettings
from cudacompat.app.project.launchers import launcher_commands
from cudacompat.app.project.list_names import all_names, dead_names
from cudacompat.app.project.lists import Lists
from cudacompat.app.project.make_calls import handed_to_make, replaced_by_calls
from cudacompat.app.project.make_recipes import flags_of_variables, not_written_out, recipes_of, used_flags
from cudacompat.app.project.packages import ProjectPackages
from cudacompat.app.project.parts import cmake_commands, command_of, setting_of
from cudacompat.app.project.sourced import Scripts
from cudacompat.app.project.time_limit import BUILD_SECONDS, FILE_SECONDS, RULE_SECONDS, Clock, TimeSpentError
from cudacompat.app.project.uses import Builders, all_uses, all_wheels, copies_project, uses_of
from cudacompat.artifacts.buildfiles import (
    ci,
    ci_gitlab,
    ci_steps,
    ci_systems,
    compile_commands,
    image_builds,
    named_lists,
    services,
    settings,
    stages,
    target_words,
    windows,
)
from cudacompat.artifacts.buildfiles import commands as shell
from cudacompat.artifacts.buildfiles.apptainer import definition, is_definition
from cudacompat.artifacts.buildfiles.ci import JobRead
from cudacompat.artifacts.buildfiles.commands import ShellCommand
from cudacompat.artifacts.buildfiles.earth import earthfile
from cudacompat.artifacts.buildfiles.flags import flags_of, values_of
from cudacompat.artifacts.buildfiles.here_documents import dockerfiles_in
from cudacompat.artifacts.buildfiles.json_comments import without_comments
from cudacompat.artifacts.buildfiles.kinds import FileKind, kind_of
from cudacompat.artifacts.buildfiles.launchers import is_launcher
from cudacompat.artifacts.buildfiles.positions import yaml_tree
from cudacompat.artifacts.buildfiles.recipes import RECIPES
from cudacompat.artifacts.buildfiles.stages import Dockerfile
from cudacompat.artifacts.buildfiles.windows import DIALECT_OF_FILE
from cudacompat.domain.project.cargo_features import CargoProject
from cudacompat.domain.project.cmake_list_names import own_list_names
from cudacompat.domain.project.model import (
    ArchListSetting,
    CiJob,
    CMakeFile,
    Command,
    EngineUse,
    ImageBuild,
    Project,
    Service,
    Setting,
    SourceFile,
    Stage,
)
from cudacompat.domain.project.planned_builds import PlannedUnit
from cudacompat.domain.wheels.package_set import PackageSet
from cudacompat.domain.words.code import NotRead
from cudacompat.domain.words.errors import UsageError
from cudacompat.domain.words.verdict import Target

Result = TypeVar("Result")
Nothing = TypeVar("Nothing")
_MOST_USES = 100
_NAMED_LISTS = {
    FileKind.VISUAL_STUDIO: named_lists.of_visual_studio,
    FileKind.BAZEL_RC: named_lists.of_bazel_rc,
    FileKind.NIX: named_lists.of_nix,
    FileKind.SPACK: target_words.of_spack,
}
_YAML_JOBS = {
    FileKind.GITHUB: ci.github,
    FileKind.GITLAB: ci_gitlab.gitlab,
    FileKind.AZURE: ci_systems.azure,
    FileKind.CIRCLE: ci_systems.circle,
    FileKind.BUILDKITE: ci_steps.buildkite,
    FileKind.DRONE: ci_steps.drone,
}
_WITH_FLAGS = frozenset({FileKind.RUST, FileKind.BAZEL, FileKind.MESON, FileKind.AUTOCONF})


def project_of(read: ProjectRead, targets: tuple[Target, ...], clock: Clock | None = None) -> Project:
    """Return the facts. What could not be parsed, or not within the time that the clock gives, is in `not_read`, and
    the rest goes on."""
    return _Assembly(read, clock or Clock()).project(targets)


class _Assembly:
    def __init__(self, read: ProjectRead, clock: Clock) -> None:
        self._read = read
        self._clock = clock
        self._not_read: list[NotRead] = [*read.not_read]
        self._uses = self._bounded(".", FILE_SECONDS, lambda: uses_of(read), ())
        self._makefile = any(file.name.lower() in ("makefile", "gnumakefile") for file in read.files)
        self._stages: list[Stage] = []
        self._jobs: list[CiJob] = []
        self._commands: list[Command] = []
        self._settings = KeptSettings()
        self._cmake: list[CMakeFile] = []
        self._services: list[Service] = []
        self._image_builds: list[ImageBuild] = []
        names = [file.name for file in read.files if settings.is_dockerfile(file.name)]
        self._scripts = Scripts(read.files)
        self._dockerfiles = image_builds.Dockerfiles(names)
        self._environment: Mapping[str, Setting] | None = None

    def project(self, targets: tuple[Target, ...]) -> Project:
        for file in self._read.files:
            self._settings.begin()
            self._environment = None
            try:
                self._bounded(file.name, FILE_SECONDS, partial(self._take, file), None)
            except (ValueError, RecursionError) as error:
                if "{{" in file.text and not is_build_file(file.name):
                    continue  # a template, which is no YAML until it is filled in
                said = str(error).splitlines()[0] if str(error) else "nested too deeply"
                self._not_read.append(NotRead(file.name, f"not understood: {said}"))
        self._bounded(".", FILE_SECONDS, self._hand_over, None)
        self._commands += self._bounded(".", FILE_SECONDS, lambda: tuple(launcher_commands(self._read.files)), ())
        units = tuple(self._units())
        packages = self._packages()
        uses = self._few(tuple(all_uses(self._uses, (command.use for command in self._commands))))
        lists = self._bounded(".", RULE_SECONDS, lambda: tuple(self._lists(uses)), ())
        return Project(
            files=self._read.files,
            uses=uses,
            stages=tuple(self._stages),
            jobs=tuple(self._jobs),
            commands=tuple(self._commands),
            settings=tuple(self._settings.all),
            lists=lists,
            cmake=tuple(self._cmake),
            services=tuple(self._services),
            image_builds=tuple(self._image_builds),
            units=units,
            cargo=self._bounded("Cargo.toml", FILE_SECONDS, lambda: cargo_project(self._read.files), CargoProject()),
            rust=self._read.rust,
            targets=targets,
            lookalikes=self._read.lookalikes,
            known=all_names(),
            nobodys=dead_names(),
            wheels=all_wheels(),
            packages=packages,
            not_read=tuple(self._not_read),
        )

    def _bounded(self, name: str, seconds: float, work: Callable[[], Result], nothing: Nothing) -> Result | Nothing:
        """What the work comes to; nothing, and a line among what was not read, where it takes too long."""
        try:
            return self._clock.within(seconds, work)
        except TimeSpentError as error:
            self._not_read.append(NotRead(name, str(error)))
            return nothing

    def _packages(self) -> tuple[PackageSet, ...]:
        found = ProjectPackages(self._read.files, self._read.lists, pip=self._read.pip)
        sets = self._bounded(".", RULE_SECONDS, partial(found.sets, tuple(self._commands)), ())
        self._not_read += dict.fromkeys(found.not_read)
        return (*sets, *downloaded(self._cmake))

    def _few(self, uses: tuple[EngineUse, ...]) -> tuple[EngineUse, ...]:
        """As many engines and versions as settings are held to."""
        if len(uses) > _MOST_USES:
            said = f"more than {_MOST_USES} versions of engines are built here: those from {uses[_MOST_USES].shown} on"
            self._not_read.append(NotRead(".", f"{said} were not looked at"))
        return uses[:_MOST_USES]

    def _lists(self, uses: Sequence[EngineUse]) -> Iterator[ArchListSetting]:
        made = tuple(handed_to_make(self._read.files, self._commands))
        replaced = replaced_by_calls(self._read.files, self._commands)
        self._settings.drop_at(replaced)
        found = Lists(uses, own_list_names(self._cmake), self._uses)
        yield from found.of_project(self._commands, self._settings.all, self._image_builds, made)

    def _take(self, file: SourceFile) -> None:
        kind = kind_of(file.name)
        before = len(self._services)
        if kind in _TAKES:
            _TAKES[kind](self, file)
        elif kind in DIALECT_OF_FILE:
            text = windows.commands(file, 0, len(file.text), environment={}, dialect=DIALECT_OF_FILE[kind])
            self._script(file, text)
        elif kind in _YAML_JOBS:
            self._jobs_of(file, _YAML_JOBS[kind](file, yaml_tree(file.text), self._scripts))
        elif kind in RECIPES:
            self._script(file, RECIPES[kind](file))
        elif kind in _NAMED_LISTS:
            self._settings.keep(_NAMED_LISTS[kind](file))
        elif not is_launcher(file.name):
            self._given(file)
            self._settings.keep(flags_of(file) if kind in _WITH_FLAGS else ())
        for service in self._services[before:]:
            self._settings.keep(service.environment.values())

    # -- kinds of files

    def take_dockerfile(self, file: SourceFile) -> None:
        self._images_of(file, stages.read(file, self._scripts))

    def take_earthfile(self, file: SourceFile) -> None:
        self._images_of(file, earthfile(file, self._scripts))

    def take_apptainer(self, file: SourceFile) -> None:
        if is_definition(file.text):
            self._images_of(file, definition(file, self._scripts))

    def take_quadlet(self, file: SourceFile) -> None:
        self._services += services.quadlet(file)

    def take_dev_container(self, file: SourceFile) -> None:
        documents = yaml_tree(without_comments(file.text))
        self._services += services.devcontainer(file, documents)
        self._image_builds += image_builds.of_devcontainer(file, documents, self._dockerfiles)

    def take_compose(self, file: SourceFile) -> None:
        documents = yaml_tree(file.text)
        self._services += services.compose(file, documents)
        self._image_builds += image_builds.of_compose(file, documents, self._dockerfiles)

    def take_bake(self, file: SourceFile) -> None:
        self._given(file)
        self._image_builds += image_builds.of_bake(file, self._dockerfiles)

    def take_jenkins(self, file: SourceFile) -> None:
        self._jobs_of(file, ci_systems.jenkins(file, self._scripts))

    def take_script(self, file: SourceFile) -> None:
        self._script(file, shell.commands(file, 0, len(file.text), environment={}, sources=self._scripts))
        self._settings.keep_new(self._scripts.exported_by(file))
        self._settings.keep(target_words.of_script(file))
        for written in dockerfiles_in(file):
            self.take_dockerfile(written)

    def take_makefile(self, file: SourceFile) -> None:
        self._script(file, recipes_of(file))
        self._given(file)

    def take_cmake(self, file: SourceFile) -> None:
        self._cmake.append(CMakeFile(file.name, tuple(cmake_commands(file))))
        self._given(file)

    def take_python(self, file: SourceFile) -> None:
        if is_launcher(file.name):
            return  # what it sets is for the commands that it runs: they are read
        self._given(file)
        self._settings.keep(flags_of(file))
        self._settings.keep(values_of(file))

    def _images_of(self, file: SourceFile, image: Dockerfile) -> None:
        self._stages += image.stages
        self._settings.keep(image.before)
        builders: dict[int, Builders] = {}
        for stage in image.stages:
            self._settings.keep(stage.settings)
        copies = {stage.number: list(reversed(stage.copies)) for stage in image.stages}
        for run in image.commands:
            stage = image.stages[run.stage]
            if stage.number not in builders:
                builders[stage.number] = self._begun(file, image.stages, stage, builders)
            while copies[run.stage] and copies[run.stage][-1].place.start < run.command.start:
                builders[run.stage].fetch(copies[run.stage].pop().sources)
            use = builders[run.stage].use_of(run.command) if run.keyword == "RUN" else None
            command = command_of(run.command, file, stage=stage, mounts=run.mounts, use=use, instruction=run.keyword)
            self._add(file, command)

    def _begun(
        self, file: SourceFile, all_: Sequence[Stage], stage: Stage, builders: Mapping[int, Builders]
    ) -> Builders:
        """What is known of the sources where a stage begins: what the stage knows that it begins with, and what it
        copies."""
        before, parent = None, stage.parent
        lain = [stage]
        while parent is not None and before is None:
            before = builders.get(parent)
            if before is None:  # a stage without a command
                lain.append(all_[parent])
                parent = all_[parent].parent
        begun = before.copy() if before is not None else Builders(self._uses, image=True, makefile=self._makefile)
        begun.take(copy.target for each in lain for copy in each.copies if copies_project(file, copy))
        return begun

    def _jobs_of(self, file: SourceFile, found: Iterable[JobRead]) -> None:
        for read in found:
            self._jobs.append(read.job)
            self._settings.keep_new(read.job.environment.values())
            foreign = any(step.action("actions/checkout") and "repository" in step.given for step in read.job.steps)
            for step in read.job.steps:
                self._settings.keep(step.given.values())
                built = image_builds.of_step(file, step, self._dockerfiles)
                if built is not None and not foreign:
                    self._image_builds.append(built)
            if not foreign:
                self._images(file, read.commands)
            builders = Builders(self._uses, here=True, makefile=self._makefile)
            for command in read.commands:
                self._add(file, command_of(command, file, job=read.job, use=builders.use_of(command)))

    def _script(self, file: SourceFile, found: Iterable[ShellCommand]) -> None:
        builders = Builders(self._uses, here=True, makefile=self._makefile)
        commands = tuple(found)
        self._images(file, commands)
        for command in commands:
            self._add(file, command_of(command, file, use=builders.use_of(command)))

    def _hand_over(self) -> None:
        """Read again the Dockerfiles that are given build arguments, and the scripts that others call, each with what
        it is handed over."""
        self._image_builds = list(filled_builds(self._image_builds, self._read.files))
        given = arguments_of(self._image_builds)
        for file in self._read.files:
            if file.name in given and kind_of(file.name) is FileKind.DOCKERFILE:
                try:
                    again = stages.read(file, self._scripts, given=given[file.name])
                except (ValueError, RecursionError):
                    continue  # it was read without what it is given, or told as not read
                self._stages = [each for each in self._stages if each.file != file.name]
                self._commands = [each for each in self._commands if each.place.file != file.name]
                self._settings.drop_file(file.name)
                self._images_of(file, again)
        callers = Callers(self._read.files, self._commands)
        handed = callers.handed()
        for file in self._read.files:
            if (own := handed.get(file.name)) is not None:
                builders = Builders(self._uses, here=True, makefile=self._makefile)
                try:
                    found = shell.commands(file, 0, len(file.text), environment=own, sources=self._scripts)
                    commands = [command_of(each, file, use=builders.use_of(each)) for each in found]
                except (ValueError, RecursionError):
                    continue  # with what it was handed it grows too large; it was read without
                self._commands = [*(each for each in self._commands if each.place.file != file.name), *commands]
        self._commands = list(callers.placed(self._commands))

    def _images(self, file: SourceFile, commands: Sequence[ShellCommand]) -> None:
        """Take the builds of images among these commands, up to where somebody else's project is fetched."""
        for command in commands:
            if command.program == "git" and any(word.text == "clone" for word in command.words):
                return
            place = file.place(command.start, command.end)
            built = image_builds.of_command(file, command.words, place, known=self._dockerfiles)
            if built is not None:
                self._image_builds.append(built)

    def _add(self, file: SourceFile, command: Command) -> None:
        self._commands.append(command)
        shared = command.environment is self._environment  # with the command before: all of it was taken there
        self._environment = command.environment
        seen = (*command.defines, *(() if shared else command.environment.values()))
        self._settings.keep_new(each for each in seen if each.place.file == file.name)

    def _given(self, file: SourceFile) -> None:
        parser = settings.parser(file.name)
        found = [setting_of(file, each) for each in (parser(file.text) if parser is not None else ())]
        if kind_of(file.name) is FileKind.MAKE:
            made = tuple(flags_of_variables(file, found))
            found = used_flags(file, not_written_out(found, made))
            self._settings.keep(made)
        self._settings.all += found

    def _units(self) -> Iterator[PlannedUnit]:
        for folder in self._read.configured:
            build = self._read.root / folder
            planned = partial(compile_commands.planned, build)
            try:
                shown, units = self._bounded(folder or ".", BUILD_SECONDS, planned, None) or ("", ())
            except UsageError as error:
                self._not_read.append(NotRead(folder or ".", str(error)))
                continue
            for unit in units:
                yield PlannedUnit(
                    f"{folder}/{shown}" if folder else shown, unit.source, unit.request, library=unit.library
                )


# The kinds that hold more than settings.
_TAKES: Mapping[FileKind | None, Callable[[_Assembly, SourceFile], None]] = {
    FileKind.DOCKERFILE: _Assembly.take_dockerfile,
    FileKind.EARTH: _Assembly.take_earthfile,
    FileKind.APPTAINER: _Assembly.take_apptainer,
    FileKind.QUADLET: _Assembly.take_quadlet,
    FileKind.DEV_CONTAINER: _Assembly.take_dev_container,
    FileKind.COMPOSE: _Assembly.take_compose,
    FileKind.BAKE: _Assembly.take_bake,
    FileKind.JENKINS: _Assembly.take_jenkins,
    FileKind.SCRIPT: _Assembly.take_script,
    FileKind.MAKE: _Assembly.take_makefile,
    FileKind.CMAKE: _Assembly.take_cmake,
    FileKind.PYTHON: _Assembly.take_python,
}
