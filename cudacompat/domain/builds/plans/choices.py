"""Why a plan's list is as it is: each target with its reason, its cost, and what leaving it out would change. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cudacompat.domain.builds.lists.writer import CodeTarget
from cudacompat.domain.builds.plans.costs import ImageSize, Sizes, sizes
from cudacompat.domain.builds.plans.model import BuildPlan
from cudacompat.domain.builds.plans.plan import arriving
from cudacompat.domain.judge.coverage import Reach, reach
from cudacompat.domain.words.capability import ComputeCapability
from cudacompat.domain.words.target import ArchSuffix, ArchTarget, CodeKind


@dataclass(frozen=True, slots=True)
class PlanChange:
    """What becomes of one GPU that was asked for if a target is left out."""

    label: str
    reach: Reach


@dataclass(frozen=True, slots=True)
class Choice:
    """One target of the list: the images that it gives, why each is there, their bytes, who would miss it."""

    target: CodeTarget
    images: tuple[ArchTarget, ...]
    why: tuple[str, ...]
    sizes: tuple[ImageSize, ...]
    without: tuple[PlanChange, ...]


def choices(plan: BuildPlan) -> tuple[Choice, ...]:
    """Return each target of the plan's list, in its order."""
    weights = sizes(plan.engine, plan.release.version, plan.arrives)
    return tuple(_choice(plan, each, weights) for each in plan.code)


def _choice(plan: BuildPlan, target: CodeTarget, weights: Sizes | None) -> Choice:
    images = arriving(plan.engine, plan.version, (target,), cuda=plan.release.version)
    rest = [image for image in plan.arrives if image not in images]
    return Choice(
        target=target,
        images=images,
        why=tuple(_why(plan, image) for image in images),
        sizes=tuple(each for each in (weights.images if weights is not None else ()) if each.image in images),
        without=_without(plan, rest),
    )


def _without(plan: BuildPlan, rest: Sequence[ArchTarget]) -> tuple[PlanChange, ...]:
    found = []
    for wanted, now in zip(plan.wanted, plan.reached, strict=True):
        then = reach(ComputeCapability.from_number(wanted.number), rest, plan.release.ptx_isa)
        if (then.outcome, then.image) != (now.outcome, now.image):
            found.append(PlanChange(wanted.label, then))
    return tuple(dict.fromkeys(found))


def _why(plan: BuildPlan, image: ArchTarget) -> str:
    if image.kind is CodeKind.PTX:
        return _why_ptx(plan, image)
    own = list(dict.fromkeys(each.label for each in plan.wanted if each.number == image.number))
    served = [
        f"{wanted.label} can run it too"
        for wanted, found in zip(plan.wanted, plan.reached, strict=True)
        if found.image == image and wanted.number != image.number
    ]
    parts = [f"machine code for {', '.join(own)}: no compilation at start" if own else "machine code"]
    parts += dict.fromkeys(served)
    if image.suffix is ArchSuffix.ARCH_SPECIFIC:
        parts.append(f"the suffix limits it to compute capability {image.capability}")
    elif image.suffix is ArchSuffix.FAMILY:
        parts.append("the suffix limits it to its family")
    return "; ".join(parts)


def _why_ptx(plan: BuildPlan, image: ArchTarget) -> str:
    if image.suffix is ArchSuffix.ARCH_SPECIFIC:
        return f"PTX that only {image.capability} can compile"
    users = [
        wanted.label
        for wanted, found in zip(plan.wanted, plan.reached, strict=True)
        if found.image is not None and found.image == image
    ]
    if users:
        return f"PTX that the driver compiles at first use on {', '.join(dict.fromkeys(users))}, and on newer GPUs"
    rewritten = any(
        each.number > image.number
        and plan.engine.added_suffix(plan.version, each.number, ptx=True, cuda=plan.release.version)
        for each in plan.wanted
    )
    reason = (
        "; the build adds a suffix to the higher targets, and no other GPU can compile the PTX of those"
        if rewritten
        else ", the highest plain target of the list"
    )
    return f"PTX for GPUs newer than the ones named{reason}"
