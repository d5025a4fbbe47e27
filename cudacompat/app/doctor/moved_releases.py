"""Steps that give several packages another release at once: what a framework pins with the framework, and NVIDIA's
libraries together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from cudacompat.app.doctor.brought_libraries import brings_of, builds_of
from cudacompat.app.doctor.installing import install_cure, installer, public_version
from cudacompat.app.doctor.reader_shell import quoted, words
from cudacompat.app.doctor.release_cure import by_its_name
from cudacompat.domain.machine.components import Component, Environment
from cudacompat.domain.reports.doctor import ComponentRow, PlanStep
from cudacompat.domain.tables.drivers import needed_driver
from cudacompat.domain.tables.toolkits import release
from cudacompat.domain.wheels.distributions import distributions, framework
from cudacompat.domain.wheels.pinned_compiler import framework_with
from cudacompat.domain.wheels.wheel_cure import NoCure, WheelCure
from cudacompat.domain.words.phrases import one_line, some
from cudacompat.domain.words.verdict import Target
from cudacompat.domain.words.versions import ToolkitVersion
from cudacompat.environments.asked_for import Asker
from cudacompat.environments.own import normalised


def framework_step(
    component: Component,
    cure: WheelCure | NoCure | None,
    others: Sequence[Asker],
    near: Sequence[Component],
    *,
    targets: Sequence[Target],
    home: Environment | None,
    platform: str,
) -> PlanStep | None:
    """Return the step that installs a release of the framework which asks for a release of this component that runs on
    the GPUs; `None` where the framework here takes the `cure`, or no such release is known."""
    main = framework().name
    pins = [each for each in others if normalised(each.package) == main]
    if not isinstance(cure, WheelCure) or all(each.takes.contains(cure.version) for each in pins):
        return None
    here = next((each for each in near if normalised(each.package) == main), None)
    version = public_version(here.version) if here is not None else None
    if here is None or version is None:
        return None
    beside = sorted(f"{normalised(each.package)}=={public_version(each.version) or ''}" for each in near)
    found = framework_with(normalised(component.package), targets, version, beside=beside, platform=platform)
    if found is None:
        return None
    moved, asked = found
    why = f"Install {main} {moved.version} in place of {here.version}: its {component.package} {asked} knows these GPUs"
    moved = by_its_name(moved, near, platform)
    along = tuple(name for name, _ in moved.companions)
    brings = brings_of(moved, platform)
    return PlanStep(
        one_line(why),
        install_cure(moved, home),
        cures=(component.package,),
        moves=(main, *along),
        brings=brings,
        builds=builds_of(moved),
    )


def library_releases(libraries: Sequence[tuple[ComponentRow, WheelCure]], home: Environment | None) -> list[PlanStep]:
    """Return the step that installs these releases of NVIDIA's libraries, if there are some."""
    if not libraries:
        return []
    names = [f"{cure.package} {cure.version}" for _, cure in libraries]
    jit = [cure.package for _, cure in libraries if not cure.native]
    how = "" if not jit else ", by JIT at first use" if len(jit) == len(libraries) else f", {some(jit)} by JIT"
    one = len(libraries) == 1
    there = libraries[0][0].component.version if one else "those that are here"
    why = (
        f"Install {some(names, len(names))} in place of {there}: {'it runs' if one else 'they run'} on these GPUs{how}"
    )
    pins = words((pin for _, cure in libraries for pin in replace(cure, companions=()).pins), home)
    cures = tuple(dict.fromkeys(row.component.package for row, _ in libraries))
    return [PlanStep(one_line(why), f"{installer(home)} {pins}", cures=cures)]


def own_index_step(
    component: Component, cure: NoCure, targets: Sequence[Target], home: Environment | None
) -> PlanStep | None:
    """Return the step that installs the newest release from the index of the package's own publisher, for a CUDA
    release that builds for all of these GPUs and runs with their driver; `None` for what has no such index. The wheels
    of these indexes were not read."""
    indexes = distributions().own_indexes.get(normalised(component.package), {})
    archs = [str(target.capability.number) for target in targets]
    drivers = [target.driver for target in targets if target.driver is not None]
    for cuda, url in indexes.items():
        row = release(ToolkitVersion.parse(cuda))
        if row is None or not set(archs) <= set(row.targets):
            continue
        if any(needed_driver(row.version.major, each) is not None for each in drivers):
            continue
        why = f"{cure.sentence.partition(':')[0]}; take a newer one from its publisher's index (not read here)"
        command = f"{installer(home)} --upgrade {quoted(component.package, home)} --index-url {url}"
        return PlanStep(one_line(f"{component.package} {component.version}: {why}"), command, (component.package,))
    return None
