"""Which pin and index cure a wheel that does not run, and what does where none of them is one."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import replace

from packaging.specifiers import SpecifierSet
from packaging.version import Version

from cudacompat.domain.judge.compat import first_branch, last_branch, without_gpu
from cudacompat.domain.tables.cuda_libraries import is_vendors_wheel
from cudacompat.domain.tables.driver_choice import none_for_all
from cudacompat.domain.tables.run_time_compilers import begins_above
from cudacompat.domain.wheels.answer import verdict_of
from cudacompat.domain.wheels.by_compiler import cure_by_compiler
from cudacompat.domain.wheels.candidates import Candidate, candidates, preference
from cudacompat.domain.wheels.distributions import distributions, family_of, framework, release_of_family
from cudacompat.domain.wheels.model import PYPI
from cudacompat.domain.wheels.narrowing import ends
from cudacompat.domain.wheels.own_compiler import assembling_rows
from cudacompat.domain.wheels.platforms import DEFAULT_PLATFORM, on_platform, options_for, platform_for
from cudacompat.domain.wheels.pythons import has_wheel
from cudacompat.domain.wheels.required import asked_of_framework
from cudacompat.domain.wheels.resolved import RequirementVerdict, Resolved
from cudacompat.domain.wheels.running_framework import lacks_framework, pinned_release
from cudacompat.domain.wheels.table import packages, rows_of
from cudacompat.domain.wheels.together import FrameworkRelease, MovedAlong, moved_along
from cudacompat.domain.wheels.wheel_cure import NoCure, WheelCure
from cudacompat.domain.words.capability import ComputeCapability
from cudacompat.domain.words.verdict import Outcome, Reason, Target
from cudacompat.domain.words.versions import DriverRelease

_FEW = 2  # releases of a package that were read for a platform
_FROM_SOURCE = "build it from source for that GPU"
_OF_VENDOR = "use the package of a CUDA release that serves that GPU"


def cure_for(
    package: str,
    targets: Sequence[Target],
    *,
    version: Version | None = None,
    beside: Sequence[str] = (),
    native: bool = False,
    platform: str | None = None,
    allowed: SpecifierSet | None = None,
    going_with: FrameworkRelease | None = None,
    build: str | None = None,
    python: str | None = None,
) -> WheelCure | NoCure:
    """Return the pin and index of this package that run on every target, with the driver that each target has, as the
    wheel for the platform that goes with the target, or for `platform`.

    Nearest to `version` first: the same release from another index (`build` before others), the next newer ones, then
    older ones; without a version the newest. `beside` are other packages of the same environment (names, or
    `NAME==VERSION`), of which those that do not go with another torch get their pins, too: a torch that all of them go
    with comes before others. With `native` only wheels with machine code for every target count, with `allowed` only
    releases in it, with `going_with` only what goes with that release of torch, with `python` only what has a wheel for
    it.
    """
    wanted = [platform or platform_for(target) for target in targets] or [DEFAULT_PLATFORM]
    below = next(filter(None, (begins_above(package, each.capability) for each in targets)), None)
    if below is not None:
        return NoCure(package, f"{below}: no release of it compiles kernels for older GPUs")
    if assembling_rows(package, wanted[0]):
        return cure_by_compiler(package, targets, version, platforms=wanted, going_with=going_with)
    offers = {each: _by_pin(package, each) for each in set(wanted)}
    second: WheelCure | None = None
    cuda = going_with.cuda if going_with is not None else None
    for candidate in _ordered(package, version, wanted[0], build=build):
        if allowed is not None and not allowed.contains(candidate.version):
            continue
        if python is not None and not has_wheel(package, candidate.version, python):
            continue
        if going_with is None and lacks_framework(candidate.resolved.rows[0], tuple(targets), wanted[0]):
            continue
        if going_with is not None and not all(map(going_with.takes, candidate.resolved.rows)):
            continue
        pin = candidate.version, candidate.resolved.build
        wheels = [offers[each].get(pin) for each in wanted]
        verdicts = [verdict_of(wheel, target, cuda) for wheel, target in zip(wheels, targets, strict=True) if wheel]
        if len(verdicts) == len(targets) and all(_serves(each, native) for each in verdicts):
            cure = _cure(candidate, verdicts, beside, platform=platform, going_with=going_with)
            if going_with is None:
                cure = _with_its_framework(cure, candidate, targets, beside=beside, platform=wanted[0])
            if not cure.stuck:
                return cure
            second = second or cure
    if second is not None:
        return second
    if not native:
        return _none(package, targets, version, platform=platform, beside=beside, allowed=allowed)
    return cure_for(
        package,
        targets,
        version=version,
        beside=beside,
        platform=platform,
        allowed=allowed,
        going_with=going_with,
        build=build,
        python=python,
    )


def cure_beside(
    resolved: Resolved,
    beside: Sequence[Resolved],
    targets: Sequence[Target],
    *,
    native: bool = False,
    allowed: SpecifierSet | None = None,
) -> WheelCure | NoCure:
    """Return the cure of a wheel in an environment with these others: what goes with the torch there while that runs on
    all of these GPUs, else another torch with the pins of all that have to move with it. With `allowed` only releases
    in it."""
    name, main = resolved.requirement.name, framework().name
    python = resolved.requirement.python
    pins = tuple(
        f"{each.requirement.name}=={each.version}" if _is_held(each, targets) else each.requirement.name
        for each in beside
        if each.requirement.name != main
    )
    torch = next((each for each in beside if each.requirement.name == main), None)
    if name == main or torch is None or torch.version is None:
        version = resolved.version
        return cure_for(name, targets, version=version, beside=pins, native=native, allowed=allowed, python=python)
    release = FrameworkRelease(torch.version, torch.cuda, torch.build)
    own = cure_for(
        name, targets, version=resolved.version, native=native, allowed=allowed, going_with=release, python=python
    )
    runs = not any(verdict_of(torch, target).outcome is Outcome.FAILS for target in targets)
    if native or (runs and isinstance(own, WheelCure)):
        return own
    whole = cure_for(main, targets, version=torch.version, beside=pins, python=python)
    if not runs:
        lost = isinstance(whole, WheelCure) and name in whole.stuck
        alone = cure_for(name, targets, version=resolved.version, python=python) if lost else whole
        return alone if isinstance(alone, NoCure) else whole
    moves = isinstance(whole, WheelCure) and not whole.stuck and name in dict(whole.companions)
    return whole if moves else own


def _is_held(resolved: Resolved, targets: Sequence[Target]) -> bool:
    """Whether the package stays at its release unless it is moved: pinned, or below an upper bound, or bounded to one
    that asks for a certain framework, or the newest, which does not run."""
    if resolved.requirement.pinned is not None or resolved.version is None:
        return resolved.requirement.pinned is not None
    if ends(resolved.requirement.specifier):
        return True
    asked = asked_of_framework(resolved.requirement.name, resolved.version) or ()
    if resolved.requirement.specifier and any(each.operator == "==" for each in asked):
        return True
    return any(verdict_of(resolved, target).outcome is Outcome.FAILS for target in targets)


def _by_pin(package: str, platform: str) -> dict[tuple[Version, str], Resolved]:
    return {(each.version, each.resolved.build): each.resolved for each in candidates(package, platform)}


def _serves(verdict: RequirementVerdict, native: bool) -> bool:
    if verdict.outcome is None or not verdict.outcome.runs:
        return False
    return verdict.outcome is not Outcome.JIT or not native


def _cure(
    candidate: Candidate,
    verdicts: Sequence[RequirementVerdict],
    beside: Sequence[str],
    *,
    platform: str | None,
    going_with: FrameworkRelease | None,
) -> WheelCure:
    drivers = [each.verdict.min_driver for each in verdicts if each.verdict is not None]
    package = candidate.resolved.requirement.name
    moved, index = MovedAlong((), ()), candidate.resolved.build
    if package == framework().name:
        release = FrameworkRelease(candidate.version, candidate.resolved.cuda, index)
        moved = moved_along(beside, release, [each.target for each in verdicts], platform=platform)
    elif going_with is not None and package in framework().built_with_it:
        index = going_with.index
    drivers.append(moved.min_driver)
    return WheelCure(
        package,
        candidate.version,
        index,
        basis=verdicts[0].basis,
        native=all(each.outcome is not None and each.outcome is not Outcome.JIT for each in verdicts),
        min_driver=max((each for each in drivers if each is not None), default=None),
        companions=moved.pins,
        cuda=candidate.resolved.cuda,
        stuck=moved.stuck,
    )


def _with_its_framework(
    cure: WheelCure, candidate: Candidate, targets: Sequence[Target], beside: Sequence[str], *, platform: str
) -> WheelCure:
    """The cure of a wheel that asks for one release of the framework, with that release where PyPI's own build of it
    does not run; nothing where the framework is beside it, which has its own cure."""
    if framework().name in (each.partition("==")[0] for each in beside):
        return cure
    pinned = pinned_release(candidate.resolved.rows[0], tuple(targets), platform)
    if pinned is None:
        return cure
    release, driver = pinned
    needed = max((each for each in (cure.min_driver, driver) if each is not None), default=None)
    if release.index == PYPI:
        return replace(cure, min_driver=needed)
    along = ((framework().name, release.version), *cure.companions)
    return replace(cure, min_driver=needed, index=release.index, companions=along)


def _ordered(package: str, version: Version | None, platform: str, *, build: str | None) -> list[Candidate]:
    """The wheels whose content is known, the nearest to this version first, of it that build; the newest first without
    a version."""
    known = sorted(candidates(package, platform), key=lambda each: preference(each.resolved.build))
    newest_first = sorted(known, key=lambda each: each.version, reverse=True)
    if version is None:
        return newest_first
    same = [each for each in newest_first if each.version == version]
    same.sort(key=lambda each: each.resolved.build != build)
    newer = [each for each in newest_first if each.version > version]
    older = [each for each in newest_first if each.version < version]
    return [*same, *sorted(newer, key=_minor), *sorted(older, key=_minor, reverse=True)]


def _minor(candidate: Candidate) -> tuple[int, int]:
    return candidate.version.major, candidate.version.minor


def _none(
    package: str,
    targets: Sequence[Target],
    version: Version | None,
    *,
    platform: str | None,
    beside: Sequence[str],
    allowed: SpecifierSet | None,
) -> NoCure:
    if package in distributions().single_features:
        return NoCure(package, f"use {package} without this feature, or build it from source", is_known=False)
    platforms = dict.fromkeys(platform or platform_for(target) for target in targets)
    without = [each for each in platforms if not any(candidates(package, each))]
    if len(without) == len(platforms):
        return NoCure(package, _nothing_known(package, targets, without[0]), is_known=False)
    single: list[tuple[Target, WheelCure]] = []
    dark: list[str] = []
    for target in targets if len(targets) > 1 else ():
        found = cure_for(package, (target,), version=version, platform=platform, beside=beside, allowed=allowed)
        if isinstance(found, WheelCure):
            single.append((target, found))
        else:
            dark.append(found.sentence)
    if not single:
        why = _why_none(package, targets, version, platform=platform, beside=beside, allowed=allowed)
        return NoCure(package, why)
    by_wheel: dict[str, list[str]] = {}
    for target, cure in single:
        by_wheel.setdefault(_from(cure), []).append(target.label)
    parts = [f"{wheel} for {', '.join(labels)}" for wheel, labels in by_wheel.items()]
    parts += dict.fromkeys(dark)
    first = f"no wheel of {package}{_in(allowed)} that is known serves all of them; one environment each: "
    clash = none_for_all({each.capability: each.spec for each in targets})
    return NoCure(package, first + "; ".join((*parts, *((clash,) if clash else ()))), tuple(single))


def _nothing_known(package: str, targets: Sequence[Target], platform: str) -> str:
    """That no wheel for the platform is one to choose: each that was read has no device code, or none was read."""
    if platform != DEFAULT_PLATFORM and not rows_of(package, platform, None) and rows_of(package):
        return f"the table has no wheel of {package} for {platform}: {_reading(package, targets, platform)} reads one"
    where = "" if platform == DEFAULT_PLATFORM else f" for {platform}"
    return f"no wheel of {package} with device code{where} is known: see what its publisher offers"


def _from(cure: WheelCure) -> str:
    alone = f", {' '.join(cure.pins_of_pypi)} from PyPI" if cure.pins_of_pypi else ""
    return f"{' '.join(cure.pins_of_index)} from {cure.index_url or 'PyPI'}{alone}"


def _in(allowed: SpecifierSet | None) -> str:
    """The bounds of the releases that count, to be put behind the package."""
    return f" {allowed}" if allowed is not None and len(allowed) else ""


def _why_none(
    package: str,
    targets: Sequence[Target],
    version: Version | None,
    *,
    platform: str | None,
    beside: Sequence[str],
    allowed: SpecifierSet | None,
) -> str:
    """What does in place of a wheel where none runs on these targets together: another driver, another release to be
    read, a build from source."""
    labels = ", ".join(target.label for target in targets)
    none = f"no wheel of {package}{_in(allowed)} that is known runs on {labels}"
    unknown = next((target for target in targets if without_gpu(target) is not None), None)
    if unknown is not None and without_gpu(unknown) is Reason.DRIVER_DROPPED_GPU:
        last = last_branch(unknown.capability)
        return f"driver {unknown.driver} no longer drives {unknown.label}: install driver {last}"
    driver = next((target.driver for target in targets if target.driver is not None), None)
    newer = None
    if driver is not None:
        bare = [replace(each, driver=None) for each in targets]
        newer = cure_for(package, bare, version=version, platform=platform, beside=beside, allowed=allowed)
    if isinstance(newer, WheelCure) and newer.min_driver is not None:
        asks = f"install driver {newer.min_driver} or newer"
        least = _with_least_driver(package, targets, version, platform=platform, beside=beside, allowed=allowed)
        older = f"; or driver {least[0]} or newer, then {least[1]}" if least and least[0] < newer.min_driver else ""
        if version is not None and newer.version == version and newer.index == PYPI:
            return f"{package} {version} runs on {labels} with a newer driver than {driver}: {asks}{older}"
        then = f"then {newer.command} ({replace(newer, min_driver=None).conditions})"
        return f"{none} with driver {driver}: {asks}, {then}{older}"
    platforms = list(dict.fromkeys(platform or platform_for(target) for target in targets))
    if thin := _of_few(package, platforms):
        return f"{thin} on {labels}: {_reading(f'{package}==VERSION', targets, platforms[0])} reads another"
    first = ComputeCapability.parse(distributions().builds_from.get(package, "0.0"))
    if any(each.capability < first for each in targets):
        return f"{none}, and its sources build from sm_{first.number} on"
    sister = _sister(package, targets, platforms) if is_vendors_wheel(package) else None
    does = f"{_OF_VENDOR}: {sister}" if sister else _OF_VENDOR if is_vendors_wheel(package) else _FROM_SOURCE
    return f"{none}: {does}"


def _sister(package: str, targets: Sequence[Target], platforms: Sequence[str]) -> str | None:
    """The same library's package for another CUDA release of which a wheel runs on all of these targets; of several
    that of the newest release."""
    own = [name for name in packages() if name != package and family_of(name) == family_of(package)]
    for name in sorted(own, key=lambda each: release_of_family(each) or 0, reverse=True):
        known = [each.resolved for platform in platforms for each in candidates(name, platform)]
        if any(all(_serves(verdict_of(wheel, each), native=False) for each in targets) for wheel in known):
            return name
    return None


def _with_least_driver(
    package: str,
    targets: Sequence[Target],
    version: Version | None,
    *,
    platform: str | None,
    beside: Sequence[str],
    allowed: SpecifierSet | None,
) -> tuple[int, str] | None:
    """The oldest driver branch with which some build of this release runs on all targets, of any release without a
    version or where none of it does, and the command that installs that build."""
    bare = [replace(each, driver=None) for each in targets]
    every = candidates(package, platform or platform_for(targets[0]))
    wheels = [each for each in every if allowed is None or allowed.contains(each.version)]
    needed: set[int] = set()
    for wheel in [each for each in wheels if each.version == version] or wheels:
        found = [verdict_of(wheel.resolved, target) for target in bare]
        if all(_serves(each, native=False) for each in found):
            own = [each.verdict.min_driver for each in found if each.verdict is not None]
            needed.add(max([*(each or 0 for each in own), *(first_branch(each.capability) or 0 for each in bare)]))
    for branch in sorted(needed):
        held = [replace(each, driver=DriverRelease.parse(str(branch))) for each in targets]
        cure = cure_for(package, held, version=version, platform=platform, beside=beside, allowed=allowed)
        if isinstance(cure, WheelCure):
            return branch, cure.command
    return None


def _of_few(package: str, platforms: Sequence[str]) -> str | None:
    """What is known of a package for a platform of which next to nothing was read; `None` for others. One release that
    does not run says little about those that nobody read there."""
    for platform in platforms:
        read = sorted({each.version for each in candidates(package, platform)})
        if platform != DEFAULT_PLATFORM and len(read) <= _FEW < len(rows_of(package)):
            verb = "was read, which does" if len(read) == 1 else "were read, which do"
            return f"for {platform} only {package} {' and '.join(map(str, read))} {verb} not run"
    return None


def _reading(package: str, targets: Sequence[Target], platform: str) -> str:
    own = [target for target in targets if platform_for(target) == platform] or targets
    return shlex.join(("cudacompat", "wheels", package, *options_for(on_platform(own, platform)), "--fetch"))


def pin_of_last(wheel: str, targets: Sequence[Target], platform: str) -> str | None:
    """Return the pin of the newest release of `wheel` (a name, or a requirement) that runs on these GPUs; `None` where
    that is the newest of all, or none runs."""
    name = wheel.partition("==")[0]
    wanted = SpecifierSet(wheel[len(name) :])
    found = cure_for(name, targets, platform=platform, allowed=wanted)
    newest = max((each.version for each in candidates(name, platform) if wanted.contains(each.version)), default=None)
    if not isinstance(found, WheelCure) or newest is None or found.version == newest:
        return None
    return f"{name}=={found.version}"
