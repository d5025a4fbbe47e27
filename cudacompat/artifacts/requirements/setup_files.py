"""What a setup.py or setup.cfg requires, as far as it stands there as text. Nothing is run."""

from __future__ import annotations

import ast
import configparser
import warnings
from collections.abc import Iterator, Mapping

from cudacompat.artifacts.requirements.base import Origin, ReadRequirements, all_made, requirement_of

_MOST = 1 << 20  # characters
_MOST_STEPS = 20  # from name to name
Listed = tuple[str, str, int]  # the extra (empty: always), the requirement, its line


def setup_py(text: str, file: str) -> ReadRequirements:
    """Return `install_requires` and `extras_require` of the call of `setup`, of lists that stand in the file; what a
    function makes is left out. `ValueError` for a text that is no Python."""
    if len(text) > _MOST:
        raise ValueError("longer than any setup.py")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(text)
    except (SyntaxError, RecursionError, MemoryError) as error:
        raise ValueError(f"not Python: {str(error)[:80]}") from None
    named = dict(_named(tree))
    calls = (
        node.value
        for node in _statements(tree)
        if isinstance(node, ast.Expr | ast.Assign) and isinstance(node.value, ast.Call)
    )
    found = [each for call in calls if _is_setup(call) for each in _of_call(call, named)]
    return _read(found, file)


def _named(tree: ast.Module) -> Iterator[tuple[str, ast.expr]]:
    """What the file's own names stand for, and the entries of its tables, as `required['train']`."""
    assigned = ((target, node.value) for node in tree.body if isinstance(node, ast.Assign) for target in node.targets)
    for target, value in assigned:
        if isinstance(target, ast.Name):
            yield target.id, value
            entries = zip(value.keys, value.values, strict=True) if isinstance(value, ast.Dict) else ()
            yield from ((_entry(target.id, key.value), each) for key, each in entries if isinstance(key, ast.Constant))


def _entry(table: str, key: object) -> str:
    return f"{table}[{key!r}]"


def _statements(tree: ast.Module) -> Iterator[ast.stmt]:
    """The statements of the file, and those in its branches, such as `if __name__ == "__main__":`; a function of its
    own may be anybody's."""
    for node in tree.body:
        yield node
        if isinstance(node, ast.If | ast.Try | ast.With):
            yield from node.body
        if isinstance(node, ast.If | ast.Try):
            yield from node.orelse


def _is_setup(call: ast.Call) -> bool:
    function = call.func
    name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
    return name in ("setup", "generate_distutils_setup")  # catkin's, which hands it on


def _of_call(call: ast.Call, named: Mapping[str, ast.expr]) -> Iterator[Listed]:
    for keyword in call.keywords:
        if keyword.arg == "install_requires":
            yield from (("", text, line) for text, line in _texts(keyword.value, named))
        elif keyword.arg == "extras_require":
            value = named.get(keyword.value.id) if isinstance(keyword.value, ast.Name) else keyword.value
            for key, items in zip(value.keys, value.values, strict=True) if isinstance(value, ast.Dict) else ():
                extra = key.value if isinstance(key, ast.Constant) else None
                yield from ((str(extra), text, line) for text, line in _texts(items, named))


def _texts(value: ast.expr, named: Mapping[str, ast.expr]) -> Iterator[tuple[str, int]]:
    """The texts of a list, or of lists that are added, each list once."""
    waiting, seen = [value], set[int]()
    while waiting:
        part = waiting.pop()
        part = _meant(part, named)
        if id(part) not in seen:
            seen.add(id(part))
            yield from _items(part, named)
            waiting += (part.right, part.left) if isinstance(part, ast.BinOp) and isinstance(part.op, ast.Add) else ()


def _meant(part: ast.expr, named: Mapping[str, ast.expr]) -> ast.expr:
    """What a name stands for, or an entry of the table that one stands for; else the expression itself."""
    for _ in range(_MOST_STEPS):
        name = part.id if isinstance(part, ast.Name) else ""
        if (
            isinstance(part, ast.Subscript)
            and isinstance(part.value, ast.Name)
            and isinstance(part.slice, ast.Constant)
        ):
            name = _entry(part.value.id, part.slice.value)
        if name not in named:
            break
        part = named[name]
    return part


def _items(value: ast.expr, named: Mapping[str, ast.expr]) -> Iterator[tuple[str, int]]:
    if isinstance(value, ast.List | ast.Tuple | ast.Set):
        for item in value.elts:
            text = _text(item, named)
            if text is not None:
                yield text, item.lineno


def _text(item: ast.expr, named: Mapping[str, ast.expr]) -> str | None:
    """A text, with what names of the file stand for put in; without its marker, where that is made otherwise."""
    if isinstance(item, ast.Name):
        item = named.get(item.id, item)
    if isinstance(item, ast.Constant):
        return item.value if isinstance(item.value, str) else None
    if isinstance(item, ast.BinOp) and isinstance(item.op, ast.Mod) and isinstance(item.left, ast.Constant):
        requirement, semicolon, _ = str(item.left.value).partition(";")
        return requirement if semicolon and "%" not in requirement else None
    if not isinstance(item, ast.JoinedStr):
        return None
    pieces: list[str] = []
    for part in item.values:
        inner = part.value if isinstance(part, ast.FormattedValue) else part
        known = named.get(inner.id) if isinstance(inner, ast.Name) else inner
        if not isinstance(known, ast.Constant) or not isinstance(known.value, str):
            return "".join(pieces).partition(";")[0] if ";" in "".join(pieces) else None
        pieces.append(known.value)
    return "".join(pieces)


def setup_cfg(text: str, file: str) -> ReadRequirements:
    """Return `install_requires` and the extras of a setup.cfg; `ValueError` for a text that is none."""
    parser = configparser.RawConfigParser(strict=False)
    try:
        parser.read_string(text)
    except configparser.Error as error:
        raise ValueError(f"not a setup.cfg: {str(error).splitlines()[0][:80]}") from None
    given = [("", parser.get("options", "install_requires", fallback=""))]
    if parser.has_section("options.extras_require"):
        given += parser.items("options.extras_require")
    lines = ((group, line.strip()) for group, value in given for line in value.splitlines())
    wanted = [(group, line) for group, line in lines if line and not line.startswith(("#", "file:"))]
    places: dict[str, int] = {}
    for number, line in enumerate(text.splitlines(), 1):
        places.setdefault(line.strip(), number)
        places.setdefault(line.partition("=")[2].strip(), number)
    return _read([(group, line, places.get(line, 1)) for group, line in wanted], file)


def _read(listed: list[Listed], file: str) -> ReadRequirements:
    found, wrong = [], []
    for group, text, line in listed:
        try:
            found.append(requirement_of(text, line, Origin(file), group=group))
        except ValueError as error:
            wrong.append((line, str(error)))
    return ReadRequirements(all_made(found), not_understood=tuple(wrong))
