"""The published builds of one package, each with its verdict on GPUs, and those of them that matter to a GPU."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from packaging.version import Version

from cudacompat.domain.wheels.answer import verdict_of
from cudacompat.domain.wheels.candidates import candidates, preference
from cudacompat.domain.wheels.distributions import distributions, framework
from cudacompat.domain.wheels.model import PYPI, WheelRow
from cudacompat.domain.wheels.own_compiler import compiler_in
from cudacompat.domain.wheels.platforms import DEFAULT_PLATFORM, platform_for
from cudacompat.domain.wheels.release_bounds import ReleaseBounds
from cudacompat.domain.wheels.requirement import Requirement
from cudacompat.domain.wheels.resolve import resolve
from cudacompat.domain.wheels.resolved import HowKnown, RequirementVerdict, Resolved
from cudacompat.domain.wheels.running_framework import with_its_pin
from cudacompat.domain.wheels.table import rows_of, torch_rows, unlisted_indexes
from cudacompat.domain.wheels.wheel_cure import WheelCure
from cudacompat.domain.words.verdict import Outcome, Target


@dataclass(frozen=True, slots=True)
class Build:
    """One build of a release: the wheel, for which platform, and its verdict on each target that goes with that
    platform."""

    resolved: Resolved
    platform: str
    verdicts: tuple[RequirementVerdict, ...]

    @property
    def version(self) -> Version:
        """Its release; every build has one."""
        return self.resolved.version or Version("0")

    @property
    def known(self) -> bool:
        """True if the content of this very build, or of the releases before and after it, is known."""
        return self.resolved.known in (HowKnown.READ, HowKnown.DOCUMENTED, HowKnown.NO_CODE, HowKnown.BETWEEN)

    @property
    def holds_features_alone(self) -> bool:
        """True if programs do without the device code in it, which is that of single features."""
        return self.resolved.requirement.name in distributions().single_features

    def cuda_choice(self, target: Target) -> tuple[str, ...]:
        """Return the CUDA releases (`12.8`) of the libraries that run on the target, where the wheel has a library for
        each release and some of them do not run."""
        libraries = self.row.by_cuda if self.row is not None else {}
        running = [
            cuda for cuda, answers in libraries.items() if Outcome(answers.get(str(target.capability), "fails")).runs
        ]
        return tuple(f"{cuda[:-1]}.{cuda[-1]}" for cuda in running) if len(running) < len(libraries) else ()

    def compiler_for(self, target: Target) -> str | None:
        """Return the compiler in the wheel that builds machine code for the target; None if it has none that does."""
        return compiler_in(self.row, target) if self.row is not None else None

    @property
    def row(self) -> WheelRow | None:
        """The row that says what it holds; of two neighbours the older one."""
        return self.resolved.rows[0] if self.resolved.rows else None

    def verdict_on(self, target: Target) -> RequirementVerdict | None:
        """Return the verdict on this target, None if its platform is another one."""
        return next((each for each in self.verdicts if each.target == target), None)

    def runs_on(self, target: Target) -> bool:
        """Return True if everything in the build runs on the target."""
        verdict = self.verdict_on(target)
        return verdict is not None and verdict.outcome is not None and verdict.outcome.runs


def builds_of(
    package: str,
    targets: Sequence[Target],
    version: Version | None = None,
    *,
    platform: str | None = None,
    python: str | None = None,
    read: Sequence[WheelRow] = (),
) -> tuple[Build, ...]:
    """Return the builds of this package whose content is known, the newest first; of one release all that its indexes
    have, known or not: for `platform`, else for the platform that goes with each target, and for `python`, if one is
    named. `read` are rows that were read just now and are not in the table."""
    found: list[Build] = []
    wanted = {target: platform or platform_for(target) for target in targets}
    for each_platform in dict.fromkeys(wanted.values()) or (platform or DEFAULT_PLATFORM,):
        own = [target for target in targets if wanted[target] == each_platform]
        fresh = [_of_row(row) for row in read if row.platform in (each_platform, "any")]
        if version is None:
            known = _offered(package, each_platform, python)
        else:
            known = _of_release(package, version, each_platform, python=python)
        pins = {(each.version, each.build) for each in fresh}
        for each in (*fresh, *(each for each in known if (each.version, each.build) not in pins)):
            verdicts = tuple(with_its_pin(verdict_of(each, target), each_platform) for target in own)
            found.append(Build(each, each_platform, verdicts))
    found.sort(key=lambda build: (build.resolved.build != PYPI, build.resolved.build))
    return tuple(sorted(found, key=lambda build: build.version, reverse=True))


def _offered(package: str, platform: str, python: str | None) -> Iterator[Resolved]:
    bounds = ReleaseBounds(python=python)
    every = [each.resolved for each in candidates(package, platform)]
    every += [_of_row(row) for row in rows_of(package, platform, None) if not row.has_code]
    for each in every:
        if bounds.has_wheels([(package, each.version or Version("0"))], [platform], each.build):
            yield each


def _of_release(package: str, version: Version, platform: str, *, python: str | None) -> Iterator[Resolved]:
    indexes = [PYPI]
    if package == framework().name:
        minor = Version(f"{version.major}.{version.minor}")
        indexes += [row.index for row in torch_rows() if (row.version, row.platform) == (minor, platform)]
        indexes += unlisted_indexes(minor, platform)
    for index in dict.fromkeys(indexes):
        pin = replace(_pin(package, version, index), pythons=frozenset({python} if python is not None else ()))
        yield from resolve([pin], platform)[:1]


def _of_row(row: WheelRow) -> Resolved:
    known = HowKnown.READ if row.has_code else HowKnown.NO_CODE
    return Resolved(_pin(row.package, row.version, row.index), row.version, row.index, how="", known=known, rows=(row,))


def _pin(package: str, version: Version, index: str) -> Requirement:
    return Requirement(package, f"=={version}", f"{package}=={version}", file="", line=0, index=index)


@dataclass(frozen=True, slots=True)
class TargetSummary:
    """What the builds come to on one target: the newest and the oldest release that run, whether a newer one than the
    newest that runs is known to fail, whether any is undecided or none is known for its platform, and whether one
    compiles its code there at run time."""

    target: Target
    newest: Build | None
    oldest: Build | None
    newer_fails: bool
    undecided: bool
    compiles: bool = False


def summary(builds: Sequence[Build], target: Target) -> TargetSummary:
    """Return what these builds, the newest first, come to on the target."""
    running = [build for build in builds if build.runs_on(target)]
    of_newest = [build for build in running if build.version == running[0].version]
    newest = min(of_newest, key=lambda build: preference(build.resolved.build), default=None)
    verdicts = [(build, verdict) for build in builds if (verdict := build.verdict_on(target)) is not None]
    return TargetSummary(
        target,
        newest,
        running[-1] if running else None,
        newer_fails=newest is not None
        and any(v.outcome is Outcome.FAILS and build.version > newest.version for build, v in verdicts),
        undecided=not verdicts or any(verdict.outcome is Outcome.UNDECIDED for _, verdict in verdicts),
        compiles=not verdicts
        or any(verdict.outcome is None or build.holds_features_alone for build, verdict in verdicts),
    )


def cure_by_read(builds: Sequence[Build], targets: Sequence[Target], read: Sequence[WheelRow]) -> WheelCure | None:
    """Return the pin of a release of PyPI whose wheels were read just now and run on every target; None without one."""
    fresh = [build for build in builds if build.row in read and build.resolved.build == PYPI]
    for version in dict.fromkeys(build.version for build in fresh):
        own = [build for build in fresh if build.version == version]
        served = [next((v for build in own if (v := build.verdict_on(each)) is not None), None) for each in targets]
        running = [each for each in served if each is not None and each.outcome is not None and each.outcome.runs]
        if targets and len(running) == len(targets):
            drivers = [each.verdict.min_driver for each in running if each.verdict is not None]
            return WheelCure(
                own[0].resolved.requirement.name,
                version,
                PYPI,
                basis=running[0].basis,
                native=all(each.outcome is not Outcome.JIT for each in running),
                min_driver=max((each for each in drivers if each is not None), default=None),
            )
    return None


@dataclass(frozen=True, slots=True)
class BuildRange:
    """Builds of neighbouring releases, the newest first, of one index and CUDA release, that come to the same."""

    builds: tuple[Build, ...]

    @property
    def versions(self) -> str:
        """`2.8.0`, or `2.8.0 to 2.10.0`."""
        newest, oldest = self.builds[0].version, self.builds[-1].version
        return str(newest) if newest == oldest else f"{oldest} to {newest}"


def ranges(builds: Sequence[Build]) -> tuple[BuildRange, ...]:
    """Return the builds put together where neighbours of one index are equal, ordered by the newest of each."""
    by_index: dict[tuple[str, str], list[list[Build]]] = {}
    for build in builds:
        groups = by_index.setdefault((build.resolved.build, build.platform), [])
        if groups and _alike(groups[-1][-1], build):
            groups[-1].append(build)
        else:
            groups.append([build])
    found = [BuildRange(tuple(group)) for groups in by_index.values() for group in groups]
    return tuple(sorted(found, key=lambda each: each.builds[0].version, reverse=True))


def _alike(one: Build, other: Build) -> bool:
    return _content(one) == _content(other)


def _content(build: Build) -> tuple[object, ...]:
    row = build.row
    verdicts = [(each.outcome, each.verdict) for each in build.verdicts]
    outcomes = tuple((outcome, v and (v.reason, v.min_driver, v.requires, v.compiler)) for outcome, v in verdicts)
    code = (row.lists, tuple(row.ptx_isa.items())) if row is not None and not build.verdicts else ()
    return build.resolved.cuda, build.resolved.known, outcomes, code
