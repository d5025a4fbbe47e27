"""Shell text as a tree of its commands, by tree-sitter-bash, in bounded time and memory.

A text with an error in it still gives the commands around the error.
"""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from tree_sitter import Node, Parser, Tree

DEEPEST = 200
# The grammar takes time that grows with the square of some texts, and for pipes memory, too, until it crashes.
_MOST_PIPES = 2_000
_SHORT = 1024  # bytes that take no time whatever they say
_MOST_SECONDS = 2.0  # of processor time
_CHUNK = 1 << 14
_BRANCHES = frozenset(
    {
        "if_statement",
        "for_statement",
        "while_statement",
        "case_statement",
        "function_definition",
        "c_style_for_statement",
    }
)
_CLAUSES = frozenset({"elif_clause", "else_clause"})
_PARTS = _CLAUSES | {"case_item"}


class TreeNode(NamedTuple):
    """A command, a declaration or a bare assignment.

    `until` is the byte at which the branch ends in which it stands; None outside of all. `conditional` is whether it
    stands in one, `ignored` whether a failure of its is ignored.
    """

    node: Node
    until: int | None
    conditional: bool
    ignored: bool


class ShellTree:
    """The tree of one text; `ValueError` for a text that the grammar cannot take in bounded time and memory."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.data = text.encode("utf-8", "surrogatepass")
        self._columns: list[int] | None = None

    def raw(self, node: Node) -> str:
        """Return the text of a node as it stands there."""
        return self.data[node.start_byte : node.end_byte].decode("utf-8", "surrogatepass")

    def at(self, byte: int) -> int:
        """Return the character at which this byte of the text begins."""
        if len(self.data) == len(self.text):
            return byte
        if self._columns is None:
            columns: list[int] = []
            for index, char in enumerate(self.text):
                columns += [index] * len(char.encode("utf-8", "surrogatepass"))
            columns.append(len(self.text))
            self._columns = columns
        return self._columns[byte]

    def nodes(self) -> Iterator[TreeNode]:
        """Give commands, declarations and bare assignments, in the order of the text."""
        root = _parsed(self.text, self.data).root_node
        stack = [TreeNode(root, None, False, ignored=False)]
        around: list[int] = []  # where the commands end in whose words this one stands
        while stack:
            node, until, conditional, ignored = stack.pop()
            if node.type in ("command", "declaration_command", "variable_assignment"):
                while around and around[-1] <= node.start_byte:
                    around.pop()
                around.append(node.end_byte)
                if len(around) > DEEPEST:
                    raise ValueError("commands nested too deeply")
                yield TreeNode(node, until, conditional, ignored=ignored)
                if node.type == "command":
                    # $(…) among its words holds commands of its own
                    stack += [
                        TreeNode(each, each.end_byte, True, ignored=False)
                        for each in reversed(node.children)
                        if each.child_count
                    ]
                continue
            inside = conditional or node.type in _BRANCHES
            if node.type == "list" and len(node.children) > 1 and node.children[1].type == "||":
                dropped = ignored or self.raw(node.children[-1]).strip() in ("true", ":", "/bin/true")
                stack.append(TreeNode(node.children[-1], node.end_byte, True, ignored=ignored))
                stack.append(TreeNode(node.children[0], until, inside, ignored=dropped))
                continue
            if node.type == "list" and len(node.children) > 2 and self._tests(node.children[0]):
                stack.append(TreeNode(node.children[-1], node.end_byte, True, ignored=ignored))
                stack.append(TreeNode(node.children[0], until, inside, ignored=ignored))
                continue
            if node.type in _BRANCHES or node.type in _PARTS:
                until = node.end_byte
            clause = next((each.start_byte for each in node.children if each.type in _CLAUSES), None)
            for each in reversed(node.children):
                first = clause is not None and each.start_byte < clause
                stack.append(TreeNode(each, clause if first else until, inside, ignored=ignored))

    def _tests(self, node: Node) -> bool:
        """Whether what follows this and `&&` runs only if a test holds: `[ -n "$X" ] && …`. Of a chain, its last part
        alone is looked at, which takes the same time for a long one."""
        if node.type == "list" and len(node.children) > 2 and node.children[1].type == "&&":
            node = node.children[-1]
        return node.type == "test_command" or (node.type == "command" and self.raw(node).startswith("test "))


@cache
def _parser() -> Parser:
    import tree_sitter_bash
    from tree_sitter import Language, Parser

    return Parser(Language(tree_sitter_bash.language()))


def _longest_pipe(text: str) -> int:
    """How many pipes stand in lines that may be one command: each has one, is continued, or says nothing."""
    if text.count("|") <= _MOST_PIPES:
        return 0
    longest = found = 0
    for line in text.split("\n"):
        pipes = line.count("|")
        bare = line.strip()
        found = found + pipes if pipes or not bare or bare[0] == "#" or bare[-1] == "\\" else 0
        longest = max(longest, found)
    return longest


def _parsed(text: str, data: bytes) -> Tree:
    """The tree of a text; `ValueError` for one that the grammar cannot take in bounded time and memory."""
    if _longest_pipe(text) > _MOST_PIPES:
        raise ValueError(f"a command of more than {_MOST_PIPES} pipes")
    if len(data) <= _SHORT:
        return _parser().parse(data)
    end = time.process_time() + _MOST_SECONDS
    try:
        with _signals_wait():
            return _parser().parse(
                lambda at, _: data[at : at + _CHUNK],
                encoding="utf8",
                progress_callback=lambda *_: time.process_time() > end,
            )
    except ValueError:
        _parser().reset()
        raise ValueError(f"its commands take more than {_MOST_SECONDS:.0f} s to parse") from None


@contextmanager
def _signals_wait() -> Iterator[None]:
    """Let an interrupt wait: what a callback of the grammar raises leaves its parser in no state at all."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM, signal.SIGVTALRM})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
