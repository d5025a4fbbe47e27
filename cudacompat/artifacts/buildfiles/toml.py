"""TOML: the document, read in time that grows with the size of the file, and the places of its texts.

`tomllib` says what a document means and whether it is one. It says no places; and a key of a hundred thousand parts
takes it hours, so that such a key is refused before.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

_MOST_PARTS = 100  # of one key; a document that a person wrote has five
_TOKEN = re.compile(
    r"(?P<comment>#[^\n]*)"
    r"|(?P<many>\"{3}(?:\\.|[^\\])*?\"{3,5}|'{3}.*?'{3,5})"
    r"|(?P<one>\"(?:\\.|[^\"\\\n])*\"|'[^'\n]*')"
    r"|(?P<sign>[\[\]{}=,.\n])"
    r"|(?P<bare>[^\s\"'#\[\]{}=,.]+)",
    re.DOTALL,
)
_QUOTED = re.compile(r"\"(?:\\.|[^\"\\\n])*+\"?|'[^'\n]*+'?|#[^\n]*", re.DOTALL)
_BETWEEN_KEYS = re.compile(r"[=,\[\]{}\n]")


def toml_document(text: str) -> dict[str, Any]:
    """Return the document; `ValueError` in one line for what is none, or has a key of more than a hundred parts."""
    import tomllib

    if any(piece.count(".") >= _MOST_PARTS for piece in _BETWEEN_KEYS.split(_QUOTED.sub("_", text))):
        raise ValueError(f"a key of more than {_MOST_PARTS} parts")
    try:
        return tomllib.loads(text)
    except RecursionError:
        raise ValueError("nested too deeply") from None
    except ValueError as error:
        raise ValueError(str(error).splitlines()[0]) from error


def toml_places(text: str) -> Iterator[tuple[tuple[str, ...], int, int, str]]:
    """Yield the keys that lead to each text of a document (numbers for the items of arrays), where it begins and ends
    without its quotes, and these quotes; of a document that `toml_document` takes."""
    yield from _Places(text).walk()


@dataclass(slots=True)
class _Around:
    """An array or an inline table that is open: the keys that lead to it, and how many items of an array are read."""

    path: tuple[str, ...]
    items: int | None  # None: a table


class _Places:
    def __init__(self, text: str) -> None:
        self._tokens = (match for match in _TOKEN.finditer(text) if match["comment"] is None)
        self._count: dict[tuple[str, ...], int] = {}  # of the tables of each array of tables
        self._table: tuple[str, ...] = ()
        self._open: list[_Around] = []
        self._key: list[str] = []  # the parts of the key that was read
        self._equals = False  # whether its `=` was read, too

    def walk(self) -> Iterator[tuple[tuple[str, ...], int, int, str]]:
        for token in self._tokens:
            if token["sign"] is not None:
                self._take_sign(token["sign"])
            elif not self._is_value():
                self._key.append(_plain(token[0]))
            elif token["bare"] is None:
                width = 3 if token["many"] is not None else 1
                yield self._keys(), token.start() + width, token.end() - width, token[0][:width]
                self._next_key()

    def _take_sign(self, sign: str) -> None:
        if sign in "[{" and self._is_value():
            self._open.append(_Around(self._keys(), 0 if sign == "[" else None))
            self._next_key()
        elif sign in "]}" and self._open:
            self._open.pop()
            self._next_key()
        elif sign == "[" and not self._open:
            self._table = self._head()
            self._next_key()
        elif sign == "=":
            self._equals = True
        elif sign == "," and self._open:
            if self._open[-1].items is not None:
                self._open[-1].items += 1
            self._next_key()
        elif sign == "\n" and not self._open:
            self._next_key()

    def _is_value(self) -> bool:
        """Whether a value stands here, not a key."""
        return self._equals or (bool(self._open) and self._open[-1].items is not None)

    def _keys(self) -> tuple[str, ...]:
        """The keys that lead to the value that stands here."""
        if not self._open:
            return (*self._table, *self._key)
        around = self._open[-1]
        return (*around.path, *(self._key if around.items is None else (str(around.items),)))

    def _next_key(self) -> None:
        self._key, self._equals = [], False

    def _head(self) -> tuple[str, ...]:
        """The table whose head begins behind this bracket."""
        parts: list[str] = []
        several = False
        for token in self._tokens:
            if token["sign"] == "[":
                several = True
            elif token["sign"] == "]":
                if several:
                    next(self._tokens, None)
                break
            elif token["sign"] != ".":
                parts.append(_plain(token[0]))
        path: tuple[str, ...] = ()
        for number, part in enumerate(parts, 1):
            path = (*path, part)
            if several and number == len(parts):
                self._count[path] = self._count.get(path, 0) + 1
            if path in self._count:
                path = (*path, str(self._count[path] - 1))
        return path


def _plain(key: str) -> str:
    """A key without its quotes."""
    import tomllib

    if key[0] == "'":
        return key[1:-1]
    return str(tomllib.loads(f"key = {key}")["key"]) if key[0] == '"' else key
