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
from cudacompat.domain.tables.jetpack import board
from cudacompat.domain.tables.run_time_compilers import begins_above
from cudacompat.domain.wheels.answer import verdict_of
from cudacompat.domain.wheels.by_compiler import cure_by_compiler
from cudacompat.domain.wheels.candidates import Candidate, candidates, preference
from cudacompat.domain.wheels.distributions import distributions, family_of, framework, release_of_family
from cudacompat.domain.wheels.model import PYPI
from cudacompat.domain.wheels.own_compiler import assembling_rows
from cudacompat.domain.wheels.platforms import DEFAULT_PLATFORM, DEFAULT_PYTHON, on_platform, options_for, platform_for
from cudacompat.domain.wheels.pythons import common_pythons, is_foreign_to
from cudacompat.domain.wheels.release_bounds import ReleaseBounds
from cudacompat.domain.wheels.resolved import RequirementVerdict, Resolved
from cudacompat.domain.wheels.running_framework import lacks_framework, pinned_release
from cudacompat.domain.wheels.table import packages, rows_of
from cudacompat.domain.wheels.together import FrameworkRelease, MovedAlong, moved_along
from cudacompat.domain.wheels.wheel_cure import NoCure, WheelCure
from cudacompat.domain.words.capability import ComputeCapability
from cudacompat.domain.words.verdict import Outcome, Reason, Target, without_driver
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
    index: str | None = None,
) -> WheelCure | NoCure:
    """Return the pin and index of this package that run on every target, with the driver that each target has, as the
    wheel for the platform that goes with the target, or for `platform`.

    Nearest to `version` first: the same release from another index (`build` before others), the next newer ones, then
    older ones; without a version the newest. `beside` are other packages of the same environment (names, or
    `NAME==VERSION`), of which those that do not go with another torch get their pins, too: a torch that all of them go
    with comes before others. With `native` only wheels with machine code for every target count, with `allowed` only
    releases in it, with `going_with` only what goes with that release of torch. With `python` all of its pins have a
    wheel for that; where no release is known that has, the cure says which Pythons it needs. With `index` only what
    that has counts.
    """
    bounds = ReleaseBounds(version, platform, beside, allowed=allowed, python=python, index=index)
    return _for_some_python(package, targets, bounds, native=native, going_with=going_with, build=build)


def _for_some_python(
    package: str,
    targets: Sequence[Target],
    bounds: ReleaseBounds,
    *,
    native: bool = False,
    going_with: FrameworkRelease | None = None,
    build: str | None = None,
) -> WheelCure | NoCure:
    """The cure for the Python of `bounds`, else one for other Pythons."""
    there = _within(package, targets, bounds, native=native, going_with=going_with, build=build)
    whole = isinstance(there, WheelCure) and not there.stuck
    found = there
    if bounds.python is not None and not whole:
        free = replace(bounds, python=None)
        elsewhere = _within(package, targets, free, native=native, going_with=going_with, build=build)
        if isinstance(elsewhere, WheelCure) and (isinstance(there, NoCure) or not elsewhere.stuck):
            found = elsewhere
    if isinstance(found, NoCure):
        return found
    wanted = bounds.python or DEFAULT_PYTHON
    platforms = bounds.platforms(targets)
    if replace(bounds, python=wanted).has_wheels(found.released, platforms, found.index):
        return found
    return replace(found, pythons=common_pythons(found.released, platforms) or "")


def _within(
    package: str,
    targets: Sequence[Target],
    bounds: ReleaseBounds,
    *,
    native: bool,
    going_with: FrameworkRelease | None,
    build: str | None,
) -> WheelCure | NoCure:
    """The cure within these bounds."""
    wanted = bounds.platforms(targets)
    below = next(filter(None, (begins_above(package, each.capability) for each in targets)), None)
    if below is not None:
        return NoCure(package, f"{below}: no release of it compiles kernels for older GPUs")
    if assembling_rows(package, wanted[0]):
        return cure_by_compiler(package, targets, bounds, going_with=going_with)
    offers = {each: _by_pin(package, each) for each in set(wanted)}
    second: WheelCure | None = None
    cuda = going_with.cuda if going_with is not None else None
    for candidate in _ordered(package, bounds.version, wanted[0], build=build):
        if bounds.index not in (None, candidate.resolved.build):
            continue
        if not bounds.admits(candidate.version) or not bounds.has_wheels([(package, candidate.version)], wanted):
            continue
        if going_with is None and lacks_framework(candidate.resolved.rows[0], tuple(targets), wanted[0]):
            continue
        if going_with is not None and not all(map(going_with.takes, candidate.resolved.rows)):
            continue
        pin = candidate.version, candidate.resolved.build
        wheels = [offers[each].get(pin) for each in wanted]
        verdicts = [verdict_of(wheel, target, cuda) for wheel, target in zip(wheels, targets, strict=True) if wheel]
        if len(verdicts) == len(targets) and all(_serves(each, native) for each in verdicts):
            cure = _cure(candidate, verdicts, bounds, going_with=going_with)
            if going_with is None:
                cure = _with_its_framework(cure, candidate, targets, bounds=bounds)
            if not bounds.has_wheels(cure.released, wanted, cure.index):
                continue
            if not cure.stuck:
                return cure
            second = second or cure
    if second is not None:
        return second
    if not native:
        return _none(package, targets, bounds)
    return _within(package, targets, bounds, native=False, going_with=going_with, build=build)


def _by_pin(package: str, platform: str) -> dict[tuple[Version, str], Resolved]:
    return {(each.version, each.resolved.build): each.resolved for each in candidates(package, platform)}


def _serves(verdict: RequirementVerdict, native: bool) -> bool:
    if verdict.outcome is None or not verdict.outcome.runs:
        return False
    return verdict.outcome is not Outcome.JIT or not native


def _cure(
    candidate: Candidate,
    verdicts: Sequence[RequirementVerdict],
    bounds: ReleaseBounds,
    *,
    going_with: FrameworkRelease | None,
) -> WheelCure:
    drivers = [each.verdict.min_driver for each in verdicts if each.verdict is not None]
    package = candidate.resolved.requirement.name
    moved, index = MovedAlong((), ()), candidate.resolved.build
    if package == framework().name:
        release = FrameworkRelease(candidate.version, candidate.resolved.cuda, index)
        moved = moved_along(release, [each.target for each in verdicts], bounds)
    elif going_with is not None and package in framework().built_with_it:
        index = going_with.index
    drivers.append(moved.min_driver)
    return WheelCure(
        package,
        candidate.version,
        index,
        basis=verdicts[0].basis,
        native=moved.native and all(each.outcome not in (None, Outcome.JIT) for each in verdicts),
        min_driver=max((each for each in drivers if each is not None), default=None),
        companions=moved.pins,
        cuda=candidate.resolved.cuda,
        stuck=moved.stuck,
    )


def _with_its_framework(
    cure: WheelCure, candidate: Candidate, targets: Sequence[Target], bounds: ReleaseBounds
) -> WheelCure:
    """The cure of a wheel that asks for one release of the framework, with that release where PyPI's own build of it
    does not run; nothing where the framework is beside it, which has its own cure."""
    if framework().name in (each.partition("==")[0] for each in bounds.beside):
        return cure
    pinned = pinned_release(candidate.resolved.rows[0], tuple(targets), bounds.platforms(targets)[0])
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


def _none(package: str, targets: Sequence[Target], bounds: ReleaseBounds) -> NoCure:
    if package in distributions().single_features:
        return NoCure(package, f"use {package} without this feature, or build it from source", is_known=False)
    platforms = dict.fromkeys(bounds.platforms(targets))
    without = [each for each in platforms if not any(candidates(package, each))]
    if len(without) == len(platforms):
        return NoCure(package, _nothing_known(package, targets, without[0]), is_known=False)
    single: list[tuple[Target, WheelCure]] = []
    dark: list[str] = []
    for target in targets if len(targets) > 1 else ():
        found = _for_some_python(package, (target,), bounds)
        if isinstance(found, WheelCure):
            single.append((target, found))
        else:
            dark.append(found.sentence)
    if not single:
        return NoCure(package, _why_none(package, targets, bounds))
    by_wheel: dict[str, list[str]] = {}
    for target, cure in single:
        by_wheel.setdefault(_from(cure), []).append(target.label)
    parts = [f"{wheel} for {', '.join(labels)}" for wheel, labels in by_wheel.items()]
    parts += dict.fromkeys(dark)
    first = f"no wheel of {package}{bounds.in_words} that is known serves all of them; one environment each: "
    clash = none_for_all({each.capability: each.spec for each in targets})
    return NoCure(package, first + "; ".join((*parts, *((clash,) if clash else ()))), tuple(single))


def _nothing_known(package: str, targets: Sequence[Target], platform: str) -> str:
    """That no wheel for the platform is one to choose: each that was read has no device code, or none was read."""
    if is_foreign_to(package, platform):
        return f"PyPI has no wheel of {package} for {platform}: {_FROM_SOURCE}"
    if platform != DEFAULT_PLATFORM and not rows_of(package, platform, None) and rows_of(package):
        return f"the table has no wheel of {package} for {platform}: {_reading(package, targets, platform)} reads one"
    where = "" if platform == DEFAULT_PLATFORM else f" for {platform}"
    return f"no wheel of {package} with device code{where} is known: see what its publisher offers"


def _from(cure: WheelCure) -> str:
    alone = f", {' '.join(cure.pins_of_pypi)} from PyPI" if cure.pins_of_pypi else ""
    return f"{' '.join(cure.pins_of_index)} from {cure.index_url or 'PyPI'}{alone}"


def _why_none(package: str, targets: Sequence[Target], bounds: ReleaseBounds) -> str:
    """What does in place of a wheel where none runs on these targets together: another driver, another release to be
    read, a build from source."""
    labels = ", ".join(target.label for target in targets)
    none = f"no wheel of {package}{bounds.in_words} that is known runs on {labels}"
    version = bounds.version
    unknown = next((target for target in targets if without_gpu(target) is not None), None)
    if unknown is not None and without_gpu(unknown) is Reason.DRIVER_DROPPED_GPU:
        last = last_branch(unknown.capability)
        return f"driver {unknown.driver} no longer drives {unknown.label}: install driver {last}"
    driver = next((target.driver for target in targets if target.driver is not None), None)
    newer = None
    if driver is not None:
        newer = _for_some_python(package, without_driver(targets), bounds)
    if isinstance(newer, WheelCure) and newer.min_driver is not None:
        asks = f"install driver {newer.min_driver} or newer"
        least = _with_least_driver(package, targets, bounds)
        older = f"; or driver {least[0]} or newer, then {least[1]}" if least and least[0] < newer.min_driver else ""
        if version is not None and newer.version == version and newer.index == PYPI:
            return f"{package} {version} runs on {labels} with a newer driver than {driver}: {asks}{older}"
        then = f"then {newer.command} ({replace(newer, min_driver=None).conditions})"
        return f"{none} with driver {driver}: {asks}, {then}{older}"
    platforms = list(dict.fromkeys(bounds.platforms(targets)))
    if thin := _of_few(package, platforms):
        return f"{thin} on {labels}: {_reading(f'{package}==VERSION', targets, platforms[0])} reads another"
    first = ComputeCapability.parse(distributions().builds_from.get(package, "0.0"))
    if any(each.capability < first for each in targets):
        return f"{none}, and its sources build from sm_{first.number} on"
    if is_vendors_wheel(package):
        sister = _sister(package, targets, platforms)
        return f"{none}: {_OF_VENDOR}{f': {sister}' if sister else ''}"
    if any(board(each.capability.number) is not None for each in targets):
        return _of_boards(package, labels)
    return f"{none}: {_FROM_SOURCE}"


def _of_boards(package: str, labels: str) -> str:
    """What does on boards, for which NVIDIA builds wheels of its own: those that others publish are for servers."""
    own = framework().for_boards if package == framework().name else ""
    does = (
        f"NVIDIA publishes wheels for each JetPack: {own}" if own else "use one that is built for the board's JetPack"
    )
    return f"no wheel of {package} for Arm servers is known to run on {labels}: {does}"


def _sister(package: str, targets: Sequence[Target], platforms: Sequence[str]) -> str | None:
    """The same library's package for another CUDA release of which a wheel runs on all of these targets; of several
    that of the newest release."""
    own = [name for name in packages() if name != package and family_of(name) == family_of(package)]
    for name in sorted(own, key=lambda each: release_of_family(each) or 0, reverse=True):
        known = [each.resolved for platform in platforms for each in candidates(name, platform)]
        if any(all(_serves(verdict_of(wheel, each), native=False) for each in targets) for wheel in known):
            return name
    return None


def _with_least_driver(package: str, targets: Sequence[Target], bounds: ReleaseBounds) -> tuple[int, str] | None:
    """The oldest driver branch with which some build of this release runs on all targets, of any release without a
    version or where none of it does, and the command that installs that build."""
    bare = without_driver(targets)
    wheels = [each for each in candidates(package, bounds.platforms(targets)[0]) if bounds.admits(each.version)]
    needed: set[int] = set()
    for wheel in [each for each in wheels if each.version == bounds.version] or wheels:
        found = [verdict_of(wheel.resolved, target) for target in bare]
        if all(_serves(each, native=False) for each in found):
            own = [each.verdict.min_driver for each in found if each.verdict is not None]
            needed.add(max([*(each or 0 for each in own), *(first_branch(each.capability) or 0 for each in bare)]))
    for branch in sorted(needed):
        held = [replace(each, driver=DriverRelease.parse(str(branch))) for each in targets]
        cure = _for_some_python(package, held, bounds)
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
