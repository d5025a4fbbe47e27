"""What a shell script gathers: the items of its arrays, the words that its loops go over, and what is added to a
variable at each turn. What a branch may add counts as added: it is asked what no configuration has."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from cudacompat.artifacts.buildfiles.shell_tree import Branch, ShellTree

if TYPE_CHECKING:
    from tree_sitter import Node

_MOST_TURNS = 64  # of a loop that is gone through
_MOST_ITEMS = 1024  # of one array
_LONGEST = 1 << 15  # characters of a variable that is added to
_MOST_ADDED = 1 << 24  # characters of all of them
EXPANSIONS = frozenset({"simple_expansion", "expansion"})

# What a node comes to with these values of variables put in; `None` where that is not known.
Text = Callable[["Node", Mapping[str, str]], str | None]


class ShellLists:
    """The arrays and the open loops of one script, up to the place that is read."""

    def __init__(self, tree: ShellTree, text: Text) -> None:
        self._tree = tree
        self._text = text
        self._arrays: dict[str, tuple[str, ...] | None] = {}
        self._loops: list[tuple[Branch, str, tuple[str, ...]]] = []
        self._added = 0  # characters, of all texts that were added to

    def enter(self, branch: Branch | None, variable: str, words: tuple[str, ...]) -> None:
        """Take note of a loop over these words, which begins here."""
        if branch is not None and len(words) <= _MOST_TURNS:
            self._loops = [each for each in self._loops if each[0].end > branch.until][-_MOST_TURNS:]
            self._loops.append((branch, variable, words))

    def turns(self, branch: Branch | None) -> tuple[Mapping[str, str], ...] | None:
        """What the variable of a loop is at each turn, where this branch is the body of one; `None` elsewhere."""
        for loop, variable, words in reversed(self._loops):
            if loop == branch:
                return tuple({variable: word} for word in words) or None
        return None

    def adds(self, node: Node, name: str) -> bool:
        """Whether an assignment adds to what the variable has: `X+=…`, `X="$X …"`, `X="$X;…"`."""
        value = node.child_by_field_name("value")
        written = self._tree.raw(value).lstrip('"') if value is not None else ""
        return _appends(node) or written.startswith((*(f"${name}{by}" for by in " ;,"), f"${{{name}}}"))

    def added(self, node: Node, before: str | None, branch: Branch | None) -> str | None:
        """What a variable that had `before` has after an assignment that adds to it; after all turns, where it is one
        in a loop's body."""
        name, value = node.child_by_field_name("name"), node.child_by_field_name("value")
        if before is None or name is None or value is None or value.type == "array":
            return None
        own, appends = self._tree.raw(name), _appends(node)
        for turn in self.turns(branch) or ({},):
            text = self._text(value, {**turn, own: before})
            self._added += len(before)
            if text is None or len(before) + len(text) > _LONGEST or self._added > _MOST_ADDED:
                return None
            before = before + text if appends else text
        return before

    def take_array(self, node: Node, branch: Branch | None) -> None:
        """Take what an assignment of an array gives to it: at all turns, where it stands in a loop's body."""
        name, value = node.child_by_field_name("name"), node.child_by_field_name("value")
        if name is None or value is None or value.type != "array":
            return
        own, turns = self._tree.raw(name), self.turns(branch)
        before = self._arrays.get(own, ()) if _appends(node) or (branch is not None and turns is None) else ()
        new = self.items([each for each in value.children if each.is_named], turns or ({},))
        known = before is not None and new is not None and len(before) + len(new) <= _MOST_ITEMS
        self._arrays[own] = (*before, *new) if known and before is not None and new is not None else None

    def table(self, width: int) -> tuple[str, ...]:
        """The items of the only array that has as many words in each of them; none of several such arrays."""
        found = [each for each in self._arrays.values() if each and all(len(row.split()) >= width for row in each)]
        return found[0] if len(found) == 1 else ()

    def items(self, nodes: list[Node], turns: tuple[Mapping[str, str], ...] = ({},)) -> tuple[str, ...] | None:
        """The words that these nodes come to; `None` where one is not known."""
        found: list[str] = []
        for turn in turns:
            for node in nodes:
                spread = self.spread(node)
                text = self._text(node, turn) if spread is None else None
                if spread is None and text is None:
                    return None
                words = spread or (text.split() if text is not None and node.type in EXPANSIONS else (text or "",))
                if len(found) + len(words) > _MOST_ITEMS:
                    return None
                found += words
        return tuple(found)

    def spread(self, node: Node) -> tuple[str, ...] | None:
        """The items of the array that a word is: `"${name[@]}"`; `None` for any other word, and where they are not
        known."""
        inside = [each for each in node.children if each.is_named] if node.type == "string" else [node]
        if len(inside) != 1 or inside[0].type != "expansion":
            return None
        parts = [each for each in inside[0].children if each.type not in ("${", "}")]
        if len(parts) != 1 or parts[0].type != "subscript":
            return None
        name, index = parts[0].child_by_field_name("name"), parts[0].child_by_field_name("index")
        if name is None or index is None or self._tree.raw(index) not in ("@", "*"):
            return None
        return self._arrays.get(self._tree.raw(name))


def _appends(node: Node) -> bool:
    return any(child.type == "+=" for child in node.children)
