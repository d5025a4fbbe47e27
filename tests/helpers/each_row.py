"""One test for all rows of a table, where a row takes a millisecond: as many tests would cost ten times that."""

from __future__ import annotations

import contextlib
import functools
import inspect
from collections.abc import Callable, Iterable, Iterator
from typing import Any

_MOST = 10  # rows that are shown


@contextlib.contextmanager
def row(name: str) -> Iterator[None]:
    """What fails in here says of which row of a table it speaks."""
    try:
        yield
    except BaseException as error:
        error.add_note(f"row: {name}")
        raise


def each_row(argument: str, rows: Iterable[Any], name: Callable[[Any], str] = str) -> Callable[[Any], Any]:
    """Turn a test of one row, given by this argument, into a test of all rows. It fails with every row that failed,
    each under its name, and fails where there are no rows."""
    table = list(rows)

    def decorated(test: Callable[..., None]) -> Callable[..., None]:
        @functools.wraps(test)
        def of_all(*arguments: Any, **fixtures: Any) -> None:
            assert table, "no rows"
            failed: list[Exception] = []
            for each in table:
                try:
                    with row(name(each)):
                        test(*arguments, **fixtures, **{argument: each})
                except Exception as error:  # noqa: BLE001  each row is looked at, whatever the one before it did
                    failed.append(error)
            if failed:
                raise ExceptionGroup(f"{len(failed)} of {len(table)} rows failed", failed[:_MOST])

        signature = inspect.signature(test)
        left = [each for each in signature.parameters.values() if each.name != argument]
        of_all.__signature__ = signature.replace(parameters=left)  # type: ignore[attr-defined]
        return of_all

    return decorated
