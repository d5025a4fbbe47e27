"""The texts of each known line in its log: the case that holds, and the wheel that cures it."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from cudacompat.domain.logs.cases import Case, Situation
from cudacompat.domain.logs.facts import LogFacts
from cudacompat.domain.logs.reading import Occurrence
from cudacompat.domain.logs.signature import Signature
from cudacompat.domain.logs.windows_words import for_windows
from cudacompat.domain.tables.drivers import BRANCHES
from cudacompat.domain.wheels.platforms import WINDOWS_PLATFORM
from cudacompat.domain.words.verdict import Target
from cudacompat.domain.words.versions import DriverRelease

if TYPE_CHECKING:
    from cudacompat.domain.wheels.wheel_cure import WheelCure

_NEEDS_GPU = re.compile(r"\{(?:gpu|number|capability)\}")


def with_cases(
    occurrences: Sequence[Occurrence], facts: LogFacts, signs: Iterable[str], target: Target | None
) -> list[Occurrence]:
    """Return the occurrences with the texts of the cases that hold for them."""
    situation = Situation(
        signs=frozenset(signs),
        seen=frozenset(each.signature.id for each in occurrences),
        gpu=(target.capability.major, target.capability.minor) if target else None,
        toolkit=(facts.toolkit.major, facts.toolkit.minor) if facts.toolkit else None,
        nvrtc=(facts.nvrtc.major, facts.nvrtc.minor) if facts.nvrtc else None,
        driver=(facts.driver.branch, 0) if facts.driver else None,
    )
    here = _as_the_log_says(target, facts, situation.signs)
    return [replace(each, signature=_of_case(each, situation, here)) for each in occurrences]


def is_of_windows(signs: Collection[str]) -> bool:
    """Return True for a log of a program that runs in Windows; those of WSL are of Linux."""
    return "windows" in signs and "wsl" not in signs


def _as_the_log_says(target: Target | None, facts: LogFacts, signs: Collection[str]) -> Target | None:
    """The target with the driver and the system that the log names; of a driver's CUDA version alone, its branch."""
    if target is None:
        return None
    windows = is_of_windows(signs)
    driver = target.driver or facts.driver
    if driver is None and facts.driver_cuda is not None:
        branch = next((row.branch for row in BRANCHES if row.cuda == facts.driver_cuda), None)
        driver = DriverRelease.parse(str(branch)) if branch is not None else None
    return replace(target, driver=driver, platform=WINDOWS_PLATFORM if windows else target.platform)


def _of_case(occurrence: Occurrence, situation: Situation, target: Target | None) -> Signature:
    signature = occurrence.signature
    case = situation.case_of(signature.cases, dict(occurrence.values))
    if case is not None:
        signature = replace(
            signature,
            title=signature.title if case.title is None else case.title,
            cause=signature.cause if case.cause is None else case.cause,
            does_not_mean=signature.does_not_mean if case.does_not_mean is None else case.does_not_mean,
            fix=signature.fix if case.fix is None else case.fix,
            command=signature.command if case.command is None else case.command or None,
            wheel=_wheel_of(case, signature),
            severity=case.severity or signature.severity,
        )
    if signature.of_pin:
        from cudacompat.domain.logs.pinned_builds import with_own_index

        signature = with_own_index(signature, occurrence, target)
    if target is None:
        signature = _without_gpu(signature)
    elif signature.wheel:
        signature = _with_wheel(signature, target)
    return for_windows(signature) if is_of_windows(situation.signs) else signature


def _wheel_of(case: Case, signature: Signature) -> str | None:
    """The package of the case; the signature's where the case has none and leaves it a command."""
    if case.wheel is not None:
        return case.wheel or None
    return None if case.command == "" else signature.wheel


def _without_gpu(signature: Signature) -> Signature:
    """The signature without a command that only a GPU completes, where none is known; a wheel is chosen by it as
    well."""
    by_gpu = bool(signature.wheel) if signature.command is None else _NEEDS_GPU.search(signature.command)
    if not by_gpu:
        return signature
    return replace(signature, command=None, fix=f"{signature.fix} (--gpu NAME gives the command for that GPU.)")


def _with_wheel(signature: Signature, target: Target) -> Signature:
    """The signature with the command that installs the wheel for this GPU; without a command where none is known."""
    from cudacompat.domain.wheels.cure import cure_for
    from cudacompat.domain.wheels.wheel_cure import WheelCure

    cure = cure_for(signature.wheel or "", (target,))
    if isinstance(cure, WheelCure):
        driver = (
            f" It needs driver {cure.min_driver} or newer{_with_older_driver(cure, target)}." if cure.min_driver else ""
        )
        return replace(signature, command=cure.command, fix=f"{signature.fix}{driver}")
    return replace(signature, command=None, fix=f"{signature.fix} {cure.sentence[0].upper()}{cure.sentence[1:]}.")


def _with_older_driver(cure: WheelCure, target: Target) -> str:
    """What an older driver takes, where the log does not say which one is there."""
    from cudacompat.domain.wheels.cure import cure_for
    from cudacompat.domain.wheels.wheel_cure import NoCure

    if target.driver is not None or cure.min_driver is None:
        return ""
    older = DriverRelease.parse(str(cure.min_driver - 1))
    other = cure_for(cure.package, (replace(target, driver=older),))
    if isinstance(other, NoCure) or other.min_driver is None or other.min_driver >= cure.min_driver:
        return ""
    return f"; {other.pins[0]} does with driver {other.min_driver}"
