"""`cudacompat doctor`."""

from __future__ import annotations

from typing import Annotated

import typer

from cudacompat.cli.options import (
    Color,
    ColorOption,
    DriverOption,
    ExitZeroOption,
    Format,
    FormatOption,
    GpuOption,
    OutputOption,
    QuietOption,
)
from cudacompat.cli.reading import (
    JobsOption,
    MaxBytesReadOption,
    MaxMembersOption,
    MaxSecondsOption,
    NoCacheOption,
    options_of,
)


def command(
    paths: Annotated[
        list[str] | None,
        typer.Argument(metavar="[PATH]...", help="Files, wheels, archives or directories to diagnose."),
    ] = None,
    gpu: GpuOption = None,
    driver: DriverOption = None,
    python: Annotated[
        list[str] | None,
        typer.Option(metavar="PATH", help="Python environment to diagnose: directory or interpreter (repeatable)."),
    ] = None,
    facts: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="Use machine facts saved by --save-facts instead of examining this machine."),
    ] = None,
    save_facts: Annotated[
        str | None, typer.Option(metavar="FILE", help="Save the facts about this machine to FILE.")
    ] = None,
    max_members: MaxMembersOption = None,
    max_bytes_read: MaxBytesReadOption = None,
    max_seconds: MaxSecondsOption = None,
    jobs: JobsOption = None,
    no_cache: NoCacheOption = False,
    format_: FormatOption = Format.TEXT,
    color: ColorOption = Color.AUTO,
    output: OutputOption = None,
    quiet: QuietOption = False,
    exit_zero: ExitZeroOption = False,
) -> int:
    """Diagnose this machine and its CUDA packages; print the fixes.

    With PATHs, `doctor` examines those files and directories in place of the installed packages. The directory of a
    Python environment, or of its packages, is examined as with --python.
    """
    from pathlib import Path

    from cudacompat.app.doctor import doctor, save
    from cudacompat.cli.output import emit
    from cudacompat.cli.output import save as write_file
    from cudacompat.cli.progress import progress
    from cudacompat.cli.streamed_rows import streamed_rows
    from cudacompat.host.toolchain.pythons import is_environment, is_package_folder

    homes = [path for path in paths or () if is_environment(Path(path)) or is_package_folder(Path(path))]
    paths = [path for path in paths or () if path not in homes]
    reading = options_of(max_members, max_bytes_read, max_seconds, jobs=jobs, cache=not no_cache)
    with progress(quiet or not paths, paths) as on_file, streamed_rows(quiet or bool(paths)) as watcher:
        report = doctor(
            tuple(paths),
            tuple(gpu or ()),
            driver,
            facts_file=facts,
            on_file=on_file,
            options=reading,
            pythons=(*(python or ()), *homes),
            saving=save_facts is not None,
            watcher=watcher,
        )
    if save_facts is not None:
        write_file(save_facts, save(report.facts))
    return emit(report, format_, color, output=output, exit_zero=exit_zero)
