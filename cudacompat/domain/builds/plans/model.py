"""What a build is given, and what must come out of it: the types of a plan; `plan` beside this file makes them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from packaging.version import Version

from cudacompat.domain.builds.engine import Channel, Engine, FrameworkBuild, Recipe, Server
from cudacompat.domain.builds.lists.writer import CodeTarget
from cudacompat.domain.judge.coverage import Reach, reach, requirement
from cudacompat.domain.tables.images import BaseImage
from cudacompat.domain.words.capability import ComputeCapability
from cudacompat.domain.words.cuda_release import CudaRelease
from cudacompat.domain.words.target import ArchSuffix, ArchTarget
from cudacompat.domain.words.versions import DriverRelease

DISTRO = "ubuntu24.04"  # the first whose Python (3.12) runs cudacompat in the check stage


@dataclass(frozen=True, slots=True)
class RequestedTarget:
    """One GPU or architecture that a build is to serve: what the user called it, its number and suffix."""

    label: str
    spec: str
    number: int
    suffix: ArchSuffix = ArchSuffix.NONE

    @property
    def ptx_only(self) -> bool:
        """Whether PTX was asked for by its own name, `compute_75`: then there is no machine code for it."""
        return self.spec.startswith("compute_")

    @property
    def arch(self) -> str:
        """Number and suffix."""
        return f"{self.number}{self.suffix.value}"


@dataclass(frozen=True, slots=True)
class PlanSetting:
    """One setting of the plan, with who reads it and why it is there."""

    name: str
    value: str
    channel: Channel
    reader: str
    why: str
    source: str
    decides: bool = False  # whether it carries the list of architectures
    idle: bool = False  # whether nothing in this build reads it: a profile that repeats what people set


class Profile(Protocol):
    """A form in which people give these settings, repeated with the truth about each variable."""

    def idle(
        self, engine: Engine, version: Version | None, code: Sequence[CodeTarget], present: set[str]
    ) -> tuple[PlanSetting, ...]:
        """Return the variables of the form that `present` does not name and that do no harm in this build."""


@dataclass(frozen=True, slots=True)
class OmittedSetting:
    """A setting that people give and that this plan leaves out, and why."""

    name: str
    why: str
    source: str


@dataclass(frozen=True, slots=True)
class BuildPlan:
    """What a build is given, and what must come out of it.

    `code` is what is asked of the build, `arrives` the images that its artifacts will hold (after the build's own
    rewriting). `image` is the base image that exists for the release, `None` where none is known. `framework` is the
    published build of the engine's framework, of this CUDA release, that runs on the GPUs; `None` where the engine has
    no framework, or no build of it does. `driver` is the one that was named, with which the result is checked.
    """

    engine: Engine
    version: Version | None
    wanted: tuple[RequestedTarget, ...]
    release: CudaRelease
    code: tuple[CodeTarget, ...]
    arrives: tuple[ArchTarget, ...]
    settings: tuple[PlanSetting, ...]
    left_out: tuple[OmittedSetting, ...]
    image: BaseImage | None
    notes: tuple[str, ...] = field(default=())
    distro: str = DISTRO
    framework: FrameworkBuild | None = None
    driver: DriverRelease | None = None

    @property
    def title(self) -> str:
        """`whisper.cpp 1.9.3`, or the engine alone where it has no version."""
        return f"{self.engine.name} {self.engine.label(self.version)}".rstrip()

    @property
    def recipe(self) -> Recipe | None:
        """The engine's recipe for this version, with what installs its framework."""
        own = self.engine.recipe
        if own is None:
            return None
        framework = self.framework.install if self.framework is not None else ""

        def filled(step: tuple[str, ...]) -> tuple[str, ...]:
            return tuple(word.replace("{framework}", framework) for word in step)

        others = {word for word, window in own.only if not window.holds(self.version)}
        configure = tuple(word for word in own.configure if word not in others)
        return replace(own, configure=filled(configure), build=tuple(map(filled, own.build)))

    def base_image(self, flavour: str) -> str:
        """The name of the image to build (`devel`), to run (`runtime`) or to check (`base`) in; `ValueError` where no
        image is known."""
        if self.image is None:
            raise ValueError(f"no image of CUDA {self.release.version} is known for {self.distro}")
        needs = self.engine.recipe.cudnn if self.engine.recipe is not None else None
        cudnn = flavour != "base" and needs is not None and needs.holds(self.version)
        return self.image.tag(flavour, self.distro, cudnn=cudnn)

    @property
    def server(self) -> Server | None:
        """The server that this version has among its programs, `None` where it has none."""
        servers = self.engine.recipe.servers if self.engine.recipe is not None else ()
        return next((each for each in servers if each.window.holds(self.version)), None)

    @property
    def key(self) -> str:
        """The list of architectures as one word, for cache keys: `80_86_89+ptx_120a`."""
        return "_".join(
            f"{each.arch}{'' if each.sass else 'v'}{'p' if each.sass and each.ptx else ''}" for each in self.code
        )

    @property
    def reached(self) -> tuple[Reach, ...]:
        """How each GPU that was asked for runs what arrives, in their order."""
        return tuple(
            reach(ComputeCapability.from_number(each.number), self.arrives, self.release.ptx_isa)
            for each in self.wanted
        )

    @property
    def require(self) -> str:
        """The strictest of `check --require` that every GPU asked for meets."""
        return requirement(self.reached)

    def through(self, *channels: Channel) -> tuple[PlanSetting, ...]:
        """The settings that travel one of these ways."""
        return tuple(setting for setting in self.settings if setting.channel in channels)
