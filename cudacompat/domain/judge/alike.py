"""Modules that the driver treats alike, judged once: of the thousands in a library most differ in names and sizes."""

from __future__ import annotations

from collections.abc import Hashable, Iterable

from cudacompat.domain.judge.compat import judge
from cudacompat.domain.words.code import DeviceModule
from cudacompat.domain.words.verdict import ModuleVerdict, Target

_MOST_IMAGES = 64  # of a module that is compared: those with more are seldom alike


def judge_modules(target: Target, modules: Iterable[DeviceModule]) -> list[ModuleVerdict]:
    """Return for each module what `judge` returns."""
    first: dict[Hashable, tuple[ModuleVerdict, int | None]] = {}
    verdicts = []
    for module in modules:
        form = _form(module)
        known = first.get(form) if form is not None else None
        if known is None:
            verdict = judge(target, module)
            if form is not None:
                first[form] = verdict, _place(module, verdict)
        else:
            alike, place = known
            verdict = ModuleVerdict(
                module,
                alike.outcome,
                alike.reason,
                basis=alike.basis,
                picked=None if place is None else module.entries[place],
                min_driver=alike.min_driver,
            )
        verdicts.append(verdict)
    return verdicts


def _form(module: DeviceModule) -> Hashable | None:
    """All that `judge` looks at but the names of kernels; None where the images do not have the same ones, so that the
    names count.

    Targets and versions are taken by their identity, which holds as long as the modules do: the images of a library
    share a few, and to compare them by value costs as much as to judge.
    """
    if len(module.entries) > _MOST_IMAGES:
        return None
    parts: list[object] = [module.registration, module.damage is None, module.bare]
    entries = module.entries
    kernels = entries[0].kernels if entries else None
    for entry in entries:
        if entry.kernels is not kernels and entry.kernels != kernels:
            return None
        parts += (
            entry.kind,
            id(entry.target),
            id(entry.ptx_isa),
            entry.compression,
            entry.concatenated,
            entry.beyond_ascii,
            bool(entry.unresolved),
        )
    parts.append(None if kernels is None else bool(kernels))
    return tuple(parts)


def _place(module: DeviceModule, verdict: ModuleVerdict) -> int | None:
    """Which of the images was picked."""
    picked = verdict.picked
    return None if picked is None else next(number for number, each in enumerate(module.entries) if each is picked)
