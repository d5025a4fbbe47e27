"""`cudacompat diff`."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from cudacompat.cli.options import (
    Color,
    ColorOption,
    ComparedGpuOption,
    DriverOption,
    ExitZeroOption,
    Format,
    FormatOption,
    OutputOption,
    PlatformOption,
    PythonOption,
    QuietOption,
)
from cudacompat.cli.reading import MaxBytesReadOption, MaxMembersOption, MaxSecondsOption, fetching, options_of
from cudacompat.domain.words.choices import FailOn


def command(
    old: Annotated[
        str,
        typer.Argument(
            metavar="OLD",
            help="A file, wheel, container image or directory; - (standard input); a package (PKG, PKG==VERSION); an "
            "https address; oci://REGISTRY/IMAGE:TAG.",
        ),
    ],
    new: Annotated[str, typer.Argument(metavar="NEW", help="What OLD is compared with, in the same forms.")],
    gpu: ComparedGpuOption = None,
    driver: DriverOption = None,
    fail_on: Annotated[
        FailOn | None,
        typer.Option(
            "--fail-on",
            help="Exit with 1 if one of these GPUs loses support or a file with device code is gone (lost), or also if "
            "JIT replaces machine code (weaker).",
        ),
    ] = None,
    platform: PlatformOption = None,
    python: PythonOption = None,
    max_members: MaxMembersOption = None,
    max_bytes_read: MaxBytesReadOption = None,
    max_seconds: MaxSecondsOption = None,
    format_: FormatOption = Format.TEXT,
    color: ColorOption = Color.AUTO,
    output: OutputOption = None,
    quiet: QuietOption = False,
    exit_zero: ExitZeroOption = False,
) -> int:
    """Compare two artifacts; report which GPUs gain or lose support."""
    from cudacompat.app.diff import diff
    from cudacompat.app.inputs.targets import resolve_targets
    from cudacompat.cli.downloads import downloads
    from cudacompat.cli.output import emit
    from cudacompat.cli.progress import progress
    from cudacompat.domain.words.versions import DriverRelease

    release = DriverRelease.parse(driver) if driver else None
    targets = resolve_targets(gpu, release, None, environment=os.environ) if gpu else ()
    reading = options_of(max_members, max_bytes_read, max_seconds)
    with progress(quiet, (old, new)) as on_file, downloads(quiet, on_file) as told:
        reading = fetching(reading, platform, python, told=told)
        report = diff(old, new, targets, driver=release, fail_on=fail_on, on_file=on_file, options=reading)
    return emit(report, format_, color, output=output, exit_zero=exit_zero)
