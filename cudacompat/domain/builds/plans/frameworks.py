"""The published build of a framework that a plan's engine is built against: which there are, and what is said. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from packaging.version import Version

from cudacompat.domain.builds.engine import Engine, FrameworkBuild
from cudacompat.domain.builds.plans.arm_hosts import on_arm
from cudacompat.domain.builds.plans.model import BuildPlan, RequestedTarget
from cudacompat.domain.words.versions import ToolkitVersion


def framework_builds(
    engine: Engine, version: Version | None, wanted: Sequence[RequestedTarget]
) -> tuple[FrameworkBuild, ...]:
    """Return the builds of the engine's framework that run on all of these GPUs, the newest first; none without one."""
    if engine.framework is None:
        return ()
    return engine.framework.builds(version, [each.number for each in wanted], on_arm(wanted))


def in_order(engine: Engine, builds: Sequence[FrameworkBuild]) -> tuple[frozenset[ToolkitVersion], ...]:
    """Return their CUDA releases, those to take first in front: those of the newest framework, where the engine's
    version is the framework's."""
    if not engine.version_of_framework:
        return (frozenset(each.cuda for each in builds),)
    return tuple(frozenset(each.cuda for each in group) for _, group in groupby(builds, lambda each: each.version))


def framework_notes(
    engine: Engine,
    framework: FrameworkBuild | None,
    cuda: ToolkitVersion,
    *,
    version: Version | None,
    wanted: Sequence[RequestedTarget],
    builds: Sequence[FrameworkBuild],
) -> tuple[str, ...]:
    """Return which of the framework's `builds` the plan is for, or that none is known; nothing without a framework."""
    if engine.framework is None:
        return ()
    title, gpus = engine.framework.title, _gpus(wanted)
    if framework is not None:
        asking = _asking(engine, version, framework)
        return (f"for {title} {framework.version}, whose build for CUDA {cuda} runs on {gpus}{asking}",)
    near = next((each for each in builds if each.cuda.major == cuda.major), None)
    if near is not None:  # torch.utils.cpp_extension, _check_cuda_version: it refuses another major release alone
        return (
            f"for {title} {near.version}, whose build for CUDA {near.cuda} runs on {gpus}: it takes nvcc {cuda}, of "
            f"the same major release, with a warning{_asking(engine, version, near)}",
        )
    return (f"no published {title} of CUDA {cuda} is known that runs on {gpus}: this is for one that you build",)


def _asking(engine: Engine, version: Version | None, build: FrameworkBuild) -> str:
    """Which release of the engine goes with this framework, where each asks for one and none was named."""
    asking = engine.framework.asking if engine.framework is not None and version is None else None
    release = asking(build.version) if asking is not None else None
    return f"; the newest {engine.title} that asks for it is {release}" if release is not None else ""


def why_no_framework(plan: BuildPlan) -> str | None:
    """Return why no image can install the framework of this plan; `None` where it can, or needs none."""
    own = plan.engine.framework
    if own is None or plan.framework is not None:
        return None
    of_version = f" {plan.version}" if plan.engine.version_of_framework and plan.version is not None else ""
    build = f"{own.title}{of_version} of CUDA {plan.release.version}"
    return (
        f"no published {build} is known that runs on {_gpus(plan.wanted)}; choose another release with --cuda or "
        f"--engine-version{_apart(plan.wanted)} (see cudacompat wheels {own.package})"
    )


def _gpus(wanted: Sequence[RequestedTarget]) -> str:
    return " and ".join(dict.fromkeys(each.label for each in wanted))


def _apart(wanted: Sequence[RequestedTarget]) -> str:
    return ", or make an image for each GPU" if len({each.number for each in wanted}) > 1 else ""
