"""Lists that stand in files of another language than their reader's: said to be changed by hand, never passed over."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace

from cudacompat.domain.builds.lists.nvcc_flags import TARGET_OPTION
from cudacompat.domain.project.list_places import ListPlace, PlaceState
from cudacompat.domain.project.model import SourceFile
from cudacompat.domain.words.matrix_names import OF_MATRIX

_SHORTEST = 6  # letters of a name: a shorter one is too common a word
_COMMENT = re.compile(r"\s*(?:#|//|::|rem\b)", re.IGNORECASE)
_EMPTY = re.compile(r"(?:\"\"|'')?\s*(?:$|[)}#])")
_PROGRAMS = re.compile(r"(?:^|/)(?:setup\.py|build\.rs|meson\.build|(?:GNUm|m|M)akefile|[\w.-]+\.mk)$")
# the option and its value on one line, or the value alone: cc_flag.append("arch=compute_80,code=sm_80")
_FLAG = re.compile(rf"{TARGET_OPTION}\b[^#]*?(?:compute|sm)_|(?<=[\"'])arch=compute_")
_VARIABLE = re.compile(r"(?:compute|sm)_(?:[$%{<]|[\"'] *\+)")
_MATRIX = re.compile(rf"[\"']?{OF_MATRIX.pattern}")
_MOST_VALUES = 8  # of one matrix, named one by one
_MOST_NAMES = 20  # of matrices in one file, each looked up in all of it
_MESON_LIST = re.compile(r"\bnvcc_arch_flags\s*\((?:[^()]|\([^()]*\))*\)")
_WHY = "this program reads no list in a file, or a step, of this language"


def by_hand(files: Iterable[SourceFile], readers: dict[str, str]) -> list[ListPlace]:
    """Return a place for each line of these files that sets one of the names; `readers` says who reads each."""
    found: list[ListPlace] = []
    for file in files:
        for name, reader in readers.items():
            if len(name) >= _SHORTEST and name in file.text:
                found += _of_name(file, name, reader)
    return found


def flags_by_hand(files: Iterable[SourceFile], archs: Collection[str]) -> list[ListPlace]:
    """Return a place for each of these files in which a program or a Makefile gives nvcc targets in flags, at the first
    of them; `archs` are the targets to add (`120`)."""
    places: list[ListPlace] = []
    for file in files:
        if not _PROGRAMS.search(file.name):
            continue
        lines = [
            (number, line, flag)
            for number, line in enumerate(file.text.split("\n"), 1)
            if not _COMMENT.match(line) and (flag := _FLAG.search(line)) is not None
        ]
        if not lines:
            places += _of_meson(file, archs)
            continue
        written = " ".join(line for _, line, _ in lines)
        lacking = [arch for arch in archs if not re.search(rf"(?:compute|sm)_{arch}\b", written)]
        more = " ".join(f"-gencode=arch=compute_{arch},code=sm_{arch}" for arch in lacking)
        computed = _VARIABLE.search(written) is not None
        how = (
            f"its number is a variable's: give that {' or '.join(lacking)}, or" if computed else "a program writes it:"
        )
        number, line, flag = lines[0]
        places.append(
            ListPlace(
                file.name,
                number,
                "flags for nvcc",
                name="",
                value=" ".join(line[flag.start() :].split())[:80].rstrip(" \"',\\"),
                reader="nvcc, as the program puts them together",
                state=PlaceState.CANNOT if lacking else PlaceState.THERE,
                why=f"{how} add {more} there" if lacking else None,
            )
        )
    return places


def _of_meson(file: SourceFile, archs: Collection[str]) -> Iterator[ListPlace]:
    """The lists that Meson's module for CUDA turns into flags: nvcc_arch_flags(nvcc.version(), '8.0', '9.0+PTX')."""
    for match in _MESON_LIST.finditer(file.text):
        if _COMMENT.match(file.text, file.text.rfind("\n", 0, match.start()) + 1):
            continue
        lacking = [dotted for dotted in map(_dotted, archs) if not re.search(rf"'{dotted}(?:\+PTX)?'", match[0])]
        more = ", ".join(f"'{dotted}'" for dotted in lacking)
        yield ListPlace(
            file.name,
            file.place(match.start(), match.end()).line,
            "a list of Meson's module for CUDA",
            name="",
            value=" ".join(match[0].split())[:80],
            reader="Meson, which makes nvcc's flags of it",
            state=PlaceState.CANNOT if lacking else PlaceState.THERE,
            why=f"add {more} to its arguments" if lacking else None,
        )


def _dotted(arch: str) -> str:
    """`12.0` of `120`, `9.0a` of `90a`."""
    digits = arch.rstrip("af")
    return f"{digits[:-1]}.{digits[-1]}{arch[len(digits) :]}"


def _of_name(file: SourceFile, name: str, reader: str) -> Iterable[ListPlace]:
    sets = re.compile(rf"(?:-D{name}(?::\w+)?=|(?<![\w.-]){name}[\"'\]}}]{{0,3}}\s*(?:,|=(?!=))\s*)")
    told: set[str] = set()  # names of matrices
    for number, line in enumerate(file.text.split("\n"), 1):
        match = sets.search(line)
        if match is None or _COMMENT.match(line) or _EMPTY.match(line[match.end() :]):
            continue
        place = ListPlace(
            file.name,
            number,
            "a value",
            name=name,
            value=" ".join(line[match.end() :].split())[:80],
            reader=reader,
            state=PlaceState.CANNOT,
            why=_WHY,
        )
        named = _MATRIX.match(line, match.end())
        if named is None or len(told) == _MOST_NAMES:
            yield place
        elif named[1] not in told:
            told.add(named[1])
            yield from _of_matrix(file, named[1], place) or (place,)


def _of_matrix(file: SourceFile, name: str, place: ListPlace) -> list[ListPlace]:
    """The values that a matrix has under this name, each different one where it stands first."""
    value = r"(?:'([^'\n]+)'|\"([^\"\n]+)\"|([^,}\s#][^,}#\n]*))"
    entry = re.compile(rf"(?m)(?:^[ \t]{{0,80}}(?:- {{0,8}})?|[{{,] {{0,8}}){re.escape(name)}: {{0,8}}{value}")
    found: dict[str, ListPlace] = {}
    for each in entry.finditer(file.text):
        listed = next(filter(None, each.groups())).strip()
        if re.search(r"\d", listed) and listed not in found:
            why = f"a matrix has it for each build: {place.name} is set to it at line {place.line}"
            line = file.place(each.start(), each.end()).line
            found[listed] = replace(place, line=line, what="a value of a matrix", value=listed[:80], why=why)
        if len(found) == _MOST_VALUES:
            break
    return list(found.values())
