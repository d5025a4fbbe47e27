"""The command line: parse, call one use case, write its report, return the exit code."""

from __future__ import annotations

import os
import sys
import traceback
from typing import Annotated, NoReturn

import typer

import cudacompat
from cudacompat.cli.options import (
    AnyOfOption,
    Color,
    ColorOption,
    DriverOption,
    ExitZeroOption,
    Format,
    FormatOption,
    GpuOption,
    Holes,
    HolesOption,
    Jit,
    JitOption,
    OutputOption,
    QuietOption,
    Require,
    RequireOption,
)
from cudacompat.domain.errors import CudacompatError

EXIT_USAGE, EXIT_BUG, EXIT_INTERRUPTED = 2, 70, 130

# Typer carries its own copy of click; the base of its usage errors is found by name so that both layouts work.
_CommandLineError = next(base for base in typer.BadParameter.__mro__ if base.__name__ == "ClickException")

app = typer.Typer(
    name="cudacompat",
    help="Says whether compiled CUDA code really runs on a GPU, why not, and the build settings that cure it.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,  # rich would delete every [sm_80] from the help, and costs 0.05 s to import
    pretty_exceptions_enable=False,
)


def main() -> NoReturn:
    """The console script: run and exit."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """Run one command line and return its exit code; a user's mistake becomes one line on stderr."""
    try:
        result = app(args=arguments, prog_name="cudacompat", standalone_mode=False)
        return result if isinstance(result, int) else 0
    except _CommandLineError as error:
        # typer's own errors of a shown help page (no arguments) carry no message
        message = error.format_message() if hasattr(error, "format_message") else str(error)
        return _complain(message) if message else EXIT_USAGE
    except CudacompatError as error:
        return _complain(str(error))
    except (KeyboardInterrupt, typer.Abort):
        return EXIT_INTERRUPTED
    except BrokenPipeError:
        # whoever read us has seen enough; a flush at exit must not complain again
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception:  # noqa: BLE001 - the error boundary: a bug shows itself whole
        traceback.print_exc()
        print("this is a bug in cudacompat: please report it with the lines above", file=sys.stderr)  # noqa: T201
        return EXIT_BUG


def _complain(message: str) -> int:
    from cudacompat.report.clean import safe

    print(f"cudacompat: error: {safe(message)}", file=sys.stderr)  # noqa: T201
    return EXIT_USAGE


def _version(value: bool) -> None:
    if value:
        typer.echo(f"cudacompat {cudacompat.__version__}")
        raise typer.Exit


@app.callback()
def root(
    version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Print it.")] = False,
) -> None:
    """Options before the command."""


Paths = Annotated[list[str], typer.Argument(metavar="PATH...", help="Files, wheels, archives or folders.")]


@app.command("doctor")
def doctor_command(
    paths: Annotated[list[str] | None, typer.Argument(metavar="[PATH]...", help="What is to run here.")] = None,
    gpu: GpuOption = None,
    driver: DriverOption = None,
    facts: Annotated[str | None, typer.Option(metavar="FILE", help="Use a saved machine instead of this one.")] = None,
    save_facts: Annotated[str | None, typer.Option(metavar="FILE", help="Save what is known of this machine.")] = None,
    format_: FormatOption = Format.TEXT,
    color: ColorOption = Color.AUTO,
    output: OutputOption = None,
    quiet: QuietOption = False,
    exit_zero: ExitZeroOption = False,
) -> int:
    """Diagnose this machine, and whether the PATHs (or what is installed) run on it; end in a plan."""
    from cudacompat.app.doctor import doctor, save
    from cudacompat.cli.output import emit
    from cudacompat.cli.output import save as write_file
    from cudacompat.cli.progress import progress

    with progress(quiet) as on_file:
        report = doctor(tuple(paths or ()), tuple(gpu or ()), driver, facts, on_file)
    if save_facts is not None:
        write_file(save_facts, save(report.facts))
    return emit(report, format_, color, output, quiet=quiet, exit_zero=exit_zero)


@app.command("inspect")
def inspect_command(
    paths: Paths,
    kernels: Annotated[bool, typer.Option("--kernels", help="Read and list every kernel's name.")] = False,
    sizes: Annotated[bool, typer.Option("--sizes", help="Show the bytes of each target.")] = False,
    format_: FormatOption = Format.TEXT,
    color: ColorOption = Color.AUTO,
    output: OutputOption = None,
    quiet: QuietOption = False,
    exit_zero: ExitZeroOption = False,
) -> int:
    """List the device code that files, wheels and folders carry."""
    from cudacompat.app.listing import inspect
    from cudacompat.cli.output import emit
    from cudacompat.cli.progress import progress

    with progress(quiet) as on_file:
        report = inspect(paths, kernels=kernels, sizes=sizes, on_file=on_file)
    return emit(report, format_, color, output, quiet=quiet, exit_zero=exit_zero)


@app.command("check")
def check_command(
    paths: Paths,
    gpu: GpuOption = None,
    driver: DriverOption = None,
    jit: JitOption = None,
    require: RequireOption = Require.RUNS,
    holes: HolesOption = Holes.ERROR,
    any_of: AnyOfOption = None,
    format_: FormatOption = Format.TEXT,
    color: ColorOption = Color.AUTO,
    output: OutputOption = None,
    quiet: QuietOption = False,
    exit_zero: ExitZeroOption = False,
) -> int:
    """Judge each artifact against each GPU; the CI gate. Needs no GPU and no toolkit."""
    from cudacompat.app.check import check
    from cudacompat.app.targets import resolve_targets
    from cudacompat.cli.output import emit
    from cudacompat.cli.progress import progress
    from cudacompat.domain import policy
    from cudacompat.domain.verdict import JitPolicy
    from cudacompat.domain.versions import DriverRelease

    targets = resolve_targets(
        gpu or (),
        DriverRelease.parse(driver) if driver else None,
        JitPolicy(jit.value) if jit else None,
        os.environ,
    )
    held_to = policy.Policy(policy.Require(require.value), policy.Holes(holes.value), tuple(any_of or ()))
    with progress(quiet) as on_file:
        report = check(paths, targets, held_to, on_file)
    return emit(report, format_, color, output, quiet=quiet, exit_zero=exit_zero)


@app.command("gpus")
def gpus_command(
    query: Annotated[str | None, typer.Argument(help="A name, PCI id, chip or compute capability.")] = None,
    format_: FormatOption = Format.TEXT,
    color: ColorOption = Color.AUTO,
    output: OutputOption = None,
    quiet: QuietOption = False,
    exit_zero: ExitZeroOption = False,
) -> int:
    """Look GPUs, chips and compute capabilities up; needs no GPU."""
    from cudacompat.app.lookup import gpus
    from cudacompat.cli.output import emit

    return emit(gpus(query), format_, color, output, quiet=quiet, exit_zero=exit_zero)


@app.command("explain")
def explain_command(id_: Annotated[str, typer.Argument(metavar="ID", help="A finding's id.")]) -> int:
    """Say what a finding means, why it matters and what to do."""
    from cudacompat.app.explain import explain

    typer.echo(explain(id_))
    return 0
