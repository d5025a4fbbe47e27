"""`cudacompat explain`."""

from __future__ import annotations

import os
from typing import Annotated, Any

import typer

from cudacompat.cli.command import ReportCommand
from cudacompat.cli.options import Color, ColorOption, ExitZeroOption, Format, FormatOption, OutputOption, QuietOption
from cudacompat.domain.words.errors import UsageError
from cudacompat.report.formats import require

_COMMAND = "cudacompat.command"


class Parser(ReportCommand):
    """Keeps what stands behind `--` apart: it is a command to run, not a LOG."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Take the command off before the options are parsed."""
        if "--" in args:
            at = args.index("--")
            ctx.meta[_COMMAND] = tuple(args[at + 1 :])
            args = args[:at]
        return super().parse_args(ctx, args)


def command(
    ctx: typer.Context,
    log: Annotated[
        str | None,
        typer.Argument(
            metavar="[LOG | - | ID] [-- CMD...]",
            help="A log file, - for standard input, a copied message or part of one, an id, a CUDA error's number, a "
            "target (sm_120) or a word (JIT); or, after --, a command to run and watch.",
        ),
    ] = None,
    gpus: Annotated[
        list[str] | None,
        typer.Option(
            "--gpu",
            metavar="SPEC",
            help="GPU that the log is about (default: GPU named in the log, then this machine's).",
        ),
    ] = None,
    list_: Annotated[
        bool, typer.Option("--list", help="List every finding and log message that explain knows.")
    ] = False,
    timeout: Annotated[float | None, typer.Option("--timeout", metavar="S", help="Stop CMD after S seconds.")] = None,
    format_: FormatOption = Format.TEXT,
    color: ColorOption = Color.AUTO,
    output: OutputOption = None,
    quiet: QuietOption = False,
    exit_zero: ExitZeroOption = False,
) -> int:
    """Find the first cause in an error log; explain a rule or an error."""
    from cudacompat.app import explain as app
    from cudacompat.cli.output import emit

    if len(gpus or ()) > 1:
        raise UsageError(f"explain takes one --gpu: a log is about one GPU, not {' and '.join(gpus or ())}")
    gpu = gpus[0] if gpus else None
    watched = ctx.meta.get(_COMMAND)
    given = [name for name, value in (("a LOG or ID", log), ("--list", list_ or None), ("-- CMD", watched)) if value]
    if len(given) != 1:
        raise UsageError(
            f"{' and '.join(given)} cannot be combined"
            if given
            else "pass a log file, - for standard input, an ID, or -- CMD"
        )
    if list_:
        require("explain --list", format_.value)
        return emit(app.catalogue(), format_, color, output=output, exit_zero=exit_zero)
    if watched:
        from cudacompat.cli.echo import echoing

        with echoing() as tee:
            report = app.explain_command(watched, gpu, tee, timeout_s=timeout)
    elif log is not None and "/" not in log and (page := app.page_of(log, names=_is_no_input(log))) is not None:
        require("explain ID", format_.value)
        return emit(page, format_, color, output=output, exit_zero=exit_zero)
    elif log is not None and _is_message(log):
        report = app.explain_text(log, gpu)
    elif log is not None and _is_no_input(log) and (part := app.explain_part(log, gpu)) is not None:
        report = part
    else:
        from cudacompat.cli.progress import log_progress

        with log_progress(quiet, log) as on_bytes:
            report = app.explain_file(log or "", gpu, on_bytes)
    return emit(report, format_, color, output=output, exit_zero=exit_zero)


def _is_no_input(text: str) -> bool:
    return text != "-" and not os.path.lexists(text)


def _is_message(text: str) -> bool:
    """Whether it is what a program said, and no file: at least three words, none of that name there."""
    return len(text.split()) >= 3 and not os.path.lexists(text)
