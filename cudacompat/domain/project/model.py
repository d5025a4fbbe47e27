"""A project as its build files describe it: who is built where, with which settings. Pure: the files were read before.

Nothing was run. A value that only the build can know (the output of a command) is `None`: rules say nothing about it.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar, cast

from packaging.version import InvalidVersion, Version

from cudacompat.domain.builds.engine import Engine, Grammar, Knob
from cudacompat.domain.builds.lists.reader import ArchList
from cudacompat.domain.project.assignments import AssignmentKind
from cudacompat.domain.project.cargo_features import CargoProject
from cudacompat.domain.project.cmake_files import CMakeCommand as CMakeCommand
from cudacompat.domain.project.cmake_files import CMakeFile as CMakeFile
from cudacompat.domain.project.index import ProjectIndex, asks_for
from cudacompat.domain.project.job_images import JobImage
from cudacompat.domain.project.planned_builds import PlannedUnit
from cudacompat.domain.project.prebuilt_wheels import Prebuilt
from cudacompat.domain.project.source_file import SourceFile as SourceFile
from cudacompat.domain.project.source_file import TextSpan as TextSpan
from cudacompat.domain.project.source_file import Word as Word
from cudacompat.domain.wheels.package_set import PackageSet
from cudacompat.domain.words.code import NotRead
from cudacompat.domain.words.verdict import Target
from cudacompat.domain.words.versions import ToolkitVersion

_LONGEST_VALUE = 1 << 15  # characters; no list is as long, and rules look at a value for each command that sees it
Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class Setting:
    """A value that is given to a name.

    `value` has the variables that are known put in; `None` where only the build can know it, or where it is longer than
    any value that a rule has to look at. `written` is how it stands at `place`, without the quotes around it; `quote`
    is what stands around it or the word that holds it (`"`, `'`, or empty), `in_shell` whether a shell reads it. `cut`
    is whether a bare semicolon behind it ends the shell's command. `separator` is what parts the items where the file's
    own syntax does it (CMake's set()), `of_target` whether it is a property of a CMake target and no variable.
    `choices` are all the values that it may have where it is one of several (by branch, by run of a matrix), `value`
    `None` then. `unit` is what these flags are for alone, if the file compiles more.
    """

    name: str
    value: str | None
    place: TextSpan
    way: AssignmentKind
    written: str
    quote: str = ""
    in_shell: bool = False
    cut: bool = False
    separator: str | None = None
    of_target: bool = False
    choices: tuple[str, ...] = ()
    unit: str = ""

    def __post_init__(self) -> None:
        if self.value is not None and len(self.value) > _LONGEST_VALUE:
            object.__setattr__(self, "value", None)

    @property
    def outcomes(self) -> tuple[str, ...]:
        """The values that it may have: its own, or its choices; none where only the build can know it."""
        return self.choices if self.value is None else (self.value,)


@dataclass(frozen=True, slots=True)
class Base:
    """What a stage or job runs in: `image` as it is named with its build arguments put in; for one that carries CUDA of
    a known release, that, its flavour (`base`, `runtime`, `devel`) and distribution (`ubuntu22.04`), where it says so.
    """

    image: str
    cuda: ToolkitVersion | None = None
    flavour: str | None = None
    distro: str | None = None


@dataclass(frozen=True, slots=True)
class Copy:
    """One COPY or ADD: what from where (`stage` is a stage's number, an image's name, or `None` for the context)."""

    place: TextSpan
    sources: tuple[str, ...]
    target: str
    stage: int | str | None


@dataclass(frozen=True, slots=True)
class Mount:
    """A `--mount` of RUN: its kind and its options."""

    type: str
    options: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage of a Dockerfile.

    `base` is what it begins with, through any stages before it; `parent` is that stage. `environment` is what ENV left
    at its end (inherited values included), `settings` every ENV and ARG of its own in order.
    """

    file: str
    number: int
    name: str | None
    place: TextSpan
    base: Base | None
    parent: int | None
    settings: tuple[Setting, ...]
    environment: Mapping[str, Setting]
    copies: tuple[Copy, ...]
    last: bool

    @property
    def key(self) -> tuple[str, int]:
        """Which stage of the project it is."""
        return self.file, self.number


@dataclass(frozen=True, slots=True)
class JobStep:
    """One step of a job, or a cache of GitLab's: the action that it calls (`None` where it runs commands, `cache`) and
    what that is given; `conditional` is whether an `if` decides about it."""

    uses: str | None
    given: Mapping[str, Setting]
    place: TextSpan
    conditional: bool = False

    def action(self, *names: str) -> bool:
        """Whether it calls one of these actions, of any version."""
        return self.uses is not None and self.uses.partition("@")[0].lower() in names


@dataclass(frozen=True, slots=True)
class CiJob:
    """One job of a CI system (`github`, `gitlab`, …): `runner` are the labels it asks for (all that its matrix gives).
    `matrix` holds the texts of each name of its matrix, `runs` what each run has, where that is certain; `container` is
    its container as it is written, `bases` what that is for each value; `images` are those whose name is certain."""

    file: str
    name: str
    place: TextSpan
    system: str
    runner: tuple[str, ...]
    base: Base | None
    environment: Mapping[str, Setting]
    steps: tuple[JobStep, ...] = ()
    matrix: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    bases: tuple[Base, ...] = ()
    runs: tuple[Mapping[str, str], ...] = ()
    container: str | None = None
    images: tuple[JobImage, ...] = ()


@dataclass(frozen=True, slots=True)
class EngineUse:
    """An engine that the project is, contains or builds; its version where a file says it, and what showed it. `built`
    is the version that a build takes, where `version` is a requirement that newer releases fulfil."""

    engine: Engine
    version: str | None
    shown: str  # the file, or the command, that showed it
    folder: str = ""  # where in the project it lies: `` is the top
    built: str | None = None

    @property
    def parsed(self) -> Version | None:
        """The version that is built, `None` for the newest or an unknown one."""
        version = self.built or self.version
        try:
            return Version(version) if version else None
        except InvalidVersion:
            return None

    @property
    def knobs(self) -> tuple[Knob, ...]:
        """The settings that carry a list in this version: by the build's own way, the environment, or a file."""
        engine, version = self.engine, self.parsed
        every = (*engine.knobs, *engine.env_knobs, *engine.file_knobs)
        return tuple(knob for knob in every if knob.window.holds(version))

    @property
    def own_knob(self) -> Knob | None:
        """The first of those of the build's own way."""
        return next((knob for knob in self.engine.knobs if knob.window.holds(self.parsed)), None)


@dataclass(frozen=True, slots=True)
class Command:
    """One command that a build, a job or a script runs.

    `environment` holds what is set where it runs: ENV, ARG, exports before it, variables in front of it. `defines` are
    the -DNAME=VALUE on its line. `use` is the engine that it builds, if it is one that builds. `conditional` is whether
    it stands in a branch or a loop, `ignored` whether its failure is. `instruction` is that of its Dockerfile: RUN, or
    CMD and ENTRYPOINT, which start a container. `caller` is the RUN that runs the script in which it stands.
    """

    program: str
    words: tuple[Word, ...]
    place: TextSpan
    environment: Mapping[str, Setting]
    defines: tuple[Setting, ...]
    stage: Stage | None = None
    job: CiJob | None = None
    mounts: tuple[Mount, ...] = ()
    use: EngineUse | None = None
    conditional: bool = False
    ignored: bool = False
    instruction: str | None = None
    caller: Command | None = None

    @property
    def line(self) -> str:
        """The words, as far as they are known."""
        return " ".join(word.text for word in self.words)

    def has(self, *texts: str) -> bool:
        """Whether one of its words is one of these."""
        return any(word.text in texts for word in self.words[1:])

    def given(self, name: str) -> Setting | None:
        """The value of this name on its line, or else in its environment."""
        return next((each for each in self.defines if each.name == name), self.environment.get(name))


@dataclass(frozen=True, slots=True)
class ArchListSetting:
    """A list of architectures that a setting holds, and who reads it.

    `archs` is the list as its reader takes it, `None` where it is none of its grammar: `wrong` then says why. `word` is
    a word in place of a list (`native`, `all`, `OFF`). `command` is the command that it reaches by its line or its
    environment. `choices` are the lists that it may be where the setting is one of several, `archs` `None` then.
    """

    setting: Setting
    use: EngineUse
    grammar: Grammar
    reader: str
    knob: Knob | None
    archs: ArchList | None
    wrong: str | None = None
    word: str | None = None
    command: Command | None = None
    choices: tuple[ArchList, ...] = ()

    @property
    def outcomes(self) -> tuple[ArchList, ...]:
        """The lists that it may be: itself, or its choices; none where it is no list, or only the build can know it."""
        return self.choices if self.archs is None else (self.archs,)


@dataclass(frozen=True, slots=True)
class Service:
    """One service of a compose file, or a devcontainer: what it runs and what it is given.

    `dockerfile` is the file of the project that it builds, as far as it says so, `stage` its stage, `context` where it
    is built; `words` are its command and entrypoint. `open` is whether it takes more from another service; `refused` is
    a reservation of a device without `capabilities`."""

    file: str
    name: str
    place: TextSpan
    base: Base | None
    builds: bool
    gpu: bool
    environment: Mapping[str, Setting]
    volumes: tuple[str, ...] = ()
    dockerfile: str | None = None
    stage: str | None = None
    words: tuple[str, ...] = ()
    open: bool = False
    context: str | None = None
    refused: TextSpan | None = None


@dataclass(frozen=True, slots=True)
class ImageBuild:
    """One build of a container image (by a command, a compose or bake file, an action of a job).

    `dockerfile` is the file of the project that it builds, `None` where that is not certain. `arguments` are the build
    arguments that it gives, `tags` what it calls the image."""

    file: str
    place: TextSpan
    dockerfile: str | None
    arguments: tuple[Setting, ...]
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Project:
    """All that was read. `targets` are the GPUs that `--gpu` names, `not_read` what could not be read."""

    files: tuple[SourceFile, ...] = ()
    uses: tuple[EngineUse, ...] = ()
    stages: tuple[Stage, ...] = ()
    jobs: tuple[CiJob, ...] = ()
    commands: tuple[Command, ...] = ()
    settings: tuple[Setting, ...] = ()  # every value that any file gives to any name, file by file
    lists: tuple[ArchListSetting, ...] = ()
    cmake: tuple[CMakeFile, ...] = ()
    services: tuple[Service, ...] = ()
    image_builds: tuple[ImageBuild, ...] = ()
    units: tuple[PlannedUnit, ...] = ()
    cargo: CargoProject = field(default_factory=CargoProject)
    rust: tuple[SourceFile, ...] = ()  # sources that name the crate of an engine
    targets: tuple[Target, ...] = ()
    known: Mapping[str, str] = field(default_factory=dict)  # name of a knob of any engine -> who reads it
    wheels: tuple[Prebuilt, ...] = ()  # packages that are built already
    nobodys: frozenset[str] = frozenset()  # names that look like a knob, and that no known program reads
    packages: tuple[PackageSet, ...] = ()  # what requirement files and commands install together
    not_read: tuple[NotRead, ...] = ()
    lookalikes: tuple[str, ...] = ()  # files that look like a CUDA build's and are of a kind that is not read
    _index: ProjectIndex = field(default_factory=ProjectIndex, init=False, repr=False, compare=False)

    def file(self, name: str) -> SourceFile | None:
        """The file of this name."""
        return self._index.filled(self).files.get(name)

    def text(self, place: TextSpan) -> str:
        """What stands at a place."""
        file = self.file(place.file)
        return file.text[place.start : place.end] if file is not None else ""

    def once(self, question: Hashable, answer: Callable[[], Answer]) -> Answer:
        """The answer to a question, found when it is first asked; it names what it is about: a function, a place."""
        answers = self._index.answers
        if question not in answers:
            answers[question] = answer()
        return cast("Answer", answers[question])

    def stages_of(self, file: str) -> tuple[Stage, ...]:
        """The stages of one Dockerfile, in order."""
        return self._index.filled(self).stages.get(file, ())

    def commands_of(self, stage: Stage) -> tuple[Command, ...]:
        """The commands of a stage's own RUN instructions, in order."""
        return self._index.filled(self).runs.get(stage.key, ())

    def starts_of(self, stage: Stage) -> tuple[Command, ...]:
        """The commands of a stage's own CMD and ENTRYPOINT, in order."""
        return self._index.filled(self).starts_with.get(stage.key, ())

    def commands_in(self, job: CiJob) -> tuple[Command, ...]:
        """The commands of a job, in order."""
        return self._index.filled(self).steps.get(job.place, ())

    def environments(self) -> tuple[tuple[Mapping[str, Setting], tuple[Command, ...]], ...]:
        """What is set where commands run, each once, with the commands that see it: many share theirs."""
        return self._index.filled(self).environments

    def settings_in(self, file: str) -> tuple[Setting, ...]:
        """The values that one file gives to names, in order."""
        return self._index.filled(self).settings.get(file, ())

    def sets(self, name: str, file: str | None = None) -> bool:
        """Whether any file (or this one) gives a value to the name."""
        return (file, name) in self._index.filled(self).names

    def lists_in(self, file: str) -> tuple[ArchListSetting, ...]:
        """The lists of architectures that stand in one file, in order."""
        return self._index.filled(self).lists.get(file, ())

    def lists_at(self, place: TextSpan) -> tuple[ArchListSetting, ...]:
        """The lists of architectures that stand in this piece of a file, in order."""
        index = self._index.filled(self)
        starts = index.starts.get(place.file, [])
        first, last = bisect_left(starts, place.start), bisect_right(starts, place.end)
        if first == last:
            return ()
        return tuple(each for each in index.lists[place.file][first:last] if each.setting.place.end <= place.end)

    def lists_reaching(self, command: Command) -> tuple[ArchListSetting, ...]:
        """The lists of architectures that reach this command, in order."""
        return self._index.filled(self).reaching.get(id(command), ())

    def speaks_of(self, name: str) -> bool:
        """Whether any file asks for the value of this name: `$NAME`, `ENV{NAME}`, `os.environ["NAME"]`."""
        return self.once(("speaks of", name), lambda: any(asks_for(file.text, name) for file in self.files))
