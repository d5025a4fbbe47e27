"""Packages that are released under one name for each CUDA release: the one that runs where the installed one does not.

`cupy-cuda13x` and `cupy-cuda12x` hold the same modules, so one takes the place of the other.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from shlex import quote

from cudacompat.app.doctor.installing import installer, remover
from cudacompat.domain.machine.components import Component, Environment
from cudacompat.domain.reports.doctor import PlanStep
from cudacompat.domain.wheels.cure import WheelCure, cure_for
from cudacompat.domain.wheels.table import packages
from cudacompat.domain.words.phrases import one_line
from cudacompat.domain.words.verdict import Target
from cudacompat.engines import cuda_libraries
from cudacompat.environments.own import normalised

_MADE_FOR = re.compile(r"-cu(?:da)?(\d+)x?$")


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
    own = _MADE_FOR.search(name)
    if own is None:
        return None
    stem = name[: own.start()]
    sisters = {int(found[1]): each for each in packages() if (found := _sister(each, stem)) and each != name}
    for number in sorted(sisters, reverse=True):
        cure = cure_for(sisters[number], targets, platform=platform)
        if isinstance(cure, WheelCure):
            return cure
    return None


def _sister(package: str, stem: str) -> re.Match[str] | None:
    found = _MADE_FOR.search(package)
    return found if found is not None and package[: found.start()] == stem else None
