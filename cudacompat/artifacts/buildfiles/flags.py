"""Targets in nvcc's flags, wherever a program writes them as texts: setup.py, build.rs, Bazel, Meson; and the values
that a Python program puts together for the environment and for CMake."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from cudacompat.artifacts.buildfiles.blanking import blanked
from cudacompat.artifacts.buildfiles.kinds import FileKind, kind_of
from cudacompat.artifacts.buildfiles.python_extensions import extensions_of
from cudacompat.artifacts.buildfiles.python_values import ComposedText, PythonTexts
from cudacompat.domain.builds.lists.nvcc_flags import ARCH_OPTION
from cudacompat.domain.project.assignments import AssignmentKind
from cudacompat.domain.project.model import Setting, SourceFile, TextSpan

# arch=compute_70,code=sm_70 | -arch=sm_70 | arch=compute_{x}, which only the program can know
_TOKEN = re.compile(
    r"arch=compute_(?P<pair>\d{2,3}[af]?,code=\\?[\"']?(?:\[[\w,]+\]|(?:sm|compute)_\d{2,3}[af]?(?:,(?:sm|compute)_\d{2,3}[af]?)*))"
    r"|(?<![\w-])" + ARCH_OPTION + r"[=\s\"',]{1,6}(?P<arch>(?:sm|compute)_\d{2,3}[af]?)\b"
    r"|(?P<open>(?:arch=|-arch=|code=)?(?:compute_|sm_)[\"']?\s*[{%+$]|(?<![\w-])-arch=[\"']?\s*[{%+$]|arch=[\"']?\s*[{%+$])"
)
_ATTRIBUTE = re.compile(r"\b(\w{1,60})[ \t]{0,20}=[ \t]{0,20}\[")  # copts = [
_EXPECTED = re.compile(r"contain|expect")  # not_contain_flags
_COMMENT = re.compile(r"(?m)^[ \t]*(?:#|//)[^\n]*|[ \t](?:#|//)[ \t][^\n]*")


@dataclass(frozen=True, slots=True)
class _Found:
    """One target in the program's texts: from where to where, and the flags; `None` where only the program knows."""

    start: int
    end: int
    flags: tuple[str, ...] | None


def flags_of(file: SourceFile) -> Iterator[Setting]:
    """Yield what the texts of a program ask nvcc for, all together, at the last of them: one setting, whose value is
    `None` where the program puts some of it together itself. Of a setup.py with several extensions, one for each that
    has flags of its own, and one of all for the others."""
    found = tuple(_found(file))
    units = _units(file, found)
    for name, own in units.items():
        yield from _setting(file, own, unit=name)
    if not units:
        for together in _by_attribute(file, found) if kind_of(file.name) is FileKind.BAZEL else (found,):
            yield from _setting(file, together)


def _by_attribute(file: SourceFile, found: Sequence[_Found]) -> Iterator[Sequence[_Found]]:
    """Yield the targets of each attribute of a Bazel file by themselves: those of several are no command together. What
    a test expects of a command line is none."""
    attributes = [(match.start(), match[1]) for match in _ATTRIBUTE.finditer(file.text)]
    own: dict[int, list[_Found]] = {}
    for each in found:
        at = bisect_right(attributes, (each.start, "")) - 1
        if at < 0 or _EXPECTED.search(attributes[at][1]) is None:
            own.setdefault(at, []).append(each)
    yield from own.values()


def _found(file: SourceFile) -> Iterator[_Found]:
    text = blanked(_COMMENT, file.text)
    tokens = list(_TOKEN.finditer(text))
    composed = _composed(file) if any(token["open"] is not None for token in tokens) else ()
    for token in tokens:
        if token["open"] is None:
            yield _Found(*token.span(), flags=(_flag(token),))
            continue
        made = next((each for each in composed if each.start <= token.start() < each.end), None)
        flags = _flags_in(made.texts) if made is not None and made.texts is not None else None
        if made is None or flags is None:
            yield _Found(*token.span(), flags=None)
        else:
            yield _Found(made.start, made.end, flags=tuple(flags))


def _setting(file: SourceFile, found: Sequence[_Found], unit: str = "") -> Iterator[Setting]:
    told = [each for each in found if each.flags]
    if not told:
        return
    flags = [flag for each in found for flag in each.flags or ()]
    known = all(each.flags is not None for each in found)
    value = " ".join(dict.fromkeys(flags)) if known else None
    place = file.place(told[-1].start, told[-1].end)
    written = file.text[place.start : place.end]
    yield Setting("", value, place, way=AssignmentKind.FLAGS, written=written, quote='"', unit=unit)


def _units(file: SourceFile, found: Sequence[_Found]) -> dict[str, tuple[_Found, ...]]:
    """The targets of each extension of a setup.py, by the extension's name: its own, and those that stand outside all
    of them. Nothing where fewer than two are certainly built, each once, with targets of their own; `` is what is left.
    """
    extensions = extensions_of(file.text) if kind_of(file.name) is FileKind.PYTHON and found else ()
    if len(extensions) < 2:
        return {}
    shared = [each for each in found if not any(one.holds(each.start) for one in extensions)]
    names = Counter(each.name for each in extensions)
    sure = [each for each in extensions if each.name and not each.conditional and names[each.name] == 1]
    units: dict[str, tuple[_Found, ...]] = {}
    for each in sure:
        own = [one for one in found if each.holds(one.start)]
        if own:
            units[each.name] = (*shared, *own)
    if len(units) < 2:
        return {}
    others = [each for each in extensions if each.name not in units]
    if any(other.holds(each.start) for other in others for each in found):
        units[""] = tuple(found)
    return units


def _composed(file: SourceFile) -> tuple[ComposedText, ...]:
    """What a Python program puts together; nothing of a program in another language."""
    return tuple(PythonTexts(file.text).composed()) if kind_of(file.name) is FileKind.PYTHON else ()


def _flags_in(texts: Iterable[str]) -> list[str] | None:
    """The flags that these texts come to; `None` where one is still open."""
    tokens = [token for text in texts for token in _TOKEN.finditer(text)]
    return None if any(token["open"] is not None for token in tokens) else [_flag(token) for token in tokens]


def _flag(token: re.Match[str]) -> str:
    if token["pair"] is None:
        return f"-arch={token['arch']}"
    return "-gencode arch=compute_" + re.sub(r"[\\\"']", "", token["pair"])  # code=\"sm_80,compute_80\"


_DEFINE = re.compile(r"-D([A-Za-z_]\w*)(?::\w+)?=(.*)", re.DOTALL)
_OF_CUDA = ("CUDA", "ARCH", "NVCC")  # in the names of settings that hold lists, and in the flags for nvcc


def values_of(file: SourceFile) -> Iterator[Setting]:
    """Yield the settings that a Python program gives to its environment by more than a literal, and those that it gives
    to CMake on a command line; each is one of its `choices`, which no fix changes."""
    if not any(word in file.text for word in _OF_CUDA):
        return
    program = PythonTexts(file.text)
    for given in program.given():
        place = file.place(given.start, given.end)
        yield _chosen(file, given.name, given.texts, place=place, way=AssignmentKind.ENVIRONMENT)
    for made in program.arguments():
        found: dict[str, list[str]] = {}
        for match in filter(None, map(_DEFINE.fullmatch, made.texts or ())):
            found.setdefault(match[1], []).append(match[2])
        for name, values in found.items():
            place = file.place(made.start, made.end)
            yield _chosen(file, name, values, place=place, way=AssignmentKind.DEFINE)


def _chosen(file: SourceFile, name: str, values: Iterable[str], *, place: TextSpan, way: AssignmentKind) -> Setting:
    written = file.text[place.start : place.end]
    return Setting(name, None, place, way=way, written=written, quote='"', choices=tuple(values))
