#!/usr/bin/env python3
"""Calls that give more than three arguments by place: tools/keyword_arguments.py [--write]

Counted are calls in functions of what this package defines, as far as the name that is called tells what that is: it
stands in the same module, or is imported from another one. Rows of tables, which stand in no function, may be shorter.
Writes the names of the arguments from the fourth on with --write; `ruff format` sets the lines anew.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BY_PLACE = 3  # arguments that are clear without a name


@dataclass(frozen=True, slots=True)
class LongCall:
    """A call with too many arguments by place, and the names of all that it could have."""

    path: Path
    call: ast.Call
    names: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.path.relative_to(ROOT)}:{self.call.lineno}: {ast.unparse(self.call.func)}"


def long_calls(root: Path = ROOT) -> list[LongCall]:
    """Return the calls, by file and line."""
    trees = {path: ast.parse(path.read_text()) for path in sorted((root / "cudacompat").rglob("*.py"))}
    defined = {_dotted(path, root): _definitions(tree) for path, tree in trees.items()}
    return [
        LongCall(path, call, names)
        for path, tree in trees.items()
        for call in _calls_in_functions(tree)
        if (names := _names(call, tree, defined, _dotted(path, root))) is not None
    ]


def _dotted(path: Path, root: Path) -> str:
    return ".".join(path.relative_to(root).with_suffix("").parts).removesuffix(".__init__")


def _definitions(tree: ast.Module) -> dict[str, tuple[str, ...]]:
    """The names of the arguments of each function and class at the top of a module, in their order."""
    found = {}
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and node.args.vararg is None and not node.args.posonlyargs:
            found[node.name] = tuple(each.arg for each in node.args.args)
        elif isinstance(node, ast.ClassDef):
            own = next(
                (each for each in node.body if isinstance(each, ast.FunctionDef) and each.name == "__init__"), None
            )
            if own is not None and own.args.vararg is None:
                found[node.name] = tuple(each.arg for each in own.args.args[1:])
            elif own is None and _is_record(node):
                found[node.name] = tuple(_fields(node))
    return found


def _is_record(node: ast.ClassDef) -> bool:
    """Whether its fields are its arguments: a NamedTuple, or a dataclass that inherits none."""
    bases = {ast.unparse(each).split("[")[0] for each in node.bases}
    is_dataclass = any("dataclass" in ast.unparse(each) for each in node.decorator_list)
    return "NamedTuple" in bases or (is_dataclass and bases <= {"Generic"})


def _fields(node: ast.ClassDef) -> Iterator[str]:
    for each in node.body:
        if isinstance(each, ast.AnnAssign) and isinstance(each.target, ast.Name):
            value = ast.unparse(each.value) if each.value is not None else ""
            if not ast.unparse(each.annotation).startswith("ClassVar") and "init=False" not in value:
                yield each.target.id


def _calls_in_functions(tree: ast.Module) -> Iterator[ast.Call]:
    functions = (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))
    seen = set()
    for function in functions:
        for node in ast.walk(function):
            if isinstance(node, ast.Call) and len(node.args) > BY_PLACE and id(node) not in seen:
                seen.add(id(node))
                if not any(isinstance(each, ast.Starred) for each in node.args):
                    yield node


def _names(
    call: ast.Call, tree: ast.Module, defined: dict[str, dict[str, tuple[str, ...]]], module: str
) -> tuple[str, ...] | None:
    """The names of the arguments of what is called; None where that is not known."""
    origins = {
        alias.asname or alias.name: (node.module or "", alias.name)
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    if isinstance(call.func, ast.Name):
        where, name = origins.get(call.func.id, (module, call.func.id))
        return defined.get(where, {}).get(name)
    if isinstance(call.func, ast.Attribute) and isinstance(call.func.value, ast.Name):
        where, name = origins.get(call.func.value.id, ("", ""))
        return defined.get(f"{where}.{name}", {}).get(call.func.attr)
    return None


def write(calls: list[LongCall]) -> None:
    """Write the names of the arguments from the fourth on."""
    for path in dict.fromkeys(each.path for each in calls):
        data = path.read_bytes()
        starts = [0]
        for line in data.splitlines(keepends=True):
            starts.append(starts[-1] + len(line))
        places = sorted(
            (_start(data, starts[argument.lineno - 1] + argument.col_offset), name)
            for each in calls
            if each.path == path
            for argument, name in list(zip(each.call.args, each.names, strict=False))[BY_PLACE:]
        )
        for at, name in reversed(places):
            data = data[:at] + f"{name}=".encode() + data[at:]
        path.write_bytes(data)


def _start(data: bytes, at: int) -> int:
    """Where an argument begins that may stand in parentheses of its own."""
    before = data[:at].rstrip(b"( \n")
    return at + data[len(before) : at].find(b"(") - (at - len(before)) if b"(" in data[len(before) : at] else at


if __name__ == "__main__":
    found = long_calls()
    if sys.argv[1:] == ["--write"]:
        write(found)
    else:
        print(*found, sep="\n")
        sys.exit(bool(found))
