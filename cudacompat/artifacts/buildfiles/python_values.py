"""The texts that a Python program puts together, as far as its own literals say: by names, loops, tables and formats.

Nothing is run. Branches are all taken, since what none of them asks for is asked for by none; what the user's
environment says is left out, and what only a run can know makes a text unknown.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from cudacompat.artifacts.buildfiles.python_operations import (
    METHODS,
    Value,
    Values,
    combined,
    few,
    formatted,
    gathered,
    items,
    percent,
    picked,
    sum_of,
    together,
)
from cudacompat.artifacts.buildfiles.python_places import PythonPlaces

_LONGEST = 1 << 18  # characters of a program
_MOST_NODES = 40_000
_DEEPEST = 40  # expressions in each other
_PASSES = 2  # over the assignments: a name may be used above the place that sets it


@dataclass(frozen=True, slots=True)
class ComposedText:
    """An expression that makes a text, from `start` to `end` of the program, and what it may come to; `None` where that
    is not known."""

    start: int
    end: int
    texts: tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class NamedText:
    """A name that is given values by an expression: `env["NAME"] = …`, and where."""

    name: str
    start: int
    end: int
    texts: tuple[str, ...]


class PythonTexts:
    """The texts of one program; none where it is no Python, or too large."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._span = PythonPlaces(text).span
        self._before: dict[str, Values] = {}  # what the names held at the end of the pass before
        self._tables: dict[str, Values] = {}
        self._dicts: dict[str, ast.Dict | None] = {}  # the tables that names stand for; None for several
        self._nodes: tuple[ast.AST, ...] = ()
        if len(text) <= _LONGEST:
            try:
                self._nodes = _in_order(ast.parse(text))
            except (SyntaxError, ValueError, RecursionError, MemoryError):
                return
        for _ in range(_PASSES):
            self._before, self._tables = self._tables, {}
            for node in self._nodes:
                self._take(node)

    def composed(self) -> Iterator[ComposedText]:
        """Yield the outermost expressions that put a text together."""
        for node in self._outermost():
            yield ComposedText(*self._span(node), texts=_texts(self._of(node)))

    def _outermost(self) -> Iterator[ast.expr]:
        inner: set[int] = set()
        for node in self._nodes:
            if isinstance(node, ast.JoinedStr | ast.BinOp | ast.Call) and id(node) not in inner:
                if isinstance(node, ast.Call) and not _formats(node):
                    continue
                inner.update(id(each) for each in ast.walk(node))
                yield node

    def arguments(self) -> Iterator[ComposedText]:
        """Yield the texts that may be arguments of a command: those put together, and the literals outside them."""
        inner: set[int] = set()
        for made in self._outermost():
            inner.update(id(each) for each in ast.walk(made))
            yield ComposedText(*self._span(made), texts=_texts(self._of(made)))
        for node in self._nodes:
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in inner:
                yield ComposedText(*self._span(node), texts=(node.value,))

    def given(self) -> Iterator[NamedText]:
        """Yield the names of an environment, or of arguments `-DNAME=…`, that texts are given to."""
        for node in self._nodes:
            found: tuple[str, ast.expr] | None = None
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Subscript):
                found = _entry(node.targets[0].slice, node.value)
            elif isinstance(node, ast.Call) and len(node.args) == 2 and _method(node) == "setdefault":
                found = _entry(node.args[0], node.args[1])
            if found is not None and not isinstance(found[1], ast.Constant):
                texts = _texts(self._of(found[1]))
                if texts:
                    yield NamedText(found[0], *self._span(found[1]), texts=texts)

    # -- names

    def _take(self, node: ast.AST) -> None:
        """What a statement adds to what the names may hold."""
        if isinstance(node, ast.Assign):
            for target in node.targets:
                self._bind(target, self._of(node.value))
                if isinstance(target, ast.Name):
                    one = node.value if isinstance(node.value, ast.Dict) else None
                    self._dicts[target.id] = one if self._dicts.get(target.id, one) is one else None
        elif isinstance(node, ast.AnnAssign | ast.AugAssign) and node.value is not None:
            changed = isinstance(node.target, ast.Subscript)  # an item of a list, which is another one then
            self._bind(node.target, None if changed else self._of(node.value))
        elif isinstance(node, ast.arg):
            self._tables[node.arg] = None
        elif isinstance(node, ast.For | ast.comprehension):
            self._bind(node.target, self._looped(node.iter))
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args:
            self._extend(node.func, node.args[-1])

    def _looped(self, node: ast.expr, depth: int = 0) -> Values:
        """What a loop takes one after the other: of a table its keys, or pairs of key and value."""
        asked, inner = "", node
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and not node.args:
            asked, inner = node.func.attr, node.func.value
        if asked not in ("", "items", "keys"):
            return items(self._of(node, depth))
        pairs = asked == "items"
        table = inner if isinstance(inner, ast.Dict) else None
        if isinstance(inner, ast.Name):
            table = self._dicts.get(inner.id)
        if table is None:
            return None if asked else items(self._of(node, depth))
        rows: list[Values] = []
        for key, value in zip(table.keys, table.values, strict=True):
            known = None if key is None else self._of(key, depth + 1)
            own = self._of(value, depth + 1) if pairs else ()
            rows.append(None if known is None or own is None else combined((known, own), tuple) if pairs else known)
        return together(rows)

    def _extend(self, method: ast.Attribute, argument: ast.expr) -> None:
        if method.attr in ("append", "extend", "insert"):
            values = self._of(argument)
            self._bind(method.value, (values,) if method.attr != "extend" and values else values)

    def _bind(self, target: ast.expr, values: Values) -> None:
        if isinstance(target, ast.Tuple | ast.List):
            for number, each in enumerate(target.elts):
                self._bind(each, picked(values, number))
        elif isinstance(target, ast.Subscript):
            self._bind(target.value, values)
        elif isinstance(target, ast.Name):
            before = self._tables.get(target.id, ())
            self._tables[target.id] = None if before is None or values is None else few((*before, *values))

    # -- expressions

    def _of(self, node: ast.expr, depth: int = 0) -> Values:
        reader = _READERS.get(type(node))
        return reader(self, node, depth + 1) if reader is not None and depth < _DEEPEST else None

    def _constant(self, node: ast.Constant, _: int) -> Values:
        return (node.value,) if isinstance(node.value, str | int) else () if node.value is None else None

    def _name(self, node: ast.Name, _: int) -> Values:
        return self._tables[node.id] if node.id in self._tables else self._before.get(node.id)

    def _sequence(self, node: ast.List | ast.Tuple | ast.Set, depth: int) -> Values:
        return gathered(self._of(each.value if isinstance(each, ast.Starred) else each, depth) for each in node.elts)

    def _table(self, node: ast.Dict, depth: int) -> Values:
        """A table as its values: whose key is asked for, only a run knows."""
        return together(self._of(each, depth) for each in node.values)

    def _joined(self, node: ast.JoinedStr, depth: int) -> Values:
        parts = [each.value if isinstance(each, ast.FormattedValue) else each for each in node.values]
        return self._made(parts, lambda row: "".join(map(str, row)), depth)

    def _sum(self, node: ast.BinOp, depth: int) -> Values:
        if isinstance(node.op, ast.Mod):
            right = node.right.elts if isinstance(node.right, ast.Tuple) else [node.right]
            return self._made([node.left, *right], percent, depth)
        return self._made(_summands(node), sum_of, depth) if isinstance(node.op, ast.Add) else None

    def _made(self, parts: Sequence[ast.expr], made: Callable[[Sequence[Value]], Value], depth: int) -> Values:
        """What is made of these expressions, of which equal names have the same value."""
        names = {each.id for part in parts for each in ast.walk(part) if isinstance(each, ast.Name)}
        name = names.pop() if len(names) == 1 else ""
        values = self._tables.get(name) or ()
        if len(values) < 2:
            return self._made_once(parts, made, depth)
        found: list[Values] = []
        for value in values:  # what stands for it in one part does in all
            self._tables[name] = (value,)
            found.append(self._made_once(parts, made, depth))
        self._tables[name] = values
        return together(found)

    def _made_once(self, parts: Sequence[ast.expr], made: Callable[[Sequence[Value]], Value], depth: int) -> Values:
        keys = [each.id if isinstance(each, ast.Name) else number for number, each in enumerate(parts)]
        single = {key: self._of(part, depth) for key, part in zip(keys, parts, strict=True)}
        places = [list(single).index(key) for key in keys]
        return combined(list(single.values()), lambda row: made([row[place] for place in places]))

    def _choice(self, node: ast.IfExp, depth: int) -> Values:
        return together((self._of(node.body, depth), self._of(node.orelse, depth)))

    def _either(self, node: ast.BoolOp, depth: int) -> Values:
        return together(self._of(each, depth) for each in node.values)

    def _part(self, node: ast.Subscript, depth: int) -> Values:
        if _is_environment(node.value):
            return ()
        values, index = self._of(node.value, depth), node.slice
        if isinstance(index, ast.Slice):
            bounds = [_bound(each) for each in (index.lower, index.upper)]
            cut = slice(bounds[0], bounds[1])
            return None if values is None else tuple(each[cut] for each in values if not isinstance(each, int))
        if isinstance(node.value, ast.Dict) or _bound(index) is None:
            return values
        return picked(values, _bound(index) or 0)

    def _comprehended(self, node: ast.ListComp | ast.GeneratorExp | ast.SetComp, depth: int) -> Values:
        for each in node.generators:
            self._bind(each.target, self._looped(each.iter, depth))
        values = self._of(node.elt, depth)
        return None if values is None else (values,)

    def _call(self, node: ast.Call, depth: int) -> Values:
        name = _method(node)
        if _asks_environment(node):
            return self._of(node.args[1], depth) if len(node.args) > 1 else ()
        if isinstance(node.func, ast.Name):
            same = name in ("str", "list", "tuple", "set", "sorted", "reversed", "int") and len(node.args) == 1
            values = self._of(node.args[0], depth) if same else None
            return tuple(map(str, values)) if values is not None and name == "str" else values
        if not isinstance(node.func, ast.Attribute):
            return None
        own = self._of(node.func.value, depth)
        if name in ("values", "copy", "get"):
            return own
        if name == "format":
            names = [*map(str, range(len(node.args))), *(each.arg or "" for each in node.keywords)]
            parts = [node.func.value, *node.args, *(each.value for each in node.keywords)]
            return self._made(parts, lambda row: formatted(str(row[0]), dict(zip(names, row[1:], strict=True))), depth)
        method = METHODS.get(name)
        return self._made([node.func.value, *node.args], method, depth) if method is not None else None


_READERS: Mapping[type[ast.expr], Callable[..., Values]] = {
    ast.Constant: PythonTexts._constant,
    ast.Name: PythonTexts._name,
    ast.List: PythonTexts._sequence,
    ast.Tuple: PythonTexts._sequence,
    ast.Set: PythonTexts._sequence,
    ast.Dict: PythonTexts._table,
    ast.JoinedStr: PythonTexts._joined,
    ast.BinOp: PythonTexts._sum,
    ast.IfExp: PythonTexts._choice,
    ast.BoolOp: PythonTexts._either,
    ast.Subscript: PythonTexts._part,
    ast.ListComp: PythonTexts._comprehended,
    ast.GeneratorExp: PythonTexts._comprehended,
    ast.SetComp: PythonTexts._comprehended,
    ast.Call: PythonTexts._call,
}


# -- the program


def _in_order(tree: ast.Module) -> tuple[ast.AST, ...]:
    """All nodes as they stand in the program, as many as are looked at; none where there are more."""
    found: list[ast.AST] = []
    left: list[ast.AST] = [tree]
    while left and len(found) <= _MOST_NODES:
        node = left.pop()
        found.append(node)
        left.extend(reversed(list(ast.iter_child_nodes(node))))
    return tuple(found) if len(found) <= _MOST_NODES else ()


def _texts(values: Values) -> tuple[str, ...] | None:
    return None if values is None else tuple(each for each in values if isinstance(each, str))


def _method(node: ast.Call) -> str:
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def _formats(node: ast.Call) -> bool:
    return _method(node) in ("format", "join", "replace") and isinstance(node.func, ast.Attribute)


def _entry(key: ast.expr, value: ast.expr) -> tuple[str, ast.expr] | None:
    return (key.value, value) if isinstance(key, ast.Constant) and isinstance(key.value, str) else None


def _is_environment(node: ast.expr) -> bool:
    return (isinstance(node, ast.Attribute) and node.attr == "environ") or getattr(node, "id", "") == "environ"


def _asks_environment(node: ast.Call) -> bool:
    if _method(node) == "getenv":
        return True
    return _method(node) in ("get", "pop") and isinstance(node.func, ast.Attribute) and _is_environment(node.func.value)


def _bound(node: ast.expr | None) -> int | None:
    """The number that an index is."""
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        inner = _bound(node.operand)
        return None if inner is None else -inner
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, int) else None


def _summands(node: ast.expr) -> list[ast.expr]:
    """What a chain of additions adds, in order."""
    found: list[ast.expr] = []
    while isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        found.append(node.right)
        node = node.left
    return [node, *reversed(found)]
