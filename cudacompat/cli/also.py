"""`--format FORMAT=FILE`: the same result once more, in another format, in a file."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from cudacompat.domain.words.errors import UsageError
from cudacompat.report.formats import FORMATS

_OPTION = "--format"
_JOINED = f"{_OPTION}="
_VALUE = re.compile(rf"({'|'.join(FORMATS)})=(.*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Also:
    """A file that the result is written to as well. `number` tells those of one command apart."""

    format: str
    file: str
    number: int

    @property
    def option(self) -> str:
        """What messages call it."""
        return f"{_OPTION} {self.format}{f' ({self.number})' if self.number > 1 else ''}"


_NOW: ContextVar[Sequence[Also]] = ContextVar("written also", default=())


def also(arguments: Sequence[str]) -> tuple[list[str], tuple[Also, ...]]:
    """Return the arguments without `--format FORMAT=FILE`, and those; nothing behind `--` is looked at. `UsageError`
    for one that names no file, and for two formats of one output."""
    left: list[str] = []
    found: list[Also] = []
    shown: str | None = None
    given = iter(arguments)
    for each in given:
        if each == "--":
            return [*left, each, *given], tuple(found)
        is_apart = each == _OPTION
        value = next(given, None) if is_apart else each.removeprefix(_JOINED) if each.startswith(_JOINED) else None
        match = _VALUE.fullmatch(value) if value is not None else None
        if match is None:
            left += [each, *([value] if is_apart and value is not None else [])]
            if value is not None and shown not in (None, value):
                raise UsageError(
                    f"{_OPTION} {shown} and {_OPTION} {value}: write one of them as {_OPTION} {shown}=FILE"
                )
            shown = value if value is not None else shown
            continue
        if match[2] in ("", "-"):
            raise UsageError(f"{_OPTION} {match[1]}= needs a file name: {_OPTION} {match[1]} alone writes to stdout")
        number = 1 + sum(other.format == match[1] for other in found)
        found.append(Also(match[1], match[2], number))
    return left, tuple(found)


@contextmanager
def written_also(files: Sequence[Also]) -> Iterator[None]:
    """Have the result of what runs meanwhile written to these files, too."""
    token = _NOW.set(files)
    try:
        yield
    finally:
        _NOW.reset(token)


def asked_also() -> Sequence[Also]:
    """Return the files that the result is to be written to."""
    return _NOW.get()
