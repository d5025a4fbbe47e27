"""The texts of each known line in its log: the case that holds, and the wheel that cures it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from cudacompat.domain.logs.cases import Case, Situation
from cudacompat.domain.logs.facts import LogFacts
from cudacompat.domain.logs.reading import Occurrence
from cudacompat.domain.logs.signature import Signature
from cudacompat.domain.words.verdict import Target

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
    return [replace(each, signature=_of_case(each, situation, target)) for each in occurrences]


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
    if target is None:
        return _without_gpu(signature)
    return _with_wheel(signature, target) if signature.wheel else signature


def _wheel_of(case: Case, signature: Signature) -> str | None:
    """The package of the case; the signature's where the case has none and leaves it a command."""
    if case.wheel is not None:
        return case.wheel or None
    return None if case.command == "" else signature.wheel


def _without_gpu(signature: Signature) -> Signature:
    """The signature without a command that only a GPU completes, where none is known."""
    if signature.command is None or not _NEEDS_GPU.search(signature.command):
        return signature
    return replace(signature, command=None, fix=f"{signature.fix} (--gpu NAME gives the command for that GPU.)")


def _with_wheel(signature: Signature, target: Target) -> Signature:
    """The signature with the command that installs the wheel for this GPU; without a command where none is known."""
    from cudacompat.domain.wheels.cure import cure_for
    from cudacompat.domain.wheels.wheel_cure import WheelCure

    cure = cure_for(signature.wheel or "", (target,))
    if isinstance(cure, WheelCure):
        driver = f" It needs driver {cure.min_driver} or newer." if cure.min_driver else ""
        return replace(signature, command=cure.command, fix=f"{signature.fix}{driver}")
    return replace(signature, command=None, fix=f"{signature.fix} {cure.sentence[0].upper()}{cure.sentence[1:]}.")
