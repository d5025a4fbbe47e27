"""What is known of one build setting: who reads it, from when on, and what it takes."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import Enum

from packaging.version import Version

from cudacompat.domain.words import switch_values
from cudacompat.domain.words.versions import ToolkitVersion


class Grammar(Enum):
    """How a list of architectures is written for its reader; `cudacompat.domain.builds.lists.writer` writes it."""

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
    target is left for it, and why. `stops` is what becomes of a target that it cannot be given: the build stops at it,
    or leaves it out without a word; `None` where that was not looked at.
    """

    name: str
    channel: Channel
    grammar: Grammar
    reader: str
    source: str
    window: Window = ALWAYS
    numbers: tuple[int, int] = (0, 999)  # the lowest and the highest architecture it can be given
    ptx_name: str | None = None  # a second setting of the same reader that takes the PTX targets (OpenCV)
    yields_to: tuple[str, ...] = ()  # settings of the same reader that count in its place
    ptx: Ptx = Ptx.ALONE
    suffixes: str = "af"  # the suffixes that it can be given
    known: tuple[int, ...] = ()
    stands_in: bool = False
    empty: tuple[str, str] | None = None
    stops: bool | None = None
    # of those known, these only from one release of CUDA on, and before another (`None`: in all that follow)
    known_by_cuda: tuple[tuple[int, ToolkitVersion, ToolkitVersion | None], ...] = ()
    anywhere: bool = False  # its name means this in every project, whoever's it is

    def at(self, cuda: ToolkitVersion) -> Knob:
        """Return the setting as the build reads it with this release of CUDA."""
        lost = {
            number
            for number, since, until in self.known_by_cuda
            if cuda < since or (until is not None and cuda >= until)
        }
        return replace(self, known=tuple(each for each in self.known if each not in lost)) if lost else self

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


class Purpose(Enum):
    """What a setting beside the list is for.

    PORTABLE: without it the build is for the CPU of the machine that builds.
    """

    PORTABLE = "portable"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class RequiredSetting:
    """A setting beside the list that this build needs, and why.

    `against_wheel` is whether its build may take a ready wheel from somewhere, which has a list of its own, without it.
    """

    name: str
    value: str
    channel: Channel
    reader: str
    why: str
    source: str
    window: Window = ALWAYS
    purpose: Purpose = Purpose.OTHER
    against_wheel: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Switch:
    """An option that switches CUDA on in an engine's build, and the value that a generated build gives to it.

    `on` are the values, in small letters, that switch it on; any other leaves CUDA out. `unset_is_on` is whether the
    build has CUDA where nothing sets the option; `often_off` whether many build it without CUDA on purpose, so that
    leaving CUDA out is no fault. With `named`, a regular expression, each project has a name of its own for it: such an
    option is understood and never written.
    """

    name: str
    channel: Channel
    reader: str
    source: str
    value: str = "ON"
    on: tuple[str, ...] = switch_values.ON
    window: Window = ALWAYS
    why: str = "without it there is no device code at all"
    unset_is_on: bool = False
    often_off: bool = False
    named: str = ""

    def is_called(self, name: str) -> bool:
        """Whether an option of this name is this one."""
        return re.fullmatch(self.named, name) is not None if self.named else name == self.name

    def is_on(self, value: str) -> bool:
        """Whether the value switches CUDA on."""
        return value.strip().lower() in self.on

    def written(self) -> RequiredSetting:
        """Return what a generated build sets."""
        return RequiredSetting(
            self.name,
            self.value,
            self.channel,
            reader=self.reader,
            why=self.why,
            source=self.source,
            window=self.window,
        )


@dataclass(frozen=True, slots=True)
class Limit:
    """Something that no setting changes: what is to be said where it holds. `numbers`: only for these (none: for all);
    `before`: only with an older release of CUDA."""

    why: str
    source: str
    numbers: tuple[int, ...] = ()
    before: ToolkitVersion | None = None
    window: Window = ALWAYS

    def applies(self, version: Version | None, numbers: set[int], cuda: ToolkitVersion) -> bool:
        """Whether it holds for this version's build for these numbers by this release of CUDA."""
        return (
            self.window.holds(version)
            and (not self.numbers or bool(numbers & set(self.numbers)))
            and (self.before is None or cuda < self.before)
        )


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
