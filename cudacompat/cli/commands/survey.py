"""`cudacompat survey`."""

from __future__ import annotations

from typing import Annotated

import typer

from cudacompat.cli.options import (
    Color,
    ColorOption,
    ExitZeroOption,
    Format,
    FormatOption,
    OutputOption,
    PlatformOption,
    PythonOption,
    QuietOption,
)
from cudacompat.cli.reading import JobsOption


def command(
    paths: Annotated[
        list[str],
        typer.Argument(metavar="LIST...", help="Files that name a wheel on each line, wheels, or directories of them."),
    ],
    out: Annotated[str, typer.Option("--out", metavar="FILE", help="The file of rows (JSON lines) to write.")],
    resume: Annotated[
        bool, typer.Option("--resume", help="Keep the rows that FILE has and read only what is missing.")
    ] = False,
    jobs: JobsOption = None,
    platform: PlatformOption = None,
    python: PythonOption = None,
    format_: FormatOption = Format.TEXT,
    color: ColorOption = Color.AUTO,
    output: OutputOption = None,
    quiet: QuietOption = False,
    exit_zero: ExitZeroOption = False,
) -> int:
    """Read many wheels into rows of the table of wheels.

    A line of a list is PKG, PKG==VERSION, an https address or the path of a wheel. Each row is written as soon as its
    wheel is read, so that a run that was stopped goes on with --resume.
    """
    from cudacompat.app.inputs.named import FetchOptions
    from cudacompat.app.wheels.survey import SurveyOptions, jobs_of, survey, wanted
    from cudacompat.cli.output import emit
    from cudacompat.cli.progress import progress
    from cudacompat.cli.written_apart import require_apart
    from cudacompat.domain.words.errors import UsageError
    from cudacompat.domain.words.wheel_tags import Platform

    if out.lower().endswith((".parquet", ".csv")):
        raise UsageError(f"survey writes JSON lines: {out} (example: rows.jsonl)")
    require_apart({"--out": out}, paths)
    fetch = FetchOptions(Platform.parse(platform, python))
    with progress(quiet) as on_file:
        report = survey(wanted(paths), out, SurveyOptions(jobs_of(jobs), fetch, resume), on_wheel=on_file)
    return emit(report, format_, color, output=output, exit_zero=exit_zero)
