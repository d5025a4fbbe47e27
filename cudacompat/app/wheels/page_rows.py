"""The rows that a page of wheels and GPUs shows: those of the table, or those that a survey wrote."""

from __future__ import annotations

import json
from pathlib import Path

from cudacompat.domain.wheels.coverage import CoverageRow, coverage
from cudacompat.domain.wheels.table import documented_rows, measured_row, releases, rows
from cudacompat.domain.words.errors import UsageError


def of_table() -> tuple[tuple[CoverageRow, ...], str]:
    """Return the rows of the table of wheels, and a sentence that says where they are from."""
    read = [row for package in rows().values() for row in package]
    said = (
        f"Read from {len(read)} wheels of PyPI, the last on {max(row.date for row in read)}; rows that say documented "
        f"are from the build scripts of their indexes, of {max(each.date for each in releases().values())}."
    )
    return coverage((*read, *documented_rows())), said


def of_survey(path: str) -> tuple[tuple[CoverageRow, ...], str]:
    """Return the rows of a file that `survey` wrote, and a sentence that says where they are from. `UsageError` for a
    file of something else."""
    try:
        with Path(path).open(encoding="utf-8") as lines:
            read = [measured_row(json.loads(line)) for line in lines]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UsageError(f"{path} is not a file of rows that survey wrote: {error}") from None
    return coverage(read), f"Read from {len(read)} wheels."
