"""What the driver does when no image of a device link fits: it links the relocatable code anew.

Measured on driver 580.159.04 (the programs `rdc-…` and `relink-…` of tests/data/h200): of each unit that took part in
the link it picks an image as it does of any module, compiles PTX, and links what it picked. A unit of which nothing
fits is left out, and its kernels are not found (500). One PTX that it cannot compile fails the whole link (222, 223),
and so does a call into a unit that was left out (300).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from cudacompat.domain.judge.compat import judge
from cudacompat.domain.words.code import DeviceModule, FatbinEntry, Registration
from cudacompat.domain.words.target import CodeKind
from cudacompat.domain.words.verdict import ModuleVerdict, Outcome, Reason, Target

_NOTHING_FITS = (Reason.NO_IMAGE, Reason.CONCATENATED)


def relink(
    target: Target, verdicts: Sequence[ModuleVerdict], relocatable: Sequence[DeviceModule]
) -> list[ModuleVerdict]:
    """Return the verdicts of the registered modules, with those of device links of which no image fits judged anew.

    A device link is a module whose kernels are all in relocatable units.
    """
    if not relocatable or not any(verdict.reason in _NOTHING_FITS for verdict in verdicts):
        return list(verdicts)
    linkable = frozenset[str]().union(*(unit.kernels for unit in relocatable))
    link = _link(target, relocatable)
    return [
        _relinked(verdict, kernels, link)
        if verdict.reason in _NOTHING_FITS and (kernels := verdict.module.kernels) and kernels <= linkable
        else verdict
        for verdict in verdicts
    ]


def linked_at_load(target: Target, unit: DeviceModule, relocatable: Sequence[DeviceModule]) -> ModuleVerdict:
    """Return the verdict of a unit of a device link that had PTX alone: nvcc registers an empty module for it, and the
    driver links all units when it loads them.

    Measured on driver 580.159.04 (H200): `-rdc=true` with code=compute_80 or compute_90 alone, two sources that call
    each other, with the shared and the static runtime: the kernel ran.
    """
    alone = replace(judge(target, _as_loaded(unit)), module=unit, relinked=True)
    if alone.reason in _NOTHING_FITS:
        return alone  # it is left out, or a call into it fails the whole link: its kernels run in neither case
    link = _link(target, relocatable)
    picked = link.picked or alone.picked
    return replace(alone, outcome=link.outcome, reason=link.reason, picked=picked, min_driver=link.min_driver)


@dataclass(frozen=True, slots=True)
class _Link:
    """What linking the units at load comes to: the outcome and reason of all, and the kernels that are not in it."""

    outcome: Outcome
    reason: Reason | None
    picked: FatbinEntry | None = None
    gone: frozenset[str] = frozenset()
    min_driver: int | None = None


def _link(target: Target, relocatable: Sequence[DeviceModule]) -> _Link:
    units = [judge(target, _as_loaded(unit)) for unit in relocatable]
    taken = [unit for unit in units if unit.reason not in _NOTHING_FITS]
    left_out = [unit for unit in units if unit.reason in _NOTHING_FITS]
    if not taken:
        return _Link(Outcome.FAILS, Reason.NO_IMAGE)
    for outcome in (Outcome.FAILS, Outcome.UNDECIDED):
        stopping = [u for u in taken if u.outcome is outcome and u.reason is not Reason.EMPTY_IMAGE]
        if stopping:
            first = next((u for u in stopping if u.reason is Reason.JIT_DISABLED), stopping[0])
            return _Link(outcome, first.reason, first.picked)
    if left_out and any(entry.unresolved for unit in relocatable for entry in unit.entries):
        return _Link(Outcome.UNDECIDED, Reason.RELOCATABLE)  # it may call into a unit that was left out
    lost = (unit.module.kernels for unit in left_out)
    gone = frozenset[str]().union(*lost, *(unit.missing for unit in taken))
    weakest = min((_code_of(unit) for unit in taken), key=lambda outcome: outcome.strength)
    drivers = [unit.min_driver for unit in taken if unit.min_driver is not None]
    return _Link(weakest, None, None, gone=gone, min_driver=max(drivers, default=None))


def _relinked(verdict: ModuleVerdict, kernels: frozenset[str], link: _Link) -> ModuleVerdict:
    missing = tuple(sorted(kernels & link.gone))
    if (link.outcome is Outcome.FAILS and link.reason is Reason.NO_IMAGE) or len(missing) == len(kernels):
        return replace(verdict, relinked=True)
    return replace(
        verdict,
        outcome=Outcome.PARTIAL if missing else link.outcome,
        reason=Reason.KERNELS_MISSING if missing else link.reason,
        picked=link.picked,
        missing=missing,
        min_driver=link.min_driver,
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
