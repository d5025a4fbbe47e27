"""A list of architectures as somebody wrote it: read in its grammar, and extended in its own style. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from cudacompat.domain.builds.engine import Grammar
from cudacompat.domain.builds.lists.nvcc_flags import PAIR_OPTION
from cudacompat.domain.builds.lists.writer import CodeTarget, spell
from cudacompat.domain.words.errors import UsageError
from cudacompat.domain.words.target import ArchSuffix, ArchTarget


class UnreadableListError(UsageError):
    """The text is no list that its grammar lets anybody extend."""


class NoListError(UnreadableListError):
    """The text is a word that stands for a list of somebody else's: `native`, `all`."""


@dataclass(frozen=True, slots=True)
class Item:
    """One item of the list: where it stands in the text, and what it asks for (`None`: a name, such as Ampere)."""

    start: int
    end: int
    code: CodeTarget | None


@dataclass(frozen=True, slots=True)
class ArchList:
    """A list as it was written: its text, its items in order, what stands between two of them."""

    grammar: Grammar
    text: str
    items: tuple[Item, ...]
    separator: str

    @property
    def code(self) -> tuple[CodeTarget, ...]:
        """What the items ask for, as far as they are numbers."""
        return tuple(item.code for item in self.items if item.code is not None)


_CMAKE = re.compile(r"(\d{2,3})([af]?)(-real|-virtual)?")
_DOTTED = re.compile(r"(\d{1,2})\.(\d)([af]?)(\+PTX)?")
_NUMBER = re.compile(r"(\d{2,3})([af]?)")
_NAMES = frozenset(["Kepler", "Maxwell", "Pascal", "Volta", "Turing", "Ampere", "Ada", "Hopper", "Blackwell"])
_PAIR = re.compile(
    rf"(?P<flag>{PAIR_OPTION})(?P<join>=|\s+)arch=compute_(?P<from>\d{{2,3}}[af]?),"
    r"code=(?P<code>\[[^\]\s]*\]|\"[^\"]*\"|[a-z]+_\d{2,3}[af]?(?:,[a-z]+_\d{2,3}[af]?)*)"
)
_BARE_PAIR = re.compile(r"arch=compute_(?P<from>\d{2,3}[af]?),code=(?P<code>[a-z]+_\d{2,3}[af]?)")
_CODE = re.compile(r"(sm|compute)_(\d{2,3})([af]?)")

_WORDS = {
    "native": "`native` takes the GPU of the machine that builds, and is not a list",
    "auto": "`Auto` takes the GPU of the machine that builds, and is not a list",
    "common": "`Common` is a list of the build's own",
    "all": "`all` is every target that the compiler knows: there is nothing to add",
    "all-major": "`all-major` is a list of the compiler's own",
    "off": "`OFF` leaves the targets to flags elsewhere",
    "current": "`current` takes the GPU of the machine that builds, and is not a list",
    "default": "`default` leaves the list to the build",
}


def images_in(grammar: Grammar, text: str) -> tuple[ArchTarget, ...]:
    """Return the images that a list asks for; none for a list that cannot be read, or stands for others (`native`)."""
    try:
        code = read_list(grammar, text).code
    except UnreadableListError:
        return ()
    return tuple(image for each in code for image in each.images())


def read_list(grammar: Grammar, text: str, separator: str | None = None) -> ArchList:
    """Return the list; `UnreadableListError` that says why where it is none that can be extended.

    `separator` is what stands between the items where the text's own grammar does not decide it (arguments of CMake's
    set(), which spaces part).
    """
    word = _WORDS.get(text.strip().lower())
    if word is not None:
        raise NoListError(word)
    if not text.strip():
        raise UnreadableListError("it is empty")
    if grammar in (Grammar.GENCODE, Grammar.GENCODE_LIST):
        return _read_pairs(grammar, text, _PAIR, separator=" " if grammar is Grammar.GENCODE else ";")
    if grammar is Grammar.CUPY:
        return _read_pairs(grammar, text, _BARE_PAIR, separator=";")
    if grammar is Grammar.ONE_NUMBER:
        raise UnreadableListError("this build takes one architecture; it needs a separate build for each GPU")
    between = separator or _separator(grammar, text)
    items = []
    for match in re.finditer(r"[^;,\s]+", text):
        items.append(Item(match.start(), match.end(), _item(grammar, match[0])))
    for before, after in pairwise(items):
        gap = text[before.end : after.start]
        if gap.strip(" \t\r\n") != between.strip():
            raise UnreadableListError(f"its items are parted by {gap.strip() or 'a space'!r}, which its reader refuses")
    return ArchList(grammar, text, tuple(items), separator=between)


def _separator(grammar: Grammar, text: str) -> str:
    if grammar is Grammar.SPACED:
        return " "
    if grammar in (Grammar.TORCH, Grammar.FIND_CUDA) and ";" not in text and re.search(r"\S\s+\S", text):
        return " "
    if grammar is Grammar.DOTTED and ";" not in text:  # OpenCV takes the numbers, whatever stands between them
        return "," if "," in text else " " if re.search(r"\S\s+\S", text) else ";"
    return ";"


def _item(grammar: Grammar, word: str) -> CodeTarget | None:
    if grammar in (Grammar.CMAKE, Grammar.CMAKE_SPLIT):
        match = _CMAKE.fullmatch(word)
        if match:
            return CodeTarget(int(match[1]), ArchSuffix(match[2]), match[3] != "-virtual", ptx=match[3] != "-real")
    elif grammar is Grammar.NUMBERS:
        match = _NUMBER.fullmatch(word)
        if match:
            return CodeTarget(int(match[1]), ArchSuffix(match[2]))
    else:
        match = _DOTTED.fullmatch(word)
        if match:
            number = int(match[1]) * 10 + int(match[2])
            return CodeTarget(number, ArchSuffix(match[3]), ptx=match[4] is not None)
        plain = _NUMBER.fullmatch(word) if grammar is Grammar.DOTTED else None
        if plain:
            return CodeTarget(int(plain[1]), ArchSuffix(plain[2]), ptx=False)
        if word.removesuffix("+PTX") in _NAMES:
            return None
    raise UnreadableListError(f"{word[:40]!r} is not an item of such a list")


def _read_pairs(grammar: Grammar, text: str, form: re.Pattern[str], separator: str) -> ArchList:
    items = []
    for match in form.finditer(text):
        codes = _CODE.findall(match["code"])
        for kind, number, suffix in codes:
            target = CodeTarget(int(number), ArchSuffix(suffix), kind == "sm", ptx=kind == "compute")
            items.append(Item(match.start(), match.end(), target))
    rest = form.sub("", text)
    if not items or (grammar is Grammar.CUPY and rest.strip("; \t")):
        raise UnreadableListError(
            "it holds no -gencode that could be extended" if not items else "it holds other words"
        )
    return ArchList(grammar, text, tuple(items), separator=separator)


def extended(existing: ArchList, code: CodeTarget) -> str:
    """Return the list with one more target, in its own style: in its place where the list is in order, else last."""
    new = _styled(existing, code)
    if not existing.items:
        return existing.text + existing.separator + new
    numbers = [item.code.number if item.code is not None else 0 for item in existing.items]
    place = len(existing.items)
    if numbers == sorted(numbers) and 0 not in numbers:
        place = sum(number <= code.number for number in numbers)
    if place == 0:
        at = existing.items[0].start
        return existing.text[:at] + new + existing.separator + existing.text[at:]
    at = existing.items[place - 1].end
    return existing.text[:at] + existing.separator + new + existing.text[at:]


def _styled(existing: ArchList, code: CodeTarget) -> str:
    if existing.grammar not in (Grammar.GENCODE, Grammar.GENCODE_LIST):
        return spell(existing.grammar, [code])
    first = _PAIR.search(existing.text)
    flag, join = (first["flag"], first["join"]) if first is not None else ("-gencode", "=")
    kinds = [f"sm_{code.arch}"] * code.sass + [f"compute_{code.arch}"] * code.ptx
    return existing.separator.join(f"{flag}{join}arch=compute_{code.arch},code={kind}" for kind in kinds)


def wants_bare(existing: ArchList) -> bool:
    """Whether every item asks for machine code and PTX together, so that a new one should, too."""
    return bool(existing.code) and all(each.sass and each.ptx for each in _by_number(existing.code))


def _by_number(code: Sequence[CodeTarget]) -> list[CodeTarget]:
    merged: dict[str, CodeTarget] = {}
    for each in code:
        old = merged.get(each.arch, CodeTarget(each.number, each.suffix, sass=False))
        merged[each.arch] = CodeTarget(each.number, each.suffix, old.sass or each.sass, ptx=old.ptx or each.ptx)
    return list(merged.values())
