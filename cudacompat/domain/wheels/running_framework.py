"""Whether a wheel goes with a release of the framework that runs on the same GPUs."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from packaging.specifiers import SpecifierSet
from packaging.version import Version

from cudacompat.domain.wheels.answer import verdict_of
from cudacompat.domain.wheels.candidates import Candidate, candidates
from cudacompat.domain.wheels.distributions import framework
from cudacompat.domain.wheels.metadata import needs_of
from cudacompat.domain.wheels.model import WheelRow
from cudacompat.domain.wheels.together import FrameworkRelease
from cudacompat.domain.words.verdict import Outcome, Target


def failing_pin(row: WheelRow, target: Target, platform: str) -> str | None:
    """Return what this wheel asks of the framework (`torch==2.6.0`) where every build that is known of it fails on the
    target; `None` where one runs, none is known, or the wheel asks for none."""
    asked = dict(needs_of(row)).get(framework().name)
    if not asked:
        return None
    meant = [each for each in candidates(framework().name, platform) if any(_versions(each, asked))]
    fails = [verdict_of(each.resolved, target).outcome is Outcome.FAILS for each in meant]
    return f"{framework().name}{asked}" if fails and all(fails) else None


def lacks_framework(row: WheelRow, targets: tuple[Target, ...], platform: str) -> bool:
    """Return True for a wheel that asks for the framework, or loads the library for its CUDA release, where no build of
    it that is known to run on all of these targets goes with the wheel, although some run."""
    asked = dict(needs_of(row)).get(framework().name)
    if row.package == framework().name or (asked is None and not row.by_cuda):
        return False
    running = _running(targets, platform)
    return bool(running) and not any(
        release.takes(row) and release.serves(row, targets)
        for each in running
        for release in _releases(each, asked or SpecifierSet())
    )


@lru_cache(maxsize=16)
def _running(targets: tuple[Target, ...], platform: str) -> tuple[Candidate, ...]:
    known = tuple(candidates(framework().name, platform))
    verdicts = [[verdict_of(each.resolved, target).outcome for target in targets] for each in known]
    return tuple(
        each
        for each, outcomes in zip(known, verdicts, strict=True)
        if all(outcome is not None and outcome.runs for outcome in outcomes)
    )


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
