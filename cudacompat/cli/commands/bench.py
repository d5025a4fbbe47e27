"""`cudacompat bench`."""

from __future__ import annotations

from typing import Annotated

import typer

from cudacompat.cli.options import Color, ColorOption, ExitZeroOption, Format, FormatOption, OutputOption, QuietOption


def command(
    command_: Annotated[
        list[str] | None,
        typer.Argument(metavar="-- CMD...", help="Run in every variant that has no separate command line."),
    ] = None,
    native: Annotated[str | None, typer.Option(metavar="CMD", help="Command of a build with native code.")] = None,
    ptx: Annotated[
        str | None, typer.Option(metavar="CMD", help="Command of a build with PTX only (for both JIT variants).")
    ] = None,
    cpu: Annotated[str | None, typer.Option(metavar="CMD", help="Command of a build without CUDA.")] = None,
    variant: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME", help="Variant to run: native, jit-cold, jit-warm or cpu (repeatable; default: all)."
        ),
    ] = None,
    runs: Annotated[int, typer.Option(metavar="N", min=1, help="Number of runs per variant.")] = 3,
    first: Annotated[
        str | None,
        typer.Option(metavar="REGEX", help="Output line that marks the first result (default: any output)."),
    ] = None,
    rate: Annotated[
        str | None,
        typer.Option(metavar="REGEX", help="Output line with the throughput; the number must be in a group."),
    ] = None,
    items: Annotated[
        float | None, typer.Option(metavar="N", min=0.001, help="Number of results that one run produces.")
    ] = None,
    health: Annotated[
        str | None, typer.Option(metavar="URL", help="Server mode: the first result is the moment URL answers 2xx.")
    ] = None,
    timeout: Annotated[float, typer.Option(metavar="S", min=0.1, help="Time limit per run in seconds.")] = 600.0,
    format_: FormatOption = Format.TEXT,
    color: ColorOption = Color.AUTO,
    output: OutputOption = None,
    quiet: QuietOption = False,
    exit_zero: ExitZeroOption = False,
) -> int:
    """Compare the speed of native code, JIT compilation and the CPU."""
    from cudacompat.app.bench import Measure, bench, variants_named
    from cudacompat.cli.output import emit
    from cudacompat.cli.progress import progress

    measure = Measure(
        command=tuple(command_ or ()),
        native=native,
        ptx=ptx,
        cpu=cpu,
        variants=variants_named(variant or ()),
        runs=runs,
        first=first,
        rate=rate,
        items=items,
        health=health,
        timeout_s=timeout,
    )
    with progress(quiet) as on_run:
        report = bench(measure, on_run)
    return emit(report, format_, color, output=output, exit_zero=exit_zero)
