"""`cudacompat inspect`."""

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
    PathsArgument,
    PlatformOption,
    PythonOption,
    QuietOption,
)
from cudacompat.cli.reading import (
    JobsOption,
    MaxBytesReadOption,
    MaxMembersOption,
    MaxSecondsOption,
    fetching,
    options_of,
)


def command(
    paths: PathsArgument,
    kernels: Annotated[bool, typer.Option("--kernels", help="List the kernel names.")] = False,
    sizes: Annotated[bool, typer.Option("--sizes", help="Show the size of each target.")] = False,
    platform: PlatformOption = None,
    python: PythonOption = None,
    max_members: MaxMembersOption = None,
    max_bytes_read: MaxBytesReadOption = None,
    max_seconds: MaxSecondsOption = None,
    jobs: JobsOption = None,
    format_: FormatOption = Format.TEXT,
    color: ColorOption = Color.AUTO,
    output: OutputOption = None,
    quiet: QuietOption = False,
    exit_zero: ExitZeroOption = False,
) -> int:
    """List the device code in binaries, wheels, images and directories."""
    from cudacompat.app.listing import inspect
    from cudacompat.cli.downloads import downloads
    from cudacompat.cli.output import emit
    from cudacompat.cli.progress import progress

    reading = options_of(max_members, max_bytes_read, max_seconds, jobs=jobs)
    with progress(quiet, paths) as on_file, downloads(quiet, on_file) as told:
        reading = fetching(reading, platform, python, told=told)
        report = inspect(paths, kernels=kernels, sizes=sizes, on_file=on_file, options=reading)
    return emit(report, format_, color, output=output, exit_zero=exit_zero)
