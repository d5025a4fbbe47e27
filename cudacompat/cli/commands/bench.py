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
    native: Annotated[str | None, typer.Option(metavar="CMD", help="A build with the GPU's own code.")] = None,
    ptx: Annotated[
        str | None, typer.Option(metavar="CMD", help="A build with PTX only, for both JIT variants.")
    ] = None,
    cpu: Annotated[str | None, typer.Option(metavar="CMD", help="A build without CUDA.")] = None,
    variant: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="native, jit-cold, jit-warm or cpu; repeatable. Default: all."),
    ] = None,
    runs: Annotated[int, typer.Option(metavar="N", min=1, help="Runs of each.")] = 3,
    first: Annotated[
        str | None, typer.Option(metavar="REGEX", help="The line that shows the first result. Default: any output.")
    ] = None,
    rate: Annotated[
        str | None, typer.Option(metavar="REGEX", help="A line with the throughput, the number in a group.")
    ] = None,
    items: Annotated[float | None, typer.Option(metavar="N", min=0.001, help="Results that one run gives.")] = None,
    health: Annotated[
        str | None, typer.Option(metavar="URL", help="A server: its first result is this address answering 2xx.")
    ] = None,
    timeout: Annotated[float, typer.Option(metavar="S", min=0.1, help="Seconds that one run may take.")] = 600.0,
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
