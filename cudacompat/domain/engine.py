"""What is known about how an engine is built: which settings its build really reads, and which it does not.

An engine is data, one literal a file in `cudacompat.engines`. Every fact names its source and the versions of the
engine for which it holds; nothing about an engine is decided anywhere else.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from packaging.version import InvalidVersion, Version

from cudacompat.domain.errors import UsageError
from cudacompat.domain.versions import ToolkitVersion


class Grammar(Enum):
    """How a list of architectures is written for its reader; `cudacompat.domain.spelling` writes it."""

    CMAKE = "cmake"  # 80-real;90-virtual;120a
    CMAKE_SPLIT = "cmake-split"  # the same without bare numbers: 89-real;89-virtual
    TORCH = "torch"  # 8.0;8.6;12.0+PTX
    FIND_CUDA = "find-cuda"  # 8.0;8.6+PTX, majors of one digit only
    GENCODE = "gencode"  # -gencode=arch=compute_80,code=sm_80 …
    GENCODE_LIST = "gencode-list"  # the same, joined by semicolons
    CUPY = "cupy"  # arch=compute_80,code=sm_80;arch=…
    NUMBERS = "numbers"  # 80;86;120
    ONE_NUMBER = "one-number"  # 120
    DOTTED = "dotted"  # 8.0;8.6;12.0
    SPACED = "spaced"  # 8.0 8.6 12.0+PTX


class Channel(Enum):
    """How a setting travels to its reader."""

    DEFINE = "define"  # -DNAME=VALUE on CMake's command line, or in its cache
    ENVIRONMENT = "environment"  # a variable in the environment of the build
    CMAKE_ARGS = "cmake-args"  # -DNAME=VALUE inside the variable CMAKE_ARGS
    ARGUMENT = "argument"  # NAME VALUE on the command line of the build's own script, or of nvcc


class Ptx(Enum):
    """What the reader of a list makes of a wish for PTX.

    ALONE: PTX of any target, with its machine code or without. WITH_CODE: only beside the machine code of the same
    target. NEWEST: PTX of the newest target, whatever was asked. NEVER: none, or none that a driver loads by itself.
    """

    ALONE = "alone"
    WITH_CODE = "with-code"
    NEWEST = "newest"
    NEVER = "never"


class Proof(Enum):
    """How far an output for an engine was proved, never more than was run.

    BUILT: built, and the artifact carried what was promised. CONFIGURED: the build system was configured with it and
    its compile commands showed what was promised. DOCUMENTED: it follows from the engine's sources.
    """

    BUILT = "built"
    CONFIGURED = "configured"
    DOCUMENTED = "documented"


class BuildSystem(Enum):
    """What runs the engine's build."""

    CMAKE = "cmake"
    CARGO = "cargo"
    PIP = "pip"
    NVCC = "nvcc"


class Route(Enum):
    """The way a plan is to travel: the build's own command line, the environment, or a file that CMake reads."""

    COMMAND = "command"
    ENVIRONMENT = "environment"
    CMAKE_FILE = "cmake-file"


@dataclass(frozen=True, slots=True)
class Window:
    """Versions of an engine from `since` up to but not including `until`; open where `None`."""

    since: str | None = None
    until: str | None = None

    def holds(self, version: Version | None) -> bool:
        """Whether the version lies in it; `None` is the newest."""
        if version is None:
            return self.until is None
        return (self.since is None or version >= Version(self.since)) and (
            self.until is None or version < Version(self.until)
        )

    def __str__(self) -> str:
        if self.since and self.until:
            return f"{self.since} up to before {self.until}"
        return f"from {self.since}" if self.since else f"before {self.until}" if self.until else "every version"


ALWAYS = Window()


@dataclass(frozen=True, slots=True)
class Knob:
    """A setting that decides the architectures, and who reads it.

    `known` are the only numbers that it knows, where they are few; with `stands_in`, another number is served by the
    next lower known one of its major, whose machine code it runs. `empty` is what the setting has to hold where no
    target is left for it, and why.
    """

    name: str
    channel: Channel
    grammar: Grammar
    reader: str
    source: str
    window: Window = ALWAYS
    numbers: tuple[int, int] = (0, 999)  # the lowest and the highest architecture it can be given
    ptx_name: str | None = None  # a second setting of the same reader that takes the PTX targets (OpenCV)
    ptx: Ptx = Ptx.ALONE
    suffixes: str = "af"  # the suffixes that it can be given
    known: tuple[int, ...] = ()
    stands_in: bool = False
    empty: tuple[str, str] | None = None

    def takes(self, number: int, suffix: str, *, sass: bool = True) -> bool:
        """Whether it can be given this target: its number, its suffix, with its machine code or PTX alone."""
        return (
            self.numbers[0] <= number <= self.numbers[1]
            and (not self.known or number in self.known)
            and (not suffix or suffix in self.suffixes)
            and (sass or self.ptx is Ptx.ALONE)
        )

    def stand_in(self, number: int) -> int:
        """The number that is given for this one: itself, or the next lower of its major that is known."""
        if not self.stands_in or number in self.known:
            return number
        lower = [each for each in self.known if each < number and each // 10 == number // 10]
        return max(lower, default=number)


@dataclass(frozen=True, slots=True)
class Fixed:
    """A setting beside the list that this build needs, and why."""

    name: str
    value: str
    channel: Channel
    reader: str
    why: str
    source: str
    window: Window = ALWAYS


@dataclass(frozen=True, slots=True)
class DeadSetting:
    """A setting that looks like a knob of this engine and that nothing in its build reads."""

    name: str
    why: str
    source: str
    read_by: str | None = None  # who does read a setting of this name, elsewhere
    window: Window = ALWAYS


@dataclass(frozen=True, slots=True)
class Hazard:
    """A setting that the build reads and that does harm: what happens, for which targets."""

    name: str
    why: str
    source: str
    majors: tuple[int, ...] = ()  # only with a target of one of these majors; empty: always
    window: Window = ALWAYS

    def applies(self, version: Version | None, majors: set[int]) -> bool:
        """Whether it does harm to this version's build for these majors of compute capability."""
        return self.window.holds(version) and (not self.majors or bool(majors & set(self.majors)))


@dataclass(frozen=True, slots=True)
class Rewrite:
    """The build itself adds the suffix to plain targets of one major: ggml turns 120 into 120a.

    `numbers`: only these of the major. `of_ptx`: PTX targets as well. `cuda`: from this release of CUDA on.
    `demanded`: the build does not add it but stops at a plain target, so that the list has to carry the suffix.
    """

    major: int
    suffix: str
    source: str
    window: Window = ALWAYS
    numbers: tuple[int, ...] = ()
    of_ptx: bool = True
    demanded: bool = False
    cuda: ToolkitVersion | None = None

    def applies(self, version: Version | None, number: int, cuda: ToolkitVersion | None) -> bool:
        """Whether this version's build, by this release of CUDA, does that to targets of this number."""
        return (
            self.window.holds(version)
            and number // 10 == self.major
            and (not self.numbers or number in self.numbers)
            and (self.cuda is None or (cuda is not None and cuda >= self.cuda))
        )


@dataclass(frozen=True, slots=True)
class Cache:
    """Something that hides a changed setting, and the command that clears it."""

    what: str
    why: str
    clear: tuple[str, ...]
    source: str
    window: Window = ALWAYS


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a container builds the engine: packages of Ubuntu, commands, what the runtime needs.

    In `configure` and `build` the item `{settings}` stands for the settings of channel DEFINE or ARGUMENT, and
    `{cuda}` within an item for the digits of the CUDA release: 128.
    """

    packages: tuple[str, ...]
    configure: tuple[str, ...]
    build: tuple[tuple[str, ...], ...]
    runtime_packages: tuple[str, ...] = ()
    rust: bool = False


@dataclass(frozen=True, slots=True)
class Marker:
    """What shows that a source tree is this engine's, or uses it: a file in its top folder, and what must stand there.

    `recognises` and `version` are regular expressions over the file's text; the groups of `version`, joined by dots,
    are the engine's version there. `means`, where the file states none, is the first version whose facts are those of
    such a file. `beside` is another file that has to be there.
    """

    file: str
    recognises: str
    version: str | None = None
    means: str | None = None
    beside: str | None = None


@dataclass(frozen=True, slots=True)
class Engine:
    """One engine: how its architectures are set, what is in the way, where its device code lands."""

    name: str
    title: str
    aliases: tuple[str, ...]
    system: BuildSystem
    current: str | None  # its newest version when the facts were gathered; None where it has none of its own
    knobs: tuple[Knob, ...]
    source: str
    fixed: tuple[Fixed, ...] = ()
    env_knobs: tuple[Knob, ...] = ()  # by the environment, where the build's own way is another
    env_fixed: tuple[Fixed, ...] = ()
    file_knobs: tuple[Knob, ...] = ()  # by a file that CMake reads, where the build's own way is another
    file_fixed: tuple[Fixed, ...] = ()
    dead: tuple[DeadSetting, ...] = ()
    hazards: tuple[Hazard, ...] = ()
    rewrites: tuple[Rewrite, ...] = ()
    caches: tuple[Cache, ...] = ()
    products: tuple[str, ...] = ()  # globs of the files that hold the device code
    markers: tuple[Marker, ...] = ()
    recipe: Recipe | None = None
    unset: str = ""  # what happens when nothing sets the list
    proved: tuple[tuple[str, Proof], ...] = ()  # output -> how far
    tag: str = "v"  # what its tags put before the version

    def version(self, text: str | None) -> Version | None:
        """Return the version meant, `None` for the newest; `UsageError` for what is no version."""
        if text is None:
            return None
        try:
            return Version(text.strip().removeprefix(self.tag))
        except InvalidVersion:
            like = self.label(None) or "1.2.3"
            raise UsageError(f"not a version of {self.name} (like {like}): {text!r}") from None

    def label(self, version: Version | None) -> str:
        """Return the version as its users write it, of the newest for `None`; empty where it has none of its own."""
        text = str(version) if version is not None else self.current or ""
        return f"{self.tag}{text}" if text and self.tag != "v" else text

    def knobs_of(self, version: Version | None, route: Route = Route.COMMAND) -> tuple[Knob, ...]:
        """Return the settings that decide the architectures of this version, mostly one; `UsageError` where none is
        known, or none that travels this way."""
        own, _ = self._way(route)
        found = tuple(knob for knob in own if knob.window.holds(version) and knob.channel in _CARRIES[route])
        if found:
            return found
        named = f"{self.name} {version}" if version else self.name
        if any(knob.window.holds(version) for knob in self.knobs):
            way = "a file for CMake" if route is Route.CMAKE_FILE else "the environment"
            raise UsageError(f"the build of {named} cannot be given its architectures through {way}")
        known = "; ".join(dict.fromkeys(str(knob.window) for knob in self.knobs))
        raise UsageError(f"no setting is known that decides the architectures of {named}; one is for: {known}")

    def fixed_of(self, version: Version | None, route: Route = Route.COMMAND) -> tuple[Fixed, ...]:
        """Return what this version's build needs beside the list."""
        _, own = self._way(route)
        return tuple(fixed for fixed in own if fixed.window.holds(version) and fixed.channel in _CARRIES[route])

    def _way(self, route: Route) -> tuple[tuple[Knob, ...], tuple[Fixed, ...]]:
        if route is Route.ENVIRONMENT and self.env_knobs:
            return self.env_knobs, self.env_fixed
        if route is Route.CMAKE_FILE and self.file_knobs:
            return self.file_knobs, self.file_fixed
        return self.knobs, self.fixed

    def taker(self, version: Version | None, number: int, suffix: str, *, sass: bool = True) -> Knob | None:
        """Return the first setting of the build's own way that can be given this target."""
        own = (knob for knob in self.knobs if knob.window.holds(version))
        return next((knob for knob in own if knob.takes(number, suffix, sass=sass)), None)

    def stand_in(self, version: Version | None, number: int) -> int:
        """Return the number that this version's build is given for this one, mostly itself."""
        own = (knob.stand_in(number) for knob in self.knobs if knob.window.holds(version))
        return next((each for each in own if each != number), number)

    def added_suffix(
        self,
        version: Version | None,
        number: int,
        *,
        ptx: bool = False,
        demanded: bool = False,
        cuda: ToolkitVersion | None = None,
    ) -> str:
        """Return the suffix that the build adds to plain machine code (or PTX) of this number, mostly none; with
        `demanded`, the one that it demands. Without `cuda`, what holds for every release."""
        for rewrite in self.rewrites:
            if rewrite.applies(version, number, cuda) and rewrite.demanded is demanded and (rewrite.of_ptx or not ptx):
                return rewrite.suffix
        return ""

    def proof(self, output: str) -> Proof:
        """Return how far this output was proved."""
        return dict(self.proved).get(output, Proof.DOCUMENTED)


_CARRIES = {
    Route.COMMAND: frozenset(Channel),
    Route.ENVIRONMENT: frozenset({Channel.ENVIRONMENT, Channel.CMAKE_ARGS}),
    Route.CMAKE_FILE: frozenset({Channel.DEFINE}),
}
