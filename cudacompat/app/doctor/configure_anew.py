"""The step that gives a folder which CMake has configured the list of all GPUs."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from shlex import quote

from cudacompat.app.inputs.wanted_gpus import requested
from cudacompat.domain.builds.plans.plan import BuildPlan, plan_build
from cudacompat.domain.machine.facts import Found, HostFacts
from cudacompat.domain.reports.doctor import PlanStep
from cudacompat.domain.rules.machine.release_facts import span
from cudacompat.domain.tables.toolkits import release, with_all
from cudacompat.domain.words.errors import CudacompatError
from cudacompat.domain.words.phrases import one_line
from cudacompat.domain.words.verdict import Target
from cudacompat.domain.words.versions import ToolkitVersion

_FRESH = (3, 24)  # the first CMake with --fresh


@dataclass(frozen=True, slots=True)
class BuildFolder:
    """A configured folder: its list as CMake keeps it, the release of its CUDA compiler, where its sources are, and
    what else it was given."""

    folder: str
    cache: str
    archs: str
    compiler: str
    version: ToolkitVersion | None
    source: str
    generator: str = ""
    given: tuple[tuple[str, str], ...] = ()


def anew(folder: BuildFolder, targets: Sequence[Target], facts: HostFacts, *, unable: bool) -> PlanStep:
    """Return the step after which the folder builds for all of these GPUs: those that it serves today, too. Its cache
    is kept, and with it what it was given, unless its compiler is `unable` to build for one of them."""
    from cudacompat.engines import find

    start = f"Configure {folder.folder} anew"
    try:
        plan = plan_build(find("cmake"), requested(targets))
    except CudacompatError as error:
        return PlanStep(one_line(f"{start}, with one directory for each group of GPUs: {error}"), None)
    archs = {each.arch for each in plan.code}
    with_release = f" with {span(with_all(archs))}" if unable else ""
    lost = "; its other options have to be given again" if unable else ""
    return PlanStep(
        one_line(f"{start}{with_release}, and build it{lost}"),
        _configure(folder, plan, facts, archs=archs if unable else set()),
        cures=(one_line(folder.folder),),
    )


def _configure(folder: BuildFolder, plan: BuildPlan, facts: HostFacts, archs: set[str]) -> str:
    """The command; with `archs` the compiler has to be another one, which takes an empty cache."""
    build = quote(folder.folder)
    source = f" -S {quote(folder.source)}" if folder.source else ""
    options = "".join(f" -D{each.name}={quote(each.value)}" for each in plan.settings)
    if not archs:
        return f"cmake{source} -B {build}{options} && cmake --build {build}"
    options += f" -DCMAKE_CUDA_COMPILER={quote(nvcc)}" if (nvcc := _able(facts, archs)) else ""
    options += "".join(f" {quote(f'-D{name}={value}')}" for name, value in folder.given)
    generator = f" -G {quote(folder.generator)}" if folder.generator else ""
    cmake = facts.cmake.value.version if isinstance(facts.cmake, Found) else ""
    new = tuple(map(int, re.findall(r"\d+", cmake)[:2])) >= _FRESH or not cmake
    first = "cmake --fresh" if new else f"rm -rf {build}/CMakeCache.txt {build}/CMakeFiles && cmake"
    return f"{first}{source} -B {build}{generator}{options} && cmake --build {build}"


def _able(facts: HostFacts, archs: set[str]) -> str:
    """An nvcc of this machine that builds for all of these."""
    for toolkit in sorted(facts.toolkits, key=lambda each: not each.active):
        known = release(toolkit.version) if toolkit.version is not None else None
        if known is not None and archs <= set(known.targets):
            return toolkit.path
    return ""
