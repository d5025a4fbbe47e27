"""The matrix of a GitHub job: the texts of each of its names, and the runs that they make together."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product
from math import prod

from cudacompat.artifacts.buildfiles.positions import Node
from cudacompat.domain.words.matrix_names import OF_MATRIX

MOST_CHOICES = 32  # values of one name of a matrix; more are as good as unknown
LONGEST_WORD = 300  # characters of a word in which a matrix's name is looked for
_MOST_RUNS = 64  # of one job; of more, which values meet is not looked at


def texts_of(node: Node | None) -> dict[str, tuple[str, ...]]:
    """The texts of each name of a matrix, `include` with them."""
    found: dict[str, list[str]] = {}
    for name, each in node.entries.items() if node is not None else ():
        if name == "include":
            for entry in each.items:
                _add_entries(found, "", entry)
        elif name != "exclude":
            found.setdefault(name, []).extend(each.words())
            for entry in each.items:
                _add_entries(found, f"{name}.", entry)
    return {name: tuple(dict.fromkeys(values)) for name, values in found.items()}


def _add_entries(found: dict[str, list[str]], before: str, entry: Node) -> None:
    """Add the texts of a mapping in a matrix, by the names by which a step asks for them: `config.archs`."""
    for key, value in entry.entries.items():
        if value.text is not None:
            found.setdefault(before + key, []).append(value.text)


def runs_of(node: Node | None) -> tuple[Mapping[str, str], ...]:
    """The runs of a matrix, each with its values, as GitHub puts them together; none where that is not certain.

    Source: https://docs.github.com/actions/using-jobs/using-a-matrix-for-your-jobs, "Expanding or adding matrix
    configurations" and "Excluding matrix configurations".
    """
    if node is None:
        return ()
    axes = {name: [_values(name, item) for item in each.items] for name, each in node.entries.items() if _is_axis(name)}
    edits = [node.entries[name] for name in ("include", "exclude") if name in node.entries]
    if any(not values for values in axes.values()) or any(not each.items for each in edits):
        return ()  # ${{ fromJSON(…) }}
    if prod(map(len, axes.values())) > _MOST_RUNS:
        return ()
    runs = [{name: text for part in parts for name, text in part.items()} for parts in product(*axes.values())]
    left_out = [_values("", entry) for entry in _items(node.get("exclude"))]
    runs = [run for run in runs if not any(_is_part(each, run) for each in left_out)] if axes else []
    return _included(runs, [_values("", entry) for entry in _items(node.get("include"))])


def _included(runs: list[dict[str, str]], entries: list[dict[str, str]]) -> tuple[Mapping[str, str], ...]:
    """The runs with what `include` adds to them, and those that it adds."""
    own = [frozenset(run) for run in runs]
    added: list[dict[str, str]] = []
    for entry in entries:
        fitting = [
            run
            for run, names in zip(runs, own, strict=True)
            if all(run[name] == text for name, text in entry.items() if name in names)
        ]
        for run in fitting:
            run.update(entry)
        if not fitting:
            added.append(entry)
    return tuple(found) if len(found := [*runs, *added]) <= _MOST_RUNS else ()


def _is_axis(name: str) -> bool:
    return name not in ("include", "exclude")


def _items(node: Node | None) -> tuple[Node, ...]:
    return node.items if node is not None else ()


def _values(name: str, item: Node) -> dict[str, str]:
    """The texts that one item of a matrix gives to names: its own, or those of a mapping."""
    if item.text is not None:
        return {name: item.text}
    before = f"{name}." if name else ""
    return {before + key: value.text for key, value in item.entries.items() if value.text is not None}


def _is_part(some: Mapping[str, str], run: Mapping[str, str]) -> bool:
    return bool(some) and all(run.get(name) == text for name, text in some.items())


def each_of(text: str, matrix: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """The text, or what the matrix puts in the place of all of it."""
    match = OF_MATRIX.fullmatch(text.strip())
    return matrix.get(match[1]) or (text,) if match is not None else (text,)


def put_in(text: str, matrix: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """What the text may be, where it has one name of the matrix; the text where it has none or several."""
    names = set(OF_MATRIX.findall(text[:LONGEST_WORD]))
    values = matrix.get(next(iter(names)), ()) if len(names) == 1 else ()
    return tuple(OF_MATRIX.sub(lambda _, value=value: value, text) for value in values[:MOST_CHOICES]) or (text,)  # type: ignore[misc]
