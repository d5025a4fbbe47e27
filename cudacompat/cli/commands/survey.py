"""`cudacompat survey`."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

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
from cudacompat.domain.words.choices import SurveyExecutor

if TYPE_CHECKING:
    from cudacompat.domain.wheels.coverage import CoverageRow


def command(
    paths: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[LIST...]", help="Files that name a wheel on each line, wheels, or directories or buckets of them."
        ),
    ] = None,
    out: Annotated[
        str | None, typer.Option("--out", metavar="FILE", help="The file of rows: JSON lines, or Parquet.")
    ] = None,
    html: Annotated[
        str | None,
        typer.Option(
            "--html",
            metavar="FILE",
            help="A page of packages and GPUs: of these rows, or without LIST of the table of wheels.",
        ),
    ] = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Keep the rows that FILE has and read only what is missing.")
    ] = False,
    jobs: JobsOption = None,
    executor: Annotated[
        SurveyExecutor | None,
        typer.Option(
            "--executor",
            help="Who reads: processes of this program, or a cluster of Dask distributed on this machine (default: "
            "processes).",
        ),
    ] = None,
    scheduler: Annotated[
        str | None,
        typer.Option("--scheduler", metavar="ADDRESS", help="A running Dask cluster to use, such as tcp://host:8786."),
    ] = None,
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
    wheel is read, so that --resume continues a run that was stopped.
    """
    from cudacompat.app.inputs.named import FetchOptions
    from cudacompat.app.wheels import page_rows, parquet
    from cudacompat.app.wheels.survey import SurveyOptions, jobs_of, survey
    from cudacompat.app.wheels.survey_input import wanted
    from cudacompat.cli.output import emit
    from cudacompat.cli.progress import page_progress, progress
    from cudacompat.cli.written_apart import require_apart
    from cudacompat.domain.reports.survey import SurveyReport
    from cudacompat.domain.words.errors import UsageError
    from cudacompat.domain.words.wheel_tags import Platform

    lists = paths or []
    if bool(lists) != (out is not None):
        raise UsageError("survey needs --out FILE with LIST" if lists else "survey needs LIST, or --html FILE alone")
    if out is not None and out.lower().endswith(".csv"):
        raise UsageError(f"survey writes JSON lines or Parquet: {out} (examples: rows.jsonl, rows.parquet)")
    if scheduler is not None and executor is SurveyExecutor.PROCESSES:
        raise UsageError("--scheduler names a cluster of Dask: remove --executor processes")
    lines = parquet.lines_of(out) if out is not None and parquet.is_meant(out) else out
    written = {"--out": lines, "--html": html}
    require_apart({option: path for option, path in written.items() if path is not None}, lists)
    if out is None or lines is None:
        if html is None:
            raise UsageError("survey needs LIST and --out FILE, or --html FILE alone")
        with page_progress(quiet, html):
            _save_page(html, *page_rows.of_table())
        return emit(
            SurveyReport(None, 0, 0, written=0, seconds=0.0, html=html),
            format_,
            color,
            output=output,
            exit_zero=exit_zero,
        )
    fetch = FetchOptions(Platform.parse(platform, python))
    dask = scheduler is not None or executor is SurveyExecutor.DASK
    options = SurveyOptions(
        jobs_of(jobs),
        fetch,
        resume,
        executor=SurveyExecutor.DASK if dask else SurveyExecutor.PROCESSES,
        scheduler=scheduler,
    )
    with progress(quiet) as on_file:
        report = survey(wanted(lists), out, options, on_wheel=on_file)
    if html is not None and report.asked > len(report.not_read):
        with page_progress(quiet, html):
            _save_page(html, *page_rows.of_survey(lines))
        report = replace(report, html=html)
    return emit(report, format_, color, output=output, exit_zero=exit_zero)


def _save_page(path: str, rows: tuple[CoverageRow, ...], basis: str) -> None:
    from cudacompat.cli.output import save
    from cudacompat.report.html.wheels_page import wheels_page

    save(path, wheels_page(rows, basis))
