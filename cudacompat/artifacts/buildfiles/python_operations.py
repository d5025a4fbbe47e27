"""What operators and methods of Python make of values, where each may be one of several."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import islice, product

_MOST_VALUES = 64  # of one name, or of one text
_MOST_ITEMS = 1 << 11  # in all values of a name, those of lists in lists too
_LONGEST_TEXT = 1 << 12
_FIELD = re.compile(r"\{(?:\d+|\w+)?\}")
_CONVERSION = re.compile(r"%[sd]")

Value = str | int | tuple["Value", ...]
# All that an expression may come to: nothing where only the user's environment says it, `None` where only a run does.
Values = tuple[Value, ...] | None


def _split(row: Sequence[Value]) -> Value:
    return tuple(str(row[0]).split(str(row[1]) if len(row) > 1 else None))


def _join(row: Sequence[Value]) -> Value:
    items = row[1] if len(row) > 1 and isinstance(row[1], tuple) else ()
    return str(row[0]).join(map(str, items))


def _replace(row: Sequence[Value]) -> Value:
    return str(row[0]).replace(str(row[1]), str(row[2])) if len(row) > 2 else str(row[0])


def _strip(row: Sequence[Value]) -> Value:
    return str(row[0]).strip(*map(str, row[1:2]))


METHODS: Mapping[str, Callable[[Sequence[Value]], Value]] = {
    "split": _split,
    "join": _join,
    "replace": _replace,
    "strip": _strip,
    "rstrip": _strip,
    "lower": lambda row: str(row[0]).lower(),
}


def combined(parts: Sequence[Values], made: Callable[[Sequence[Value]], Value]) -> Values:
    """What is made of one value of each part, for all of them; unknown where a part is, or where they are too many."""
    if any(part is None for part in parts):
        return None
    rows = list(islice(product(*(part or () for part in parts)), _MOST_VALUES + 1))
    return few(map(made, rows)) if len(rows) <= _MOST_VALUES else None


def few(values: Iterable[Value]) -> Values:
    found = tuple(islice(values, _MOST_ITEMS + 1))
    if len(found) > _MOST_ITEMS or _is_large(found):
        return None
    single = tuple(dict.fromkeys(found))
    return single if len(single) <= _MOST_VALUES else None


def _is_large(values: tuple[Value, ...]) -> bool:
    """Whether there is more in them, tables in tables, than is looked at: as much as that is counted."""
    left: list[Value] = [values]
    for _ in range(_MOST_ITEMS):
        if not left:
            return False
        each = left.pop()
        if isinstance(each, tuple):
            left += each[: _MOST_ITEMS + 1]
        elif isinstance(each, str) and len(each) > _LONGEST_TEXT:
            return True
    return bool(left)


def together(parts: Iterable[Values]) -> Values:
    found: list[Value] = []
    for part in parts:
        if part is None:
            return None
        found += part
    return few(found)


def gathered(parts: Iterable[Values]) -> Values:
    """A list of all that its items may be."""
    values = together(parts)
    return None if values is None else (values,)


def items(values: Values) -> Values:
    """What a loop over them takes one after the other."""
    if values is None:
        return None
    return few(item for each in values for item in (each if isinstance(each, tuple) else (each,)))


def picked(values: Values, number: int) -> Values:
    """The item of this number of each, as far as it has one."""
    if values is None:
        return None
    rows = (each for each in values if not isinstance(each, int))
    return few(each[number] for each in rows if -len(each) <= number < len(each))


def sum_of(row: Sequence[Value]) -> Value:
    if any(isinstance(each, tuple) for each in row):
        return tuple(item for each in row for item in (each if isinstance(each, tuple) else (each,)))
    numbers = [each for each in row if isinstance(each, int)]
    return sum(numbers) if len(numbers) == len(row) else "".join(map(str, row))


def percent(row: Sequence[Value]) -> Value:
    values = iter(row[1:])
    return _CONVERSION.sub(lambda match: str(next(values, match[0])), str(row[0]))


def formatted(text: str, values: Mapping[str, Value]) -> Value:
    """The text with the values put in where its fields have their names, numbers, or neither."""
    ordered = iter(values.values())

    def put(match: re.Match[str]) -> str:
        name = match[0][1:-1]
        return str(values.get(name, match[0]) if name else next(ordered, match[0]))

    return _FIELD.sub(put, text)
