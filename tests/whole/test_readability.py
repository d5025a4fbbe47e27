"""What makes code hard to read, and has a plain other way: no number is made of a yes or no."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tests.helpers.run import ROOT

_BOOLEAN_CALLS = frozenset({"all", "any", "bool", "isinstance", "issubclass", "callable"})


def _is_boolean(node: ast.expr, names: set[str]) -> bool:
    """Whether an expression is certainly a yes or no."""
    match node:
        case ast.Compare():
            return True
        case ast.UnaryOp(op=ast.Not()):
            return True
        case ast.BoolOp(values=values):
            return all(_is_boolean(each, names) for each in values)
        case ast.Call(func=ast.Name(id=called)):
            return called in _BOOLEAN_CALLS
        case ast.Name(id=name):
            return name in names
        case ast.Constant(value=value):
            return isinstance(value, bool)
    return False


def _booleans_of(function: ast.FunctionDef) -> set[str]:
    """The names that are a yes or no all through a function: parameters, and what is assigned only such."""
    arguments = [*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs]
    names = {each.arg for each in arguments if isinstance(each.annotation, ast.Name) and each.annotation.id == "bool"}
    assigned: dict[str, list[bool]] = {}
    for node in ast.walk(function):
        if isinstance(node, ast.Assign):
            for target in node.targets:
                if isinstance(target, ast.Name):
                    assigned.setdefault(target.id, []).append(_is_boolean(node.value, names))
    return names | {name for name, found in assigned.items() if all(found)}


def arithmetic_on_booleans(source: str) -> Iterator[int]:
    """The lines on which a yes or no is added, multiplied, or picks an item; to count those that are so is no such."""
    arithmetic = (ast.Add, ast.Sub, ast.Mult, ast.Div, ast.FloorDiv, ast.Mod, ast.Pow, ast.LShift)
    tree = ast.parse(source)
    for function in [each for each in ast.walk(tree) if isinstance(each, ast.FunctionDef)]:
        names = _booleans_of(function)
        for node in ast.walk(function):
            match node:
                case ast.BinOp(left=left, op=op, right=right) if isinstance(op, arithmetic):
                    found = _is_boolean(left, names) or _is_boolean(right, names)
                case ast.AugAssign(op=op, value=value) if isinstance(op, arithmetic):
                    found = _is_boolean(value, names)
                case ast.Subscript(slice=index):
                    found = _is_boolean(index, names)
                case _:
                    found = False
            if found:
                yield node.lineno


def test_no_number_is_made_of_a_yes_or_no() -> None:
    found = {
        f"{path.relative_to(ROOT)}:{line}"
        for folder in ("cudacompat", "tools")
        for path in sorted((ROOT / folder).rglob("*.py"))
        for line in arithmetic_on_booleans(path.read_text(encoding="utf-8"))
    }
    assert found == set()


def test_one_is_seen() -> None:
    for line in ("x + (y == 1)", "'s' * (y != 1)", "('a', 'b')[y > 2]", "x + flag", "x - (not y)", "x + late"):
        source = f"def f(x, y, flag: bool):\n    late = y is None\n    return {line}\n"
        assert list(arithmetic_on_booleans(source)) == [3], line
    for line in ("sum(each == y for each in x)", "x[y]", "x + y", "'s' if y == 1 else ''", "flag | (x == y)"):
        assert list(arithmetic_on_booleans(f"def f(x, y, flag: bool):\n    return {line}\n")) == [], line
