"""`cudacompat wheels`."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Annotated

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
    PlatformOption,
    PythonOption,
    QuietOption,
)

if TYPE_CHECKING:
    from cudacompat.domain.words.verdict import Target


def command(
    package: Annotated[str, typer.Argument(metavar="PACKAGE[==VERSION]", help="A package of the index, or a release.")],
    gpu: GpuOption = None,
    driver: DriverOption = None,
    fetch: Annotated[
        bool,
        typer.Option("--fetch", help="Read the wheel from the package index if the table does not know it."),
    ] = False,
    platform: PlatformOption = None,
    python: PythonOption = None,
    format_: FormatOption = Format.TEXT,
    color: ColorOption = Color.AUTO,
    output: OutputOption = None,
    quiet: QuietOption = False,
    exit_zero: ExitZeroOption = False,
) -> int:
    """List published wheels of a package and the GPUs they run on.

    Without --gpu and without a GPU here, the code in each wheel is listed. --platform is that of the machine with the
    GPU (default: linux-aarch64 for GPUs with an Arm processor, else linux-x86_64). With --python only releases with a
    wheel for that Python are listed. Exit 1: on some GPU no build runs, or none runs on all of them.
    """
    from cudacompat.app.wheels.lookup import WheelQuery, platforms_to_read, read_now, wheels
    from cudacompat.cli.output import emit
    from cudacompat.domain.wheels.platforms import on_platform, table_platform
    from cudacompat.domain.words.wheel_tags import python_version

    query = WheelQuery.parse(package)
    targets = _targets(gpu or (), driver)
    where = table_platform(platform) if platform is not None else None
    targets = on_platform(targets, where)
    own = python_version(python) if python is not None else None
    report = wheels(query, targets, platform=where, python=own)
    missing = platforms_to_read(query, report, where) if fetch else ()
    if missing:
        from cudacompat.app.inputs.named import FetchOptions, at_hand
        from cudacompat.cli.downloads import downloads
        from cudacompat.cli.progress import progress
        from cudacompat.domain.words.wheel_tags import Platform

        read = []
        named = query.pin if query.version is not None else f"{query.package}>=0"  # never a file of that name
        with progress(quiet) as on_file, downloads(quiet, on_file) as told:
            for each in missing:
                options = FetchOptions(Platform.parse(platform or each, python), told=told)
                with at_hand([named], options) as here:
                    read.append(read_now(query, here.paths[0]))
        report = wheels(query, targets, platform=where, python=own, read=read)
    return emit(report, format_, color, output=output, exit_zero=exit_zero)


def _targets(specs: list[str] | tuple[str, ...], driver: str | None) -> tuple[Target, ...]:
    """What is judged for: this machine's GPUs where none is named, none on a machine without one."""
    from cudacompat.app.inputs.targets import resolve_targets
    from cudacompat.domain.words.errors import UsageError
    from cudacompat.domain.words.versions import DriverRelease

    release = DriverRelease.parse(driver) if driver else None
    try:
        return resolve_targets(specs, release, None, environment=os.environ, ask_machine=driver is None)
    except UsageError:
        if specs:
            raise
        return ()
