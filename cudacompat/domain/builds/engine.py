"""What is known about how an engine is built: which settings its build really reads, and which it does not.

An engine is data, one literal a file in `cudacompat.engines`. Every fact names its source and the versions of the
engine for which it holds; nothing about an engine is decided anywhere else.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from packaging.version import InvalidVersion, Version

from cudacompat.domain.builds.api_changes import Api
from cudacompat.domain.builds.engine_facts import (
    BuildSystem,
    Cache,
    DeadKind,
    DeadSetting,
    Effect,
    Hazard,
    Proof,
    RenamedOption,
    Route,
)
from cudacompat.domain.builds.engine_trees import ExtendedFramework, FrameworkBuild, LogName, Marker, Recipe, Server
from cudacompat.domain.builds.setting_facts import (
    ALWAYS,
    Channel,
    Grammar,
    Knob,
    Limit,
    Ptx,
    Purpose,
    RequiredSetting,
    Rewrite,
    Switch,
    Window,
)
from cudacompat.domain.builds.without_list import MakeNative, Native, OwnList
from cudacompat.domain.words.errors import UsageError
from cudacompat.domain.words.versions import ToolkitVersion

if TYPE_CHECKING:
    from cudacompat.domain.builds.plans.cost_table import SizeRow, TimeRow

__all__ = [
    "ALWAYS",
    "BuildSystem",
    "Cache",
    "Channel",
    "DeadKind",
    "DeadSetting",
    "Effect",
    "Engine",
    "ExtendedFramework",
    "FrameworkBuild",
    "Grammar",
    "Hazard",
    "Knob",
    "Limit",
    "LogName",
    "MakeNative",
    "Marker",
    "Native",
    "OwnList",
    "Proof",
    "Ptx",
    "Purpose",
    "Recipe",
    "RenamedOption",
    "RequiredSetting",
    "Rewrite",
    "Route",
    "Server",
    "Switch",
    "Window",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Engine:
    """One engine: how its architectures are set, what is in the way, where its device code lands."""

    name: str
    title: str
    aliases: tuple[str, ...]
    system: BuildSystem
    current: str | None  # its newest version when the facts were gathered; None where it has none of its own
    knobs: tuple[Knob, ...]
    source: str
    switches: tuple[Switch, ...] = ()  # what switches its CUDA on, by each way
    fixed: tuple[RequiredSetting, ...] = ()
    env_knobs: tuple[Knob, ...] = ()  # by the environment, where the build's own way is another
    env_fixed: tuple[RequiredSetting, ...] = ()
    file_knobs: tuple[Knob, ...] = ()  # by a file that CMake reads, where the build's own way is another
    file_fixed: tuple[RequiredSetting, ...] = ()
    dead: tuple[DeadSetting, ...] = ()
    hazards: tuple[Hazard, ...] = ()
    limits: tuple[Limit, ...] = ()  # what no setting changes, said beside the plan
    removed: tuple[RenamedOption, ...] = ()
    gpu_features: tuple[str, ...] = ()  # cargo features that move its work to a GPU, CUDA's first
    rewrites: tuple[Rewrite, ...] = ()
    caches: tuple[Cache, ...] = ()
    products: tuple[str, ...] = ()  # globs of the files that hold the device code
    markers: tuple[Marker, ...] = ()
    sizes: tuple[SizeRow, ...] = ()
    times: tuple[TimeRow, ...] = ()
    log_names: tuple[LogName, ...] = ()
    api: Api | None = None
    recipe: Recipe | None = None
    steps: tuple[tuple[str, ...], ...] = ()  # how its own pages build it, `{settings}` in them; for want of a recipe
    made_in: str = ""  # where its build leaves what has the device code, if not where its build system does
    framework: ExtendedFramework | None = None  # what it extends, with which it is built
    version_of_framework: bool = False  # its version is the framework's: the newest that serves the GPUs is taken
    unset: str = ""  # what happens when nothing sets the list
    native: Native | None = None  # where that is to ask for the GPUs that are there
    make_native: tuple[MakeNative, ...] = ()  # the same for the engine's own Makefile
    own_lists: tuple[OwnList, ...] = ()  # and where it is to take one of its own
    ahead: bool = False  # there are facts of sources that no release has yet: without a version `current` is meant
    finds_ccache: str = ""  # the option by which its build puts ccache in front of nvcc where it is installed
    stops_unset: str = ""  # how its build ends when nothing sets the list and no GPU is there, if it does
    proved: tuple[tuple[str, Proof], ...] = ()  # output -> how far
    plain: bool = False  # a way of building, which any project may go, and no project of its own
    tag: str = "v"  # what its tags put before the version
    dotted_from: str = ""  # where its versions are counted: the one from which on releases have dots besides (v0.5.0)
    packages: tuple[str, ...] = ()  # what the package indexes call it: building one of these builds it
    repositories: tuple[str, ...] = ()  # owner/name on GitHub, in small letters
    options: tuple[str, ...] = ()  # patterns: a cmake given one of each builds it, wherever its sources come from

    def version(self, text: str | None) -> Version | None:
        """Return the version meant, `None` for the newest; `UsageError` for what is no version."""
        if text is None:
            return Version(self.current) if self.ahead and self.current is not None else None
        try:
            if self.dotted_from and "." in text:  # no older than that; its own name stays with it
                return Version(f"{self.dotted_from}+{text.strip().removeprefix('v')}")
            return Version(text.strip().removeprefix(self.tag))
        except InvalidVersion:
            like = self.label(None) or "1.2.3"
            raise UsageError(f"not a version of {self.name} (like {like}): {text!r}") from None

    def own_list(self, version: Version | None) -> OwnList | None:
        """Return the list that the build files of this version have for who gives none; `None` where none is known."""
        return next((each for each in self.own_lists if each.window.holds(version)), None)

    def label(self, version: Version | None) -> str:
        """Return the version as its users write it, of the newest for `None`; empty where it has none of its own."""
        if version is not None and version.local is not None and self.dotted_from:
            return f"v{version.local}"
        text = str(version) if version is not None else self.current or ""
        return f"{self.tag}{text}" if text and self.tag != "v" else text

    def knobs_of(self, version: Version | None, route: Route = Route.COMMAND) -> tuple[Knob, ...]:
        """Return the settings that decide the architectures of this version, mostly one; `UsageError` where none is
        known, or none that travels this way."""
        own, _ = self._way(route)
        found = tuple(knob for knob in own if knob.window.holds(version) and knob.channel in _CARRIES[route])
        if found:
            return found
        named = f"{self.name} {self.label(version)}" if version else self.name
        if any(knob.window.holds(version) for knob in self.knobs):
            way = "a file for CMake" if route is Route.CMAKE_FILE else "the environment"
            raise UsageError(f"the build of {named} cannot be given its architectures through {way}")
        known = "; ".join(dict.fromkeys(str(knob.window) for knob in self.knobs))
        raise UsageError(f"no setting is known that decides the architectures of {named}; one is for: {known}")

    def fixed_of(self, version: Version | None, route: Route = Route.COMMAND) -> tuple[RequiredSetting, ...]:
        """Return what this version's build needs beside the list: what switches CUDA on, then the rest."""
        _, own = self._way(route)
        needed = (*(each.written() for each in self._switches(route)), *own)
        return tuple(each for each in needed if each.window.holds(version) and each.channel in _CARRIES[route])

    def _switches(self, route: Route) -> Iterator[Switch]:
        """The switches that travel this way; those of the environment only there, where that is a way of its own."""
        apart = bool(self.env_knobs) and route is not Route.ENVIRONMENT
        for each in self.switches:
            if not each.named and not (apart and each.channel in _CARRIES[Route.ENVIRONMENT]):
                yield each

    def _way(self, route: Route) -> tuple[tuple[Knob, ...], tuple[RequiredSetting, ...]]:
        if route is Route.ENVIRONMENT and self.env_knobs:
            return self.env_knobs, self.env_fixed
        if route is Route.CMAKE_FILE and self.file_knobs:
            return self.file_knobs, self.file_fixed
        return self.knobs, self.fixed

    def at(self, cuda: ToolkitVersion) -> Engine:
        """Return the engine as its build is with this release of CUDA."""
        knobs = tuple(knob.at(cuda) for knob in self.knobs)
        return self if knobs == self.knobs else replace(self, knobs=knobs)

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
