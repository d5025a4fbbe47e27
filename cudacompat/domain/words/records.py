"""`dataclass` as the standard library has it, for frozen records with slots made in a tenth of the time.

A command imports hundreds of records and makes instances of few of them. The library compiles six functions or more for
each frozen dataclass when its module is imported, which is a third of the time of a start. Here each function that
depends on the fields is compiled when it is first called, and the others are the same for all records. Every other kind
of dataclass is made by the library.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import field as field
from dataclasses import replace as replace
from typing import TYPE_CHECKING, Any

Method = Callable[..., Any]

if TYPE_CHECKING:
    from dataclasses import dataclass as dataclass
else:

    def dataclass(
        *, frozen: bool = False, slots: bool = False, order: bool = False, kw_only: bool = False
    ) -> Callable[[type], type]:
        """Return what makes a class a dataclass."""

        def decorate(cls: type) -> type:
            if frozen and slots and not _OWN.intersection(vars(cls)) and not dataclasses.is_dataclass(cls):
                return _record(cls, order=order, kw_only=kw_only)
            return dataclasses.dataclass(frozen=frozen, slots=slots, order=order, kw_only=kw_only)(cls)

        return decorate


# Methods by which a class is more than a record.
_OWN = {"__init__", "__post_init__", "__eq__", "__setattr__", "__delattr__", "__getstate__", "__setstate__"}
_COMPARISONS = {"__eq__": "==", "__lt__": "<", "__le__": "<=", "__gt__": ">", "__ge__": ">="}


def _record(cls: type, *, order: bool, kw_only: bool) -> type:
    """Return the class with slots for its fields, and with what the library gives a frozen dataclass."""
    cls = dataclasses.dataclass(init=False, repr=False, eq=False, slots=True, kw_only=kw_only)(cls)
    methods = {
        "__init__": _at_first_call(cls, "__init__", _text_of_init),
        "__hash__": _at_first_call(cls, "__hash__", _text_of_hash),
        "__setattr__": _refuse_to_set,
        "__delattr__": _refuse_to_delete,
        "__getstate__": _state,
        "__setstate__": _set_state,
    }
    for name in _COMPARISONS if order else ("__eq__",):
        methods[name] = _at_first_call(cls, name, _text_of_comparison)
    if "__repr__" not in vars(cls):
        methods["__repr__"] = _shown
    for name, method in methods.items():
        setattr(cls, name, method)
    params: Any = getattr(cls, "__dataclass_params__")  # noqa: B009  as the library keeps what it was asked for
    params.init = params.repr = params.eq = params.frozen = True
    params.order = order
    return cls


def _at_first_call(cls: type, name: str, text_of: Callable[[type, str, dict[str, Any]], str]) -> Method:
    """Return a method that compiles the class's own when it is called, and leaves its place to that."""

    def first(self: Any, *values: Any, **named: Any) -> Any:
        known: dict[str, Any] = {"_missing": dataclasses.MISSING}
        exec(text_of(cls, name, known), known)  # noqa: S102  as the library does: only names of fields are in it
        made: Method = known[name]
        made.__qualname__ = f"{cls.__qualname__}.{name}"
        setattr(cls, name, made)
        return made(self, *values, **named)

    return first


def _text_of_init(cls: type, _name: str, known: dict[str, Any]) -> str:
    """Return the text of `__init__`; what its names mean goes into `known`."""
    plain: list[str] = ["self"]
    named: list[str] = []
    lines: list[str] = []
    for each in dataclasses.fields(cls):
        known[f"_set_{each.name}"] = getattr(cls, each.name).__set__  # of the slot: `__setattr__` refuses
        value, default = each.name, ""
        if each.default_factory is not dataclasses.MISSING:
            known[f"_make_{each.name}"] = each.default_factory
            default = "=_missing"
            value = f"_make_{each.name}()" + (f" if {value} is _missing else {value}" if each.init else "")
        elif each.default is not dataclasses.MISSING:
            known[f"_default_{each.name}"] = each.default
            default = f"=_default_{each.name}"
        if each.init:
            (named if each.kw_only else plain).append(each.name + default)
        lines.append(f"  _set_{each.name}(self, {value})\n")
    parameters = ", ".join([*plain, *(["*", *named] if named else [])])
    return f"def __init__({parameters}):\n{''.join(lines) or '  pass'}"


def _values(cls: type, of: str) -> str:
    """The tuple of what is compared, of `self` or `other`."""
    return f"({''.join(f'{of}.{each.name}, ' for each in dataclasses.fields(cls) if each.compare)})"


def _text_of_hash(cls: type, _name: str, _known: dict[str, Any]) -> str:
    return f"def __hash__(self):\n  return hash({_values(cls, 'self')})"


def _text_of_comparison(cls: type, name: str, _known: dict[str, Any]) -> str:
    values = f"{_values(cls, 'self')} {_COMPARISONS[name]} {_values(cls, 'other')}"
    return f"def {name}(self, other):\n  return {values} if other.__class__ is self.__class__ else NotImplemented"


def _shown(self: Any) -> str:
    shown = (f"{each.name}={getattr(self, each.name)!r}" for each in dataclasses.fields(self) if each.repr)
    return f"{type(self).__qualname__}({', '.join(shown)})"


def _refuse_to_set(_self: Any, name: str, _value: object) -> None:
    raise dataclasses.FrozenInstanceError(f"cannot assign to field {name!r}")


def _refuse_to_delete(_self: Any, name: str) -> None:
    raise dataclasses.FrozenInstanceError(f"cannot delete field {name!r}")


def _state(self: Any) -> list[Any]:
    return [getattr(self, each.name) for each in dataclasses.fields(self)]


def _set_state(self: Any, state: list[Any]) -> None:
    for each, value in zip(dataclasses.fields(self), state, strict=True):
        object.__setattr__(self, each.name, value)
