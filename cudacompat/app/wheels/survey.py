"""`survey`: many wheels read into rows as the table keeps them, each row written as soon as it is there.

A row is one line of JSON. What a crash leaves is whole lines, so that the next run goes on behind them and reads
nothing twice. Each worker holds one wheel at a time and drops it after reading.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

from cudacompat.app.inputs.named import FetchOptions, Told, at_hand
from cudacompat.app.inputs.text_files import read_whole
from cudacompat.app.wheels.rows import row_of_file
from cudacompat.domain.reports.survey import SurveyReport
from cudacompat.domain.words.code import NotRead
from cudacompat.domain.words.errors import CudacompatError, UsageError
from cudacompat.domain.words.executor import Lost
from cudacompat.host.written import append, save

_LARGEST_LIST = 16 << 20  # bytes
_LARGEST_ROWS = 4 << 30
_MOST = 1_000_000  # wheels of one run
_ASKED = "asked"


@dataclass(frozen=True, slots=True)
class SurveyOptions:
    """How wheels are read: by how many processes, whose wheels and from where, and whether rows that are there stay."""

    jobs: int = 1
    fetch: FetchOptions = field(default_factory=FetchOptions)
    resume: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one wheel: its row, or why there is none."""

    name: str
    row: dict[str, Any] | None
    why: str = ""


def wanted(lists: Sequence[str]) -> tuple[str, ...]:
    """Return what the lists name, each once: on each line of a list PKG, PKG==VERSION, an address or the path of a
    wheel, with comments after `#`; a directory stands for the wheels in it, a wheel for itself. `UsageError` for a file
    that cannot be read."""
    names: dict[str, None] = {}
    for path in lists:
        names.update(dict.fromkeys(_named(path)))
        if len(names) > _MOST:
            raise UsageError(f"more than {_MOST} wheels are named")
    return tuple(names)


def _named(path: str) -> Iterator[str]:
    if Path(path).is_dir():
        yield from sorted(str(each) for each in Path(path).rglob("*.whl") if each.is_file())
    elif path.endswith(".whl"):
        yield path
    else:
        text = read_whole(path, _LARGEST_LIST, "is no list of wheels").decode("utf-8", "replace")
        for line in text.splitlines():
            name = line.partition("#")[0].strip()
            if name:
                yield name


def survey(
    names: Sequence[str], out: str, options: SurveyOptions, on_wheel: Callable[[str], None] | None = None
) -> SurveyReport:
    """Read the wheels and add a row for each to the file `out`; those that have one there are passed over. `UsageError`
    if the file is there and is not to be kept, or holds something else."""
    began = time.monotonic()
    there = _rows_there(out, options)
    waiting = [name for name in names if name not in there]
    failed: list[NotRead] = []
    written = 0
    for outcome in _outcomes(waiting, options):
        if on_wheel is not None:
            on_wheel(outcome.name)
        if outcome.row is None:
            failed.append(NotRead(outcome.name, outcome.why))
            continue
        line = json.dumps({_ASKED: outcome.name, **outcome.row}, sort_keys=True) + "\n"
        try:
            append(out, line.encode())
        except OSError as error:
            raise UsageError(f"cannot write {out}: {(error.strerror or str(error)).lower()}") from None
        written += 1
    return SurveyReport(
        out,
        len(names),
        len(names) - len(waiting),
        written=written,
        seconds=round(time.monotonic() - began, 1),
        not_read=tuple(failed),
    )


def _rows_there(out: str, options: SurveyOptions) -> frozenset[str]:
    """What the rows in the file were asked for as; a line that a crash cut short is taken off."""
    path = Path(out)
    if not path.exists():
        return frozenset()
    if not options.resume:
        raise UsageError(f"{out} exists; add --resume to keep its rows and read what is missing")
    data = read_whole(out, _LARGEST_ROWS, "is not a file of rows that survey wrote")
    whole = data[: data.rfind(b"\n") + 1]
    names: list[str] = []
    for line in whole.splitlines():
        try:
            row = json.loads(line)
            names.append(str(row[_ASKED]))
        except (ValueError, TypeError, KeyError):
            raise UsageError(f"{out} is not a file of rows that survey wrote; it was not changed") from None
    if whole != data:
        save(out, whole)
    return frozenset(names)


def _outcomes(names: Sequence[str], options: SurveyOptions) -> Iterator[Outcome]:
    fetch = replace(options.fetch, told=Told())
    if options.jobs < 2:
        yield from (row_of(name, fetch) for name in names)
        return
    from cudacompat.host.programs.workers import Processes

    read = partial(row_of, fetch=fetch)
    again: list[str] = []
    for name, answer in Processes(options.jobs).map(read, names):
        if isinstance(answer, Lost):
            again.append(name)
        else:
            yield answer
    for name, answer in Processes(1).map(read, again):
        yield Outcome(name, None, f"{answer.why}, twice") if isinstance(answer, Lost) else answer


def row_of(name: str, fetch: FetchOptions) -> Outcome:
    """Return the row of one wheel, or why it could not be had or read."""
    today = datetime.now(UTC).date().isoformat()
    try:
        with at_hand([name], fetch) as here:
            row = row_of_file(here.paths[0], source="the wheel, read with this package", date=today)
    except (CudacompatError, OSError, ValueError, BadZipFile) as error:
        return Outcome(name, None, str(error).splitlines()[0] if str(error) else type(error).__name__)
    return Outcome(name, row)


def jobs_of(asked: int | None) -> int:
    """Return how many processes read: what was asked for, else one for each processor, four at most."""
    return asked or min(os.cpu_count() or 1, 4)
