"""Where in device code a finding lies, as places small enough to list."""

from __future__ import annotations

from collections.abc import Iterable

from cudacompat.domain.words.code import DeviceModule
from cudacompat.domain.words.finding import CodePlace
from cudacompat.domain.words.verdict import ModuleVerdict, Outcome

_MOST = 5  # places of a finding: enough to start looking, whatever the size of the library
_OF_ONE_MODULE = 2


def module_name(module: DeviceModule) -> str:
    """`.nv_fatbin+0x1a40`: the section, if any, and the byte in the file."""
    return f"{module.section or ''}+{module.offset:#x}"


def places_of(verdicts: Iterable[ModuleVerdict]) -> tuple[CodePlace, ...]:
    """Return the first few places: modules that fail before others, then those that lack the most kernels, then by
    offset; a module that lacks kernels is named with the first of them."""
    places: list[CodePlace] = []
    for verdict in sorted(verdicts, key=_worst_first):
        names = verdict.missing[:_OF_ONE_MODULE] or (None,)
        places += [CodePlace(module_name(verdict.module), kernel) for kernel in names]
        if len(places) >= _MOST:
            break
    return tuple(places[:_MOST])


def _worst_first(verdict: ModuleVerdict) -> tuple[bool, int, int]:
    return (verdict.outcome is not Outcome.FAILS, -len(verdict.missing), verdict.module.offset)
