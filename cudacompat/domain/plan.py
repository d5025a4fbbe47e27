"""From an engine and GPUs to the settings of a build: which code, which CUDA release, which variables. Pure."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from packaging.version import Version

from cudacompat.domain.engine import BuildSystem, Channel, Engine, Knob, Route
from cudacompat.domain.errors import UsageError
from cudacompat.domain.spelling import CodeTarget, pairs, spell
from cudacompat.domain.tables.drivers import first_branch_taking
from cudacompat.domain.tables.images import BaseImage, newest_image
from cudacompat.domain.tables.toolkits import RELEASES, CudaRelease, first_with, last_with, release, with_all
from cudacompat.domain.target import ArchSuffix, ArchTarget
from cudacompat.domain.versions import ToolkitVersion

# The release taken when none is named: the first that knows Blackwell. Its PTX (8.7) loads on every driver that knows
# the newest GeForce generation (570 on), and every target from 5.0 to 12.0 is in it.
_PREFERRED = ToolkitVersion(12, 8)

# PTX for GPUs that nobody has yet, where a build's own rewriting leaves no plain target among those asked for.
_SPARE_PTX = 90

DISTRO = "ubuntu24.04"  # the first whose Python (3.12) runs cudacompat in the check stage


@dataclass(frozen=True, slots=True)
class Wanted:
    """One GPU or architecture that a build is to serve: what the user called it, its number and suffix."""

    label: str
    spec: str
    number: int
    suffix: ArchSuffix = ArchSuffix.NONE

    @property
    def arch(self) -> str:
        """Number and suffix."""
        return f"{self.number}{self.suffix.value}"


@dataclass(frozen=True, slots=True)
class Setting:
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
    ) -> tuple[Setting, ...]:
        """Return the variables of the form that `present` does not name and that do no harm in this build."""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A setting that people give and that this plan leaves out, and why."""

    name: str
    why: str
    source: str


@dataclass(frozen=True, slots=True)
class BuildPlan:
    """What a build is given, and what must come out of it.

    `code` is what is asked of the build, `arrives` the images that its artifacts will hold (after the build's own
    rewriting). `image` is the base image that exists for the release, `None` where none is known.
    """

    engine: Engine
    version: Version | None
    wanted: tuple[Wanted, ...]
    release: CudaRelease
    code: tuple[CodeTarget, ...]
    arrives: tuple[ArchTarget, ...]
    settings: tuple[Setting, ...]
    left_out: tuple[LeftOut, ...]
    image: BaseImage | None
    notes: tuple[str, ...] = field(default=())

    @property
    def title(self) -> str:
        """`whisper.cpp 1.9.3`, or the engine alone where it has no version."""
        version = self.version or self.engine.current
        return f"{self.engine.name} {version}" if version else self.engine.name

    @property
    def key(self) -> str:
        """The list of architectures as one word, for cache keys: `80_86_89+ptx_120a`."""
        return "_".join(
            f"{each.arch}{'' if each.sass else 'v'}{'p' if each.sass and each.ptx else ''}" for each in self.code
        )

    def through(self, *channels: Channel) -> tuple[Setting, ...]:
        """The settings that travel one of these ways."""
        return tuple(setting for setting in self.settings if setting.channel in channels)


def plan_build(
    engine: Engine,
    wanted: Sequence[Wanted],
    *,
    version: str | None = None,
    cuda: str | None = None,
    ptx: bool = True,
    route: Route = Route.COMMAND,
    profile: Profile | None = None,
) -> BuildPlan:
    """Return the plan for these GPUs; `UsageError` for what cannot be built.

    Every GPU gets machine code of its own number. With `ptx`, the highest plain target also gets PTX, so that GPUs
    newer than all of these can run the result. `route` is the way on which the settings travel. A
    profile keeps its own order and form of the list, and adds its idle variables.
    """
    of_version = engine.version(version)
    code = _code(engine, of_version, wanted, ptx=ptx) if profile is None else _code_as_given(wanted)
    arrives = _arrives(engine, of_version, code)
    chosen = _release(cuda, wanted, {each.arch for each in code} | {each.arch for each in arrives})
    settings = _settings(engine, of_version, code, route=route)
    left_out = _left_out(engine, of_version, code)
    if profile is not None:
        settings += profile.idle(engine, of_version, code, {each.name for each in settings})
        left_out = tuple(each for each in left_out if each.name not in {setting.name for setting in settings})
    return BuildPlan(
        engine=engine,
        version=of_version,
        wanted=tuple(wanted),
        release=chosen,
        code=code,
        arrives=arrives,
        settings=settings,
        left_out=left_out,
        image=newest_image(chosen.version, DISTRO, ("base", "runtime", "devel")),
        notes=tuple(_notes(engine, of_version, wanted, code, chosen)),
    )


def _code_as_given(wanted: Sequence[Wanted]) -> tuple[CodeTarget, ...]:
    """Machine code and PTX of each, in the order given: what a CMake list of bare numbers asks for."""
    return tuple(dict.fromkeys(CodeTarget(each.number, each.suffix, sass=True, ptx=True) for each in wanted))


def _code(engine: Engine, version: Version | None, wanted: Sequence[Wanted], *, ptx: bool) -> tuple[CodeTarget, ...]:
    code = list(dict.fromkeys(CodeTarget(each.number, each.suffix) for each in wanted))
    code.sort(key=lambda each: (each.number, each.suffix.value))
    if ptx:
        plain = [
            each for each in code if each.suffix is ArchSuffix.NONE and not engine.suffix(version, each.number // 10)
        ]
        if plain:
            highest = max(plain, key=lambda each: each.number)
            code[code.index(highest)] = replace(highest, ptx=True)
        else:
            code.append(CodeTarget(min(_SPARE_PTX, min(each.number for each in code)), sass=False, ptx=True))
    return tuple(code)


def _arrives(engine: Engine, version: Version | None, code: Sequence[CodeTarget]) -> tuple[ArchTarget, ...]:
    images: list[ArchTarget] = []
    for each in code:
        suffix = engine.suffix(version, each.number // 10)
        if suffix and each.suffix is ArchSuffix.NONE:
            each = replace(each, suffix=ArchSuffix(suffix))
        images += each.images()
    return tuple(sorted(images, key=lambda image: (image.kind.value != "sass", image.number, image.suffix.value)))


# -- the CUDA release


def _release(cuda: str | None, wanted: Sequence[Wanted], archs: set[str]) -> CudaRelease:
    fitting = with_all(archs)
    if cuda is None:
        if not fitting:
            raise UsageError(_no_release(wanted, archs))
        return next((row for row in fitting if row.version >= _PREFERRED), fitting[-1])
    version = ToolkitVersion.parse(cuda)
    row = release(version)
    if row is None:
        listed = ", ".join(str(known.version) for known in RELEASES)
        raise UsageError(f"CUDA {version} is not in the tables of this version, which knows {listed}")
    missing = sorted(archs - set(row.targets))
    if missing:
        raise UsageError(_cannot_build(row, missing, wanted))
    return row


def _cannot_build(row: CudaRelease, missing: Sequence[str], wanted: Sequence[Wanted]) -> str:
    """`CUDA 12.4 cannot build sm_120 (for RTX 5070 Ti); the first release that can is 12.8`."""
    parts = []
    for arch in missing:
        first, last = first_with(arch), last_with(arch)
        label = next((each.label for each in wanted if each.arch == arch), None)
        named = f"sm_{arch}" + (f" (for {label})" if label else "")
        if first is None or last is None:
            parts.append(f"no known release builds {named}")
        elif first.version > row.version:
            parts.append(f"{named} is built by CUDA {first.version} and newer")
        else:
            parts.append(f"the last release that builds {named} is CUDA {last.version}")
    return f"CUDA {row.version} cannot build this: {'; '.join(parts)}"


def _no_release(wanted: Sequence[Wanted], archs: set[str]) -> str:
    labels = {each.arch: each.label for each in wanted}
    spans = []
    for arch in sorted(archs, key=lambda each: (int(each.rstrip("af")), each)):
        first, last = first_with(arch), last_with(arch)
        if first is None or last is None:
            return f"no CUDA release known here builds sm_{arch} (for {labels.get(arch, arch)})"
        if first is not RELEASES[0] or last is not RELEASES[-1]:
            until = "" if last is RELEASES[-1] else f" to {last.version}"
            spans.append(f"sm_{arch} needs CUDA {first.version}{until or ' or newer'}")
    return f"no single CUDA release builds all of these: {'; '.join(spans)}; build once for each group"


# -- the settings


def _settings(
    engine: Engine, version: Version | None, code: Sequence[CodeTarget], *, route: Route
) -> tuple[Setting, ...]:
    settings: list[Setting] = []
    left = list(code)
    for knob in engine.knobs_of(version, route):
        taken = [each for each in left if knob.numbers[0] <= each.number <= knob.numbers[1]]
        left = [each for each in left if each not in taken]
        if taken:
            settings += _spelled(knob, taken)
    if left:
        raise UsageError(f"{engine.name} has no setting that takes {', '.join(each.arch for each in left)}")
    settings += [
        Setting(fixed.name, fixed.value, fixed.channel, fixed.reader, fixed.why, fixed.source)
        for fixed in engine.fixed_of(version, route)
    ]
    return tuple(settings)


def _spelled(knob: Knob, code: Sequence[CodeTarget]) -> list[Setting]:
    def setting(name: str, part: Sequence[CodeTarget]) -> Setting:
        value = spell(knob.grammar, part)
        return Setting(name, value, knob.channel, knob.reader, "the list of architectures", knob.source, decides=True)

    if knob.ptx_name is None:
        return [setting(knob.name, code)]
    ptx = [replace(each, sass=True) for each in code if each.ptx]
    return [setting(knob.name, [each for each in code if each.sass]), *([setting(knob.ptx_name, ptx)] if ptx else [])]


def _left_out(engine: Engine, version: Version | None, code: Sequence[CodeTarget]) -> tuple[LeftOut, ...]:
    majors = {each.number // 10 for each in code}
    dead = [
        LeftOut(each.name, each.why + (f"; it belongs to {each.read_by}" if each.read_by else ""), each.source)
        for each in engine.dead
        if each.window.holds(version)
    ]
    harmful = [LeftOut(h.name, h.why, h.source) for h in engine.hazards if h.applies(version, majors)]
    return (*dead, *harmful)


# -- what is said beside it


def _notes(
    engine: Engine,
    version: Version | None,
    wanted: Sequence[Wanted],
    code: Sequence[CodeTarget],
    chosen: CudaRelease,
) -> list[str]:
    notes = []
    for each in wanted:
        suffix = engine.suffix(version, each.number // 10)
        if suffix and each.suffix is ArchSuffix.NONE:
            notes.append(f"{engine.name} itself turns {each.number} into {each.number}{suffix}")
    forward = [each for each in code if each.ptx and not engine.suffix(version, each.number // 10)]
    if forward:
        branch = first_branch_taking(chosen.ptx_isa)
        needs = f"driver {branch.branch} or newer" if branch else "a driver newer than those known here"
        highest = max(forward, key=lambda each: each.number)
        notes.append(
            f"PTX compute_{highest.arch} (ISA {chosen.ptx_isa}) is for GPUs newer than all of these: "
            f"the driver compiles it at first use, with {needs}"
        )
    else:
        notes.append("without PTX nothing of this runs on a GPU of a newer generation")
    return list(dict.fromkeys(notes))


def gencode_flags(plan: BuildPlan) -> tuple[str, ...]:
    """The flags that reach nvcc in this build, one an item."""
    arrives = _arrives_code(plan)
    return tuple(f"-gencode={pair}" for pair in pairs(arrives))


def _arrives_code(plan: BuildPlan) -> list[CodeTarget]:
    code = []
    for each in plan.code:
        suffix = plan.engine.suffix(plan.version, each.number // 10)
        code.append(replace(each, suffix=ArchSuffix(suffix)) if suffix and each.suffix is ArchSuffix.NONE else each)
    return code


def commands(plan: BuildPlan) -> tuple[str, ...]:
    """Return the shell lines that clear the caches which hide a changed list, build with the plan's settings, and
    check what came out; none to build where no recipe is known."""
    lines = [shlex.join(cache.clear) for cache in plan.engine.caches if cache.window.holds(plan.version)]
    variables = " ".join(f"{each.name}={shlex.quote(each.value)}" for each in plan.through(Channel.ENVIRONMENT))
    defines = [f"-D{each.name}={each.value}" for each in plan.through(Channel.DEFINE)]
    recipe = plan.engine.recipe
    for step in (recipe.configure, *recipe.build) if recipe is not None else ():
        words = [word for item in step for word in (defines if item == "{settings}" else [item])]
        if words and "install" not in words and "--install" not in words:
            line = shlex.join(word for word in words if not word.startswith("-DCMAKE_INSTALL_PREFIX="))
            lines.append(f"{variables} {line}" if variables else line)
    targets = shlex.join(word for each in dict.fromkeys(w.spec for w in plan.wanted) for word in ("--gpu", each))
    where = {BuildSystem.CMAKE: "build", BuildSystem.CARGO: "target/release"}.get(plan.engine.system, ".")
    return (*lines, f"cudacompat check {where} {targets} --require native")


def setting_line(setting: Setting) -> str:
    """Return the setting as a shell would take it: `NAME='VALUE'`, or `-DNAME='VALUE'` for CMake's command line."""
    return f"{'-D' if setting.channel is Channel.DEFINE else ''}{setting.name}={shlex.quote(setting.value)}"
