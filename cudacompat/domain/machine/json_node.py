"""A JSON object that knows its place in the document, for errors that name the key."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import TypeVar

from cudacompat.domain.machine.facts import Found, Missing
from cudacompat.domain.words.errors import ParseError

T = TypeVar("T")
E = TypeVar("E", bound=Enum)


@dataclass(frozen=True, slots=True)
class JsonNode:
    """A JSON object and its place in the document, for errors that name the key."""

    value: Mapping[str, object]
    place: str

    def at(self, key: str) -> str:
        name = key if key.isidentifier() and len(key) < 60 else f"{key!r:.60}"
        return f"{self.place}.{name}" if self.place else name

    def error(self, key: str, wanted: str) -> ParseError:
        there = f"got {self.value[key]!r:.60}" if key in self.value else "it is missing"
        return ParseError(f"facts file: {self.at(key)}: expected {wanted}, {there}")

    def text(self, key: str) -> str:
        value = self.value.get(key)
        if not isinstance(value, str):
            raise self.error(key, "a text")
        return value

    def text_or_none(self, key: str) -> str | None:
        return None if self.value.get(key) is None else self.text(key)

    def text_or(self, key: str, older: str) -> str:
        """The text, and `older` in facts that were saved before there was such a key."""
        return self.text(key) if key in self.value else older

    def number(self, key: str) -> int:
        value = self.value.get(key)
        if not isinstance(value, int) or isinstance(value, bool) or value < 0:
            raise self.error(key, "a whole number, not negative")
        return value

    def number_or_none(self, key: str) -> int | None:
        return None if self.value.get(key) is None else self.number(key)

    def numbers(self, key: str) -> tuple[int, ...]:
        value = self.value.get(key)
        if not isinstance(value, list) or not all(type(each) is int and each >= 0 for each in value):
            raise self.error(key, "a list of whole numbers, none negative")
        return tuple(value)

    def word(self, text: str, words: type[E], key: str) -> E:
        """The member of the enum that has this value."""
        try:
            return words(text)
        except ValueError:
            raise self.error(key, f"one of {', '.join(str(each.value) for each in words)}") from None

    def flag(self, key: str) -> bool:
        value = self.value.get(key)
        if not isinstance(value, bool):
            raise self.error(key, "true or false")
        return value

    def flag_or_none(self, key: str) -> bool | None:
        return None if self.value.get(key) is None else self.flag(key)

    def later(self, key: str) -> tuple[JsonNode, ...]:
        """The objects of a list; none in facts that were saved before there was such a key."""
        return self.children(key) if key in self.value else ()

    def texts(self, key: str) -> tuple[str, ...]:
        value = self.value.get(key)
        if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
            raise self.error(key, "a list of texts")
        return tuple(value)

    def texts_or(self, key: str, older: tuple[str, ...]) -> tuple[str, ...]:
        """The texts, and `older` in facts that were saved before there was such a key."""
        return self.texts(key) if key in self.value else older

    def child(self, key: str) -> JsonNode:
        value = self.value.get(key)
        if not isinstance(value, dict):
            raise self.error(key, "an object")
        return JsonNode(value, self.at(key))

    def child_or_none(self, key: str) -> JsonNode | None:
        return None if self.value.get(key) is None else self.child(key)

    def children(self, key: str) -> tuple[JsonNode, ...]:
        value = self.value.get(key)
        if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
            raise self.error(key, "a list of objects")
        return tuple(JsonNode(each, f"{self.at(key)}[{number}]") for number, each in enumerate(value))

    def parsed(self, key: str, parse: Callable[[str], T]) -> T | None:
        text = self.text_or_none(key)
        try:
            return None if text is None else parse(text)
        except ParseError as error:
            raise ParseError(f"facts file: {self.at(key)}: {error!s:.200}") from None

    def probe(self, key: str, read: Callable[[JsonNode], T]) -> Found[T] | Missing:
        node = self.child(key)
        if "missing" in node.value:
            return Missing(node.text("missing"), node.texts("tried"))
        return Found(read(node), node.text("found_via"))
