"""JSON, YAML and TOML: every text in them with its place and the keys that lead to it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

_MOST_NODES = 50_000


@dataclass(frozen=True, slots=True)
class Scalar:
    """One text, number or word: `text[start:end]` of the file without quotes, and the keys that lead to it.

    `block` is whether it is a block of lines (YAML's | and >), or a text over several lines.
    """

    path: tuple[str, ...]
    value: str
    start: int
    end: int
    quote: str
    block: bool = False


def json_scalars(text: str) -> Iterator[Scalar]:
    """Yield the texts of JSON, comments and trailing commas allowed; `ValueError` for what is none."""
    yield from _Json(text).walk()


class _Json:
    _SPACE = re.compile(r"(?:\s++|//[^\n]*+|/\*(?>.*?\*/))*+", re.DOTALL)
    _OTHER = re.compile(r"[-+.\w]+")

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._decoder = json.JSONDecoder(strict=False)

    def walk(self) -> Iterator[Scalar]:
        if self._text.startswith("\ufeff"):
            self._at = 1
        yield from self._value(())

    def _skip(self) -> str:
        match = self._SPACE.match(self._text, self._at)
        self._at = match.end() if match else self._at
        return self._text[self._at : self._at + 1]

    def _value(self, path: tuple[str, ...]) -> Iterator[Scalar]:
        char = self._skip()
        if len(path) > 100:
            raise ValueError("nested too deeply")
        if char == '"':
            start = self._at + 1
            value = self._string()
            yield Scalar(path, value, start, end=self._at - 1, quote='"')
        elif char in ("{", "["):
            self._at += 1
            yield from self._members(path) if char == "{" else self._items(path)
        else:
            match = self._OTHER.match(self._text, self._at)
            if match is None:
                raise ValueError(f"no JSON at character {self._at}")
            self._at = match.end()
            yield Scalar(path, match[0], match.start(), end=match.end(), quote="")

    def _string(self) -> str:
        value, self._at = self._decoder.raw_decode(self._text, self._at)
        return str(value)

    def _members(self, path: tuple[str, ...]) -> Iterator[Scalar]:
        while (char := self._skip()) != "}":
            if char != '"':
                raise ValueError(f"no JSON at character {self._at}")
            key = self._string()
            if self._skip() != ":":
                raise ValueError(f"no JSON at character {self._at}")
            self._at += 1
            yield from self._value((*path, key))
            if self._skip() == ",":
                self._at += 1
        self._at += 1

    def _items(self, path: tuple[str, ...]) -> Iterator[Scalar]:
        index = 0
        while (char := self._skip()) != "]":
            if not char:
                raise ValueError("JSON that ends too early")
            yield from self._value((*path, str(index)))
            index += 1
            if self._skip() == ",":
                self._at += 1
        self._at += 1


def yaml_documents(text: str) -> Iterator[Any]:
    """Yield PyYAML's node of each document that is not empty; `ValueError` for what is no YAML.

    libyaml reads, where PyYAML was built with it: about thirty times as fast as Python does, with the same marks, and
    with a limit of its own to how deep a text may nest.
    """
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    if text.startswith("\ufeff"):
        text = " " + text[1:]  # libyaml would not count it, and all places would be one off
    try:
        for document in yaml.compose_all(text, Loader=loader):
            if document is not None:
                yield document
    except (yaml.YAMLError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        where = f" in line {mark.line + 1}" if mark is not None else ""
        said = getattr(error, "problem", None) or str(error) or "no YAML"
        raise ValueError(f"{str(said).splitlines()[0]}{where}") from error


def yaml_scalars(text: str) -> Iterator[Scalar]:
    """Yield the texts of YAML; `ValueError` for what is none."""
    from yaml import MappingNode, ScalarNode, SequenceNode

    seen = 0

    def walk(node: Any, path: tuple[str, ...]) -> Iterator[Scalar]:
        nonlocal seen
        seen += 1  # aliases make a small file large, and need no text for it
        if seen > _MOST_NODES:
            raise ValueError("too many values")
        if len(path) > 100:
            raise ValueError("nested too deeply")
        if isinstance(node, MappingNode):
            for key, value in node.value:
                yield from walk(value, (*path, str(key.value)))
        elif isinstance(node, SequenceNode):
            for index, value in enumerate(node.value):
                yield from walk(value, (*path, str(index)))
        elif isinstance(node, ScalarNode):
            start, end = node.start_mark.index, node.end_mark.index
            quote = node.style if node.style in ("'", '"') else ""
            block = node.style in ("|", ">") or "\n" in text[start:end]
            yield Scalar(path, str(node.value), start + len(quote), end=end - len(quote), quote=quote, block=block)

    for document in yaml_documents(text):
        yield from walk(document, ())


def toml_scalars(text: str) -> Iterator[Scalar]:
    """Yield the texts of TOML that may carry a list; `ValueError` for what is no TOML."""
    from cudacompat.artifacts.buildfiles.toml import toml_document, toml_places

    try:
        values = dict(_toml_texts(toml_document(text), ()))
    except RecursionError:
        raise ValueError("nested too deeply") from None
    if not any(_worth_a_look(path, value) for path, value in values.items()):
        return  # of most files
    for path, start, end, quote in toml_places(text):
        value = values.get(path)
        if value is not None and _worth_a_look(path, value):
            yield Scalar(path, value, start, end=end, quote=quote, block="\n" in text[start:end])


def _toml_texts(node: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str]]:
    if isinstance(node, dict):
        for key, value in node.items():
            yield from _toml_texts(value, (*path, key))
    elif isinstance(node, list):
        for index, value in enumerate(node):
            yield from _toml_texts(value, (*path, str(index)))
    elif isinstance(node, str):
        yield path, node


_DEPENDENCY = re.compile(r"[\w.-]+(?:\[[^]]*\])?\s*[<>=!~]")


def _worth_a_look(path: tuple[str, ...], value: str) -> bool:
    """Whether it may carry a list: a name in capitals, or options of a build; and numbers."""
    named = any(char.isupper() for key in path[-2:] for char in key)
    options = "-D" in value or ("=" in value and not _DEPENDENCY.match(value))
    return any(char.isdigit() for char in value) and (named or options)
