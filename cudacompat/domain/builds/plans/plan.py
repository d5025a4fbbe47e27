"""From an engine and GPUs to the settings of a build: which code, which CUDA release, which variables. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from packaging.version import Version

from cudacompat.domain.builds.engine import Engine, Knob, Ptx, Route
from cudacompat.domain.builds.lists.writer import CodeTarget, pairs, says_ptx, spell
from cudacompat.domain.builds.plans.arm_hosts import boards_notes, release_of_board, two_hosts
from cudacompat.domain.builds.plans.commands import as_wheel, commands, define, environment, setting_line, words
from cudacompat.domain.builds.plans.driver import driver_notes
from cudacompat.domain.builds.plans.frameworks import framework_builds, framework_notes, in_order
from cudacompat.domain.builds.plans.model import (
    DISTRO,
    BuildPlan,
    OmittedSetting,
    PlanSetting,
    Profile,
    RequestedTarget,
)
from cudacompat.domain.builds.plans.release import choose_release
from cudacompat.domain.tables.architectures import ARCHITECTURES
from cudacompat.domain.tables.drivers import first_branch_taking
from cudacompat.domain.tables.image_tags import FLAVOURS
from cudacompat.domain.tables.images import newest_image
from cudacompat.domain.tables.toolkits import RELEASES
from cudacompat.domain.words.cuda_release import CudaRelease
from cudacompat.domain.words.errors import UsageError
from cudacompat.domain.words.target import ArchSuffix, ArchTarget
from cudacompat.domain.words.versions import DriverRelease, ToolkitVersion

__all__ = [
    "DISTRO",
    "SPARE_PTX",
    "BuildPlan",
    "OmittedSetting",
    "PlanSetting",
    "Profile",
    "RequestedTarget",
    "arriving",
    "as_wheel",
    "code_for",
    "commands",
    "define",
    "environment",
    "gencode_flags",
    "plan_build",
    "sayable",
    "setting_line",
    "words",
]

# PTX for GPUs that nobody has yet, where a build's own rewriting leaves no plain target among those asked for.
SPARE_PTX = 90


def plan_build(
    engine: Engine,
    wanted: Sequence[RequestedTarget],
    *,
    version: str | None = None,
    cuda: str | None = None,
    ptx: bool = True,
    route: Route = Route.COMMAND,
    profile: Profile | None = None,
    distro: str | None = None,
    code: Sequence[CodeTarget] | None = None,
    driver: DriverRelease | None = None,
) -> BuildPlan:
    """Return the plan for these GPUs; `UsageError` for what cannot be built.

    Every GPU gets machine code of its own number. With `ptx`, the highest plain target also gets PTX, so that GPUs
    newer than all of these can run the result. `route` is the way on which the settings travel. A
    profile keeps its own order and form of the list, and adds its idle variables. `code`, where given, is the list
    instead; `distro` is that of the base image (`None`: the first that has one); `driver` the one with which the result
    has to run.
    """
    of_version, given = engine.version(version), code
    if code is None:
        code = code_for(engine, of_version, wanted, ptx=ptx) if profile is None else _code_as_given(wanted)
    code = sayable(engine, of_version, code, route=route)
    arrives = arriving(engine, of_version, code)
    labels = {each.arch: each.label for each in reversed(wanted)}
    if cuda is None:
        cuda = release_of_board(wanted, driver)
    archs = {each.arch for each in code} | {each.arch for each in arrives}
    builds = framework_builds(engine, of_version, wanted)
    has_ptx = any(each.ptx for each in code)
    chosen = choose_release(cuda, archs, labels, driver=driver, among=in_order(engine, builds), ptx=has_ptx)
    framework = next((each for each in builds if each.cuda == chosen.version), None)
    older = framework is not None and str(framework.version) != engine.current
    if engine.version_of_framework and version is None and framework is not None and older:  # its settings may differ
        return plan_build(
            engine,
            wanted,
            version=str(framework.version),
            cuda=str(chosen.version),
            ptx=ptx,
            route=route,
            profile=profile,
            distro=distro,
            code=given,
            driver=driver,
        )
    here = engine.at(chosen.version)
    if here is not engine:  # with this release its build knows fewer targets
        engine = here
        code = sayable(engine, of_version, code, route=route)
    arrives = arriving(engine, of_version, code, cuda=chosen.version)
    settings = _settings(engine, of_version, code, route=route)
    left_out = _left_out(engine, of_version, code)
    if profile is not None:
        settings += profile.idle(engine, of_version, code, {each.name for each in settings})
        left_out = tuple(each for each in left_out if each.name not in {setting.name for setting in settings})
    distro = distro or _distro_for(chosen, engine)
    about_framework = framework_notes(
        engine, framework, chosen.version, version=of_version, wanted=wanted, builds=builds
    )
    return BuildPlan(
        engine=engine,
        version=of_version,
        wanted=tuple(wanted),
        release=chosen,
        code=code,
        arrives=arrives,
        settings=settings,
        left_out=left_out,
        image=newest_image(chosen.version, distro, FLAVOURS),
        notes=(*about_framework, *_notes(engine, of_version, wanted, code=code, chosen=chosen)),
        distro=distro,
        framework=framework,
    )


def _distro_for(release: CudaRelease, engine: Engine) -> str:
    """The usual distribution; where this release has no images for it, the newest that it has some for."""
    if newest_image(release.version, DISTRO, FLAVOURS) is not None:
        return DISTRO
    from cudacompat.domain.builds.plans.distros import fitting_distros  # a few releases need another

    return next(reversed(fitting_distros(release, engine.recipe)), DISTRO)


def _code_as_given(wanted: Sequence[RequestedTarget]) -> tuple[CodeTarget, ...]:
    """Machine code and PTX of each, in the order given: what a CMake list of bare numbers asks for."""
    return tuple(dict.fromkeys(CodeTarget(each.number, each.suffix, sass=True, ptx=True) for each in wanted))


def sayable(
    engine: Engine, version: Version | None, code: Sequence[CodeTarget], route: Route
) -> tuple[CodeTarget, ...]:
    """The list as the settings that carry it can say it, less what they cannot: what is promised has to arrive."""
    knobs = engine.knobs_of(version, route)
    said: dict[tuple[int, ArchSuffix], CodeTarget] = {}
    of_newest: list[tuple[int, ArchSuffix]] = []
    for each in code:
        each = replace(each, number=engine.stand_in(version, each.number))
        demanded = engine.added_suffix(version, each.number, demanded=True)
        if demanded and each.suffix is ArchSuffix.NONE:
            each = replace(each, suffix=ArchSuffix(demanded))
        knob = next((k for k in knobs if k.takes(each.number, each.suffix.value, sass=each.sass)), None)
        if knob is not None and (knob.ptx in (Ptx.NEVER, Ptx.NEWEST) or not (says_ptx(knob.grammar) or knob.ptx_name)):
            each = replace(each, ptx=False)
        if not (each.sass or (each.ptx and knob is not None)):
            continue
        key = (each.number, each.suffix)
        before = said.get(key, each)
        said[key] = replace(each, sass=each.sass or before.sass, ptx=each.ptx or before.ptx)
        if knob is not None and knob.ptx is Ptx.NEWEST:
            of_newest.append(key)
    if of_newest:
        newest = max(of_newest, key=lambda key: key[0])
        said[newest] = replace(said[newest], ptx=True)
    return tuple(said.values())


def code_for(
    engine: Engine, version: Version | None, wanted: Sequence[RequestedTarget], *, ptx: bool
) -> tuple[CodeTarget, ...]:
    """Return machine code of each number, and with `ptx` PTX for GPUs newer than all of them."""
    code = list(
        dict.fromkeys(
            CodeTarget(each.number, each.suffix, sass=not each.ptx_only, ptx=each.ptx_only) for each in wanted
        )
    )
    code.sort(key=lambda each: (each.number, each.suffix.value))
    if ptx and not any(each.ptx for each in code):
        plain = [each for each in code if each.suffix is ArchSuffix.NONE and _forward(engine, version, each.number)]
        if plain:
            highest = max(plain, key=lambda each: each.number)
            code[code.index(highest)] = replace(highest, ptx=True)
        else:
            code.append(CodeTarget(min(SPARE_PTX, min(each.number for each in code)), sass=False, ptx=True))
    return tuple(code)


def _forward(engine: Engine, version: Version | None, number: int) -> bool:
    """Whether PTX of this number stays plain in this build, so that newer GPUs can take it."""
    return not (
        engine.added_suffix(version, number, ptx=True) or engine.added_suffix(version, number, ptx=True, demanded=True)
    )


def arriving(
    engine: Engine, version: Version | None, code: Sequence[CodeTarget], cuda: ToolkitVersion | None = None
) -> tuple[ArchTarget, ...]:
    """Return the images that a build of this list makes, after its own rewriting; machine code first. Without `cuda`,
    what every release makes of it."""
    images = [image for each in _rewritten(engine, version, code, cuda=cuda) for image in each.images()]
    return tuple(sorted(images, key=lambda image: (image.kind.value != "sass", image.number, image.suffix.value)))


# -- the settings


def _settings(
    engine: Engine, version: Version | None, code: Sequence[CodeTarget], *, route: Route
) -> tuple[PlanSetting, ...]:
    settings: list[PlanSetting] = []
    left = list(code)
    for knob in engine.knobs_of(version, route):
        taken = [each for each in left if knob.takes(each.number, each.suffix.value, sass=each.sass)]
        left = [each for each in left if each not in taken]
        if taken:
            settings += _spelled(knob, taken)
        elif knob.empty is not None:
            value, why = knob.empty
            settings.append(
                PlanSetting(knob.name, value, knob.channel, reader=knob.reader, why=why, source=knob.source)
            )
    if left:
        named = f"{engine.name} {engine.label(version)}".rstrip()
        refused = ", ".join(each.arch for each in left)
        raise UsageError(f"{named} has no setting that accepts {refused}{_with_another_release(engine, version, left)}")
    settings += [
        PlanSetting(fixed.name, fixed.value, fixed.channel, reader=fixed.reader, why=fixed.why, source=fixed.source)
        for fixed in engine.fixed_of(version, route)
    ]
    return tuple(settings)


def _with_another_release(engine: Engine, version: Version | None, left: Sequence[CodeTarget]) -> str:
    """The releases of CUDA with which the engine knows what it does not take here; where none is, what it takes."""
    rows = [row for knob in engine.knobs if knob.window.holds(version) for row in knob.known_by_cuda]
    number = left[0].number
    row = next((each for each in rows if each[0] == number), None)
    if row is None:
        return f" (it accepts {', '.join(map(str, _accepted(engine, version)))})"
    since = "" if row[1] < RELEASES[0].version else f" from {row[1]} on"
    return f" with this CUDA; it does with CUDA{since}" + (f" before {row[2]} (--cuda)" if row[2] else " (--cuda)")


def _accepted(engine: Engine, version: Version | None) -> list[int]:
    """The architectures of known GPUs that some setting of this engine takes."""
    knobs = [knob for knob in engine.knobs if knob.window.holds(version)]
    numbers = [each.capability.number for each in ARCHITECTURES]
    return [number for number in numbers if any(knob.takes(number, "") for knob in knobs)]


def _spelled(knob: Knob, code: Sequence[CodeTarget]) -> list[PlanSetting]:
    def setting(name: str, part: Sequence[CodeTarget]) -> PlanSetting:
        value = spell(knob.grammar, part)
        return PlanSetting(
            name,
            value,
            knob.channel,
            reader=knob.reader,
            why="the list of architectures",
            source=knob.source,
            decides=True,
        )

    if knob.ptx_name is None:
        return [setting(knob.name, code)]
    ptx = [replace(each, sass=True) for each in code if each.ptx]
    return [setting(knob.name, [each for each in code if each.sass]), *([setting(knob.ptx_name, ptx)] if ptx else [])]


def _left_out(engine: Engine, version: Version | None, code: Sequence[CodeTarget]) -> tuple[OmittedSetting, ...]:
    majors = {each.number // 10 for each in code}
    dead = [
        OmittedSetting(
            each.name, each.why + (f"; it is a setting of {each.read_by}" if each.read_by else ""), each.source
        )
        for each in engine.dead
        if each.window.holds(version)
    ]
    harmful = [OmittedSetting(h.name, h.why, h.source) for h in engine.hazards if h.applies(version, majors)]
    return (*dead, *harmful)


# -- what is said beside it


def _notes(
    engine: Engine,
    version: Version | None,
    wanted: Sequence[RequestedTarget],
    code: Sequence[CodeTarget],
    chosen: CudaRelease,
) -> list[str]:
    notes: list[str] = []
    for each in wanted:
        given = engine.stand_in(version, each.number)
        if given != each.number:
            when = f" with CUDA {chosen.version}" if any(knob.known_by_cuda for knob in engine.knobs) else ""
            notes.append(f"{engine.name}{when} does not know {each.number}; its code for {given} runs there")
        suffix = engine.added_suffix(version, given, cuda=chosen.version)
        if suffix and each.suffix is ArchSuffix.NONE:
            notes.append(f"{engine.name} turns {given} into {given}{suffix}")
    forward = [
        each for each in code if each.ptx and each.suffix is ArchSuffix.NONE and _forward(engine, version, each.number)
    ]
    if forward:
        branch = first_branch_taking(chosen.ptx_isa)
        needs = f"driver {branch.branch} or newer" if branch else "a driver newer than those known here"
        highest = max(forward, key=lambda each: each.number)
        notes.append(
            f"PTX compute_{highest.arch} (ISA {chosen.ptx_isa}) serves newer GPUs through JIT compilation, with {needs}"
        )
    else:
        notes.append("without PTX, GPUs of a newer major version cannot run this build")
    numbers = {each.number for each in wanted}
    notes += boards_notes(wanted, chosen.version)
    notes += driver_notes(wanted)
    two = two_hosts(wanted)
    if two is not None:
        notes.append(f"{two}: build once on each, with these settings")
    notes += [limit.why for limit in engine.limits if limit.applies(version, numbers, chosen.version)]
    return list(dict.fromkeys(notes))


def gencode_flags(plan: BuildPlan) -> tuple[str, ...]:
    """The flags that reach nvcc in this build, one an item."""
    return tuple(
        f"-gencode={pair}"
        for pair in pairs(_rewritten(plan.engine, plan.version, plan.code, cuda=plan.release.version))
    )


def _rewritten(
    engine: Engine, version: Version | None, code: Sequence[CodeTarget], cuda: ToolkitVersion | None
) -> list[CodeTarget]:
    """The list after the build's own rewriting, machine code and PTX apart where it treats them differently."""
    found = []
    for each in code:
        if each.suffix is not ArchSuffix.NONE:
            found.append(each)
            continue
        kinds = {"sass": each.sass, "ptx": each.ptx}
        suffixes = {kind: engine.added_suffix(version, each.number, ptx=kind == "ptx", cuda=cuda) for kind in kinds}
        for suffix in dict.fromkeys(suffixes[kind] for kind, wanted in kinds.items() if wanted):
            part = {kind: wanted and suffixes[kind] == suffix for kind, wanted in kinds.items()}
            found.append(CodeTarget(each.number, ArchSuffix(suffix), sass=part["sass"], ptx=part["ptx"]))
    return found
