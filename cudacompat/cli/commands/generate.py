"""`cudacompat generate`."""

from __future__ import annotations

from typing import Annotated

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


def command(
    engine: Annotated[str, typer.Argument(help="whisper.cpp, whisper-rs, cmake, nvcc, …")],
    gpu: GpuOption = None,
    as_: Annotated[
        str | None, typer.Option("--as", metavar="KIND", help="dockerfile, cmake, env or nvcc; without it, the plan.")
    ] = None,
    cuda: Annotated[str | None, typer.Option(metavar="X.Y", help="The CUDA release to build with.")] = None,
    engine_version: Annotated[str | None, typer.Option(metavar="VER", help="The engine's version.")] = None,
    profile: Annotated[
        str | None, typer.Option(metavar="NAME", help="incident: the five variables, and who reads each.")
    ] = None,
    ptx: Annotated[bool, typer.Option("--ptx/--no-ptx", help="PTX for GPUs newer than all of these.")] = True,
    install: Annotated[
        str | None,
        typer.Option(metavar="WHAT", help="What an image's check stage gives to pip: a version, URL or wheel."),
    ] = None,
    folder: Annotated[str | None, typer.Option("-o", metavar="DIR", help="Write the file there.")] = None,
    write: Annotated[bool, typer.Option("--write", help="With -o: replace a file that differs.")] = False,
    diff: Annotated[bool, typer.Option("--diff", help="With -o: show what would change; write nothing.")] = False,
    check: Annotated[bool, typer.Option("--check", help="With -o: exit 1 if the file there differs.")] = False,
    format_: FormatOption = Format.TEXT,
    color: ColorOption = Color.AUTO,
    output: OutputOption = None,
    quiet: QuietOption = False,
    exit_zero: ExitZeroOption = False,
) -> int:
    """Write build settings that really reach an engine's compiler, for these GPUs."""
    from cudacompat.app.generate import generate
    from cudacompat.cli.files import place
    from cudacompat.cli.output import emit
    from cudacompat.domain.errors import UsageError

    if (write or diff or check) and folder is None:
        raise UsageError("--write, --diff and --check need -o DIR")
    if folder is not None and as_ is None:
        raise UsageError("-o needs --as KIND: which file to write")
    report = generate(
        engine,
        tuple(gpu or ()),
        output=as_,
        cuda=cuda,
        engine_version=engine_version,
        profile=profile,
        ptx=ptx,
        install=install,
    )
    if folder is None:
        return emit(report, format_, color, output, quiet=quiet, exit_zero=exit_zero)
    return place(report.files, folder, write=write, diff=diff, check=check, exit_zero=exit_zero)
