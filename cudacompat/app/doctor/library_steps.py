"""The steps of the plan that bring the libraries of CUDA's which installed packages do not find."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from packaging.requirements import Requirement

from cudacompat.app.doctor.brought_libraries import brought, serves
from cudacompat.app.doctor.compiler_steps import driver_steps, older_compilers, waits_for_driver
from cudacompat.app.doctor.component_rows import required
from cudacompat.app.doctor.conda_steps import conda_install, conda_step
from cudacompat.app.doctor.framework_step import brings_framework, framework_step
from cudacompat.app.doctor.here import Here
from cudacompat.app.doctor.installing import (
    install_holding,
    installer,
    needs,
)
from cudacompat.app.doctor.library_paths import all_paths, path_of
from cudacompat.app.doctor.other_builds import other_build_step, toolkit_pins
from cudacompat.app.doctor.programs import steps_of_programs
from cudacompat.app.doctor.reader_shell import in_order, quoted, words
from cudacompat.domain.machine.component_verdicts import ComponentVerdict
from cudacompat.domain.machine.components import Component, by_environment
from cudacompat.domain.machine.facts import HostFacts
from cudacompat.domain.machine.loaders import CudaLibraries
from cudacompat.domain.reports.doctor import ComponentRow, InstalledPackages, PlanStep
from cudacompat.domain.tables.cuda_libraries import conda_package, is_of_math, release_asked_for, requirement
from cudacompat.domain.tables.toolkits import first_with
from cudacompat.domain.wheels.candidates import candidates
from cudacompat.domain.wheels.cure_beside import never_served, pin_of_last
from cudacompat.domain.wheels.distributions import compiled_by, distributions, framework
from cudacompat.domain.wheels.platforms import DEFAULT_PLATFORM, platform_for
from cudacompat.domain.words.phrases import one_line, some, verb
from cudacompat.domain.words.platforms import platform_of_system
from cudacompat.domain.words.verdict import Target
from cudacompat.engines import cuda_libraries
from cudacompat.environments.own import normalised


def loaded(packages: InstalledPackages) -> InstalledPackages:
    """Return the packages as they would be judged if the loader found all that they ask for."""
    rows = (replace(row, verdicts=tuple(each.loaded_or_own for each in row.verdicts)) for row in packages.rows)
    return replace(packages, rows=tuple(rows))


def library_steps(
    packages: InstalledPackages, facts: HostFacts, others: Sequence[PlanStep] = (), targets: Sequence[Target] = ()
) -> tuple[list[PlanStep], list[PlanStep]]:
    """Return the steps without which packages are not loaded, and those that only a part of one wants. A package whose
    release does not run here gets none: another release is its cure. Neither does one that finds what it wants once
    `others` are done."""
    rows = {id(row.component): row for row in packages.rows}
    needed: list[PlanStep] = []
    wanted: list[PlanStep] = []
    every = (*(row.component for row in packages.rows), *packages.asking)
    for home, near in by_environment(every, facts.environments):
        beside = [each for each in facts.packages if home is not None and home.holds(each)]
        alone = (rows[id(each)] for each in near if id(each) in rows and framework().name not in required(each))
        majors = frozenset(row.made_for for row in alone if row.made_for is not None)
        here = Here(home, tuple(beside or near), brought(others, home), majors=majors)
        for component in sorted(near, key=lambda each: not brings_framework(each, here)):
            here = _with_steps(here, needed)
            row = rows.get(id(component))
            verdicts = row.verdicts if row is not None else ()
            lacks = tuple(dict.fromkeys(name for each in verdicts for name in each.lacks))
            if _is_replaced(component, others):
                continue
            swap = _other_release_of_cuda(row, lacks, here, facts=facts) if row is not None else None
            if swap is not None:
                needed.append(swap)
                continue
            compiler = list(_newer_compiler(row, here)) if row is not None and component.found.compiler else []
            needed += compiler
            parts = [name for name in component.found.parts_lack if name not in lacks]
            if row is not None and lacks and _runs_otherwise(row) and all(each.command for each in compiler):
                needed += _steps(component, (*lacks, *parts), here, row=row)
                continue
            if parts and row is None and compiled_by(component.package) is not None:
                own = _release(component, parts, None)
                older = older_compilers(component, own, here.home, targets=targets)
                needed += [older] if older is not None else _steps(component, parts, here, row=None)
            elif row is None and waits_for_driver(component, targets, others):
                driver = driver_steps(component, targets, facts)
                older = older_compilers(component, component.found.release, here.home, targets=targets)
                needed += (
                    [replace(older, instead=tuple(each for each in driver if each.driver))]
                    if older is not None
                    else driver
                )
            elif parts and (row is None or _runs_otherwise(row)):
                wanted += _steps(component, parts, here, row=row)
        stays = [each for each in near if not any(normalised(each.package) in step.moves for step in others)]
        wanted += steps_of_programs([each for each in stays if each.found.elsewhere])
    return _merged(needed), _merged(wanted)


def _with_steps(here: Here, steps: Iterable[PlanStep]) -> Here:
    """The same with what these steps bring: the plan puts no second release in the place of a library."""
    there, by = dict(here.brought), dict(here.brought_for)
    bringers = {each.package for each in here.near if brings_framework(each, here)}
    for step in steps:
        own = framework().name if bringers.intersection(step.cures) else next(iter(step.cures), framework().name)
        for name, release in brought([step], here.home).items():
            if name not in there:
                there[name], by[name] = release, own
    return replace(here, brought=there, brought_for=by)


def _is_replaced(component: Component, steps: Iterable[PlanStep]) -> bool:
    """Return whether one of the steps puts a build for another CUDA release in its place, with what that needs."""
    return any(normalised(component.package) in dict(each.builds) for each in steps)


def _runs_otherwise(row: ComponentRow) -> bool:
    """Whether it runs once the loader finds its libraries: what its compiler lacks has a step of its own."""
    return all(
        each.is_of_driver or not each.is_bad or _by_nvrtc(each) for each in (v.loaded_or_own for v in row.verdicts)
    )


def _by_nvrtc(verdict: ComponentVerdict) -> ComponentVerdict | None:
    """The verdict by the NVRTC of the environment, found by the loader or not, where that is bad."""
    found = verdict if verdict.compiler else verdict.loaded_or_own
    return found if found.compiler and found.is_bad and found.component.found.compiler else None


def _other_release_of_cuda(row: ComponentRow, lacks: Sequence[str], here: Here, *, facts: HostFacts) -> PlanStep | None:
    """The build of the package for a newer CUDA release, where no NVRTC of its own release compiles for all GPUs."""
    component = row.component
    compiles = component.found.compiler or any(each.startswith("libnvrtc.so") for each in lacks)
    cuda = _release(component, lacks, row)
    targets = [each.target for each in row.verdicts]
    first = [found.version for each in targets if (found := first_with(str(each.capability.number))) is not None]
    if not compiles or cuda is None or all(each.major <= cuda for each in first):
        return None
    if component.manager == "conda":
        return conda_step(component, targets, here.home)
    platform = platform_of_system(facts.platform)
    return other_build_step(component, targets, here.home, platform=platform, near=here.near, brought=here.brought)


def _newer_compiler(row: ComponentRow, here: Here) -> Iterator[PlanStep]:
    """The step that brings an NVRTC which knows the GPUs, in the major release that the component opens."""
    bad = [each for each in map(_by_nvrtc, row.verdicts) if each is not None]
    first = [found.version for each in bad if (found := first_with(str(each.target.capability.number))) is not None]
    if not bad or len(first) < len(bad):
        return
    cuda, newest = row.component.found.compiler.removeprefix("NVRTC ").partition(".")[0], max(first)
    wheel = (requirement(f"libnvrtc.so.{cuda}", int(cuda)) or "").partition("==")[0]
    if str(newest.major) != cuda or not wheel:
        why = (
            f"{row.component.package} is made for CUDA {cuda}, whose NVRTC ends before the GPU: take its build for CUDA"
        )
        yield PlanStep(one_line(f"{why} {newest.major}"), None, cures=(row.component.package,))
        return
    asked = f"{wheel}>={newest},<{newest.major + 1}"
    if serves(asked, here.brought):
        return
    keeper = _kept_by(asked, row.component, here)
    if keeper is not None:
        told = f"{row.component.package} compiles with NVRTC of CUDA {newest} or newer, {keeper} asks for an older one"
        yield PlanStep(one_line(f"{told}: one environment has one. Install {row.component.package} in another"))
        return
    why = f"Install NVRTC of CUDA {newest} or newer, with which {row.component.package} compiles"
    yield PlanStep(one_line(why), f"{installer(here.home)} {quoted(asked, here.home)}", cures=(row.component.package,))


def _steps(component: Component, lacks: Sequence[str], here: Here, row: ComponentRow | None) -> Iterator[PlanStep]:
    """The steps for one component: what to install, and where the loader has to look."""
    first = framework_step(component, here, tuple(each.target for each in row.verdicts) if row is not None else ())
    if first is not None:
        yield first
        return
    use = cuda_libraries(normalised(component.package))
    instead = _other_release(component, lacks, here, use=use)
    if instead is not None:
        yield instead
        return
    there = here.paths(lacks)
    cuda = _release(component, lacks, row)
    absent = [name for name in lacks if name not in there]
    wheels = {name: requirement(name, cuda) if cuda is not None and component.is_of_pip else None for name in absent}
    kept = {name: by for name, asked in wheels.items() if (by := _kept_by(asked, component, here)) is not None}
    missing = [name for name in absent if name not in kept and not serves(wheels[name] or "", here.brought)]
    targets = [each.target for each in row.verdicts] if row is not None else []
    dead = [name for name in missing if _runs_nowhere(wheels[name], targets)]
    missing = [name for name in missing if name not in dead]
    coming = [name for name in absent if name not in kept and name not in missing and name not in dead]
    if kept:
        yield PlanStep(one_line(_of_another_release(component, kept)))
    newer = _release_opening_others(use, dead) if component.is_of_pip else ("", ())
    if dead and not newer[0]:
        yield PlanStep(one_line(f"{component.package} opens {some(dead)}, of which no release runs on these GPUs"))
    folders = list(dict.fromkeys(path.rpartition("/")[0] for path in there.values()))
    if missing or newer[0]:
        missing = [*newer[1], *missing]
        command = _install(component, missing, cuda, here=here, use=use, targets=targets)
        if newer[0]:
            command = f"{command or installer(here.home)} {quoted(newer[0], here.home)}"
        apart = use is not None and not looks(use, component.version, here) and component.manager != "conda"
        where = all_paths(here) if command and apart else ""
        why = f"Install {_what(missing, cuda)} for {component.package}{in_programs(use, component.version, here)}"
        if newer[0]:
            why = f"{why}, in a release that opens these: of {some(dead)} none runs on these GPUs"
        yield PlanStep(
            one_line(why),
            in_order((command, where), here.home) if command and where else command,
            cures=(component.package,),
            brings=tuple(asked for name in missing if (asked := wheels.get(name)) is not None) if command else (),
        )
    elif coming and here.brought_for and use is not None and not looks(use, component.version, here):
        why = f"Let the loader find what comes with {some(_bringers(coming, wheels, here))}"
        told = f" for {component.package} (in this shell, and wherever the program is started)"
        yield PlanStep(one_line(why + told), all_paths(here), cures=() if kept or dead else (component.package,))
    elif folders and not absent:
        why = f"Let the loader look where {some(list(there))} {verb(len(there), 'is', 'are')}"
        told = " (in this shell, and wherever the program is started)"
        yield PlanStep(one_line(why + told), path_of(folders, here.home), cures=(component.package,))


def _bringers(names: Iterable[str], wheels: Mapping[str, str | None], here: Here) -> list[str]:
    """The packages for which the plan brings these libraries."""
    asked = (Requirement(wheel).name for name in names if (wheel := wheels[name]) is not None)
    return list(dict.fromkeys(here.brought_for.get(name, framework().name) for name in asked))


def _other_release(
    component: Component, lacks: Sequence[str], here: Here, use: CudaLibraries | None
) -> PlanStep | None:
    """The release that asks for what is here already, where another one of a library is kept by other packages."""
    for each in use.opened_by if use is not None and component.manager == "pip" else ():
        lacking = [name for name in each.names if name in lacks]
        wheel = (requirement(lacking[0], 12) or "").partition("==") if lacking else ("", "", "")
        there = [one for one in here.near if normalised(one.package) == wheel[0]]
        if each.instead and there and not any(one.version.startswith(wheel[2].rstrip("*")) for one in there):
            why = (
                f"Install a release of {component.package} that asks for the {wheel[0]} {there[0].version} that is here"
            )
            return PlanStep(
                one_line(why), f"{installer(here.home)} {quoted(each.instead, here.home)}", cures=(component.package,)
            )
    return None


def _release_opening_others(use: CudaLibraries | None, dead: Sequence[str]) -> tuple[str, tuple[str, ...]]:
    """The requirement of the releases that open other libraries in place of the dead ones, and the names of those;
    nothing where no such release is known."""
    rows = use.opened_by if use is not None else ()
    instead = next((each.instead for each in rows if each.instead and set(dead).intersection(each.names)), "")
    return instead, tuple(name for each in rows if instead and not each.instead for name in each.names)


def _release(component: Component, lacks: Iterable[str], row: ComponentRow | None) -> int | None:
    """The major CUDA release whose libraries serve: the one that the names mean, else the one that it was made for."""
    asked = release_asked_for(lacks) or component.found.release
    return asked if asked is not None else row.made_for if row is not None else None


def in_programs(use: CudaLibraries | None, version: str, here: Here) -> str:
    """Return what programs with this version of a package have to do besides, so that it finds what is installed."""
    done = use.reached(version) if use is not None else ""
    first = f"import {framework().name} first, or " if done and here.holds(framework().name) else ""
    return f"; in its programs: {first}{done}" if done else ""


def looks(use: CudaLibraries, version: str, here: Here) -> bool:
    """Return whether this version of the package finds what other packages bring."""
    return use.looks(version) or bool(use.reached(version)) or here.holds(framework().name)


def _kept_by(asked: str | None, component: Component, here: Here) -> str | None:
    """The package that asks for another release of that wheel, which one environment has in one release only; what a
    step brings along counts for who asks for it today. `None` where nothing stands in the way."""
    if asked is None:
        return None
    wheel = Requirement(asked)
    served = serves(asked, here.brought)
    for each in here.near if served is not True else ():
        for need in needs(each, here.home) if each is not component else ():
            if normalised(need.name) != wheel.name:
                continue
            exact = [spec.version for spec in need.specifier if spec.operator == "==" and "*" not in spec.version]
            if served is False or (served is None and exact and not wheel.specifier.contains(exact[0])):
                return each.package
    if served is False:
        return here.brought_for.get(wheel.name)
    group = next((each for each in distributions().one_folder if wheel.name in each), ())
    others = (name for name in group if name in here.brought and name != wheel.name)
    return next((here.brought_for.get(name, framework().name) for name in others), None)


def _of_another_release(component: Component, kept: Mapping[str, str]) -> str:
    names, others = some(list(kept)), some(list(dict.fromkeys(kept.values())))
    asks = verb(len(set(kept.values())), "asks", "ask")
    return f"{component.package} opens {names}, {others} {asks} for another release of it: one environment has one"


def _what(names: Sequence[str], cuda: int | None) -> str:
    of = f" of CUDA {cuda}" if cuda is not None else ""
    return f"{some(names)}{of}"


def _install(
    component: Component,
    missing: Sequence[str],
    cuda: int | None,
    here: Here,
    *,
    use: CudaLibraries | None,
    targets: Sequence[Target],
) -> str | None:
    """The command that installs the libraries, from where the component itself was installed: of those whose newest
    releases left a GPU behind the last that has it."""
    if component.manager == "conda" and cuda is not None:
        names = dict.fromkeys(found for each in missing if (found := conda_package(each, cuda)))
        return conda_install((f"cuda-version={cuda}", *names), here.home) if names else None
    if not component.is_of_pip or cuda is None:
        return None
    extras = use.brings(component.version) if use is not None and not here.holds(framework().name) else ()
    platform = platform_for(targets[0]) if targets else DEFAULT_PLATFORM
    wheels = [requirement(each, cuda) for each in missing]
    if extras:
        with_them = f"{component.package}[{','.join(extras).format(cuda=cuda)}]=={component.version}"
        older = toolkit_pins(use, cuda, targets, platform=platform) if targets else ()
        beside = (each for each in wheels if targets and each is not None and not is_of_math(each))
        ends = (pin for each in beside if (pin := pin_of_last(each, targets, platform)) is not None)
        return install_holding((with_them,), tuple(dict.fromkeys((*older, *ends))), here.home)
    if not any(wheels):
        return None
    asked = [(each, pinned(each, here)) for each in wheels if each is not None]
    last = {wheel: pin_of_last(wheel, targets, platform) for wheel, pin in asked if pin == wheel and targets}
    every = dict.fromkeys(last.get(wheel) or pin for wheel, pin in asked)
    return f"{installer(here.home)} {words(every, here.home)}"


def _runs_nowhere(wheel: str | None, targets: Sequence[Target]) -> bool:
    """Whether releases of the wheel are known, and none runs on all of the GPUs, with any driver."""
    if wheel is None or not targets:
        return False
    asked, platform = Requirement(wheel), platform_for(targets[0])
    known = any(asked.specifier.contains(each.version) for each in candidates(asked.name, platform))
    return known and never_served(asked.name, targets, allowed=asked.specifier, platform=platform) is not None


def pinned(wheel: str, here: Here) -> str:
    """Return the requirement as a package here has it, which may want one release of the wheel only."""
    name = normalised(wheel.partition("==")[0])
    asked = (each for component in here.near for each in needs(component, here.home) if normalised(each.name) == name)
    major = wheel.partition("==")[2].rstrip("*")
    exact = next((each for each in asked if f"=={major}" in str(each.specifier)), None)
    return f"{exact.name}{exact.specifier}" if exact is not None else wheel


def _merged(steps: Iterable[PlanStep]) -> list[PlanStep]:
    """Steps with the same command are one."""
    found: dict[tuple[str, str | None], PlanStep] = {}
    for step in steps:
        key = ("", step.command) if step.command else (step.why, None)
        first = found.get(key)
        found[key] = replace(first, cures=tuple(dict.fromkeys((*first.cures, *step.cures)))) if first else step
    return list(found.values())
