"""Whether a wheel goes with a release of the framework that runs on the same GPUs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache

from packaging.specifiers import SpecifierSet
from packaging.version import Version

from cudacompat.domain.wheels.answer import verdict_of
from cudacompat.domain.wheels.candidates import Candidate, candidates, preference
from cudacompat.domain.wheels.distributions import framework
from cudacompat.domain.wheels.metadata import needs_of
from cudacompat.domain.wheels.model import WheelRow
from cudacompat.domain.wheels.required import asked_in
from cudacompat.domain.wheels.resolved import HowKnown, RequirementVerdict
from cudacompat.domain.wheels.together import FrameworkRelease
from cudacompat.domain.wheels.verdict import WheelVerdict
from cudacompat.domain.words.verdict import Outcome, Target


def failing_pin(row: WheelRow, target: Target, platform: str) -> str | None:
    """Return what this wheel asks of the framework (`torch==2.6.0`) where every build that is known of it fails on the
    target; `None` where one runs, none is known, or the wheel asks for none."""
    asked = asked_in(row)
    return f"{framework().name}{asked}" if asked is not None and every_build_fails(asked, target, platform) else None


def _failing_cuda(row: WheelRow, target: Target, platform: str) -> str | None:
    """The CUDA releases of the framework that a wheel has libraries for, where no build for one of them runs."""
    if not row.by_cuda or not lacks_framework(row, (target,), platform):
        return None
    releases = sorted(map(int, row.by_cuda))
    first, last = (f"{each // 10}.{each % 10}" for each in (releases[0], releases[-1]))
    return f"{framework().name} for CUDA {f'{first} to {last}' if first != last else first}"


def every_build_fails(asked: SpecifierSet, target: Target, platform: str) -> bool:
    """Return True if builds of these releases of the framework are known, and none of them runs on the target."""
    meant = [each for each in candidates(framework().name, platform) if any(_versions(each, asked))]
    fails = [verdict_of(each.resolved, target).outcome is Outcome.FAILS for each in meant]
    return bool(fails) and all(fails)


def with_its_pin(verdict: RequirementVerdict, platform: str) -> RequirementVerdict:
    """Return the verdict on a wheel with what it pins, or has libraries for: where no build of that framework runs, nor
    does the wheel. Of a release between two that were read this has to be so of both."""
    found = verdict.verdict
    if found is None or verdict.outcome is None or not verdict.outcome.runs:
        return verdict
    rows = verdict.resolved.rows if verdict.resolved.known is HowKnown.BETWEEN else (found.row,)
    pins = [failing_pin(row, verdict.target, platform) or _failing_cuda(row, verdict.target, platform) for row in rows]
    known = [pin for pin in pins if pin is not None]
    if not pins or len(known) < len(pins):
        return verdict
    requires = " or ".join(dict.fromkeys(known))
    fails = WheelVerdict(found.row, verdict.target, Outcome.FAILS, reason=None, min_driver=None, requires=requires)
    return replace(verdict, outcome=Outcome.FAILS, verdict=fails)


def lacks_framework(row: WheelRow, targets: tuple[Target, ...], platform: str) -> bool:
    """Return True for a wheel that asks for the framework, or loads the library for its CUDA release, where no build of
    it that is known to run on all of these targets goes with the wheel, although some run."""
    asked = dict(needs_of(row)).get(framework().name)  # without a release, too
    if row.package == framework().name or (asked is None and not row.by_cuda):
        return False
    running = _running(targets, platform)
    return bool(running) and not any(
        release.takes(row) and release.serves(row, targets)
        for each in running
        for release in _releases(each, asked or SpecifierSet())
    )


def pinned_release(
    row: WheelRow, targets: tuple[Target, ...], platform: str
) -> tuple[FrameworkRelease, int | None] | None:
    """Return the one release of the framework that this wheel asks for, as a build that runs on all of these targets
    (PyPI's own before others, of those the newest CUDA release), and the oldest driver branch for it; `None` for a
    wheel that asks for none, or leaves a choice."""
    asked = asked_in(row) or SpecifierSet()
    if not any(each.operator == "==" and "*" not in each.version for each in asked):
        return None
    fitting = [
        (candidate, release)
        for candidate in _running(targets, platform)
        for release in _releases(candidate, asked)
        if release.takes(row) and release.serves(row, targets)
    ]
    if not fitting:
        return None
    candidate, release = min(fitting, key=lambda each: preference(each[0].resolved.build))
    found = (verdict_of(candidate.resolved, target, release.cuda).verdict for target in targets)
    drivers = [each.min_driver for each in found if each is not None and each.min_driver is not None]
    return release, max(drivers, default=None)


@lru_cache(maxsize=16)
def _running(targets: tuple[Target, ...], platform: str) -> tuple[Candidate, ...]:
    known = tuple(candidates(framework().name, platform))
    return tuple(each for each in known if all(_runs(verdict_of(each.resolved, target)) for target in targets))


def _runs(verdict: RequirementVerdict) -> bool:
    """Whether the framework runs, for an extension that calls nothing of a library beside the deciding one."""
    beside = verdict.verdict is not None and verdict.verdict.beside is not None
    return beside or (verdict.outcome is not None and verdict.outcome.runs)


def _releases(candidate: Candidate, asked: SpecifierSet) -> Iterator[FrameworkRelease]:
    resolved = candidate.resolved
    yield from (FrameworkRelease(each, resolved.cuda, resolved.build) for each in _versions(candidate, asked))


def _versions(candidate: Candidate, asked: SpecifierSet) -> Iterator[Version]:
    """The versions of this build that are asked for: of a minor release all patches are built alike."""
    if asked.contains(candidate.version, prereleases=True):
        yield candidate.version
    for each in asked:
        if each.operator == "==" and "*" not in each.version:
            exact = Version(each.version)
            if exact != candidate.version and exact.release[:2] == candidate.version.release[:2]:
                yield exact
