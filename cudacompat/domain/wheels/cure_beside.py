"""The cure of a wheel in an environment with others."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from packaging.specifiers import SpecifierSet
from packaging.version import Version

from cudacompat.domain.wheels.answer import verdict_of
from cudacompat.domain.wheels.candidates import candidates
from cudacompat.domain.wheels.cure import cure_for
from cudacompat.domain.wheels.distributions import framework
from cudacompat.domain.wheels.narrowing import ends
from cudacompat.domain.wheels.required import asked_of_framework
from cudacompat.domain.wheels.resolved import Resolved
from cudacompat.domain.wheels.together import FrameworkRelease
from cudacompat.domain.wheels.wheel_cure import NoCure, WheelCure
from cudacompat.domain.words.verdict import Outcome, Target, without_driver


def cure_beside(
    resolved: Resolved,
    beside: Sequence[Resolved],
    targets: Sequence[Target],
    *,
    native: bool = False,
    allowed: SpecifierSet | None = None,
) -> WheelCure | NoCure:
    """Return the cure of a wheel in an environment with these others: what goes with the torch there while that runs on
    all of these GPUs, else another torch with the pins of all that have to move with it. With `allowed` only releases
    in it."""
    name, main = resolved.requirement.name, framework().name
    python = resolved.requirement.python
    pins = tuple(
        f"{each.requirement.name}=={each.version}" if _is_held(each, targets) else each.requirement.name
        for each in beside
        if each.requirement.name != main
    )
    torch = next((each for each in beside if each.requirement.name == main), None)
    if name == main or torch is None or torch.version is None:
        version = resolved.version
        return cure_for(name, targets, version=version, beside=pins, native=native, allowed=allowed, python=python)
    release = FrameworkRelease(torch.version, torch.cuda, torch.build)
    own = cure_for(
        name, targets, version=resolved.version, native=native, allowed=allowed, going_with=release, python=python
    )
    runs = not any(verdict_of(torch, target).outcome is Outcome.FAILS for target in targets)
    if native or (runs and isinstance(own, WheelCure)):
        return own
    whole = cure_for(main, targets, version=torch.version, beside=pins, python=python)
    if not runs:
        return never_served(name, targets, version=resolved.version, python=python) or whole
    moves = isinstance(whole, WheelCure) and not whole.stuck and name in dict(whole.companions)
    return whole if moves else own


def never_served(
    package: str,
    targets: Sequence[Target],
    *,
    version: Version | None = None,
    allowed: SpecifierSet | None = None,
    platform: str | None = None,
    python: str | None = None,
) -> NoCure | None:
    """Return that no release of the package (with `allowed` none in it) runs on these GPUs, whatever the driver: no
    other torch and no library is a cure then. `None` where one does."""
    cure = partial(cure_for, package, version=version, allowed=allowed, platform=platform, python=python)
    if isinstance(cure(without_driver(targets)), WheelCure):
        return None
    own = cure(targets)
    return own if isinstance(own, NoCure) else None


def _is_held(resolved: Resolved, targets: Sequence[Target]) -> bool:
    """Whether the package stays at its release unless it is moved: pinned, or below an upper bound, or bounded to one
    that asks for a certain framework, or the newest, which does not run."""
    if resolved.requirement.pinned is not None or resolved.version is None:
        return resolved.requirement.pinned is not None
    if ends(resolved.requirement.specifier):
        return True
    asked = asked_of_framework(resolved.requirement.name, resolved.version) or ()
    if resolved.requirement.specifier and any(each.operator == "==" for each in asked):
        return True
    return any(verdict_of(resolved, target).outcome is Outcome.FAILS for target in targets)


def pin_of_last(wheel: str, targets: Sequence[Target], platform: str) -> str | None:
    """Return the pin of the newest release of `wheel` (a name, or a requirement) that runs on these GPUs; `None` where
    that is the newest of all, or none runs."""
    name = wheel.partition("==")[0]
    wanted = SpecifierSet(wheel[len(name) :])
    found = cure_for(name, targets, platform=platform, allowed=wanted)
    newest = max((each.version for each in candidates(name, platform) if wanted.contains(each.version)), default=None)
    if not isinstance(found, WheelCure) or newest is None or found.version == newest:
        return None
    return f"{name}=={found.version}"
