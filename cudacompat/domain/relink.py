"""What the driver does when no image of a device link fits: it links the relocatable code anew.

Measured on driver 580.159.04 (the programs `rdc-…` and `relink-…` of tests/data/h200): of each unit that took part in
the link it picks an image as it does of any module, compiles PTX, and links what it picked. A unit of which nothing
fits is left out, and its kernels are not found (500). One PTX that it cannot compile fails the whole link (222, 223),
and so does a call into a unit that was left out (300).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from cudacompat.domain.code import DeviceModule, Registration
from cudacompat.domain.compat import judge, kernels_of
from cudacompat.domain.target import CodeKind
from cudacompat.domain.verdict import ModuleVerdict, Outcome, Reason, Target

_NOTHING_FITS = (Reason.NO_IMAGE, Reason.CONCATENATED)


def relink(target: Target, verdict: ModuleVerdict, relocatable: Sequence[DeviceModule]) -> ModuleVerdict:
    """Return what becomes of a registered module: `verdict`, unless it is a device link of which no image fits."""
    kernels = kernels_of(verdict.module)
    if verdict.reason not in _NOTHING_FITS or not kernels:
        return verdict
    if not kernels <= frozenset[str]().union(*(kernels_of(unit) for unit in relocatable)):
        return verdict
    units = [judge(target, _as_loaded(unit)) for unit in relocatable]
    taken = [unit for unit in units if unit.reason not in _NOTHING_FITS]
    left_out = [unit for unit in units if unit.reason in _NOTHING_FITS]
    if not taken:
        return replace(verdict, relinked=True)
    for outcome in (Outcome.FAILS, Outcome.UNDECIDED):
        stopping = [u for u in taken if u.outcome is outcome and u.reason is not Reason.EMPTY_IMAGE]
        if stopping:
            first = next((u for u in stopping if u.reason is Reason.JIT_DISABLED), stopping[0])
            return replace(verdict, outcome=outcome, reason=first.reason, picked=first.picked, relinked=True)
    if left_out and any(entry.unresolved for unit in relocatable for entry in unit.entries):
        return replace(verdict, outcome=Outcome.UNDECIDED, reason=Reason.RELOCATABLE, relinked=True)
    gone = {name for unit in left_out for name in kernels_of(unit.module)} | {n for u in taken for n in u.missing}
    missing = tuple(sorted(kernels & gone))
    weakest = min((_code_of(unit) for unit in taken), key=lambda outcome: outcome.strength)
    if len(missing) == len(kernels):
        return replace(verdict, relinked=True)
    return replace(
        verdict,
        outcome=Outcome.PARTIAL if missing else weakest,
        reason=Reason.KERNELS_MISSING if missing else None,
        picked=None,
        missing=missing,
        min_driver=max((unit.min_driver for unit in taken if unit.min_driver is not None), default=None),
        relinked=True,
    )


def _code_of(unit: ModuleVerdict) -> Outcome:
    """What kind of code the unit brings into the link, though it may lack kernels."""
    if unit.picked is not None and unit.picked.kind is CodeKind.PTX:
        return Outcome.JIT
    return unit.outcome if unit.outcome.runs else Outcome.NATIVE


def _as_loaded(unit: DeviceModule) -> DeviceModule:
    """The unit as if it were loaded by itself. What it does not hold, the other units do."""
    entries = tuple(replace(entry, unresolved=()) for entry in unit.entries)
    return replace(unit, registration=Registration.REGISTERED, entries=entries)
