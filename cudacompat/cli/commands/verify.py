"""`cudacompat verify`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from cudacompat.cli.options import (
    Color,
    ColorOption,
    ExitZeroOption,
    Format,
    FormatOption,
    GpuOption,
    OutputOption,
    QuietOption,
)
from cudacompat.domain.words.choices import Expect

if TYPE_CHECKING:
    from cudacompat.domain.reports.load import LoadReport
    from cudacompat.domain.reports.verify import VerifyReport


def command(
    command_: Annotated[
        list[str] | None, typer.Argument(metavar="-- CMD...", help="Command to run, with its arguments.")
    ] = None,
    load: Annotated[
        list[str] | None,
        typer.Option(
            metavar="ARTIFACT",
            help="Instead of running a command: load every module of ARTIFACT with the driver (repeatable).",
        ),
    ] = None,
    log: Annotated[str | None, typer.Option(metavar="FILE", help="Instead: check a saved log.")] = None,
    expect: Annotated[
        Expect,
        typer.Option(
            help=(
                "Expected code: native (built for the GPU), sass (machine code, no JIT) or gpu (any "
                "code, JIT included)."
            )
        ),
    ] = Expect.SASS,
    gpu: GpuOption = None,
    health: Annotated[
        str | None, typer.Option(metavar="URL", help="Server mode: stop the command once URL answers 2xx.")
    ] = None,
    min_gpu_memory: Annotated[
        str | None,
        typer.Option(metavar="SIZE", help="Minimum GPU memory that the command must use, such as 500M or 2G."),
    ] = None,
    cold: Annotated[bool, typer.Option("--cold", help="Start with an empty JIT cache.")] = False,
    timeout: Annotated[float, typer.Option(metavar="S", min=0.1, help="Time limit in seconds.")] = 600.0,
    show_output: Annotated[
        bool, typer.Option("--show-output", help="Copy the command's output to standard error.")
    ] = False,
    format_: FormatOption = Format.TEXT,
    color: ColorOption = Color.AUTO,
    output: OutputOption = None,
    quiet: QuietOption = False,
    exit_zero: ExitZeroOption = False,
) -> int:
    """Run an engine and prove that the GPU ran it, and with which code."""
    from cudacompat.cli.output import emit
    from cudacompat.cli.progress import progress
    from cudacompat.domain.words.errors import UsageError

    if sum(map(bool, (command_, load, log))) != 1:
        raise UsageError("pass one of: -- CMD..., --load ARTIFACT, --log FILE")
    if not command_ and (health or cold or show_output):
        raise UsageError("--health, --cold and --show-output need a command to run")
    if load and min_gpu_memory:
        raise UsageError("--min-gpu-memory needs a command to run")
    report: LoadReport | VerifyReport
    with progress(quiet) as on_file:
        if load:
            from cudacompat.app.load import load as load_modules
            from cudacompat.domain.policy.policy import Policy
            from cudacompat.domain.words.choices import Require

            require = {Expect.NATIVE: Require.NATIVE, Expect.SASS: Require.SASS, Expect.GPU: Require.RUNS}
            report = load_modules(load, gpu or (), Policy(require[expect]), on_file=on_file)
        else:
            from cudacompat.app import verify
            from cudacompat.cli.echo import echoing
            from cudacompat.cli.sizes import parse_size

            memory = parse_size(min_gpu_memory) if min_gpu_memory else None
            asked = verify.VerifyRequest(expect, tuple(gpu or ()), memory)
            if log:
                from cudacompat.app.explain import reader_beside

                report = verify.verify_log(log, asked, reader_beside())
            else:
                with echoing(patient=True) as to_stderr:
                    report = verify.verify(
                        command_ or (),
                        asked,
                        health=health,
                        cold=cold,
                        timeout_s=timeout,
                        on_output=to_stderr if show_output else None,
                        on_file=on_file,
                    )
    return emit(report, format_, color, output=output, exit_zero=exit_zero)
