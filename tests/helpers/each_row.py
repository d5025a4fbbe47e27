"""One test for all rows of a table, where a row takes a millisecond: as many tests would cost several times that."""

from __future__ import annotations

import contextlib
import functools
import inspect
from collections.abc import Callable, Iterable, Iterator, Sequence
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
    return _of_all((argument,), [(name(each), (each,)) for each in rows])


def each_case(
    names: str | Sequence[str], rows: Iterable[Any], ids: Callable[[Any], object] | Iterable[str] | None = None
) -> Callable[[Any], Any]:
    """The same with the arguments of `pytest.mark.parametrize`: the names of the arguments that a row gives, the rows,
    and what each is called, by a function of each value or one by one."""
    given = [each.strip() for each in names.split(",")] if isinstance(names, str) else [*names]
    table = [(each,) if len(given) == 1 else tuple(each) for each in rows]
    if ids is None or callable(ids):
        called = ids or repr
        titles = [", ".join(str(called(value)) for value in each)[:200] for each in table]
    else:
        titles = [*map(str, ids)]
    return _of_all(given, list(zip(titles, table, strict=True)))


def _of_all(given: Sequence[str], table: Sequence[tuple[str, tuple[Any, ...]]]) -> Callable[[Any], Any]:
    def decorated(test: Callable[..., None]) -> Callable[..., None]:
        @functools.wraps(test)
        def of_all(*arguments: Any, **fixtures: Any) -> None:
            assert table, "no rows"
            failed: list[Exception] = []
            for title, values in table:
                try:
                    with row(title):
                        test(*arguments, **fixtures, **dict(zip(given, values, strict=True)))
                except Exception as error:  # noqa: BLE001  each row is looked at, whatever the one before it did
                    failed.append(error)
            if failed:
                raise ExceptionGroup(f"{len(failed)} of {len(table)} rows failed", failed[:_MOST])

        signature = inspect.signature(test)
        left = [each for each in signature.parameters.values() if each.name not in given]
        of_all.__signature__ = signature.replace(parameters=left)  # type: ignore[attr-defined]
        return of_all

    return decorated
