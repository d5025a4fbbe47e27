"""Packages that are released for each CUDA release: the one that runs where the installed one does not.

`cupy-cuda13x` and `cupy-cuda12x` hold the same modules, so one takes the place of the other; `jax` has an
extra for each.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from cudacompat.app.doctor.installing import (
    after_removing,
    held_in_words,
    install_holding,
    is_of_project,
    needs,
    public_version,
)
from cudacompat.domain.machine.components import Component, Environment
from cudacompat.domain.machine.loaders import CudaLibraries
from cudacompat.domain.reports.doctor import PlanStep
from cudacompat.domain.tables.cuda_libraries import MATH_LIBRARIES, cuda_in_name, requirement, toolkit_wheel
from cudacompat.domain.tables.drivers import branch_of
from cudacompat.domain.wheels.cure import cure_for
from cudacompat.domain.wheels.cure_beside import pin_of_last
from cudacompat.domain.wheels.distributions import distributions, family_of, release_of_family
from cudacompat.domain.wheels.table import packages
from cudacompat.domain.wheels.wheel_cure import WheelCure
from cudacompat.domain.words.phrases import one_line
from cudacompat.domain.words.verdict import Target
from cudacompat.engines import cuda_libraries
from cudacompat.environments.own import normalised


def other_build_step(
    component: Component,
    targets: Sequence[Target],
    home: Environment | None,
    *,
    platform: str,
    near: Sequence[Component] = (),
    brought: Iterable[str] = (),
) -> PlanStep | None:
    """Return the step that puts the build for another CUDA release, the newest that runs on all of these GPUs with
    their driver, in the place of this component; `None` where the component has no such sisters, or none runs. `near`
    are the components that stay beside it, `brought` the libraries of NVIDIA's that come with other steps."""
    by_extra = _by_extra(component, targets, home, platform=platform)
    if by_extra is not None:
        return by_extra
    cure = _other_build(normalised(component.package), targets, platform)
    if cure is None:
        return None
    use = cuda_libraries(cure.package)
    cuda = cuda_in_name(cure.package)
    pinned = _pinned_libraries(cuda, near, home, brought=brought) if cuda is not None else None
    extras = use.brings(str(cure.version)) if use is not None and pinned is None else ()
    extra = f"[{','.join(extras)}]" if extras else ""
    asked = f"{cure.package}{extra}=={cure.version}"
    named = f"{cure.package} {cure.version}"
    older = toolkit_pins(use, cuda, targets, platform=platform) if extras and cuda is not None else pinned or ()
    return _swap((component.package,), named, asked, held=older, home=home, native=cure.native, cuda=cuda)


def _pinned_libraries(
    cuda: int, near: Sequence[Component], home: Environment | None, *, brought: Iterable[str]
) -> tuple[str, ...] | None:
    """What is to be installed of the toolkit's libraries of that CUDA release where others here take one release of
    some of them only, which an extra's newest would replace; `None` where nothing does."""
    wheels = [toolkit_wheel(name, cuda) for name in ("nvidia-cuda-nvrtc", "nvidia-cuda-runtime", *MATH_LIBRARIES)]
    coming = set(brought).intersection(wheels)
    asked = (need for each in near for need in needs(each, home) if normalised(need.name) in wheels)
    exact = {normalised(need.name): need for need in asked if any(each.operator == "==" for each in need.specifier)}
    if not exact and not coming:
        return None
    there = {*coming, *(normalised(each.package) for each in near)}
    return tuple(f"{name}{exact[name].specifier}" if name in exact else name for name in wheels if name not in there)


def toolkit_pins(use: CudaLibraries | None, cuda: int, targets: Sequence[Target], *, platform: str) -> tuple[str, ...]:
    """Return the pins of the toolkit's libraries of a major CUDA release whose newest do not run on these GPUs with
    their driver, where what an extra brings is left to pip; of those that are one release of the toolkit, the pin of
    the release whose PTX each of these drivers compiles."""
    wheels = (toolkit_wheel(name, cuda) for name in MATH_LIBRARIES)
    pins = tuple(pin for wheel in wheels if (pin := pin_of_last(wheel, targets, platform)) is not None)
    branches = [branch_of(each.driver) for each in targets if each.driver is not None]
    newest = min((each.cuda for each in branches if each is not None), default=None)
    if pins and use is not None and use.by_toolkit and newest is not None and newest.major == cuda:
        return (f"cuda-toolkit=={newest}.*",)
    return pins


def _swap(
    removed: Sequence[str],
    named: str,
    asked: str,
    *,
    held: Sequence[str],
    home: Environment | None,
    native: bool,
    cuda: int | None,
) -> PlanStep:
    builds = tuple((normalised(each), cuda) for each in removed) if cuda is not None else ()
    how = "" if native else ", by JIT at first use"
    why = f"Install {named} in place of {' and '.join(removed)}: it runs on these GPUs{how}{held_in_words(held, home)}"
    command = after_removing(removed, install_holding((asked,), held, home), home)
    told = why if command is not None else f"{why}; both have the same files, so into another directory"
    return PlanStep(one_line(told), command, cures=tuple(removed), builds=builds)


def _by_extra(
    component: Component, targets: Sequence[Target], home: Environment | None, *, platform: str
) -> PlanStep | None:
    """The step for what an extra of another package brought: the same extra for another CUDA release. All that it
    brings has to run in the same version."""
    name = normalised(component.package)
    for front, chosen in distributions().chosen_by_extra.items():
        own = next((cuda for cuda, names in chosen.releases.items() if name in names), None)
        for cuda in sorted(chosen.releases, reverse=True) if own is not None else ():
            cures = _all_run(chosen.releases[cuda], component, targets, platform=platform) if cuda != own else None
            if own is not None and cures:
                asked = f"{front}[{chosen.extra.format(cuda)}]"
                named = f"{asked} {cures[0].version}"
                pin = f"{asked}=={cures[0].version}"
                native = all(each.native for each in cures)
                wheels = _opened(cures, cuda)
                older = tuple(filter(None, (pin_of_last(each, targets, platform) for each in wheels)))
                direct = home is not None and is_of_project(home)  # whose tool removes what the project names alone
                removed = (front,) if direct else chosen.releases[own]
                step = _swap(removed, named, pin, held=older, home=home, native=native, cuda=cuda)
                return replace(step, cures=chosen.releases[own])
    return None


def _opened(cures: Iterable[WheelCure], cuda: int) -> tuple[str, ...]:
    """What pip installs for NVIDIA's libraries that these packages open: the extra takes any release of them."""
    uses = ((cuda_libraries(each.package), str(each.version)) for each in cures)
    names = (name for use, version in uses if use is not None for name in use.opened(version))
    return tuple(dict.fromkeys(wheel for name in names if (wheel := requirement(name, cuda)) is not None))


def _all_run(
    names: Iterable[str], component: Component, targets: Sequence[Target], platform: str
) -> tuple[WheelCure, ...]:
    """The cures of all these packages, of one version; none where one of them does not run."""
    version = public_version(component.version)
    cures = tuple(cure_for(name, targets, version=version, platform=platform) for name in names)
    found = tuple(each for each in cures if isinstance(each, WheelCure))
    return found if len(found) == len(cures) and len({each.version for each in found}) == 1 else ()


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
