"""The lists of CMake's module FindCUDA: numbers with points, generations by name, and words for lists of its own. Pure.

Source: Modules/FindCUDA/select_compute_arch.cmake of CMake 4.4, read 2026-11-30; the sets of older ones are parts of
these. The module knows nothing from 9.0 on: a newer GPU gets the last of the common targets even where it is detected.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from cudacompat.domain.builds.lists.writer import CodeTarget

_COMMON = (30, 35, 50, 52, 53, 60, 61, 62, 70, 72, 75, 80, 86)
_LAST = (62, 72, 75, 80, 86)  # the last of the common targets with CUDA 8, 9, 10, 11.0 and 11.1
_DETECTED = (32, 37, 87, 88, 89)  # what only a GPU of the machine that builds adds
_GENERATIONS: Mapping[str, tuple[int, ...]] = {
    "Kepler": (30, 35),
    "Kepler+Tegra": (32,),
    "Kepler+Tesla": (37,),
    "Maxwell": (50, 52),
    "Maxwell+Tegra": (53,),
    "Pascal": (60, 61),
    "Volta": (70,),
    "Turing": (75,),
    "Ampere": (80,),
}
_PTX = "+PTX"
_NUMBER = re.compile(r"(\d{1,2})\.(\d)(?:\(\d\.\d\))?")


def _code(numbers: Iterable[int], ptx: Iterable[int] = ()) -> tuple[CodeTarget, ...]:
    asked = frozenset(ptx)
    return tuple(CodeTarget(number, ptx=number in asked) for number in sorted(numbers))


# all that a word comes to with any release of CUDA, on any machine
_WORDS: Mapping[str, tuple[CodeTarget, ...]] = {
    "": _code((*_COMMON, *_DETECTED), _LAST),
    "Auto": _code((*_COMMON, *_DETECTED), _LAST),
    "Common": _code(_COMMON, _LAST),
    "All": _code(number for each in _GENERATIONS.values() for number in each),
}


def find_cuda_code(text: str) -> tuple[CodeTarget, ...] | None:
    """Return all that cuda_select_nvcc_arch_flags may make of a list; `None` for a list that it does not know."""
    text = text.strip().strip(";")
    if text in _WORDS:
        return _WORDS[text]
    found: list[CodeTarget] = []
    for word in re.split(r"[;\s]+", text):
        name = word.removesuffix(_PTX)
        match = _NUMBER.fullmatch(name)
        numbers = (int(match[1]) * 10 + int(match[2]),) if match is not None else _GENERATIONS.get(name)
        if numbers is None:
            return None
        found += _code(numbers, numbers[-1:] if word.endswith(_PTX) else ())
    return tuple(found)
