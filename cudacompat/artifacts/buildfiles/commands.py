"""Shell text as commands: their words with the variables put in that are known, and the environment each one sees.

tree-sitter-bash parses; a text with an error in it still gives the commands around the error.
"""

from __future__ import annotations

import re
import signal
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING

from cudacompat.domain.project.assignments import AssignmentKind
from cudacompat.domain.project.model import Setting, SourceFile, Word

if TYPE_CHECKING:
    from tree_sitter import Node, Parser, Tree

_DEEPEST = 200
_MOST_COMMANDS = 20_000
_MOST_VARIABLES = 1_000_000  # of all commands of a text together
# The grammar takes time that grows with the square of some texts, and for pipes memory, too, until it crashes.
_MOST_PIPES = 2_000
_LONGEST = 1 << 15  # characters of a variable that is put in; no list is as long
_MOST_GROWN = 1 << 24  # characters of all of them
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
_WORDS = ("word", "number", "test_operator", "variable_name", "special_variable_name")
_DEFINE = re.compile(r"-D([A-Za-z_]\w*)(?::[A-Za-z]+)?=", re.DOTALL)
_ITEMS_AFTER = re.compile(r";\s*['\"]?\d{2,3}[af]?(?:-real|-virtual)?(?![\w.-])")
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class ShellCommand:
    """One simple command. `exports` is the environment that it sees, `defines` the -DNAME=VALUE among its words."""

    words: tuple[Word, ...]
    start: int
    end: int
    environment: Mapping[str, Setting]
    defines: tuple[Setting, ...]
    conditional: bool
    ignored: bool = False  # whether `|| true` takes its failure

    @property
    def program(self) -> str:
        """The name of the program without its folder; empty where only the build knows it."""
        return self.words[0].text.rsplit("/", 1)[-1] if self.words and self.words[0].known else ""


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


def commands(
    file: SourceFile, start: int, end: int, environment: Mapping[str, Setting], masked: str | None = None
) -> Iterator[ShellCommand]:
    """Yield the commands in `file.text[start:end]`, in their order, given what is set before them.

    `masked` is that text as the shell gets it, of the same length: with the lines blanked that a Dockerfile drops.
    """
    text = masked if masked is not None else file.text[start:end]
    yield from _Reader(file, start, text, environment).read()


def words_of(file: SourceFile, parts: list[tuple[str, int, int]]) -> tuple[Word, ...]:
    """Return words that no shell reads: the items of the exec form, with their places."""
    return tuple(Word(text, True, file.place(start, end)) for text, start, end in parts)


class _Reader:
    def __init__(self, file: SourceFile, start: int, text: str, environment: Mapping[str, Setting]) -> None:
        self._file = file
        self._start = start
        self._text = text
        self._data = text.encode("utf-8", "surrogatepass")
        self._exported = environment  # commands hold it: it is replaced, never changed
        self._copied = 0
        self._grown = 0
        self._plain: dict[str, Setting] = {}
        self._columns: list[int] | None = None
        self._until: int | None = None  # where the branch ends that is read now
        self._branched: list[tuple[int, str]] = []  # what is set in branches, and where they end: the innermost last

    def read(self) -> Iterator[ShellCommand]:
        for count, (node, until, conditional, ignored) in enumerate(self._nodes()):
            if count == _MOST_COMMANDS:
                raise ValueError(f"more than {_MOST_COMMANDS} commands")
            self._leave(node.start_byte)
            self._until = until
            if node.type == "command":
                yield replace(self._command(node, conditional), ignored=ignored)
            elif node.type == "declaration_command":
                self._declare(node)
            elif node.type == "variable_assignment":
                setting = self._assigned(node)
                if setting is not None:
                    self._take(setting, exported=setting.name in self._exported)

    def _leave(self, byte: int) -> None:
        """Forget the values that were set in branches that end here: nobody knows which of them was taken."""
        names = set()
        while self._branched and self._branched[-1][0] <= byte:
            names.add(self._branched.pop()[1])
        for name in names.intersection(self._plain):
            self._plain[name] = replace(self._plain[name], value=None)
        exported = names.intersection(self._exported)
        if exported:
            self._exported = self._with({name: replace(self._exported[name], value=None) for name in exported})

    def _take(self, setting: Setting, *, exported: bool) -> None:
        if self._until is not None:
            self._branched.append((self._until, setting.name))
        if exported:
            self._exported = self._with({setting.name: setting})
        else:
            self._plain[setting.name] = setting

    def _with(self, more: Mapping[str, Setting]) -> Mapping[str, Setting]:
        """What is exported, and more."""
        self._copied += len(self._exported)
        if self._copied > _MOST_VARIABLES:
            raise ValueError("too many variables for as many commands")
        return {**self._exported, **more}

    def _nodes(self) -> Iterator[tuple[Node, int | None, bool, bool]]:
        """Commands, declarations and bare assignments, in the order of the text; where the branch ends in which they
        stand, whether they stand in one, and whether a failure of theirs is ignored."""
        root = _parsed(self._text, self._data).root_node
        stack: list[tuple[Node, int | None, bool, bool]] = [(root, None, False, False)]
        around: list[int] = []  # where the commands end in whose words this one stands
        while stack:
            node, until, conditional, ignored = stack.pop()
            if node.type in ("command", "declaration_command", "variable_assignment"):
                while around and around[-1] <= node.start_byte:
                    around.pop()
                around.append(node.end_byte)
                if len(around) > _DEEPEST:
                    raise ValueError("commands nested too deeply")
                yield node, until, conditional, ignored
                if node.type == "command":
                    # $(…) among its words holds commands of its own
                    stack += [
                        (each, each.end_byte, True, False) for each in reversed(node.children) if each.child_count
                    ]
                continue
            inside = conditional or node.type in _BRANCHES
            if node.type == "list" and len(node.children) > 1 and node.children[1].type == "||":
                dropped = ignored or self._raw(node.children[-1]).strip() in ("true", ":", "/bin/true")
                stack.append((node.children[-1], node.end_byte, True, ignored))
                stack.append((node.children[0], until, inside, dropped))
                continue
            if node.type == "list" and len(node.children) > 2 and self._tests(node.children[0]):
                stack.append((node.children[-1], node.end_byte, True, ignored))
                stack.append((node.children[0], until, inside, ignored))
                continue
            if node.type in _BRANCHES or node.type in _PARTS:
                until = node.end_byte
            clause = next((each.start_byte for each in node.children if each.type in _CLAUSES), None)
            for each in reversed(node.children):
                first = clause is not None and each.start_byte < clause
                stack.append((each, clause if first else until, inside, ignored))

    def _tests(self, node: Node) -> bool:
        """Whether what follows this and `&&` runs only if a test holds: `[ -n "$X" ] && …`. Of a chain, its last part
        alone is looked at, which takes the same time for a long one."""
        if node.type == "list" and len(node.children) > 2 and node.children[1].type == "&&":
            node = node.children[-1]
        return node.type == "test_command" or (node.type == "command" and self._raw(node).startswith("test "))

    # -- commands

    def _command(self, node: Node, conditional: bool) -> ShellCommand:
        own: dict[str, Setting] = {}
        words: list[Word] = []
        for child in node.children:
            if child.type == "variable_assignment":
                setting = self._assigned(child)
                if setting is not None:
                    own[setting.name] = setting
            elif child.type == "command_name":
                words.append(self._word(child.children[0] if child.children else child))
            elif not child.type.endswith("redirect") and child.type not in ("<", ">", "<<<"):
                words.append(self._word(child))
        words = self._unwrapped(words, own)
        if words and words[0].text.rsplit("/", 1)[-1] in ("make", "gmake"):
            own.update(self._named(words[1:]))
        start, end = self._at(node.start_byte), self._at(node.end_byte)
        return ShellCommand(
            tuple(words),
            self._start + start,
            self._start + end,
            self._with(own) if own else self._exported,
            tuple(self._defines(words)),
            conditional,
        )

    def _unwrapped(self, words: list[Word], environment: dict[str, Setting]) -> list[Word]:
        """The command itself, without what only stands in front of it: sudo, env NAME=VALUE, time, nice."""
        first = 0
        while first < len(words):
            name = words[first].text.rsplit("/", 1)[-1]
            if name not in ("sudo", "env", "time", "nice", "exec", "command", "nohup", "ccache", "sccache", "uv"):
                break
            rest = first + 1
            if name == "uv":
                first += rest < len(words) and words[rest].text == "pip"
                break
            if name == "nice" and rest + 1 < len(words) and words[rest].text == "-n":
                rest += 2
            while rest < len(words) and (
                words[rest].text.startswith("-") or (name in ("env", "sudo") and "=" in words[rest].text)
            ):
                environment.update(self._named(words[rest : rest + 1]))
                rest += 1
            if rest == len(words):
                break
            first = rest
        return words[first:]

    def _named(self, words: Iterable[Word]) -> Iterator[tuple[str, Setting]]:
        """The NAME=VALUE among these words, which env and make put into the environment of what they run."""
        for word in words:
            named, equals, value = word.text.partition("=")
            if not equals or not re.fullmatch(r"[A-Za-z_]\w*", named):
                continue
            place = word.place
            raw = self._file.text[place.start : place.end]
            at, stop = raw.find("=") + 1, len(raw)
            quote = raw[0] if raw[:1] in ("'", '"') else ""
            if quote and raw.endswith(quote):
                stop -= 1
            elif raw[at : at + 1] in ("'", '"') and raw.endswith(raw[at]) and stop > at + 1:
                quote, at, stop = raw[at], at + 1, stop - 1
            where = self._file.place(place.start + at, place.start + stop)
            yield (
                named,
                Setting(
                    named,
                    value if word.known else None,
                    where,
                    AssignmentKind.ENVIRONMENT,
                    raw[at:stop],
                    quote,
                    in_shell=True,
                ),
            )

    def _defines(self, words: list[Word]) -> Iterator[Setting]:
        for index, word in enumerate(words):
            text = word.text
            if text == "-D" and index + 1 < len(words):
                text = "-D" + words[index + 1].text
                word = words[index + 1]
            match = _DEFINE.match(text)
            if match is None:
                continue
            value = text[match.end() :]
            raw_start, raw_end = word.place.start, word.place.end
            raw = self._file.text[raw_start:raw_end]
            at = raw.find("=") + 1
            quote = raw[0] if raw[:1] in ("'", '"') else ""
            stop = len(raw) - (1 if quote and raw.endswith(quote) else 0)
            if not quote and raw[at : at + 1] in ("'", '"') and raw.endswith(raw[at]) and len(raw) > at + 1:
                quote = raw[at]
                at, stop = at + 1, len(raw) - 1
            cut = not quote and _ITEMS_AFTER.match(self._text, raw_end - self._start) is not None
            yield Setting(
                match[1],
                value if word.known else None,
                self._file.place(raw_start + at, raw_start + stop),
                AssignmentKind.DEFINE,
                raw[at:stop],
                quote,
                in_shell=True,
                cut=cut,
            )

    # -- assignments

    def _declare(self, node: Node) -> None:
        keyword = node.children[0].type if node.children else ""
        for child in node.children[1:]:
            if child.type == "variable_assignment":
                setting = self._assigned(child)
                if setting is not None:
                    self._take(setting, exported=keyword == "export")
            elif child.type == "variable_name" and keyword == "export":
                name = self._raw(child)
                if name in self._plain:
                    self._take(self._plain[name], exported=True)

    def _assigned(self, node: Node) -> Setting | None:
        name = node.child_by_field_name("name")
        value = node.child_by_field_name("value")
        if name is None or name.type != "variable_name":
            return None
        if value is None:
            at = self._start + self._at(node.end_byte)
            return Setting(self._raw(name), "", self._file.place(at, at), AssignmentKind.ENVIRONMENT, "", in_shell=True)
        word = self._word(value)
        raw = self._file.text[word.place.start : word.place.end]
        quote = raw[0] if raw[:1] in ("'", '"') and raw.endswith(raw[0]) and len(raw) > 1 else ""
        inner = len(quote)
        place = self._file.place(word.place.start + inner, word.place.end - inner)
        text = word.text if word.known else None
        if any(child.type == "+=" for child in node.children):
            text = None
        return Setting(
            self._raw(name),
            text,
            place,
            AssignmentKind.ENVIRONMENT,
            self._file.text[place.start : place.end],
            quote,
            True,
        )

    # -- words

    def _word(self, node: Node) -> Word:
        text, known = self._value(node, 0)
        start, end = self._start + self._at(node.start_byte), self._start + self._at(node.end_byte)
        return Word(text, known, self._file.place(start, end))

    def _value(self, node: Node, depth: int) -> tuple[str, bool]:
        kind = node.type
        raw = self._raw(node)
        if depth > _DEEPEST:
            return raw, False
        if kind in _WORDS and not node.child_count:
            return _ESCAPE.sub(r"\1", raw), "\\" in raw or not any(char in raw for char in "*?[")
        if kind == "raw_string":
            return raw[1:-1], True
        if kind == "string_content":
            return re.sub(r"\\([$`\"\\])", r"\1", raw), True
        if kind in ("simple_expansion", "expansion"):
            return self._expanded(node, raw, depth)
        if kind in ("command_substitution", "process_substitution", "arithmetic_expansion", "brace_expression"):
            return raw, False
        if not node.child_count:
            return _ESCAPE.sub(r"\1", raw), True
        pieces: list[str] = []
        known = True
        at = node.start_byte
        for child in node.children:
            between = self._data[at : child.start_byte].decode("utf-8", "replace")
            pieces.append(between)
            at = child.end_byte
            if child.type in ('"', "'") and kind == "string":
                continue
            text, sure = self._value(child, depth + 1)
            pieces.append(text)
            known = known and sure
        return "".join(pieces), known

    def _expanded(self, node: Node, raw: str, depth: int) -> tuple[str, bool]:
        names = [child for child in node.children if child.type == "variable_name"]
        if not names:
            return raw, False
        name = self._raw(names[0])
        setting = self._plain.get(name) or self._exported.get(name)
        value = setting.value if setting is not None else None
        self._grown += len(value or "")
        if len(value or "") > _LONGEST or self._grown > _MOST_GROWN:
            return raw, False
        simple = node.type == "simple_expansion" or all(
            child.type in ("${", "}", "variable_name") for child in node.children
        )
        if simple:
            return (value, True) if value is not None else (raw, False)
        operators = [child for child in node.children if child.type in (":-", "-")]
        if operators:
            if value or (value is not None and operators[0].type == "-"):
                return value, True
            rest = [child for child in node.children if child.start_byte > operators[0].start_byte]
            if setting is None and len(rest) == 1:  # only the brace
                return "", True
            if setting is None and len(rest) > 1:
                return self._value(rest[0], depth + 1)
        return raw, False

    def _raw(self, node: Node) -> str:
        return self._data[node.start_byte : node.end_byte].decode("utf-8", "surrogatepass")

    def _at(self, byte: int) -> int:
        """The character at which this byte of the text begins."""
        if len(self._data) == len(self._text):
            return byte
        if self._columns is None:
            columns: list[int] = []
            for index, char in enumerate(self._text):
                columns += [index] * len(char.encode("utf-8", "surrogatepass"))
            columns.append(len(self._text))
            self._columns = columns
        return self._columns[byte]
