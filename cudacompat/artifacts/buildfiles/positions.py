"""YAML and JSON as trees in which every node knows where it stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from cudacompat.artifacts.buildfiles.trees import yaml_documents

_DEEPEST = 60
_MOST_NODES = 50_000


@dataclass(frozen=True, slots=True)
class Node:
    """A text, a mapping or a list. `text[start:end]` is a text without its quotes; of a block (`|`, `>`) it is the
    lines below its head, `block` then says which."""

    start: int
    end: int
    text: str | None = None
    entries: Mapping[str, Node] = field(default_factory=dict)
    items: tuple[Node, ...] = ()
    quote: str = ""
    block: str = ""

    def get(self, *keys: str) -> Node | None:
        """The node that these keys lead to, `None` where one is missing."""
        node: Node | None = self
        for key in keys:
            node = node.entries.get(key) if node is not None else None
        return node

    def words(self) -> tuple[str, ...]:
        """The text, or the texts of the list."""
        if self.text is not None:
            return (self.text,)
        return tuple(item.text for item in self.items if item.text is not None)


def yaml_tree(text: str) -> tuple[Node, ...]:
    """Return the documents of a YAML file (JSON is YAML, too); `ValueError` for what is none."""
    counter = _Counter()
    return tuple(_node(text, each, counter, depth=0) for each in yaml_documents(text))


class _Counter:
    """How many nodes were made: aliases can make a small file large."""

    def __init__(self) -> None:
        self.made = 0

    def step(self, depth: int) -> None:
        self.made += 1
        if self.made > _MOST_NODES or depth > _DEEPEST:
            raise ValueError("too many values" if self.made > _MOST_NODES else "nested too deeply")


def _node(text: str, node: Any, counter: _Counter, depth: int) -> Node:
    from yaml import MappingNode, ScalarNode, SequenceNode

    counter.step(depth)
    start, end = node.start_mark.index, node.end_mark.index
    if isinstance(node, MappingNode):
        return Node(start, end, entries=_entries(text, node, counter, depth=depth))
    if isinstance(node, SequenceNode):
        return Node(start, end, items=tuple(_node(text, each, counter, depth=depth + 1) for each in node.value))
    if not isinstance(node, ScalarNode):
        return Node(start, end)
    value = str(node.value)
    if node.style in ("|", ">"):
        head = text.find("\n", start, end)
        return Node(head + 1 if head >= 0 else end, end, value, block=node.style)
    quote = node.style if node.style in ("'", '"') else ""
    return Node(start + len(quote), end - len(quote), value, quote=quote)


def _entries(text: str, node: Any, counter: _Counter, depth: int) -> dict[str, Node]:
    """The entries; a key of the mapping's own comes before a merged one, and of merged ones that of the first."""
    own: dict[str, Node] = {}
    merged: dict[str, Node] = {}
    for key, value in node.value:
        each = _node(text, value, counter, depth=depth + 1)
        if str(key.value) == "<<":
            for source in (each, *each.items):
                merged = {**source.entries, **merged}
        else:
            own[str(key.value)] = each
    return {**merged, **own}
