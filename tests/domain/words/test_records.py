"""Records are held to what the standard library makes of the same class."""

from __future__ import annotations

import copy
import dataclasses
import pickle
import subprocess
import sys
from collections.abc import Callable
from dataclasses import field
from operator import ge, gt, le, lt
from typing import Any, Generic, TypeVar

import pytest

from cudacompat.domain.words.records import dataclass

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Plain:
    """A record of this module, so that it can be pickled."""

    number: int
    text: str = "none"
    parts: list[int] = field(default_factory=list)
    beside: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True, order=True)
class Ordered:
    """A record with an order."""

    major: int
    minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A record whose fields have to be named, one of them hidden."""

    number: int
    secret: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Counted:
    """A record that counts by itself."""

    number: int
    seen: list[int] = field(default_factory=list, init=False, compare=False)


@dataclass(frozen=True, slots=True)
class Longer(Counted):
    """A record of a record."""

    more: int = 1


@dataclass(frozen=True, slots=True)
class Holds(Generic[T]):
    """A record of any value."""

    value: T


@dataclass(frozen=True, slots=True)
class Single:
    """A record with one field, which is compared as a tuple."""

    value: Any


@dataclass(frozen=True, slots=True)
class Shows:
    """A record with a text of its own."""

    number: int

    def __repr__(self) -> str:
        return "shown"


RECORDS = (Plain, Ordered, Named, Counted, Longer, Holds, Single, Shows)


def _twin(cls: type) -> type:
    """What the standard library makes of the same body."""
    params = {"order": cls is Ordered, "kw_only": cls is Named}
    base = (_twin(Counted),) if cls is Longer else ()
    body = {"__annotations__": cls.__annotations__, "__doc__": cls.__doc__, "__qualname__": cls.__qualname__}
    for each in dataclasses.fields(cls):
        if each.name in cls.__annotations__:
            given = {key: getattr(each, key) for key in ("default", "default_factory", "init", "repr", "compare")}
            body[each.name] = field(**{key: value for key, value in given.items() if value is not dataclasses.MISSING})
    if cls is Shows:
        body["__repr__"] = cls.__repr__
    return dataclasses.dataclass(frozen=True, slots=True, **params)(type(cls.__name__, base, body))


def _outcome(call: Callable[..., object], *values: object, **named: object) -> object:
    try:
        return call(*values, **named)
    except (TypeError, ValueError) as error:
        return type(error), str(error)


CALLS: tuple[tuple[tuple[Any, ...], dict[str, Any]], ...] = (
    ((), {}),
    ((1,), {}),
    ((1, 2), {}),
    ((1, "b", [3]), {}),
    ((1, 2, 3, 4, 5), {}),
    ((), {"number": 1}),
    ((), {"number": 1, "secret": "x"}),
    ((1,), {"number": 1}),
    ((1,), {"unknown": 2}),
    ((1,), {"more": 7}),
)


@pytest.mark.parametrize("cls", RECORDS, ids=lambda cls: cls.__name__)
def test_a_record_is_made_and_shown_as_the_library_does(cls: type) -> None:
    twin = _twin(cls)
    asked = ("init", "repr", "eq", "order", "frozen")
    assert all(getattr(cls.__dataclass_params__, each) == getattr(twin.__dataclass_params__, each) for each in asked)
    for values, named in CALLS:
        assert repr(_outcome(cls, *values, **named)) == repr(_outcome(twin, *values, **named))


@pytest.mark.parametrize("cls", RECORDS, ids=lambda cls: cls.__name__)
def test_records_compare_as_the_library_has_them(cls: type) -> None:
    twin = _twin(cls)
    made = [(_outcome(cls, *values, **named), _outcome(twin, *values, **named)) for values, named in CALLS]
    made = [each for each in made if isinstance(each[0], cls)]
    assert made
    for one, its_twin in made:
        assert _outcome(hash, one) == _outcome(hash, its_twin)
        for other, others_twin in made:
            assert (one == other) == (its_twin == others_twin)
            for compare in (lt, le, gt, ge):
                assert _outcome(compare, one, other) == _outcome(compare, its_twin, others_twin)
        assert one != its_twin


@pytest.mark.parametrize("cls", RECORDS, ids=lambda cls: cls.__name__)
def test_a_record_is_copied_pickled_and_replaced(cls: type) -> None:
    made = cls(number=3) if cls is Named else cls(3, 4) if cls is Ordered else cls(3)
    assert copy.deepcopy(made) == made == pickle.loads(pickle.dumps(made)) == dataclasses.replace(made)
    first = dataclasses.fields(cls)[0].name
    changed = dataclasses.replace(made, **{first: 5})
    assert getattr(changed, first) == 5
    assert changed != made


def test_a_record_is_frozen_and_has_no_dictionary() -> None:
    made = Plain(1)
    with pytest.raises(dataclasses.FrozenInstanceError, match="cannot assign to field 'number'"):
        made.number = 2  # type: ignore[misc]
    with pytest.raises(dataclasses.FrozenInstanceError, match="cannot delete field 'number'"):
        del made.number
    assert not hasattr(made, "__dict__")


def test_each_record_has_parts_of_its_own() -> None:
    Plain(1).parts.append(2)
    assert Plain(1).parts == []
    Counted(1).seen.append(2)
    assert Counted(1).seen == []


def test_a_class_with_a_method_of_its_own_is_made_by_the_library() -> None:
    @dataclass(frozen=True, slots=True)
    class Checked:
        """A record that looks at what it is given."""

        number: int

        def __post_init__(self) -> None:
            if self.number < 0:
                raise ValueError("below zero")

    with pytest.raises(ValueError, match="below zero"):
        Checked(-1)


def test_functions_are_compiled_when_they_are_called() -> None:
    code = """
import builtins, dataclasses
from cudacompat.domain.words.records import dataclass
compiled = []
builtins.exec = lambda text, names, _exec=exec: (compiled.append(text), _exec(text, names))
@dataclass(frozen=True, slots=True)
class Point:
    \"\"\"A place.\"\"\"
    x: int
    y: int = 0
assert compiled == [], compiled
assert Point(1) == Point(1, 0)
Point(2)
assert len(compiled) == 2, compiled
"""
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
