"""Shell text as commands: their words with the variables put in that are known, and the environment each one sees."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from cudacompat.artifacts.buildfiles.shell_lists import EXPANSIONS, ShellLists
from cudacompat.artifacts.buildfiles.shell_rows import columns, names_of_read
from cudacompat.artifacts.buildfiles.shell_settings import defines, named, script_of, unwrapped
from cudacompat.artifacts.buildfiles.shell_texts import changed, is_requirement, piped, program_of
from cudacompat.artifacts.buildfiles.shell_tree import DEEPEST, Branch, ShellTree, in_function
from cudacompat.artifacts.buildfiles.shell_variables import Sources, Variables
from cudacompat.domain.project.assignments import AssignmentKind
from cudacompat.domain.project.model import Setting, SourceFile, Word
from cudacompat.domain.words.programs import MAKE

if TYPE_CHECKING:
    from tree_sitter import Node

_MOST_COMMANDS = 20_000
_DEEPEST_SCRIPT = 3  # `sudo bash -c "su user -c '…'"`
_LONGEST_CHOICE = 1 << 12  # characters of one text of several that a word may be
_LONGEST = 1 << 15  # characters of a variable that is put in; no list is as long
_MOST_GROWN = 1 << 24  # characters of all of them
_WORDS = ("word", "number", "test_operator", "variable_name", "special_variable_name")
_PAIR = re.compile(r"(?:--?\w[\w-]*=)?arch=\w+,code=\[[\w,]+\]")  # of nvcc: no file is called so, and the brackets stay
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
        return program_of(self.words[0].text, known=self.words[0].known) if self.words else ""


def commands(
    file: SourceFile,
    start: int,
    end: int,
    environment: Mapping[str, Setting],
    masked: str | None = None,
    sources: Sources | None = None,
) -> Iterator[ShellCommand]:
    """Yield the commands in `file.text[start:end]`, in their order, given what is set before them.

    `masked` is that text as the shell gets it, of the same length: with the lines blanked that a Dockerfile drops.
    `sources` are the scripts that `source` may name.
    """
    text = masked if masked is not None else file.text[start:end]
    yield from _Reader(file, start, text, environment=environment, sources=sources).read()


def left_by(file: SourceFile, sources: Sources) -> Mapping[str, tuple[Setting, bool]]:
    """Return what a script leaves set for whoever sources it, and whether each is exported."""
    reader = _Reader(file, 0, file.text, environment={}, sources=sources)
    for _ in reader.read():
        pass
    return reader.variables.left()


def words_of(file: SourceFile, parts: list[tuple[str, int, int]]) -> tuple[Word, ...]:
    """Return words that no shell reads: the items of the exec form, with their places."""
    return tuple(Word(text, True, file.place(start, end)) for text, start, end in parts)


class _Reader:
    def __init__(
        self,
        file: SourceFile,
        start: int,
        text: str,
        environment: Mapping[str, Setting],
        sources: Sources | None,
        depth: int = 0,
    ) -> None:
        self._file = file
        self._start = start
        self._text = text
        self._tree = ShellTree(text)
        self._sources = sources
        self._depth = depth  # how many shells hand the text on
        self.variables = Variables(environment)
        self._grown = 0
        self._branch: Branch | None = None  # in which the command stands that is read now
        self._put_in: dict[str, str] = {}  # the value of a variable of several that is tried now
        self._open: dict[str, tuple[str, ...]] = {}  # the variables of several values that a word asked for
        self._lists = ShellLists(self._tree, self._text_with)

    def read(self) -> Iterator[ShellCommand]:
        for count, (node, branch, conditional, ignored) in enumerate(self._tree.nodes()):
            if count == _MOST_COMMANDS:
                raise ValueError(f"more than {_MOST_COMMANDS} commands")
            self.variables.leave(node.start_byte)
            self._branch = branch
            if node.type == "command":
                command = replace(self._command(node, conditional), ignored=ignored)
                yield command
                self._source(command)
                self._take_row(node, command)
                yield from self._script(command)
            elif node.type == "declaration_command":
                self._declare(node)
            elif node.type == "for_statement":
                self._loop(node)
            elif node.type == "variable_assignment":
                self._take(node, exported=False)
        self.variables.leave(len(self._tree.data) + 1)

    def _source(self, command: ShellCommand) -> None:
        """Take what a script of the project sets that this command sources."""
        if self._sources is None or command.program not in ("source", ".") or len(command.words) < 2:
            return
        for setting, exported in self._sources.left_by(self._file.name, command.words[1].text).values():
            self.variables.take(setting, self._branch, exported=exported)

    def _take_row(self, node: Node, command: ShellCommand) -> None:
        """Take what `read` gives to its names: of the text that it gets, or of the script's table in a function."""
        names = names_of_read(command.words)
        given = [each for each in node.children if each.type == "herestring_redirect"] if names else []
        if given:
            word = self._word(given[-1].children[-1])
            rows = (word.text,) if word.known else word.choices
            for setting in columns(names, rows or (self._lists.table(len(names)) if in_function(node) else ())):
                self.variables.take(setting, self._branch, exported=False)

    def _script(self, command: ShellCommand) -> Iterator[ShellCommand]:
        """The commands in the text that this one hands to a shell, where the shell gets it as it is written."""
        word = script_of(command.words) if self._depth < _DEEPEST_SCRIPT else None
        if word is None:
            return
        start, end = word.place.start - self._start, word.place.end - self._start
        written = self._text[start:end]
        if len(written) < 2 or written[0] not in "'\"" or written[-1] != written[0] or "\\" in written:
            return
        inner = _Reader(
            self._file,
            self._start + start + 1,
            written[1:-1],
            environment=command.environment,
            sources=self._sources,
            depth=self._depth + 1,
        )
        for each in inner.read():
            yield replace(
                each,
                conditional=each.conditional or command.conditional,
                ignored=each.ignored or command.ignored,
            )

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
                words += self._words(child.children[0] if child.children else child)
            elif not child.type.endswith("redirect") and child.type not in ("<", ">", "<<<"):
                words += self._words(child)
        words = unwrapped(self._file, words, own)
        if words and words[0].text.rsplit("/", 1)[-1] in MAKE:
            own.update(named(self._file, words[1:]))
        start, end = self._tree.at(node.start_byte), self._tree.at(node.end_byte)
        return ShellCommand(
            tuple(words),
            self._start + start,
            self._start + end,
            environment=self.variables.exported_with(own) if own else self.variables.exported,
            defines=tuple(defines(self._file, words, text=self._text, start=self._start)),
            conditional=conditional,
        )

    # -- assignments

    def _declare(self, node: Node) -> None:
        keyword = node.children[0].type if node.children else ""
        for child in node.children[1:]:
            if child.type == "variable_assignment":
                self._take(child, exported=keyword == "export")
            elif child.type == "variable_name" and keyword == "export":
                plain = self.variables.plain.get(self._tree.raw(child))
                if plain is not None:
                    self.variables.take(plain, self._branch, exported=True)

    def _take(self, node: Node, *, exported: bool) -> None:
        """Give a variable what an assignment says; what a loop adds bit by bit is there behind the loop."""
        self._lists.take_array(node, self._branch)
        setting = self._assigned(node)
        if setting is None:
            return
        branch = self._branch
        gathered = branch is not None and self._lists.turns(branch) and self._lists.adds(node, setting.name)
        exported = exported or setting.name in self.variables.exported
        where = branch.around if branch is not None and gathered and setting.value is not None else branch
        self.variables.take(setting, where, exported=exported)

    def _loop(self, node: Node) -> None:
        """Take the variable of a loop: each of its words, where all are known."""
        variable = node.child_by_field_name("variable")
        if variable is None:
            return
        values = node.children_by_field_name("value")
        words = self._lists.items(values) or tuple(word for each in values for word in self._any_of(each))
        self._lists.enter(self._branch, self._tree.raw(variable), words)
        start, end = self._start + self._tree.at(variable.start_byte), self._start + self._tree.at(variable.end_byte)
        setting = Setting(
            self._tree.raw(variable),
            None,
            self._file.place(start, end),
            way=AssignmentKind.ENVIRONMENT,
            written="",
            in_shell=True,
            choices=words,
        )
        self.variables.take(setting, self._branch, exported=False)

    def _assigned(self, node: Node) -> Setting | None:
        name = node.child_by_field_name("name")
        value = node.child_by_field_name("value")
        if name is None or name.type != "variable_name":
            return None
        if value is None:
            at = self._start + self._tree.at(node.end_byte)
            empty, place = self._tree.raw(name), self._file.place(at, at)
            return Setting(empty, "", place, way=AssignmentKind.ENVIRONMENT, written="", in_shell=True)
        word = self._word(value)
        raw = self._file.text[word.place.start : word.place.end]
        quote = raw[0] if raw[:1] in ("'", '"') and raw.endswith(raw[0]) and len(raw) > 1 else ""
        inner = len(quote)
        place = self._file.place(word.place.start + inner, word.place.end - inner)
        text = word.text if word.known else None
        choices = word.choices
        if self._lists.adds(node, self._tree.raw(name)):
            before = self.variables.get(self._tree.raw(name))
            had = before.outcomes if before is not None else ("",)
            came = tuple(self._lists.added(node, each, self._branch) for each in had)
            text = came[0] if len(came) == 1 and (before is None or before.value is not None) else None
            choices = tuple(filter(None, came)) if text is None and all(came) else ()
        return Setting(
            self._tree.raw(name),
            text,
            place,
            way=AssignmentKind.ENVIRONMENT,
            written=self._file.text[place.start : place.end],
            quote=quote,
            in_shell=True,
            choices=choices,
        )

    # -- words

    def _words(self, node: Node) -> list[Word]:
        """The words that a piece of a command comes to: the items of an array, what a variable without quotes holds."""
        word = self._word(node)
        items = self._lists.spread(node)
        if items is None and word.known and node.type in EXPANSIONS:
            items = tuple(word.text.split())
        return [word] if items is None else [Word(each, True, word.place) for each in items]

    def _any_of(self, node: Node) -> tuple[str, ...]:
        """The words of a variable without quotes that has one of several values, all together; none of another word."""
        choices = self._word(node).choices if node.type in EXPANSIONS else ()
        return tuple(dict.fromkeys(word for each in choices for word in each.split()))

    def _text_with(self, node: Node, values: Mapping[str, str]) -> str | None:
        """What a word comes to with these values of variables put in; `None` where it is not known."""
        self._put_in = dict(values)
        text, known = self._value(node, 0)
        self._put_in = {}
        return text if known else None

    def _word(self, node: Node) -> Word:
        self._open = {}
        text, known = self._value(node, 0)
        choices = self._tried(node) if not known and len(self._open) == 1 else ()
        start, end = self._start + self._tree.at(node.start_byte), self._start + self._tree.at(node.end_byte)
        return Word(text, known, self._file.place(start, end), choices)

    def _tried(self, node: Node) -> tuple[str, ...]:
        """The texts of a word with each value of the only variable in it that may have several; none where it is not
        known then."""
        ((name, values),) = self._open.items()
        found: list[str] = []
        for value in values:
            self._put_in = {name: value}
            text, known = self._value(node, 0)
            self._put_in = {}
            if not known or len(text) > _LONGEST_CHOICE:
                return ()
            found.append(text)
        return tuple(found)

    def _value(self, node: Node, depth: int) -> tuple[str, bool]:
        kind = node.type
        raw = self._tree.raw(node)
        if depth > DEEPEST:
            return raw, False
        if kind in _WORDS and not node.child_count:
            return _ESCAPE.sub(r"\1", raw), "\\" in raw or not any(char in raw for char in "*?[")
        if kind == "raw_string":
            return raw[1:-1], True
        if kind == "string_content":
            return re.sub(r"\\([$`\"\\])", r"\1", raw), True
        if kind in ("simple_expansion", "expansion"):
            return self._expanded(node, raw, depth)
        if kind == "command_substitution":
            said = self._said(node, depth)
            return (said, True) if said is not None else (raw, False)
        if kind in ("process_substitution", "arithmetic_expansion", "brace_expression"):
            return raw, False
        if not node.child_count or is_requirement(raw) or _PAIR.fullmatch(raw):
            return _ESCAPE.sub(r"\1", raw), True
        pieces: list[str] = []
        known = True
        at = node.start_byte
        for child in node.children:
            between = self._tree.data[at : child.start_byte].decode("utf-8", "replace")
            pieces.append(between)
            at = child.end_byte
            if child.type in ('"', "'") and kind == "string":
                continue
            text, sure = self._value(child, depth + 1)
            pieces.append(text)
            known = known and sure
        return "".join(pieces), known

    def _said(self, node: Node, depth: int) -> str | None:
        """What `$(echo … | cut …)` prints, where all of it is known."""
        inside = [each for each in node.children if each.is_named]
        pipe = inside[0].children if len(inside) == 1 and inside[0].type == "pipeline" else inside
        found: list[list[str]] = []
        for command in pipe:
            if command.type == "command":
                words = [self._value(each, depth + 1) for each in command.children]
                if not all(known for _, known in words):
                    return None
                found.append([text for text, _ in words])
            elif command.is_named:
                return None
        return piped(found)

    def _expanded(self, node: Node, raw: str, depth: int) -> tuple[str, bool]:
        names = [child for child in node.children if child.type == "variable_name"]
        if not names:
            return raw, False
        name = self._tree.raw(names[0])
        if name.isdecimal() and in_function(node):
            return raw, False  # an argument of the function's, not of the script's
        setting = self.variables.get(name)
        if setting is not None and setting.choices:
            self._open[name] = setting.choices
        value = self._put_in.get(name, setting.value if setting is not None else None)
        self._grown += len(value or "")
        if len(value or "") > _LONGEST or self._grown > _MOST_GROWN:
            return raw, False
        simple = node.type == "simple_expansion" or all(
            child.type in ("${", "}", "variable_name") for child in node.children
        )
        if simple and value is None and setting is not None and setting.written.startswith(("$(", "`")):
            return setting.written, False  # what the variable asks for: who runs that, only the build knows
        if simple:
            return (value, True) if value is not None else (raw, False)
        made = changed(raw, value) if value is not None else None
        if made is not None:
            return made, True
        operators = [child for child in node.children if child.type in (":-", "-", ":+", "+")]
        if operators and operators[0].type in (":+", "+"):
            rest = [child for child in node.children if child.start_byte > operators[0].start_byte]
            if setting is None or (value == "" and operators[0].type == ":+") or len(rest) == 1:
                return "", True
            return self._value(rest[0], depth + 1) if value is not None else (raw, False)
        if operators:
            if value or (value is not None and operators[0].type == "-"):
                return value, True
            rest = [child for child in node.children if child.start_byte > operators[0].start_byte]
            if setting is None and len(rest) == 1:  # only the brace
                return "", True
            if setting is None and len(rest) > 1:
                return self._value(rest[0], depth + 1)
        return raw, False
