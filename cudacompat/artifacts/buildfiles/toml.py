"""TOML: the document, read in time that grows with the size of the file, and the places of its texts.

`tomllib` says what a document means and whether it is one. It says no places; and a key of a hundred thousand parts
takes it hours, so that such a key is refused before.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
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


class _Places:
    def __init__(self, text: str) -> None:
        self._tokens = (match for match in _TOKEN.finditer(text) if match["comment"] is None)
        self._count: dict[tuple[str, ...], int] = {}  # of the tables of each array of tables

    def walk(self) -> Iterator[tuple[tuple[str, ...], int, int, str]]:
        table: tuple[str, ...] = ()
        key: list[str] = []
        inside: list[tuple[tuple[str, ...], int]] = []  # the arrays (with how many items) and tables (-1) around
        value = False
        for token in self._tokens:
            sign = token["sign"]
            path = inside[-1][0] if inside else table
            if inside and inside[-1][1] >= 0 and not value:
                value = True  # an item of an array
            if value and sign not in (None, ".") and sign in "[{":
                here, key = self._named(path, key, inside), []
                inside.append((here, 0 if sign == "[" else -1))
                value = False
            elif sign is not None and sign in "]}" and inside:
                inside.pop()
                value = False
            elif sign == "[" and not inside:
                table, key = self._head(), []
            elif sign == "=":
                value = True
            elif sign == "," and inside:
                around, items = inside[-1]
                inside[-1] = (around, items + 1 if items >= 0 else -1)
                key, value = [], False
            elif sign == "\n":
                if not inside:
                    key, value = [], False
            elif value and (token["one"] is not None or token["many"] is not None):
                width = 3 if token["many"] is not None else 1
                here, key, value = self._named(path, key, inside), [], False
                quote = token[0][:width]
                yield here, token.start() + width, token.end() - width, quote
            elif not value and sign != ".":
                key.append(_plain(token[0]))

    def _named(
        self, path: tuple[str, ...], key: list[str], inside: list[tuple[tuple[str, ...], int]]
    ) -> tuple[str, ...]:
        if inside and inside[-1][1] >= 0:
            return (*path, str(inside[-1][1]))
        return (*path, *key)

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
