"""Packages that are released under one name for each CUDA release: the one that runs where the installed one does not.

`cupy-cuda13x` and `cupy-cuda12x` hold the same modules, so one takes the place of the other.
"""

from __future__ import annotations

from collections.abc import Sequence
from shlex import quote

from cudacompat.app.doctor.installing import installer, remover
from cudacompat.domain.machine.components import Component, Environment
from cudacompat.domain.reports.doctor import PlanStep
from cudacompat.domain.wheels.cure import WheelCure, cure_for
from cudacompat.domain.wheels.distributions import family_of, release_of_family
from cudacompat.domain.wheels.table import packages
from cudacompat.domain.words.phrases import one_line
from cudacompat.domain.words.verdict import Target
from cudacompat.engines import cuda_libraries
from cudacompat.environments.own import normalised


def other_build_step(
    component: Component, targets: Sequence[Target], home: Environment | None, platform: str
) -> PlanStep | None:
    """Return the step that puts the build for another CUDA release, the newest that runs on all of these GPUs with
    their driver, in the place of this component; `None` where the component has no such sisters, or none runs."""
    cure = _other_build(normalised(component.package), targets, platform)
    if cure is None:
        return None
    use = cuda_libraries(cure.package)
    extras = use.brings(str(cure.version)) if use is not None else ()
    extra = f"[{','.join(extras)}]" if extras else ""
    asked = quote(f"{cure.package}{extra}=={cure.version}")
    removes = remover(home)
    how = "" if cure.native else ", by JIT at first use"
    why = f"Install {cure.package} {cure.version} in place of {component.package}: it runs on these GPUs{how}"
    told = why if removes is not None else f"{why}; both have the same files, so into another directory"
    command = f"{removes} {quote(component.package)} && {installer(home)} {asked}" if removes is not None else None
    return PlanStep(one_line(told), command, cures=(component.package,))


def _other_build(name: str, targets: Sequence[Target], platform: str) -> WheelCure | None:
    family = family_of(name)
    if family == name:
        return None
    sisters = {release_of_family(each) or 0: each for each in packages() - {name} if family_of(each) == family != each}
    for number in sorted(sisters, reverse=True):
        cure = cure_for(sisters[number], targets, platform=platform)
        if isinstance(cure, WheelCure):
            return cure
    return None
