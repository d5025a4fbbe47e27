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


def framework_note(
    engine: Engine, framework: FrameworkBuild | None, cuda: ToolkitVersion, wanted: Sequence[RequestedTarget]
) -> str | None:
    """Return which build of the framework the plan is for, or that none is known; `None` without a framework."""
    if engine.framework is None:
        return None
    title = engine.framework.title
    if framework is None:
        return (
            f"no published {title} of CUDA {cuda} is known that runs on {_gpus(wanted)}: this is for one that you build"
        )
    return f"for {title} {framework.version}, whose build for CUDA {cuda} runs on {_gpus(wanted)}"


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
