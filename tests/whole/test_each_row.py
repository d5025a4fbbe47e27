"""A test of all rows of a table fails with each row that fails, and where there are none."""

from __future__ import annotations

import inspect

import pytest

from tests.helpers.each_row import each_case, each_row


@each_row("number", [1, 2, 3, 4])
def _is_even(number: int, base: int) -> None:
    assert number % base == 0


@each_row("number", [])
def _of_nothing(number: int) -> None:
    pass


@each_case(("number", "half"), [(2, 1), (4, 2), (6, 4)], ids=lambda value: f"<{value}>")
def _is_half(number: int, half: int, base: int) -> None:
    assert number == base * half


@each_case("number", [2, 3], ids=["two", "three"])
def _is_two(number: int) -> None:
    assert number == 2


def test_a_row_may_have_several_values() -> None:
    with pytest.raises(ExceptionGroup, match="1 of 3 rows") as caught:
        _is_half(base=2)
    assert [error.__notes__ for error in caught.value.exceptions] == [["row: <6>, <4>"]]
    assert list(inspect.signature(_is_half).parameters) == ["base"]
    with pytest.raises(ExceptionGroup) as named:
        _is_two()
    assert named.value.exceptions[0].__notes__ == ["row: three"]


def test_each_row_that_fails_is_named() -> None:
    with pytest.raises(ExceptionGroup, match="2 of 4 rows") as caught:
        _is_even(base=2)
    assert [error.__notes__ for error in caught.value.exceptions] == [["row: 1"], ["row: 3"]]
    _is_even(base=1)


def test_no_rows_are_a_failure() -> None:
    with pytest.raises(AssertionError, match="no rows"):
        _of_nothing()


def test_what_is_no_row_is_a_fixture() -> None:
    assert list(inspect.signature(_is_even).parameters) == ["base"]
