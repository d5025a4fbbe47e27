"""`cudacompat toolkits`."""

from __future__ import annotations

from typing import Annotated

import typer

from cudacompat.cli.options import Color, ColorOption, ExitZeroOption, Format, FormatOption, OutputOption, QuietOption


def command(
    query: Annotated[
        str | None,
        typer.Argument(
            metavar="[RELEASE]", help="CUDA release, such as 12.8, or 12 for all 12.x (default: all releases)."
        ),
    ] = None,
    gpu: Annotated[
        list[str] | None,
        typer.Option(
            "--gpu", metavar="SPEC", help="Show only releases that build machine code for this GPU; repeat for several."
        ),
    ] = None,
    driver: Annotated[
        str | None, typer.Option("--driver", metavar="VER", help="Only releases whose programs run with this driver.")
    ] = None,
    format_: FormatOption = Format.TEXT,
    color: ColorOption = Color.AUTO,
    output: OutputOption = None,
    quiet: QuietOption = False,  # noqa: ARG001  it says nothing beside the result
    exit_zero: ExitZeroOption = False,
) -> int:
    """List CUDA releases with their targets, drivers and host compilers."""
    from cudacompat.app.lookup import toolkits
    from cudacompat.cli.output import emit

    return emit(toolkits(query, gpu or (), driver), format_, color, output=output, exit_zero=exit_zero)
