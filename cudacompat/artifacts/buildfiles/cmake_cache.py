"""CMake's cache: what a configured folder was given."""

from __future__ import annotations

import re

from cudacompat.domain.words.switch_values import is_on

_DECIDED = ("CMAKE_CUDA_ARCHITECTURES", "CMAKE_CUDA_COMPILER")
_MOST_GIVEN = 20
_ENTRY = re.compile(r"(?m)^([\w.+-]+):([A-Z]+)=([^\r\n]*)")


def entries(text: str) -> dict[str, str]:
    """Return the values of a CMakeCache.txt by their names."""
    return {name: value for name, _, value in _ENTRY.findall(text)}


def given(text: str) -> tuple[tuple[str, str], ...]:
    """Return what a folder was probably given beside its list and its compiler, and loses with its cache: the type of
    build, the options that are on and are about CUDA, and those that no CMake file declares."""
    found = []
    for name, kind, value in _ENTRY.findall(text):
        declared = kind == "BOOL" and "CUDA" in name and is_on(value) and not name.startswith(("CMAKE_", "CUDA_"))
        loose = kind == "UNINITIALIZED" and name not in _DECIDED
        if name == "CMAKE_BUILD_TYPE" or declared or loose:
            found.append((name, value))
    return tuple(each for each in found if each[1])[:_MOST_GIVEN]
