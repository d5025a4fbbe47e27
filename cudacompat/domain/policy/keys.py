"""The keys of a policy: their names, what each may hold, and how a value is read from a file, a variable or an option.

A value keeps its origin, so that an error can say which of the three it came from.
"""

from __future__ import annotations

import difflib
import math
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum

from cudacompat.domain.gpus.lookup import resolve
from cudacompat.domain.words.choices import Extra, Holes, PtxPolicy, Require
from cudacompat.domain.words.errors import ParseError, UsageError
from cudacompat.domain.words.judged_target import JudgedTarget
from cudacompat.domain.words.phrases import one_line
from cudacompat.domain.words.policy_value import PolicyValue, Rank
from cudacompat.domain.words.target import CodeKind
from cudacompat.domain.words.versions import DriverRelease

PREFIX = "CUDACOMPAT_"


@dataclass(frozen=True, slots=True)
class _Key:
    form: str  # what it holds, in the words of an error
    read: Callable[[object], object]  # a TOML value to the policy's; `ParseError` or `UsageError` for what is wrong
    listed: bool = False  # in a variable, a list is written with commas


# -- reading one value


def _word(kind: type[Enum]) -> Callable[[object], object]:
    def read(value: object) -> object:
        words = [each.value for each in kind]
        if value not in words:
            raise ParseError(_near(value, words))
        return kind(value)

    return read


def _near(value: object, words: Iterable[str]) -> str:
    near = difflib.get_close_matches(value, list(words), n=1) if isinstance(value, str) else []
    return f"similar: {near[0]}" if near else ""


def _text(value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ParseError("")
    return value


def _texts(value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not value:
        raise ParseError("")
    return tuple(_text(each) for each in value)


def _files(value: object) -> tuple[str, ...]:
    return _texts(value) if isinstance(value, list) else (_text(value),)


def _specs(value: object) -> tuple[JudgedTarget, ...]:
    levels = [each.value for each in Require]
    if isinstance(value, str) and value in levels:
        raise ParseError(f'the level that code must reach is another key: level = "{value}"')
    for text in _texts(value):
        if text.strip().lower() == "native":
            raise ParseError('"native" would be another GPU on every machine; name the GPU')
        if text.strip().lower() in levels:
            raise ParseError(f'"{text}" is a level, not a GPU: level = "{text}"')
    return tuple(resolve(text) for text in _texts(value))


def _native(value: object) -> tuple[JudgedTarget, ...]:
    found = _specs(value)
    for each in found:
        if each.arch is not None and each.arch.kind is CodeKind.PTX:
            raise ParseError(f"{each.arch} is PTX, which is never native; write sm_{each.arch.arch}")
    return found


def _share(value: object) -> float:
    if isinstance(value, str):
        try:
            value = float(value)
        except ValueError:
            raise ParseError("") from None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1 or math.isnan(value):
        raise ParseError("")
    return float(value)


def _driver(value: object) -> DriverRelease:
    if isinstance(value, float):
        raise ParseError(f'write it in quotes: "{value}" (as a number, 570.10 would be 570.1)')
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise ParseError("")
    return DriverRelease.parse(str(value))


_SIZE = re.compile(r"(\d{1,15}(?:\.\d{1,6})?)\s*([kmgt]?i?b)?", re.IGNORECASE)
_UNITS: Mapping[str, int] = {"b": 1} | {
    f"{letter}{kind}": int(base**power)
    for power, letter in enumerate("kmgt", 1)
    for kind, base in (("b", 1000), ("ib", 1024))
}


def size(text: str) -> int:
    """Return the bytes of `100 MB` (decimal), `95.4 MiB` (binary) or a plain number; `ParseError` for anything else."""
    match = _SIZE.fullmatch(text.strip())
    if match is None or (match[2] or "b").lower() not in _UNITS:
        raise ParseError("")
    return round(float(match[1]) * _UNITS[(match[2] or "b").lower()])


def _size(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise ParseError("")
    number = size(value) if isinstance(value, str) else value
    if number <= 0:
        raise ParseError("")
    return number


def _groups(value: object) -> tuple[tuple[str, ...], ...]:
    if not isinstance(value, list) or not value:
        raise ParseError("")
    return tuple(_texts(each) if isinstance(each, list) else (_text(each),) for each in value)


KEYS: Mapping[str, _Key] = {
    "require": _Key('a list of GPUs such as ["8.6", "RTX 5070 Ti"]', _specs, listed=True),
    "gpus-from": _Key("the name of a file that lists GPUs, or a list of such names", _files),
    "native": _Key('a list of GPUs such as ["12.0"]', _native, listed=True),
    "level": _Key('"runs", "sass" or "native"', _word(Require)),
    "holes": _Key('"strict", "error", "warn" or "ignore"', _word(Holes)),
    "ptx": _Key('"none", "any" or "highest"', _word(PtxPolicy)),
    "extra": _Key('"allow", "warn" or "forbid"', _word(Extra)),
    "coverage": _Key("a number from 0 to 1", _share),
    "driver-floor": _Key('a driver version such as "570.26"', _driver),
    "max-bytes": _Key('a size such as "100 MB" or "64 MiB"', _size),
    "any-of": _Key("a list of globs, or of lists of globs", _groups, listed=True),
    "baseline": _Key("the name of a file that check --write-baseline wrote", _text),
}
FILE_KEYS = ("baseline", "gpus-from")  # names of files: in a policy file, relative to it
_MEANT = {
    "gpu": "require",
    "gpus": "require",
    "targets": "require",
    "archs": "require",
    "architectures": "require",
    "driver": "driver-floor",
    "size": "max-bytes",
    "ignores": "ignore",
}
_LONGEST = 60  # characters of a wrong value shown in an error
_MOST_LISTED = 15  # names that an error lists


def given(key: str, value: object, origin: str, rank: Rank) -> PolicyValue:
    """Return the value of a key, read; `UsageError` in one line that names origin, form and what was there."""
    known = KEYS[key]
    text = written(value)
    try:
        read = known.read(value)
    except (ParseError, UsageError) as error:
        said = str(error)
        detail = f" ({said})" if said else ""
        if isinstance(error, UsageError):  # of a GPU: says all there is to say
            raise UsageError(f"{origin}: {said}") from None
        raise UsageError(f"{origin}: expected {known.form}, got {text:.{_LONGEST}}{detail}") from None
    return PolicyValue(key, read, text, origin=origin, rank=rank)


def written(value: object) -> str:
    """Return a value as a policy file writes it, in one line."""
    if isinstance(value, list):
        return f"[{', '.join(written(each) for each in value)}]"
    if isinstance(value, str):
        return f'"{one_line(value)}"'
    return str(value).lower() if isinstance(value, bool) else str(value)


def held_to(values: Iterable[PolicyValue]) -> Iterator[tuple[str, str]]:
    """Yield where the policy comes from that is not on the command line, and what it says: variables, then files."""
    by_file: dict[str, list[str]] = defaultdict(list)
    for value in values:
        if value.rank is Rank.FILE:
            by_file[value.origin.rpartition(": ")[0]].append(f"{value.key} = {value.text}")
        elif value.rank is Rank.ENVIRONMENT:
            yield value.origin, f" = {value.text}"
    for file, texts in by_file.items():
        yield file, f": {', '.join(texts)}"


# -- a table, the environment


def of_table(table: Mapping[str, object], file: str, prefix: str) -> dict[str, PolicyValue]:
    """Return the values of a policy file's table (without its ignores). `prefix` is what stands before a key's name
    in this file (`tool.cudacompat.`, or nothing)."""
    found = {}
    for name, value in table.items():
        if name == "ignore":
            continue
        if name not in KEYS:
            raise UsageError(f"{file}: unknown key {prefix}{name[:_LONGEST]}{_suggest(name, (*KEYS, 'ignore'))}")
        found[name] = given(name, value, f"{file}: {prefix}{name}", rank=Rank.FILE)
    return found


def _suggest(name: str, known: Iterable[str]) -> str:
    known = sorted(known)
    near = difflib.get_close_matches(name.lower().replace("_", "-")[:_LONGEST], known, n=1)
    meant = near[0] if near else _MEANT.get(name.lower())
    if meant:
        return f"; similar: {meant}"
    return f"; known: {', '.join(known)}" if len(known) <= _MOST_LISTED else ""


def of_environment(environment: Mapping[str, str]) -> dict[str, PolicyValue]:
    """Return the values of the `CUDACOMPAT_…` variables. Others of that beginning are not ours to judge, but one that
    is nearly a key (`CUDACOMPAT_MAXBYTES`) is an error: a gate must not be weaker for a slip of the pen."""
    names = {PREFIX + key.upper().replace("-", "_"): key for key in KEYS}
    found = {}
    for name in sorted(environment):
        if not name.startswith(PREFIX):
            continue
        if name not in names:
            near = difflib.get_close_matches(name.upper()[:_LONGEST], names, n=1, cutoff=0.9)
            if near:
                raise UsageError(f"unknown variable {name[:_LONGEST]}; similar: {near[0]}")
            continue
        key, text = names[name], environment[name]
        if text.strip():
            value: object = [part.strip() for part in text.split(",") if part.strip()] if KEYS[key].listed else text
            found[key] = given(key, value, name, rank=Rank.ENVIRONMENT)
    return found


# -- ignores
