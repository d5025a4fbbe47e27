"""Shell text as a tree of its commands, by tree-sitter-bash, in bounded time and memory.

A text with an error in it still gives the commands around the error.
"""

from __future__ import annotations

import re
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
_COMMANDS = frozenset({"command", "declaration_command", "variable_assignment"})
_CLAUSES = frozenset({"elif_clause", "else_clause"})
_PARTS = _CLAUSES | {"case_item"}
_LEAST_CASES = 2
_ENDS = re.compile(rb"(?:exit|return|die|fail|usage|false|abort|error)\b")
_WITHOUT_CUDA = re.compile(rb"(?i)cpu|rocm|hip|xpu|mac|darwin|osx|metal")


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


class HereDocument(NamedTuple):
    """The lines of a here document, `text[start:end]`: the command that reads them, and the file that it writes, as
    they are written."""

    command: str
    target: str
    start: int
    end: int


class ShellTree:
    """The tree of one text; `ValueError` for a text that the grammar cannot take in bounded time and memory."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.data = text.encode("utf-8", "surrogatepass")
        self._columns: list[int] | None = None
        self._root = _parsed(self.text, self.data).root_node

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
        stack = [TreeNode(self._root, None, False, ignored=False)]
        around: list[int] = []  # where the commands end in whose words this one stands
        while stack:
            part = stack.pop()
            if part.node.type in _COMMANDS:
                while around and around[-1] <= part.node.start_byte:
                    around.pop()
                around.append(part.node.end_byte)
                if len(around) > DEEPEST:
                    raise ValueError("commands nested too deeply")
                yield part
                below = _in_words(part)
            elif part.node.type == "list" and (sides := self._sides(part)):
                below = sides
            else:
                inner = _entered(part)
                if part.node.type == "for_statement":
                    yield inner
                below = _children(inner)
            stack += reversed(below)

    def here_documents(self) -> Iterator[HereDocument]:
        """Give the here documents that go into a file, in the order of the text."""
        stack = [self._root]
        while stack:
            node = stack.pop()
            if node.type == "redirected_statement":
                for each in node.children:
                    if each.type == "heredoc_redirect" and (found := self._here_document(node, each)) is not None:
                        yield found
            if node.type != "heredoc_redirect":
                stack += reversed(node.children)

    def _here_document(self, statement: Node, redirect: Node) -> HereDocument | None:
        body = next((each for each in redirect.children if each.type == "heredoc_body"), None)
        files = [each for each in (*statement.children, *redirect.children) if each.type == "file_redirect"]
        target = files[0].child_by_field_name("destination") if files else None
        command = statement.child_by_field_name("body")
        if body is None or target is None or command is None:
            return None
        return HereDocument(self.raw(command), self.raw(target), self.at(body.start_byte), end=self.at(body.end_byte))

    def _sides(self, part: TreeNode) -> list[TreeNode]:
        """The two sides of `a || b` and of `[ test ] && b`, of which the second may run or not; none of other lists."""
        children = part.node.children
        if len(children) > 1 and children[1].type == "||":
            conditional = part.conditional
            ignored = part.ignored or self.raw(children[-1]).strip() in ("true", ":", "/bin/true")
        elif len(children) > 2 and self._tests(children[0]):
            conditional, ignored = part.conditional, part.ignored
        else:
            return []
        return [
            TreeNode(children[0], part.branch, conditional, ignored=ignored),
            TreeNode(children[-1], _alone(part.node, part.branch), True, ignored=part.ignored),
        ]

    def _tests(self, node: Node) -> bool:
        """Whether what follows this and `&&` runs only if a test holds: `[ -n "$X" ] && …`. Of a chain, its last part
        alone is looked at, which takes the same time for a long one."""
        if node.type == "list" and len(node.children) > 2 and node.children[1].type == "&&":
            node = node.children[-1]
        return node.type == "test_command" or (node.type == "command" and self.raw(node).startswith("test "))


def _in_words(part: TreeNode) -> list[TreeNode]:
    """What stands in the words of a command: `$(…)` holds commands of its own."""
    if part.node.type != "command":
        return []
    inside = [each for each in part.node.children if each.child_count]
    return [TreeNode(each, _alone(each, part.branch), True, ignored=False) for each in inside]


def _entered(part: TreeNode) -> TreeNode:
    """The same node with what holds inside of it: the branch that it opens, if it is a statement with branches."""
    node = part.node
    if node.type not in _BRANCHES:
        return part
    clause = next((each.start_byte for each in node.children if each.type in _CLAUSES), None)
    branch = Branch(clause or node.end_byte, node.end_byte, _needed(node), around=part.branch)
    return TreeNode(node, branch, True, ignored=part.ignored)


def _children(inner: TreeNode) -> list[TreeNode]:
    """What a node holds; a clause or a case of a statement is a branch of its own."""
    found = []
    for each in inner.node.children:
        branch = inner.branch
        if branch is not None and each.type in _PARTS:
            branch = Branch(each.end_byte, branch.end, branch.needed, around=branch.around)
        found.append(TreeNode(each, branch, inner.conditional, ignored=inner.ignored))
    return found


def _alone(node: Node, around: Branch | None) -> Branch:
    """A branch that may be taken or not, with nothing in its place."""
    return Branch(node.end_byte, node.end_byte, 0, around=around)


def _needed(node: Node) -> int:
    if node.type == "case_statement":
        return max(_LEAST_CASES, sum(map(_goes_on, node.children)))
    parts = [each.type for each in node.children if each.type in _CLAUSES]
    return len(parts) + 1 if "else_clause" in parts else 0


def in_function(node: Node) -> bool:
    """Whether a node stands in a function of the script."""
    parent = node.parent
    while parent is not None and parent.type != "function_definition":
        parent = parent.parent
    return parent is not None


def _goes_on(item: Node) -> bool:
    """Whether a case of a statement does something for builds with CUDA and does not end the script."""
    if item.type != "case_item":
        return False
    pattern = next((each.text for each in item.children if each.is_named), None) or b""
    inside = [each for each in item.children if each.is_named and each.text and each.text != pattern]
    ends = any(_ENDS.match(each.text or b"") for each in inside)
    return bool(inside) and not ends and _WITHOUT_CUDA.search(pattern) is None


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
