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
_LEAST_CASES = 2


class Branch(NamedTuple):
    """One branch of a statement: the bytes at which it and its statement end, and the branch around it.

    `needed` is in how many branches a name has to be set, so that one of them certainly sets it: all of an `if` with an
    `else`, two of a `case` (whoever writes a list for two cases writes one for each), 0 where no number is enough.
    """

    until: int
    end: int
    needed: int
    around: Branch | None


class TreeNode(NamedTuple):
    """A command, a declaration, a bare assignment, or the head of a loop over words.

    `branch` is the innermost one in which it stands; None outside of all. `conditional` is whether it stands in one,
    `ignored` whether a failure of its is ignored.
    """

    node: Node
    branch: Branch | None
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
        """Give commands, declarations, bare assignments and loops over words, in the order of the text."""
        root = _parsed(self.text, self.data).root_node
        stack = [TreeNode(root, None, False, ignored=False)]
        around: list[int] = []  # where the commands end in whose words this one stands
        while stack:
            node, branch, conditional, ignored = stack.pop()
            if node.type in ("command", "declaration_command", "variable_assignment"):
                while around and around[-1] <= node.start_byte:
                    around.pop()
                around.append(node.end_byte)
                if len(around) > DEEPEST:
                    raise ValueError("commands nested too deeply")
                yield TreeNode(node, branch, conditional, ignored=ignored)
                if node.type == "command":
                    # $(…) among its words holds commands of its own
                    stack += [
                        TreeNode(each, _alone(each, branch), True, ignored=False)
                        for each in reversed(node.children)
                        if each.child_count
                    ]
                continue
            inside = conditional or node.type in _BRANCHES
            if node.type == "list" and len(node.children) > 1 and node.children[1].type == "||":
                dropped = ignored or self.raw(node.children[-1]).strip() in ("true", ":", "/bin/true")
                stack.append(TreeNode(node.children[-1], _alone(node, branch), True, ignored=ignored))
                stack.append(TreeNode(node.children[0], branch, inside, ignored=dropped))
                continue
            if node.type == "list" and len(node.children) > 2 and self._tests(node.children[0]):
                stack.append(TreeNode(node.children[-1], _alone(node, branch), True, ignored=ignored))
                stack.append(TreeNode(node.children[0], branch, inside, ignored=ignored))
                continue
            clause = next((each.start_byte for each in node.children if each.type in _CLAUSES), None)
            if node.type in _BRANCHES:
                branch = Branch(clause or node.end_byte, node.end_byte, _needed(node), around=branch)
            if node.type == "for_statement":
                yield TreeNode(node, branch, True, ignored=ignored)
            for each in reversed(node.children):
                part = branch
                if branch is not None and each.type in _PARTS:
                    part = Branch(each.end_byte, branch.end, branch.needed, around=branch.around)
                stack.append(TreeNode(each, part, inside, ignored=ignored))

    def _tests(self, node: Node) -> bool:
        """Whether what follows this and `&&` runs only if a test holds: `[ -n "$X" ] && …`. Of a chain, its last part
        alone is looked at, which takes the same time for a long one."""
        if node.type == "list" and len(node.children) > 2 and node.children[1].type == "&&":
            node = node.children[-1]
        return node.type == "test_command" or (node.type == "command" and self.raw(node).startswith("test "))


def _alone(node: Node, around: Branch | None) -> Branch:
    """A branch that may be taken or not, with nothing in its place."""
    return Branch(node.end_byte, node.end_byte, 0, around=around)


def _needed(node: Node) -> int:
    if node.type == "case_statement":
        return _LEAST_CASES
    parts = [each.type for each in node.children if each.type in _CLAUSES]
    return len(parts) + 1 if "else_clause" in parts else 0


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
