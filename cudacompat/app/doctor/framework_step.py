"""The step of the plan that brings the framework which a package asks for and does not find."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.version import Version

from cudacompat.app.doctor.brought_libraries import brings_of
from cudacompat.app.doctor.component_rows import required
from cudacompat.app.doctor.here import Here
from cudacompat.app.doctor.installing import install_cure, installer, needs, public_version
from cudacompat.app.doctor.reader_shell import quoted
from cudacompat.domain.machine.components import Component
from cudacompat.domain.reports.doctor import PlanStep
from cudacompat.domain.wheels.candidates import candidates
from cudacompat.domain.wheels.cure import cure_for
from cudacompat.domain.wheels.distributions import framework
from cudacompat.domain.wheels.platforms import DEFAULT_PLATFORM, WINDOWS_PLATFORM, on_platform, platform_for
from cudacompat.domain.wheels.wheel_cure import NoCure, WheelCure
from cudacompat.domain.words.phrases import one_line
from cudacompat.domain.words.verdict import Target
from cudacompat.environments.own import normalised


def brings_framework(component: Component, here: Here) -> bool:
    """Return whether its step brings the framework, with libraries that others beside it then find."""
    return not here.holds(framework().name) and framework().name in required(component)


def framework_step(component: Component, here: Here, targets: Sequence[Target]) -> PlanStep | None:
    """Return the step for the framework that the component asks for and that is not there: it brings the libraries and
    loads them. Where the newest release does not run here, or brings the libraries of another major CUDA release than
    the packages beside it open, the one that does."""
    name = framework().name
    if here.holds(name) or name not in required(component):
        return None
    asked = next((each for each in needs(component, here.home) if normalised(each.name) == name), None)
    if asked is None:
        return None
    targets = on_platform(targets, WINDOWS_PLATFORM if here.home is not None and here.home.is_of_windows else None)
    none = cure_for(name, targets, allowed=asked.specifier) if len(targets) > 1 and component.is_of_pip else None
    if isinstance(none, NoCure) and none.is_known:  # what pip takes would leave some of these GPUs without
        return PlanStep(one_line(f"{component.package} needs {name}: {none.sentence}"), None)
    version = public_version(component.version)
    beside = (f"{normalised(component.package)}=={version}",) if version else ()
    platform = platform_for(targets[0]) if targets else DEFAULT_PLATFORM
    newest = cure_for(name, targets, allowed=asked.specifier, beside=beside) if targets else None
    same = _of_their_release(newest, targets, asked, here=here, beside=beside)
    cure = same or _where_pip_takes_another(newest, asked, platform)
    plain = f"{installer(here.home)} {quoted(f'{asked.name}{asked.specifier}', here.home)}"
    along = _moved_along(cure, component) if cure is not None else ()
    own = install_cure(replace(cure, companions=along), here.home) if cure is not None else plain
    command = own if component.is_of_pip else None
    release = f", and the {component.package} that goes with it" if along else ""
    why = f"Install {name}, which {component.package} needs{release}"
    known = cure or newest
    brings = brings_of(known, platform) if isinstance(known, WheelCure) and command else ()
    return PlanStep(one_line(why), command, cures=(component.package,), brings=brings)


def _moved_along(cure: WheelCure, component: Component) -> tuple[tuple[str, Version], ...]:
    """The release of the component itself that goes with the framework, where the one that is here does not."""
    return tuple(each for each in cure.companions if each[0] == normalised(component.package))


def _where_pip_takes_another(found: WheelCure | NoCure | None, asked: Requirement, platform: str) -> WheelCure | None:
    """The release that runs on these GPUs with their driver, and with which what asks for it goes, where pip would take
    another one."""
    if not isinstance(found, WheelCure):
        return None
    known = (each.version for each in candidates(found.package, platform) if asked.specifier.contains(each.version))
    if found.index_url is None and found.version == max(known, default=None) and not found.companions:
        return None
    return found


def _of_their_release(
    found: WheelCure | NoCure | None,
    targets: Sequence[Target],
    asked: Requirement,
    *,
    here: Here,
    beside: Sequence[str],
) -> WheelCure | None:
    """The newest build for the major CUDA release that the packages beside it open the libraries of, where all of these
    are of one and the first choice is of another."""
    if not isinstance(found, WheelCure) or len(here.majors) != 1 or _major(found) in (*here.majors, None):
        return None
    platform = platform_for(targets[0])
    builds = [
        (each.version, each.resolved.build)
        for each in candidates(found.package, platform)
        if asked.specifier.contains(each.version) and _is_of(each.resolved.cuda, here.majors)
    ]
    for version, build in sorted(builds, reverse=True):
        only = SpecifierSet(f"=={version}")
        cure = cure_for(found.package, targets, version=version, allowed=only, build=build, beside=beside)
        if isinstance(cure, WheelCure) and not cure.stuck and _major(cure) in here.majors:
            return cure
    return None


def _is_of(cuda: str | None, majors: Collection[int]) -> bool:
    return cuda is not None and cuda.partition(".")[0].isdigit() and int(cuda.partition(".")[0]) in majors


def _major(cure: WheelCure) -> int | None:
    text = (cure.cuda or "").partition(".")[0]
    return int(text) if text.isdigit() else None
