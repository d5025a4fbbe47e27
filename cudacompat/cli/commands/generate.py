"""`cudacompat generate`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cudacompat.cli.options import (
    Color,
    ColorOption,
    ExitZeroOption,
    Format,
    FormatOption,
    GpuOption,
    GpusFromOption,
    OutputOption,
    QuietOption,
)


def command(
    engine: Annotated[
        str | None,
        typer.Argument(
            metavar="[ENGINE]",
            help="Engine, such as whisper.cpp, whisper-rs, cmake or nvcc; without one, the engine of this directory, "
            "or else the settings of CMake, nvcc, PyTorch and Cargo.",
        ),
    ] = None,
    project: Annotated[
        str | None, typer.Argument(metavar="[DIR]", help="Project directory to change (with --add).")
    ] = None,
    gpu: GpuOption = None,
    gpus_from: GpusFromOption = None,
    as_: Annotated[
        str | None,
        typer.Option(
            "--as",
            metavar="KIND",
            help="dockerfile, cmake, presets, env, nvcc, cargo, compose, bake, podman, devcontainer, github or gitlab; "
            "without it, the plan.",
        ),
    ] = None,
    add: Annotated[
        list[str] | None,
        typer.Option("--add", metavar="SPEC", help="Add this GPU to the project in DIR (repeatable)."),
    ] = None,
    cuda: Annotated[str | None, typer.Option(metavar="X.Y", help="CUDA release to build with.")] = None,
    driver: Annotated[
        str | None, typer.Option(metavar="VER", help="The driver with which the result has to run.")
    ] = None,
    engine_version: Annotated[str | None, typer.Option(metavar="VER", help="Engine version.")] = None,
    profile: Annotated[
        str | None,
        typer.Option(
            metavar="NAME", help="Settings profile; incident shows five common variables and what reads each."
        ),
    ] = None,
    ptx: Annotated[bool, typer.Option("--ptx/--no-ptx", help="Include PTX for GPUs newer than the ones named.")] = True,
    budget: Annotated[
        str | None,
        typer.Option(metavar="SIZE", help=('Choose the best list whose file stays under SIZE, such as "100 MB".')),
    ] = None,
    distro: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Base image distribution: ubuntu22.04, ubuntu24.04 or ubuntu26.04."),
    ] = None,
    registry: Annotated[
        str | None,
        typer.Option(metavar="HOST", help="The registry, or mirror, of the base images (docker.io)."),
    ] = None,
    digests: Annotated[
        bool, typer.Option("--digests", help="Ask the registry for the digest of each base image, to pin it.")
    ] = False,
    install: Annotated[
        str | None,
        typer.Option(
            metavar="SPEC",
            help="What check stages and jobs install: a wheel's path in the project, its https address, "
            "cudacompat==VERSION or git+https://…@COMMIT; without it, its own wheel, which -o writes into .cudacompat.",
        ),
    ] = None,
    install_hash: Annotated[
        list[str] | None,
        typer.Option("--install-hash", metavar="SHA256", help="The hash of what --install names. Repeatable."),
    ] = None,
    wheel: Annotated[
        str | None,
        typer.Option("--wheel", metavar="DIR", help="Write only .cudacompat there: its own wheel, and all hashes."),
    ] = None,
    folder: Annotated[str | None, typer.Option("-o", metavar="DIR", help="Write the files to DIR.")] = None,
    write: Annotated[
        bool,
        typer.Option(
            "--write",
            help="With -o: replace files that differ, keeping what others wrote. With --add: edit in place.",
        ),
    ] = False,
    diff: Annotated[
        bool, typer.Option("--diff", help="Show the changes as a diff and write nothing (with -o or --add).")
    ] = False,
    check: Annotated[
        bool,
        typer.Option("--check", help="Exit with 1 if a file would change, and write nothing (with -o or --add)."),
    ] = False,
    format_: FormatOption = Format.TEXT,
    color: ColorOption = Color.AUTO,
    output: OutputOption = None,
    quiet: QuietOption = False,
    exit_zero: ExitZeroOption = False,
) -> int:
    """Write the build settings that make an engine support these GPUs."""
    from cudacompat.app.generate import GenerateRequest, beside, engine_here, generate, generate_ways, ignored
    from cudacompat.cli.files import place
    from cudacompat.cli.output import emit
    from cudacompat.domain.words.errors import UsageError

    if output is not None and (folder is not None or (add and (diff or write or check))):
        raise UsageError("--output is for the report; -o, --write, --diff and --check go without it")
    if add:
        given = {"--gpu": gpu, "--gpus-from": gpus_from, "--as": as_, "-o": folder, "--profile": profile}
        given |= {
            "--budget": budget,
            "--cuda": cuda,
            "--driver": driver,
            "--distro": distro,
            "--registry": registry,
            "--digests": "yes" if digests else None,
            "--install": install,
            "--wheel": wheel,
        }
        other = next((name for name, value in given.items() if value), None)
        if other is not None:
            raise UsageError(f"--add changes an existing project; {other} writes new files: use one of them")
        from cudacompat.app.generate_add import extend
        from cudacompat.cli.files import edit

        if engine is not None and project is None and Path(engine).is_dir():
            engine, project = None, engine
        extended = extend(engine, project or ".", tuple(add), engine_version=engine_version)
        if diff or write or check:
            return edit(extended, write=write, diff=diff, check=check, exit_zero=exit_zero, quiet=quiet)
        return emit(extended, format_, color, output=output, exit_zero=exit_zero)
    if wheel is not None:
        given = {"an engine": engine, "--as": as_, "--gpu": gpu, "--gpus-from": gpus_from, "-o": folder}
        other = next((name for name, value in given.items() if value), None)
        if other is not None:
            raise UsageError(f"--wheel writes no build settings; {other} is for those")
        asked = GenerateRequest(install=install, install_hashes=tuple(install_hash or ()), folder=wheel)
        return place(beside(asked), wheel, write=write, diff=diff, check=check, exit_zero=exit_zero, quiet=quiet)
    if project is not None:
        raise UsageError(f"unexpected argument {project[:80]!r}: DIR needs --add; use -o DIR for new files")
    if (write or diff or check) and folder is None:
        raise UsageError("--write, --diff and --check need -o DIR or --add SPEC")
    if folder is not None and as_ is None:
        raise UsageError("-o needs --as KIND")
    asked = GenerateRequest(
        specs=tuple(gpu or ()),
        fleet=tuple(gpus_from or ()),
        output=as_,
        cuda=cuda,
        driver=driver,
        engine_version=engine_version,
        profile=profile,
        ptx=ptx,
        budget=budget,
        distro=distro,
        registry=registry,
        digests=digests,
        install=install,
        install_hashes=tuple(install_hash or ()),
        folder=folder or ".",
    )
    if engine is None:
        engine = engine_here(".")
        if engine is None and (as_ or engine_version or profile or budget):
            raise UsageError("name an engine, such as whisper.cpp, whisper-rs, cmake or nvcc")
        if engine is None:
            return emit(generate_ways(asked), format_, color, output=output, exit_zero=exit_zero, kept=True)
    report = generate(engine, asked)
    if folder is not None:
        there = beside(asked) if report.beside else ()
        files = (*report.files, *ignored(engine, asked), *there)
        return place(files, folder, write=write, diff=diff, check=check, exit_zero=exit_zero, quiet=quiet)
    if len(report.files) > 1 and format_ is Format.TEXT:
        raise UsageError(f"this writes {len(report.files)} files; name a directory with -o DIR")
    return emit(report, format_, color, output=output, exit_zero=exit_zero, kept=True)
