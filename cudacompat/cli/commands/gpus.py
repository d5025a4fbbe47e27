"""`cudacompat gpus`."""

from __future__ import annotations

from typing import Annotated

import typer

from cudacompat.cli.options import Color, ColorOption, ExitZeroOption, Format, FormatOption, OutputOption, QuietOption


def command(
    query: Annotated[
        str | None,
        typer.Argument(metavar="[QUERY]", help="A name, PCI id, chip, compute capability, or native (this machine's)."),
    ] = None,
    format_: FormatOption = Format.TEXT,
    color: ColorOption = Color.AUTO,
    output: OutputOption = None,
    quiet: QuietOption = False,  # noqa: ARG001  it says nothing beside the result
    exit_zero: ExitZeroOption = False,
) -> int:
    """Look up GPUs, chips and compute capabilities."""
    from cudacompat.app.lookup import gpus
    from cudacompat.cli.output import emit

    return emit(gpus(query), format_, color, output=output, exit_zero=exit_zero)
