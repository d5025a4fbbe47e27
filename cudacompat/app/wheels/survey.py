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

from cudacompat.app.inputs.named import FetchOptions, Told
from cudacompat.app.wheels import parquet
from cudacompat.app.wheels.rows import row_of_file
from cudacompat.app.wheels.survey_input import digest_of, wheel_of
from cudacompat.artifacts.files.opened import opened
from cudacompat.domain.reports.survey import SurveyReport
from cudacompat.domain.words.choices import SurveyExecutor
from cudacompat.domain.words.code import NotRead
from cudacompat.domain.words.errors import CudacompatError, UsageError
from cudacompat.domain.words.executor import Lost
from cudacompat.host.written import append, cut, growing, refusal

_LARGEST_ROW = 16 << 20  # bytes
_ASKED = "asked"
_DIGEST = "digest"  # which of several wheels of one name was read
_BEGINS = (b'{"answers": {', b'{"asked": "')  # a row's first key: the keys are sorted
_FOREIGN = "{} is not a file of rows that survey wrote; it was not changed"
_EXISTS = "{} exists; add --resume to keep its rows and read what is missing"


@dataclass(frozen=True, slots=True)
class SurveyOptions:
    """How wheels are read: by how many workers of which kind, whose wheels and from where, and whether rows that are
    there stay. `scheduler` is the address of a cluster that runs already; None: one on this machine."""

    jobs: int = 1
    fetch: FetchOptions = field(default_factory=FetchOptions)
    resume: bool = False
    executor: SurveyExecutor = SurveyExecutor.PROCESSES
    scheduler: str | None = None


@dataclass(frozen=True, slots=True)
class SurveyResult:
    """What became of one wheel: its row, or why there is none."""

    name: str
    row: dict[str, Any] | None
    why: str = ""


def survey(
    names: Sequence[str], out: str, options: SurveyOptions, on_wheel: Callable[[str], None] | None = None
) -> SurveyReport:
    """Read the wheels and add a row for each to the file `out`; those that have one there are passed over, but for
    files that are others now: their rows are replaced. For a file of Parquet the rows are kept as JSON lines beside it
    (`rows.parquet.jsonl`), and it is made of them in the end.
    `UsageError` if the file is there and is not to be kept, or holds something else."""
    began = time.monotonic()
    table, out = (out, parquet.lines_of(out)) if parquet.is_meant(out) else (None, out)
    if table is not None:
        parquet.require()
        _require_own(table, out, options)
    there = _rows_there(out, options)
    changed = frozenset(name for name in names if _is_another(name, there.get(name), options.fetch))
    if changed:
        _take_off(out, changed)
    waiting = [name for name in names if name not in there or name in changed]
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
            raise UsageError(refusal(out, error)) from None
        written += 1
    if table is not None:
        parquet.write(out, table)
    return SurveyReport(
        table or out,
        len(names),
        len(names) - len(waiting),
        written=written,
        seconds=round(time.monotonic() - began, 1),
        not_read=tuple(failed),
    )


def _require_own(table: str, out: str, options: SurveyOptions) -> None:
    """`UsageError` where a file is in the place of the one of Parquet that is to stay."""
    if not Path(table).exists():
        return
    if not options.resume:
        raise UsageError(_EXISTS.format(table))
    if not Path(out).exists() or not parquet.is_parquet(table):
        raise UsageError(_FOREIGN.format(table))


def _is_another(name: str, digest: str | None, fetch: FetchOptions) -> bool:
    """Whether the file of this name is another than the one that was read, as far as the row says which that was."""
    now = digest_of(name, fetch) if digest is not None else None
    return now is not None and now != digest


def _take_off(out: str, names: frozenset[str]) -> None:
    """Take the rows of these off the file."""
    with opened(out) as file, growing(out) as kept:
        while line := file.readline(_LARGEST_ROW):
            if json.loads(line)[_ASKED] not in names:
                kept.write(line)


def _rows_there(out: str, options: SurveyOptions) -> dict[str, str | None]:
    """What the rows in the file were asked for as, each with the digest of the file that was read, where it has one; a
    line that a crash cut short is taken off."""
    path = Path(out)
    if not path.exists():
        return {}
    if not options.resume:
        raise UsageError(_EXISTS.format(out))
    names: dict[str, str | None] = {}
    end = 0
    try:
        with opened(out) as file:  # a row at a time: of a whole index they are gigabytes
            if not path.is_file():
                raise UsageError(_FOREIGN.format(out))
            while (line := file.readline(_LARGEST_ROW)).endswith(b"\n"):
                row = json.loads(line)
                asked = str(row[_ASKED])
                names[asked] = row.get(_DIGEST)
                end += len(line)
    except OSError as error:
        raise UsageError(f"cannot read {out}: {(error.strerror or str(error)).lower()}") from None
    except (ValueError, TypeError, KeyError):
        raise UsageError(_FOREIGN.format(out)) from None
    if line:  # of a row that a crash cut short
        if not any(line.startswith(each[: len(line)]) for each in _BEGINS) or len(line) == _LARGEST_ROW:
            raise UsageError(_FOREIGN.format(out))
        cut(out, end)
    return names


def _outcomes(names: Sequence[str], options: SurveyOptions) -> Iterator[SurveyResult]:
    """The outcomes, in some order; what workers that were killed left behind goes with the folder."""
    import secrets
    import tempfile

    if not names:
        return
    fetch = replace(options.fetch, told=Told(), run=secrets.token_hex(8))
    with tempfile.TemporaryDirectory(prefix="cudacompat-survey-", ignore_cleanup_errors=True) as folder:
        if options.scheduler is None:
            fetch = replace(fetch, folder=folder)
        if options.executor is SurveyExecutor.DASK:
            yield from _of_cluster(names, fetch, options, folder=folder)
        elif options.jobs < 2:
            yield from (row_of(name, fetch) for name in names)
        else:
            yield from _of_processes(names, fetch, options.jobs)


def _of_processes(names: Sequence[str], fetch: FetchOptions, jobs: int) -> Iterator[SurveyResult]:
    from cudacompat.host.programs.workers import Processes

    read = partial(row_of, fetch=fetch)
    again: list[str] = []
    for name, answer in Processes(jobs).map(read, names):
        if isinstance(answer, Lost):
            again.append(name)
        else:
            yield answer
    for name, answer in Processes(1).map(read, again):
        yield SurveyResult(name, None, f"{answer.why}, twice") if isinstance(answer, Lost) else answer


def _of_cluster(
    names: Sequence[str], fetch: FetchOptions, options: SurveyOptions, folder: str
) -> Iterator[SurveyResult]:
    from cudacompat.host.programs.cluster import Cluster

    cluster = Cluster(options.jobs, Path(folder), options.scheduler)
    for name, answer in cluster.map(partial(row_of, fetch=fetch), names):
        yield SurveyResult(name, None, answer.why) if isinstance(answer, Lost) else answer


def row_of(name: str, fetch: FetchOptions) -> SurveyResult:
    """Return the row of one wheel, or why it could not be had or read."""
    today = datetime.now(UTC).date().isoformat()
    try:
        with wheel_of(name, fetch) as here:
            digest = here.digest
            row = row_of_file(here.path, source="the wheel, read with this package", date=today, size=here.size)
    except (CudacompatError, OSError, ValueError, BadZipFile) as error:
        return SurveyResult(name, None, str(error).splitlines()[0] if str(error) else type(error).__name__)
    return SurveyResult(name, row if digest is None else {**row, _DIGEST: digest})


def jobs_of(asked: int | None) -> int:
    """Return how many processes read: what was asked for, else one for each processor, four at most."""
    return asked or min(os.cpu_count() or 1, 4)
