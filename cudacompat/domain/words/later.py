"""A sequence whose members are made when one of them is first asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Generic, TypeVar, overload

_Member = TypeVar("_Member")


class Later(Sequence[_Member], Generic[_Member]):
    """Has a length from the beginning; `make` gives so many members, once. It equals any sequence of the same members,
    and is a tuple in another process."""

    __slots__ = ("_count", "_made", "_make")

    def __init__(self, count: int, make: Callable[[], tuple[_Member, ...]]) -> None:
        self._count = count
        self._make = make
        self._made: tuple[_Member, ...] | None = None

    def __len__(self) -> int:
        return self._count

    @overload
    def __getitem__(self, index: int) -> _Member: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[_Member, ...]: ...
    def __getitem__(self, index: int | slice) -> _Member | tuple[_Member, ...]:
        return self._all()[index]

    def __iter__(self) -> Iterator[_Member]:
        return iter(self._all())

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and self._all() == tuple(other)

    def __hash__(self) -> int:
        return hash(self._all())

    def __repr__(self) -> str:
        return repr(self._all())

    def __reduce__(self) -> tuple[Callable[..., object], tuple[object, ...]]:
        return tuple, (self._all(),)

    def _all(self) -> tuple[_Member, ...]:
        if self._made is None:
            self._made = self._make()
        return self._made
