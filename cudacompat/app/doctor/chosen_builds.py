"""Packages that load one of several builds by the CUDA release of the framework, beside another framework."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cudacompat.app.doctor.installing import public_version
from cudacompat.domain.machine.components import Component
from cudacompat.domain.wheels.cure import cure_for
from cudacompat.domain.wheels.distributions import framework
from cudacompat.domain.wheels.together import FrameworkRelease
from cudacompat.domain.wheels.wheel_cure import NoCure, WheelCure
from cudacompat.domain.words.verdict import Target
from cudacompat.environments.own import normalised


def builds_chosen_by(
    cure: WheelCure | NoCure | None, near: Sequence[Component], targets: Sequence[Target], *, platform: str
) -> Iterator[tuple[str, int]]:
    """Yield the packages of `near` that are known to run on these GPUs with another build of their own, the one for the
    CUDA release of the framework that cures, with its major release. What the table does not know is left out."""
    if not isinstance(cure, WheelCure) or cure.package != framework().name or cure.cuda is None:
        return
    moved = FrameworkRelease(cure.version, cure.cuda, cure.index)
    for each in near:
        name, version = normalised(each.package), public_version(each.version)
        if version is None or name in dict(cure.companions) or not any(group.loaded for group in each.alternatives):
            continue
        found = cure_for(name, targets, version=version, going_with=moved, platform=platform)
        if isinstance(found, WheelCure) and found.version == version:
            yield name, int(cure.cuda.partition(".")[0])
