"""The extensions of a setup.py, each with the pieces of the program that its own flags stand in."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from cudacompat.artifacts.buildfiles.python_places import PythonPlaces

_MAKES = frozenset({"CUDAExtension", "CppExtension", "Extension", "Pybind11Extension"})
_ADDS = frozenset({"append", "extend", "insert"})
_LONGEST = 1 << 18  # characters of a program
_MOST_NODES = 40_000
_MOST = 64  # extensions; more are looked at as one
_MOST_VALUES = 2_000  # that are given to names
_DEEPEST = 4  # names that are made of others
_FORKS = (ast.If, ast.IfExp, ast.Try, ast.For, ast.While, ast.Match)


@dataclass(frozen=True, slots=True)
class PythonExtension:
    """One extension: its name, and the pieces of the program (from, to) that hold its arguments and the values of the
    names in them. `conditional` is whether the program may go past it."""

    name: str
    pieces: tuple[tuple[int, int], ...]
    conditional: bool

    def holds(self, at: int) -> bool:
        """Whether this place of the program is in one of its pieces."""
        return any(start <= at < end for start, end in self.pieces)


def extensions_of(text: str) -> tuple[PythonExtension, ...]:
    """Return the extensions of a program, in order; none where there are too many, or where it cannot be read."""
    if not any(name in text for name in _MAKES) or len(text) > _LONGEST:
        return ()
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ()
    found = _Program(text, tree).extensions()
    return found if len(found) <= _MOST else ()


class _Program:
    def __init__(self, text: str, tree: ast.Module) -> None:
        self._span = PythonPlaces(text).span
        self._calls: list[tuple[ast.Call, bool]] = []
        self._values: dict[str, list[ast.expr]] = defaultdict(list)  # what is given, or added, to a name
        waiting: list[tuple[ast.AST, bool]] = [(tree, False)]
        nodes = 0
        while waiting and nodes < _MOST_NODES:
            node, forked = waiting.pop()
            nodes += 1
            self._take(node, forked)
            inner = forked or isinstance(node, _FORKS)
            waiting += [(each, inner) for each in ast.iter_child_nodes(node)]
        self._whole = not waiting

    def _take(self, node: ast.AST, forked: bool) -> None:
        if isinstance(node, ast.Assign):
            for target in node.targets:
                self._given(target, node.value)
        elif isinstance(node, ast.AugAssign | ast.AnnAssign) and node.value is not None:
            self._given(node.target, node.value)
        elif isinstance(node, ast.Call):
            name = _name(node.func)
            if name in _MAKES:
                self._calls.append((node, forked))
            elif name in _ADDS and isinstance(node.func, ast.Attribute) and node.args:
                self._given(node.func.value, node.args[-1])

    def _given(self, target: ast.AST, value: ast.expr) -> None:
        while isinstance(target, ast.Subscript | ast.Attribute):
            target = target.value
        if isinstance(target, ast.Name):
            self._values[target.id].append(value)

    def extensions(self) -> tuple[PythonExtension, ...]:
        """All of them, in order."""
        if not self._whole or len(self._calls) > _MOST:
            return ()
        if sum(map(len, self._values.values())) > _MOST_VALUES:
            return ()
        calls = sorted(self._calls, key=lambda each: (each[0].lineno, each[0].col_offset))
        return tuple(
            PythonExtension(_named(call), tuple(self._pieces(call)), conditional=forked) for call, forked in calls
        )

    def _pieces(self, call: ast.Call) -> Iterator[tuple[int, int]]:
        seen: set[str] = set()
        waiting: list[ast.expr] = [*call.args, *(each.value for each in call.keywords)]
        for _ in range(_DEEPEST):
            names: list[str] = []
            for node in waiting:
                yield self._span(node)
                names += [each.id for each in ast.walk(node) if isinstance(each, ast.Name) and each.id not in seen]
            seen.update(names)
            waiting = [value for name in dict.fromkeys(names) for value in self._values.get(name, ())]
            if not waiting:
                return


def _name(function: ast.expr) -> str:
    return (
        function.attr if isinstance(function, ast.Attribute) else function.id if isinstance(function, ast.Name) else ""
    )


def _named(call: ast.Call) -> str:
    """The name of the extension, where it is written out."""
    given: Mapping[str | None, ast.expr] = {each.arg: each.value for each in call.keywords}
    first: Sequence[ast.expr] = call.args[:1]
    name = given.get("name", first[0] if first else None)
    return name.value if isinstance(name, ast.Constant) and isinstance(name.value, str) else ""
