"""What a program's own launcher installs: commands of pip that stand in a Python program as texts. Nothing is run.

A launcher installs for whatever machine it finds. Of its commands those count that are for NVIDIA's GPUs: not those
whose text, function or condition names another processor, nor a nightly build, which nobody gets without asking.
"""

from __future__ import annotations

import ast
import re
import shlex
import warnings
from collections import ChainMap, deque
from collections.abc import Iterator, Mapping, MutableMapping, Sequence
from dataclasses import dataclass, replace

from cudacompat.artifacts.buildfiles.commands import ShellCommand
from cudacompat.domain.project.model import SourceFile, Word
from cudacompat.domain.wheels.distributions import distributions, framework

_NAMES = re.compile(
    r"(?!test_)(?:\w+_)?(?:launch(?:er|_utils?)?|install(?:er|_\w+)?|one_click|webui|start|bootstrap)\.py"
)
OVERRIDE = "TORCH_COMMAND"  # the variable that replaces the command for the framework, in webui-user.sh and .bat
_MOST_COMMANDS = 200
_DEEPEST = 20  # names that stand for each other
_LONGEST = 1 << 14  # characters of a command
_MOST_VALUES = 20  # of one name
_UNKNOWN = "\0"  # in place of what only a run can know
_PIP = re.compile(
    r"(?:\"[^\"]{0,200}\"|'[^']{0,200}'|[^\s\"']{0,200})\s*(?:-[A-Za-z]+\s+){0,3}(?:uv\s+)?pip[\d.]{0,5}\s+install\s+"
)
_AFTER = re.compile(r"\s(?:&&|;|\|\|)\s|\n")
_HOLDS_COMMAND = re.compile(r"(?i)cmd|command|install")
_RUNS = re.compile(r"(?:run\w*|system|popen|call|check_call|check_output|execute|shell|\w*pip\w*)", re.IGNORECASE)
# beside the names of other makers: what runs on their devices or on none, other systems, releases before a release
_ELSE = re.compile(
    r"(?i)\bcpu(?:\b|_)|_cpu|directml|zluda|openvino|\bhip|\bamd|intel|\bmps\b|macos|darwin|nightly|--pre\b|radeon"
)
_OURS = re.compile(r"(?i)nvidia|cuda")
_FOR_CUDA = re.compile(r"(?:whl/|\+)cu\d{3}\b")


def is_launcher(name: str) -> bool:
    """Whether a file of this path is by its name a program that installs what another needs."""
    return _NAMES.fullmatch(name.replace("\\", "/").rpartition("/")[2].lower()) is not None


@dataclass(frozen=True, slots=True)
class LauncherInstall:
    """One command of pip in a launcher, and whether `TORCH_COMMAND` replaces it."""

    command: ShellCommand
    replaceable: bool


def installs(file: SourceFile) -> tuple[LauncherInstall, ...]:
    """Return what the program installs for NVIDIA's GPUs; `ValueError` for a text that is no Python."""
    if "pip" not in file.text and OVERRIDE not in file.text:
        return ()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(file.text)
    except (SyntaxError, RecursionError, MemoryError) as error:
        raise ValueError(f"not Python: {str(error)[:80]}") from None
    try:
        found = list(_Walk(file).of(tree))
    except RecursionError:
        raise ValueError("nested too deeply") from None
    cuda = [each for each in found if _names_cuda(each.command)]
    frameworks = [each for each in found if any(_is_framework(word.text) for word in each.command.words)]
    if cuda:  # what it installs without an index of CUDA is for machines without such a GPU
        found = [each for each in found if each in cuda or each not in frameworks]
    return tuple(found)


def _names_cuda(command: ShellCommand) -> bool:
    return any(_FOR_CUDA.search(word.text) for word in command.words)


def _is_framework(word: str) -> bool:
    return re.split(r"[=<>~!\[+ ]", word, maxsplit=1)[0] == framework().name


def from_text(file: SourceFile, text: str, start: int, end: int, *, conditional: bool) -> Iterator[ShellCommand]:
    """Yield the commands of pip that a text comes to, each at this place of the file."""
    place = file.place(start, end)
    for part in _AFTER.split(text):
        match = _PIP.match(part.strip())
        if match is None or _is_for_others(part):
            continue
        try:
            rest = shlex.split(part.strip()[match.end() :])
        except ValueError:
            continue
        words = tuple(Word(each, _UNKNOWN not in each, place) for each in ("pip", "install", *rest))
        yield ShellCommand(words, start, end, environment={}, defines=(), conditional=conditional)


@dataclass(frozen=True, slots=True)
class _Around:
    """What stands around a piece of the program: the names that are set there, each with all its values; whether it
    stands in a branch, and whether that is for another processor."""

    names: MutableMapping[str, list[ast.expr]]
    function: str = ""
    branch: bool = False
    foreign: bool = False


class _Walk:
    def __init__(self, file: SourceFile) -> None:
        self._file = file
        self._seen: set[tuple[str, ...]] = set()
        self._texts = _Texts()

    def of(self, tree: ast.Module) -> Iterator[LauncherInstall]:
        around = _Around(_assigned(tree.body))
        for number, each in enumerate(self._statements(tree.body, around)):
            if number == _MOST_COMMANDS:
                return
            yield each

    def _statements(self, body: Sequence[ast.stmt], around: _Around) -> Iterator[LauncherInstall]:
        for each in body:
            if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef):
                own = _Around(ChainMap(_assigned(each.body), around.names), each.name, foreign=_is_foreign(each.name))
                yield from self._statements(each.body, own)
            elif isinstance(each, ast.ClassDef):
                yield from self._statements(each.body, around)
            elif isinstance(each, ast.If):
                then, other = _meant(each.test)
                yield from self._statements(each.body, replace(around, branch=True, foreign=around.foreign or then))
                yield from self._statements(each.orelse, replace(around, branch=True, foreign=around.foreign or other))
            else:
                yield from self._own(each, around)
                for part in ("body", "handlers", "orelse", "finalbody", "cases"):
                    yield from self._inner(getattr(each, part, ()), around)

    def _inner(self, parts: object, around: _Around) -> Iterator[LauncherInstall]:
        for part in parts if isinstance(parts, list) else ():
            if isinstance(part, ast.stmt):
                yield from self._statements([part], around)
            elif isinstance(part, ast.ExceptHandler | ast.match_case):
                yield from self._statements(part.body, replace(around, branch=True))

    def _own(self, statement: ast.stmt, around: _Around) -> Iterator[LauncherInstall]:
        """What one statement installs, without those in it."""
        if around.foreign:
            return
        if isinstance(statement, ast.Assign | ast.AnnAssign) and statement.value is not None:
            targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
            if any(isinstance(each, ast.Name) and _HOLDS_COMMAND.search(each.id) for each in targets):
                yield from self._text(statement.value, around)
        if isinstance(statement, ast.Return) and statement.value is not None and _HOLDS_COMMAND.search(around.function):
            yield from self._text(statement.value, around)
        for value in ast.iter_child_nodes(statement):
            for call in ast.walk(value) if isinstance(value, ast.expr) else ():
                if isinstance(call, ast.Call):
                    yield from self._call(call, around)

    def _call(self, call: ast.Call, around: _Around) -> Iterator[LauncherInstall]:
        name = _name_of(call)
        if _default_of(call) is not None and _constant(call.args[0]) == OVERRIDE:
            yield from self._text(call, around)
        elif call.args and _RUNS.fullmatch(name):
            first = call.args[0]
            if isinstance(first, ast.List | ast.Tuple):
                texts = [self._texts.of(each, around.names) for each in first.elts if not isinstance(each, ast.Starred)]
                yield from self._made(shlex.join(text for text in texts if text), first, around, False)
            else:
                yield from self._text(first, around, before="pip " if "pip" in name.lower() else "")

    def _text(self, value: ast.expr, around: _Around, before: str = "") -> Iterator[LauncherInstall]:
        text = self._texts.of(value, around.names)
        default = _default_of(value)
        replaceable = default is not None and _constant(value.args[0]) == OVERRIDE  # type: ignore[attr-defined]
        if not text:
            return
        if replaceable and "pip install" not in text:
            text = f"pip install {text}"
        elif before and text.lstrip().startswith("install"):
            text = before + text.lstrip()
        yield from self._made(text, value, around, replaceable)

    def _made(self, text: str, value: ast.expr, around: _Around, replaceable: bool) -> Iterator[LauncherInstall]:
        start, end = self._span(value)
        for command in from_text(self._file, text, start, end=end, conditional=around.branch):
            said = tuple(word.text for word in command.words)
            if said not in self._seen:
                self._seen.add(said)
                yield LauncherInstall(command, replaceable)

    def _span(self, node: ast.expr) -> tuple[int, int]:
        return self._at(node.lineno, node.col_offset), self._at(
            node.end_lineno or node.lineno, node.end_col_offset or 0
        )

    def _at(self, line: int, column: int) -> int:
        start, end = self._file.bounds(line) or (0, 0)
        return start + len(self._file.text[start:end].encode()[:column].decode(errors="ignore"))


def _assigned(body: Sequence[ast.stmt]) -> dict[str, list[ast.expr]]:
    """The names that are set in a body, with all that they are set to; not in functions inside it."""
    found: dict[str, list[ast.expr]] = {}
    waiting: deque[ast.AST] = deque(body)
    while waiting:
        each = waiting.popleft()
        if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda):
            continue
        if isinstance(each, ast.Assign) and len(each.targets) == 1 and isinstance(each.targets[0], ast.Name):
            found.setdefault(each.targets[0].id, []).append(each.value)
        waiting += [child for child in ast.iter_child_nodes(each) if isinstance(child, ast.stmt | ast.ExceptHandler)]
    return found


class _Texts:
    """The texts that expressions come to, each worked out once, with a mark for what is not known."""

    def __init__(self) -> None:
        self._known: dict[int, str | None] = {}

    def of(self, value: ast.expr, names: Mapping[str, list[ast.expr]], depth: int = 0) -> str | None:
        """Return the text; `None` where nothing of it is known."""
        if id(value) not in self._known:
            text = self._made(value, names, depth + 1) if depth < _DEEPEST else None
            self._known[id(value)] = text if text is None or len(text) <= _LONGEST else None
        return self._known[id(value)]

    def _made(self, value: ast.expr, names: Mapping[str, list[ast.expr]], depth: int) -> str | None:
        text = _constant(value)
        if text is not None:
            return text
        if isinstance(value, ast.JoinedStr):
            parts = [each.value if isinstance(each, ast.FormattedValue) else each for each in value.values]
            return "".join(self.of(each, names, depth) or _UNKNOWN for each in parts)
        if isinstance(value, ast.BinOp) and isinstance(value.op, ast.Add):
            sides = [self.of(each, names, depth) for each in (value.left, value.right)]
            return "".join(each or _UNKNOWN for each in sides) if any(sides) else None
        if isinstance(value, ast.Name):
            above = (each for each in reversed(names.get(value.id, ())[:_MOST_VALUES]) if each.lineno < value.lineno)
            return next(filter(None, (self.of(each, names, depth) for each in above)), None)
        if isinstance(value, ast.BoolOp) and isinstance(value.op, ast.Or):
            return self.of(value.values[-1], names, depth)
        if isinstance(value, ast.Call):
            default = _default_of(value)
            if default is not None:
                return self.of(default, names, depth)
            if _name_of(value) == "join" and len(value.args) > 1:  # os.path.join(folder, "requirements.txt")
                return self.of(value.args[-1], names, depth)
        return None


def _constant(value: ast.expr) -> str | None:
    return value.value if isinstance(value, ast.Constant) and isinstance(value.value, str) else None


def _name_of(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def _default_of(value: ast.expr) -> ast.expr | None:
    """What `os.environ.get("NAME", default)` or `os.getenv("NAME", default)` comes to where the variable is not set."""
    if not isinstance(value, ast.Call) or len(value.args) != 2 or _constant(value.args[0]) is None:
        return None
    named = ast.unparse(value.func)
    return value.args[1] if named in ("os.environ.get", "os.getenv", "environ.get", "getenv") else None


def _is_for_others(text: str) -> bool:
    return _ELSE.search(text) is not None or distributions().other_makers.search(text) is not None


def _is_foreign(name: str) -> bool:
    return _is_for_others(name.replace("_", " "))


def _meant(test: ast.expr) -> tuple[bool, bool]:
    """Whether a condition is for another processor, and whether its opposite is."""
    negated = isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not)
    text = ast.unparse(test).replace("_", " ")
    other = _is_for_others(text) and _OURS.search(text) is None
    positive = other and "not " not in text and "!=" not in text
    return positive, other and negated
