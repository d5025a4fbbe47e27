"""GPUs that one build cannot serve together: the fewest builds that do. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from cudacompat.domain.builds.engine import Engine, Grammar, Route
from cudacompat.domain.builds.plans.arm_hosts import by_host, on_arm
from cudacompat.domain.builds.plans.budget import tradeoff, within
from cudacompat.domain.builds.plans.model import BuildPlan, Profile, RequestedTarget
from cudacompat.domain.builds.plans.plan import arriving, code_for, plan_build
from cudacompat.domain.builds.plans.release import NoSingleReleaseError, groups
from cudacompat.domain.words.versions import DriverRelease


def plan_builds(
    engine: Engine,
    wanted: Sequence[RequestedTarget],
    *,
    version: str | None = None,
    cuda: str | None = None,
    ptx: bool = True,
    route: Route = Route.COMMAND,
    profile: Profile | None = None,
    distro: str | None = None,
    budget: int | None = None,
    measured: Sequence[str] = (),
    single: bool = False,
    apart: bool = False,
    driver: DriverRelease | None = None,
) -> tuple[BuildPlan, ...]:
    """Return one plan, or the fewest that together serve all of these GPUs, oldest CUDA release first.

    There are several where no single release builds all of the list, where the engine's build takes one architecture,
    or, with `apart`, where some of the GPUs come with an Arm processor and others do not: those come last. Only the
    last for a processor carries PTX for GPUs newer than all of these. Each holds to `budget` bytes where one is given;
    `measured` are the engines whose sizes are known. `UsageError` for what cannot be built at all, not with the
    release named, not for the driver, not within the budget, or, with `single`, not in one build.
    """

    def plan(part: Sequence[RequestedTarget], *, with_ptx: bool) -> BuildPlan:
        build = partial(
            plan_build,
            engine,
            part,
            version=version,
            cuda=cuda,
            route=route,
            profile=profile,
            distro=distro,
            driver=driver,
        )
        full = build(ptx=with_ptx)
        if budget is None:
            return full
        # the release stays that of the whole list: the sizes are those of what it builds
        small = build(code=within(full, budget, measured), cuda=str(full.release.version))
        if small.code == full.code:
            return full
        return replace(small, notes=(*small.notes, tradeoff(full, small, budget)))

    if profile is not None or single:
        return (plan(wanted, with_ptx=ptx),)
    hosts = by_host(wanted)
    if apart and len(hosts) > 1:
        each = partial(
            plan_builds,
            engine,
            version=version,
            cuda=cuda,
            ptx=ptx,
            route=route,
            distro=distro,
            budget=budget,
            measured=measured,
            driver=driver,
        )
        return tuple(found for part in hosts for found in each(part))
    parts = _one_by_one(engine, wanted, version, route=route)
    if len(parts) == 1:
        try:
            return (plan(wanted, with_ptx=ptx),)
        except NoSingleReleaseError:
            parts = _by_release(engine, wanted, version)
    plans = [plan(part, with_ptx=ptx and part is parts[-1]) for part in parts]
    return tuple(sorted(plans, key=lambda each: each.release.version))


def _one_by_one(
    engine: Engine, wanted: Sequence[RequestedTarget], version: str | None, route: Route
) -> tuple[tuple[RequestedTarget, ...], ...]:
    """The GPUs by architecture where a build takes just one; else all of them together."""
    knobs = engine.knobs_of(engine.version(version), route)
    if not any(knob.grammar is Grammar.ONE_NUMBER for knob in knobs):
        return (tuple(wanted),)
    archs = sorted({each.arch for each in wanted}, key=lambda arch: (int(arch.rstrip("af")), arch))
    return tuple(tuple(each for each in wanted if each.arch == arch) for arch in archs)


def _by_release(
    engine: Engine, wanted: Sequence[RequestedTarget], version: str | None
) -> tuple[tuple[RequestedTarget, ...], ...]:
    of_version = engine.version(version)
    items = []
    for each in wanted:
        code = code_for(engine, of_version, (each,), ptx=False)
        arrives = arriving(engine, of_version, code)
        items.append(frozenset([*(image.arch for image in code), *(image.arch for image in arrives)]))
    return tuple(tuple(wanted[index] for index in group) for group in groups(items))


def slug(plan: BuildPlan, plans: Sequence[BuildPlan]) -> str:
    """Return the word that tells this build of a matrix from the others: `cuda12.8`; `cuda12.8-arm64` where another of
    this release is for the other processor; `cuda12.8-89` where that does not tell them apart."""
    word = f"cuda{plan.release.version}"
    same = [each for each in plans if each.release is plan.release]
    arm = on_arm(plan.wanted)
    here = [each for each in same if on_arm(each.wanted) is arm]
    if len(here) < len(same):
        word += "-arm64" if arm else "-amd64"
    return word if len(here) == 1 else f"{word}-{'_'.join(dict.fromkeys(each.arch for each in plan.wanted))}"
