"""`cudacompat rebuild`."""

from __future__ import annotations

import os
import sys
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
    OutputOption,
    QuietOption,
)


def command(
    engine: Annotated[
        str, typer.Argument(metavar="ENGINE", help="Engine, such as whisper.cpp, whisper-rs, cmake or nvcc.")
    ],
    source: Annotated[str, typer.Argument(metavar="SRC", help="Directory with the engine's sources.")],
    extra: Annotated[
        list[str] | None, typer.Argument(metavar="[-- ARG]...", help="Extra arguments for the build command.")
    ] = None,
    gpu: GpuOption = None,
    engine_version: Annotated[
        str | None, typer.Option(metavar="VER", help="Engine version, if SRC does not show it.")
    ] = None,
    cuda: Annotated[str | None, typer.Option(metavar="X.Y", help="CUDA release (default: the installed nvcc).")] = None,
    ptx: Annotated[bool, typer.Option("--ptx/--no-ptx", help="Include PTX for GPUs newer than the ones named.")] = True,
    build_dir: Annotated[str | None, typer.Option(metavar="DIR", help="Build directory (default: SRC/build).")] = None,
    jobs: Annotated[int | None, typer.Option(min=1, metavar="N", help="Number of parallel compile jobs.")] = None,
    log: Annotated[str | None, typer.Option(metavar="DIR", help="Directory for the full output of each step.")] = None,
    container: Annotated[
        str | None,
        typer.Option("--in", metavar="PROGRAM", help="Build in a container with podman, docker or buildah."),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Print the plan as a shell script and run nothing.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Run without asking for confirmation.")] = False,
    format_: FormatOption = Format.TEXT,
    color: ColorOption = Color.AUTO,
    output: OutputOption = None,
    quiet: QuietOption = False,
    exit_zero: ExitZeroOption = False,
) -> int:
    """Rebuild an engine with code for these GPUs, and check the result."""
    from cudacompat.app.rebuild.needs import require_all
    from cudacompat.app.rebuild.prepare import dockerfile, prepare
    from cudacompat.cli.output import emit, require_kept, save, to_stdout
    from cudacompat.cli.progress import build_progress
    from cudacompat.domain.builds.steps_script import script
    from cudacompat.domain.reports.rebuild import RebuildReport
    from cudacompat.domain.words.errors import UsageError
    from cudacompat.host.surroundings.masking import without_secrets
    from cudacompat.report.formats import write

    steps = prepare(
        engine,
        source,
        tuple(gpu or ()),
        environment=os.environ,
        engine_version=engine_version,
        cuda=cuda,
        ptx=ptx,
        jobs=jobs,
        build_dir=build_dir,
        extra=tuple(extra or ()),
        container=container,
    )
    if dry_run and format_ is Format.TEXT:
        from cudacompat.cli.echo import takes_commands
        from cudacompat.report.safe_text import visible, without_commands

        text = script(steps, dockerfile(steps) if container is not None else None)
        if not to_stdout(output):
            save(output or "", text)
            return 0
        lines = text.split("\n")
        if any(visible(plain) != plain for plain in (line.replace("\t", " ") for line in lines)):
            raise UsageError("the script holds control characters, which a terminal obeys: --output FILE writes it")
        sys.stdout.write("\n".join(map(without_commands, lines) if takes_commands() else lines))
        sys.stdout.flush()
        require_kept()
        return 0
    if dry_run:
        return emit(without_secrets(RebuildReport(steps)), format_, color, output=output, exit_zero=exit_zero)
    if steps.findings:
        report = without_secrets(RebuildReport(steps, findings=steps.findings))
        return emit(report, format_, color, output=output, exit_zero=exit_zero)
    if container is not None:
        dockerfile(steps)  # a plan without an image is refused before anybody is asked
    require_all(steps)
    if not quiet or (not yes and sys.stdin.isatty()):  # nobody is asked about a plan that was not shown
        write(without_secrets(RebuildReport(steps)), "text", sys.stderr, color=color.value)
    if not yes:
        if not sys.stdin.isatty():
            raise UsageError("nothing was run: pass --yes to run this plan, or --dry-run to print it as a script")
        typer.confirm("Run this plan?", abort=True, err=True)
    from cudacompat.app.rebuild.run import run_steps  # with all that judges what came out, which a plan does not need

    logs = Path(log) if log else Path(steps.log_folder)
    with build_progress(quiet) as events:
        report = run_steps(steps, os.environ, logs, events=events)
    return emit(report, format_, color, output=output, exit_zero=exit_zero)
