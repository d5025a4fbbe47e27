"""What is known about how an engine is built, in its parts: the words, and the facts, each with its source and the
versions of the engine for which it holds. `cudacompat.domain.builds.engine` puts them together."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum

from packaging.version import Version

from cudacompat.domain.builds.setting_facts import ALWAYS, Window


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


class DeadKind(Enum):
    """Why a setting counts for nothing.

    UNREAD: nothing in this build reads it. NOBODYS: no known program reads a variable of this name. OTHER: as its
    reason says.
    """

    UNREAD = "unread"
    NOBODYS = "nobodys"
    OTHER = "other"


class Effect(Enum):
    """What a build does with the name of an option that is gone."""

    STOPS = "stops"  # it ends with an error
    IGNORED = "ignored"  # nothing reads it
    WARNED = "warned"  # it still works, with a warning


@dataclass(frozen=True, slots=True)
class RenamedOption:
    """An option that is no longer read under this name, what the build does with it, and `now`, what is read instead.

    `by_make` is whether it is a variable of the engine's Makefile rather than an option of CMake.
    """

    name: str
    effect: Effect
    now: str | None
    why: str
    source: str
    window: Window = ALWAYS
    by_make: bool = False


@dataclass(frozen=True, slots=True)
class DeadSetting:
    """A setting that looks like a knob of this engine and that nothing in its build reads.

    `overwritten_by` is a regular expression of what overwrites it in a CMake file: set below that, it does count.
    `like` is one of other names of which the same is true.
    """

    name: str
    why: str
    source: str
    read_by: str | None = None  # who does read a setting of this name, elsewhere
    window: Window = ALWAYS
    overwritten_by: str = ""
    kind: DeadKind = DeadKind.OTHER
    like: str = ""

    def is_called(self, name: str) -> bool:
        """Whether it is the setting of this name, or one like it."""
        return name == self.name or (bool(self.like) and re.fullmatch(self.like, name) is not None)

    @classmethod
    def unread(cls, name: str, source: str, read_by: str | None = None, window: Window = ALWAYS) -> DeadSetting:
        """Return a setting that nothing in the build reads, and who does read one of this name."""
        return cls(name, "nothing in this build reads it", source, read_by, window, kind=DeadKind.UNREAD)


# PyTorch's cpp_extension adds no target of its list where one of the flags for nvcc has `arch` in it
OWN_TARGETS = "a flag that contains `arch` in extra_compile_args"


@dataclass(frozen=True, slots=True)
class Hazard:
    """A setting that the build reads and that does harm: what happens, for which targets.

    With `unless`, only a value that does not hold this text does harm.
    """

    name: str
    why: str
    source: str
    majors: tuple[int, ...] = ()  # only with a target of one of these majors; empty: always
    window: Window = ALWAYS
    unless: str = ""

    def applies(self, version: Version | None, majors: set[int]) -> bool:
        """Whether it does harm to this version's build for these majors of compute capability."""
        return self.window.holds(version) and (not self.majors or bool(majors & set(self.majors)))


@dataclass(frozen=True, slots=True)
class Cache:
    """Something that hides a changed setting, and the command that clears it.

    `kept` are the last parts of the paths of folders that bring it back where an image build keeps them (`--mount`).
    """

    what: str
    why: str
    clear: tuple[str, ...]
    source: str
    window: Window = ALWAYS
    kept: tuple[str, ...] = ()
