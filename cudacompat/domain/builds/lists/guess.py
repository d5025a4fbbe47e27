"""What somebody meant by a list of architectures, in whichever grammar it was written.

For a list that its reader refuses: numbers, dotted numbers, names of nvcc's, parted by anything. Where the meaning
of one item is not sure, the whole list has none.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache

from cudacompat.domain.builds.engine import Grammar
from cudacompat.domain.builds.lists.nvcc_flags import PAIR_OPTION
from cudacompat.domain.builds.lists.writer import CodeTarget, spell
from cudacompat.domain.tables.toolkits import RELEASES
from cudacompat.domain.words.errors import UsageError
from cudacompat.domain.words.target import ArchSuffix

_ITEM = re.compile(
    r"(?P<kind>sm_|compute_)?(?:(?P<number>\d{2,3})|(?P<major>\d{1,2})\.(?P<minor>\d))(?P<suffix>[af]?)"
    r"(?P<half>-real|-virtual)?(?P<plus>\+PTX)?",
    re.IGNORECASE,
)
_PAIR = re.compile(rf"(?:{PAIR_OPTION}=?)?arch=compute_\w+,code=\w+")
_PARTED = re.compile(r"[;,\s]+")
_SAYS_PTX_ALONE = (Grammar.CMAKE, Grammar.CMAKE_SPLIT, Grammar.CUPY)
# Of releases of CUDA older than the table of toolkits; NVIDIA's release notes of CUDA 9.0 and 11.0 name their ends.
_OLDER = frozenset({"20", "21", "30", "32"})


@dataclass(frozen=True, slots=True)
class GuessedItem:
    """One item: `kind` is what it says of machine code and PTX (`real`, `virtual`, `plus`), empty for neither."""

    number: int
    suffix: ArchSuffix
    kind: str

    @property
    def arch(self) -> str:
        """Number and suffix: `90a`."""
        return f"{self.number}{self.suffix.value}"


@cache
def known_archs() -> frozenset[str]:
    """Every target (`"75"`, `"90a"`) that a CUDA release known here builds, and those of older ones."""
    return _OLDER | {arch for release in RELEASES for arch in release.targets}


def meant(text: str) -> tuple[GuessedItem, ...] | None:
    """Return what the items mean, in their order; `None` where one is no target that any CUDA release has."""
    found: list[GuessedItem] = []
    for word in _PARTED.split(re.sub(r"[\"'\[\]]", " ", text).strip()):
        match = _ITEM.fullmatch(word)
        if match is None:
            return None
        number = int(match["number"]) if match["number"] else int(match["major"]) * 10 + int(match["minor"])
        kind = "plus" if match["plus"] else (match["half"] or "").lower().lstrip("-")
        if not kind and (match["kind"] or "").lower() == "compute_":
            kind = "virtual"
        item = GuessedItem(number, ArchSuffix(match["suffix"].lower()), kind)
        if item.arch not in known_archs():
            return None
        found.append(item)
    return tuple(found) or None


def is_pair(text: str) -> bool:
    """Whether it begins with a pair of nvcc's -gencode."""
    return _PAIR.match(text.strip().strip("\"'")) is not None


def as_generated(items: Sequence[GuessedItem]) -> tuple[GuessedItem, ...]:
    """Return the items as `generate` writes them: the lowest first, and where none says what it is, machine code of
    each and PTX of the highest plain one. For a list that nothing has read, so that no build loses what it had."""
    found = sorted(dict.fromkeys(items), key=lambda each: (each.number, each.suffix.value))
    if any(each.kind for each in found):
        return tuple(found)
    plain = [each for each in found if each.suffix is ArchSuffix.NONE]
    return tuple(replace(each, kind="plus" if plain and each is plain[-1] else "real") for each in found)


def rewritten(grammar: Grammar, items: Sequence[GuessedItem]) -> str | None:
    """Return the list as this grammar writes it; `None` where it cannot say the same."""
    if any(item.kind == "virtual" for item in items) and grammar not in _SAYS_PTX_ALONE:
        return None
    plus = any(item.kind == "plus" for item in items)
    code = [_code(grammar, item, plus) for item in items]
    if grammar is Grammar.CUPY:
        code = [replace(each, ptx=item.kind in ("plus", "virtual")) for each, item in zip(code, items, strict=True)]
    try:
        return spell(grammar, list(dict.fromkeys(code)))
    except UsageError:
        return None


def _code(grammar: Grammar, item: GuessedItem, plus: bool) -> CodeTarget:
    """A bare number is machine code and PTX to CMake; beside one with +PTX it was to be machine code alone."""
    bare = not item.kind and not plus and grammar in (Grammar.CMAKE, Grammar.CMAKE_SPLIT)
    return CodeTarget(
        item.number, item.suffix, sass=item.kind != "virtual", ptx=bare or item.kind in ("plus", "virtual")
    )
