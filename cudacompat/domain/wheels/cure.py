"""Which pin and index cure a wheel that does not run, and what does where none of them is one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from packaging.specifiers import SpecifierSet
from packaging.version import Version

from cudacompat.domain.tables.cuda_libraries import is_vendors_wheel
from cudacompat.domain.wheels.answer import RequirementVerdict, Resolved, verdict_of
from cudacompat.domain.wheels.candidates import Candidate, candidates
from cudacompat.domain.wheels.distributions import framework
from cudacompat.domain.wheels.model import PYPI, RowBasis
from cudacompat.domain.wheels.own_compiler import asked_by_framework, assembling_rows, lacking_assembler
from cudacompat.domain.wheels.platforms import DEFAULT_PLATFORM, platform_for
from cudacompat.domain.wheels.running_framework import lacks_framework
from cudacompat.domain.wheels.table import cuda_of_index
from cudacompat.domain.wheels.together import FrameworkRelease, MovedAlong, moved_along
from cudacompat.domain.words.compiler_files import PTXAS_FOR_TRITON
from cudacompat.domain.words.phrases import some
from cudacompat.domain.words.verdict import Outcome, Target

_FROM_SOURCE = "build it from source for that GPU"
_OF_VENDOR = "use the package of a CUDA release that serves that GPU"


@dataclass(frozen=True, slots=True)
class WheelCure:
    """A pin that runs on all GPUs that were named and is taken by the driver; `companions` are the pins of the packages
    beside it that have to move with it. `basis` is `measured` or `documented`; `min_driver` the oldest driver branch
    that will do on all of them. `native` is whether every GPU has machine code there, `cuda` the release that the wheel
    was made for (`12.4`, `12`), where it is known. `stuck` are packages beside it of which no release is known that
    goes along."""

    package: str
    version: Version
    index: str
    basis: str
    native: bool
    min_driver: int | None
    companions: tuple[tuple[str, Version], ...] = ()
    cuda: str | None = None
    stuck: tuple[str, ...] = ()

    @property
    def pins(self) -> tuple[str, ...]:
        """The requirements: `torch==2.7.1`, and those of its companions; with the build's own name (`2.7.1+cu128`)
        where some of them are on PyPI alone, so that pip looks on both."""
        return (*self.pins_of_index, *self.pins_of_pypi)

    @property
    def pins_of_index(self) -> tuple[str, ...]:
        """Those of the pins that its index has."""
        local = f"+{self.index}" if self.pins_of_pypi else ""
        own = {framework().name, *framework().built_with_it}
        there = self.companions if self.index_url is None else (e for e in self.companions if _is_on_index(e[0]))
        moved = ((self.package, self.version), *there)
        return tuple(f"{name}=={version}{local if name in own else ''}" for name, version in moved)

    @property
    def pins_of_pypi(self) -> tuple[str, ...]:
        """Those of the pins that PyPI alone has, where its index is another one."""
        if self.index_url is None:
            return ()
        return tuple(f"{name}=={version}" for name, version in self.companions if not _is_on_index(name))

    @property
    def index_option(self) -> str:
        """The option of pip that names its index, in place of PyPI or beside it; empty for PyPI."""
        return f"--{'extra-' if self.pins_of_pypi else ''}index-url {self.index_url}" if self.index_url else ""

    @property
    def index_url(self) -> str | None:
        """The address of its index; `None` for PyPI."""
        return f"{framework().index}/{self.index}" if cuda_of_index(self.index) is not None else None

    @property
    def command(self) -> str:
        """The command of pip that installs it."""
        words = ["pip install", *(f'"{pin}"' for pin in self.pins), self.index_option]
        return " ".join(filter(None, words))

    @property
    def conditions(self) -> str:
        """How it is known, whether it runs by JIT, and the driver that it needs."""
        driver = f"; needs driver {self.min_driver} or newer" if self.min_driver else ""
        how = "" if self.native else ", by JIT at first use"
        stuck = f"; no release of {some(self.stuck)} is known that goes with it" if self.stuck else ""
        return f"{self.basis}{how}{driver}{stuck}"

    @property
    def sentence(self) -> str:
        """The command and its conditions, for a finding's help."""
        return f"{self.command} ({self.conditions})"


def _is_on_index(name: str) -> bool:
    return name in framework().on_its_index


@dataclass(frozen=True, slots=True)
class NoCure:
    """No wheel of the package that is known serves all of these. `for_each` are the cures of single GPUs, where they
    have one; `sentence` says what does instead; `is_known` is whether any wheel of it with device code is known."""

    package: str
    sentence: str
    for_each: tuple[tuple[Target, WheelCure], ...] = ()
    is_known: bool = True


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
) -> WheelCure | NoCure:
    """Return the pin and index of this package that run on every target, with the driver that each target has, as the
    wheel for the platform that goes with the target, or for `platform`.

    Nearest to `version` first: the same release from another index, the next newer ones, then older ones; without a
    version the newest. `beside` are other packages of the same environment (names, or `NAME==VERSION`), of which those
    that do not go with another torch get their pins, too: a torch that all of them go with comes before others. With
    `native` only wheels with machine code for every target count, with `allowed` only releases in it, with `going_with`
    only what goes with that release of torch.
    """
    wanted = [platform or platform_for(target) for target in targets] or [DEFAULT_PLATFORM]
    if assembling_rows(package, wanted[0]):
        return _assembling(package, targets, version, platforms=wanted, going_with=going_with)
    offers = {each: _by_pin(package, each) for each in set(wanted)}
    second: WheelCure | None = None
    cuda = going_with.cuda if going_with is not None else None
    for candidate in _ordered(package, version, wanted[0]):
        if allowed is not None and not allowed.contains(candidate.version):
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
            if not cure.stuck:
                return cure
            second = second or cure
    if second is not None:
        return second
    if not native:
        return _none(package, targets, version, platform=platform)
    return cure_for(
        package, targets, version=version, beside=beside, platform=platform, allowed=allowed, going_with=going_with
    )


def _assembling(
    package: str,
    targets: Sequence[Target],
    version: Version | None,
    platforms: Sequence[str],
    *,
    going_with: FrameworkRelease | None,
) -> WheelCure | NoCure:
    """The first release from this one on (the newest without one) whose own assembler knows every target."""
    asked = asked_by_framework(package, going_with.version) if going_with is not None else None
    known = {row.version for row in assembling_rows(package, platforms[0])}
    for target, platform in zip(targets, platforms, strict=True):
        rows = assembling_rows(package, platform)
        known &= {row.version for row in rows if lacking_assembler(row, target) is None}
    fitting = sorted(each for each in known if asked is None or asked.contains(each, prereleases=True))
    if not fitting:
        labels = ", ".join(target.label for target in targets)
        beside = f" that goes with {framework().name} {going_with.version}" if going_with is not None and known else ""
        text = f"no release of {package}{beside} has an assembler that knows {labels}; {PTXAS_FOR_TRITON}"
        return NoCure(package, text)
    newer = [each for each in fitting if version is not None and each >= version]
    chosen = newer[0] if newer else fitting[-1]
    return WheelCure(package, chosen, PYPI, basis=RowBasis.MEASURED.value, native=True, min_driver=None)


def cure_beside(
    resolved: Resolved, beside: Sequence[Resolved], targets: Sequence[Target], *, native: bool = False
) -> WheelCure | NoCure:
    """Return the cure of a wheel in an environment with these others: what goes with the torch there while that runs on
    all of these GPUs, else another torch with the pins of all that have to move with it."""
    name, main = resolved.requirement.name, framework().name
    pins = tuple(
        f"{each.requirement.name}=={each.version}" if each.requirement.pinned is not None else each.requirement.name
        for each in beside
        if each.requirement.name != main
    )
    torch = next((each for each in beside if each.requirement.name == main), None)
    if name == main or torch is None or torch.version is None:
        return cure_for(name, targets, version=resolved.version, beside=pins, native=native)
    release = FrameworkRelease(torch.version, torch.cuda, torch.build)
    own = cure_for(name, targets, version=resolved.version, native=native, going_with=release)
    runs = not any(verdict_of(torch, target).outcome is Outcome.FAILS for target in targets)
    if native or (runs and isinstance(own, WheelCure)):
        return own
    whole = cure_for(main, targets, version=torch.version, beside=pins)
    moves = isinstance(whole, WheelCure) and not whole.stuck
    return whole if moves or not runs else own


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


def _ordered(package: str, version: Version | None, platform: str) -> list[Candidate]:
    """The wheels whose content is known, the nearest to this version first; the newest first without one."""
    known = sorted(candidates(package, platform), key=_preference)
    newest_first = sorted(known, key=lambda each: each.version, reverse=True)
    if version is None:
        return newest_first
    same = [each for each in newest_first if each.version == version]
    newer = [each for each in newest_first if each.version > version]
    older = [each for each in newest_first if each.version < version]
    return [*same, *sorted(newer, key=_minor), *sorted(older, key=_minor, reverse=True)]


def _minor(candidate: Candidate) -> tuple[int, int]:
    return candidate.version.major, candidate.version.minor


def _preference(candidate: Candidate) -> tuple[int, int]:
    """PyPI before the framework's indexes, of those the newest CUDA first."""
    digits = candidate.resolved.build.removeprefix("cu")
    return (0, 0) if candidate.resolved.build == PYPI else (1, -int(digits) if digits.isdigit() else 0)


def _none(package: str, targets: Sequence[Target], version: Version | None, *, platform: str | None) -> NoCure:
    platforms = dict.fromkeys(platform or platform_for(target) for target in targets)
    without = [each for each in platforms if not any(candidates(package, each))]
    if without:
        where = "" if without == [DEFAULT_PLATFORM] else f" for {without[0]}"
        text = f"no wheel of {package} with device code{where} is known: see what its publisher offers"
        return NoCure(package, text, is_known=False)
    single: list[tuple[Target, WheelCure]] = []
    if len(targets) > 1:
        for target in targets:
            found = cure_for(package, (target,), version=version, platform=platform)
            if isinstance(found, WheelCure):
                single.append((target, found))
    if single:
        parts = [f"{cure.pins[0]} from {cure.index_url or 'PyPI'} for {target.label}" for target, cure in single]
        text = f"no wheel of {package} that is known serves all of them; one environment each: " + "; ".join(parts)
    else:
        labels = ", ".join(target.label for target in targets)
        driver = next((target.driver for target in targets if target.driver is not None), None)
        bare = [Target(each.id, each.name, each.capability) for each in targets]
        newer = cure_for(package, bare, version=version, platform=platform) if driver is not None else None
        if isinstance(newer, WheelCure):
            text = f"no wheel of {package} that is known runs there with driver {driver}: {newer.sentence}"
        else:
            does = _OF_VENDOR if is_vendors_wheel(package) else _FROM_SOURCE
            text = f"no wheel of {package} that is known runs on {labels}: {does}"
    return NoCure(package, text, tuple(single))


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
