"""Which CMake takes which word of CMAKE_CUDA_ARCHITECTURES.

Read in CMake's tags 3.18 to 4.4.2 (Modules/Internal/CMakeDetermineCUDACompiler.cmake and the check of the list), and
tried with 3.24, 3.25 and 3.31.6. From 3.24 on the list is checked, and what the check does not know is an error; before
that it goes to nvcc as it stands.
"""

from __future__ import annotations

from cudacompat.domain.words.switch_values import is_off

FIRST_WITH_LIST = (3, 18)
_CHECKED = (3, 24)
FIRST_WITH_WORD = {"native": (3, 24), "all": (3, 23), "all-major": (3, 23)}
PASSES_NATIVE_ON = (3, 28)  # the first that hands `native` to nvcc where there is no GPU; those before stop
_ARCH_SPECIFIC = (3, 25)
_FAMILY = ((3, 31, 8), (4, 0, 2))  # in each of these lines, and in all later ones


def takes(word: str, version: tuple[int, ...]) -> bool | None:
    """Return whether this CMake takes `120`, `120a`, `100f-real`, `native` or `all`; `None` where the parts of the
    version that are given (`(3, 31)`) leave it open."""
    name = word.removesuffix("-real").removesuffix("-virtual")
    if version < FIRST_WITH_LIST:
        return False
    if name in FIRST_WITH_WORD:
        return version >= FIRST_WITH_WORD[name]
    if name.endswith("a"):
        return version[:2] != _CHECKED and (version[:2] < _CHECKED or version >= _ARCH_SPECIFIC)
    if name.endswith("f"):
        return version[:2] < _CHECKED or _takes_family(version)
    return True


def stands_alone(text: str) -> bool:
    """Whether it is one of CMake's words for a list of its own, or for none (`OFF`). Such a word has no -real or
    -virtual, and is the whole value: of `all-major;120`, CMake 3.25 and 4.4 stop at project(), and nvcc stops at
    `compute_all` where the property of a target has it."""
    word = text.strip().lower()
    return word in FIRST_WITH_WORD or (word.isalpha() and is_off(word))


def _takes_family(version: tuple[int, ...]) -> bool | None:
    for first in _FAMILY:
        if version[:2] == first[:2]:
            return version >= first if len(version) > 2 else None
    return version > _FAMILY[0]
