"""The command line: parse, call one use case, write its report, return the exit code."""

from __future__ import annotations

import sys
import traceback
from functools import cache
from typing import Annotated, Any

import typer

from cudacompat.cli.command import VERBOSE, Commands, ReportCommand
from cudacompat.cli.commands import (
    bench,
    check,
    diff,
    doctor,
    explain,
    generate,
    gpus,
    lint,
    listing,
    rebuild,
    survey,
    toolkits,
    verify,
    wheels,
)
from cudacompat.domain.words.errors import CudacompatError
from cudacompat.domain.words.exit_codes import ExitCode

# Typer carries its own copy of click; the base of its usage errors is found by name so that both layouts work.
_CommandLineError: type[Exception] = next(
    base for base in typer.BadParameter.__mro__ if base.__name__ == "ClickException"
)

app = typer.Typer(
    name="cudacompat",
    cls=Commands,
    help="Check whether compiled CUDA code runs on a GPU, find out why it does not, and fix it.",
    context_settings={"help_option_names": ["--help", "-h"]},
    add_completion=False,
    rich_markup_mode=None,  # rich would delete every [sm_80] from the help, and costs 0.05 s to import
    pretty_exceptions_enable=False,
)


def run(arguments: list[str]) -> int:
    """Run one command line and return its exit code; a user's mistake becomes one line on stderr."""
    try:
        if not arguments:
            return _show_help()
        result = click_command()(args=arguments, prog_name="cudacompat", standalone_mode=False)
        return result if isinstance(result, int) else ExitCode.OK
    except _CommandLineError as error:
        from cudacompat.cli.mistakes import in_words

        return _complain(in_words(error))
    except CudacompatError as error:
        return _complain(str(error), error.exit_code)
    except (KeyboardInterrupt, typer.Abort):
        return ExitCode.INTERRUPTED
    except Exception:  # noqa: BLE001 - the error boundary: a bug shows itself whole
        _show(traceback.format_exc())
        _show_version()
        print("internal error in cudacompat; please report it with the lines above", file=sys.stderr)  # noqa: T201
        return ExitCode.BUG


@cache
def click_command() -> Any:
    """The command that Typer makes of the functions; to make it takes as long as many a run of it."""
    return typer.main.get_command(app)


def _show_help() -> int:
    """Show the help page where no command was named; nobody asked for it, so that it is no result."""
    import contextlib

    with contextlib.redirect_stdout(sys.stderr):
        click_command()(args=["--help"], prog_name="cudacompat", standalone_mode=False)
    return ExitCode.USAGE


def _show_version() -> None:
    """Show what the report of a bug needs; a second bug there hides nothing of the first."""
    import contextlib

    with contextlib.suppress(Exception):
        from cudacompat.cli.version import version_text

        _show(version_text())


def _show(text: str) -> None:
    from cudacompat.report.safe_text import safe_line

    for line in text.splitlines():
        print(safe_line(line), file=sys.stderr)  # noqa: T201


def _complain(message: str, exit_code: int = ExitCode.USAGE) -> int:
    from cudacompat.report.safe_text import safe

    print(f"cudacompat: error: {safe(message)}", file=sys.stderr)  # noqa: T201
    return exit_code


def _print(text: str) -> None:
    sys.stdout.write(text)
    raise typer.Exit


def _version(value: bool) -> None:
    if value:
        from cudacompat.cli.version import version_text

        _print(version_text())


def _verbose(context: typer.Context, value: bool) -> None:
    context.meta[VERBOSE] = value


def _completion(shell: str | None) -> None:
    if shell is not None:
        from cudacompat.cli.pages.completion import script_for

        _print(script_for(shell))


def _manual(value: bool) -> None:
    if value:
        from cudacompat.cli.pages.manual import manual

        _print(manual())


@app.callback()
def root(
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_version, is_eager=True, help="Print the version, and what a bug report needs."
        ),
    ] = False,
    verbose: Annotated[
        bool,
        typer.Option(
            "-v", "--verbose", callback=_verbose, help="Say on stderr what a command reads, and how long it took."
        ),
    ] = False,
    completion: Annotated[
        str | None,
        typer.Option(
            "--completion",
            metavar="SHELL",
            callback=_completion,
            is_eager=True,
            help="Print completions for bash, zsh, fish or powershell.",
        ),
    ] = None,
    manual: Annotated[
        bool, typer.Option("--man", callback=_manual, is_eager=True, help="Print the manual page (man -l FILE).")
    ] = False,
) -> None:
    """Options before the command."""


for _name, _command in (
    ("doctor", doctor.command),
    ("inspect", listing.command),
    ("check", check.command),
    ("diff", diff.command),
    ("generate", generate.command),
    ("lint", lint.command),
    ("rebuild", rebuild.command),
    ("verify", verify.command),
    ("bench", bench.command),
    ("gpus", gpus.command),
    ("toolkits", toolkits.command),
    ("wheels", wheels.command),
    ("survey", survey.command),
):
    app.command(_name, cls=ReportCommand)(_command)
app.command("explain", cls=explain.Parser)(explain.command)
