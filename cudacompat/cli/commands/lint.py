"""`cudacompat lint`."""

from __future__ import annotations

import contextlib
import os
import sys
from dataclasses import replace
from typing import Annotated

import typer

from cudacompat.cli.options import (
    Color,
    ColorOption,
    ConfigOption,
    ExitZeroOption,
    Format,
    FormatOption,
    GpusFromOption,
    OutputOption,
    QuietOption,
)


def command(
    folder: Annotated[str, typer.Argument(metavar="DIR", help="Project directory, or one build file.")] = ".",
    gpu: Annotated[
        list[str] | None,
        typer.Option("--gpu", metavar="SPEC", help="GPU that the build must support (repeatable; default: none)."),
    ] = None,
    gpus_from: GpusFromOption = None,
    fix: Annotated[bool, typer.Option("--fix", help="Apply safe fixes in place.")] = False,
    unsafe_fixes: Annotated[
        bool, typer.Option("--unsafe-fixes", help="Also apply fixes that need your review.")
    ] = False,
    diff: Annotated[bool, typer.Option("--diff", help="Show the fixes as a diff; write nothing.")] = False,
    select: Annotated[
        list[str] | None,
        typer.Option(
            "--select",
            metavar="RULES",
            help="Run only these rules, repeatable: ids, or the first words of ids (wheel: all of wheel-...), with "
            "commas between them.",
        ),
    ] = None,
    ignore: Annotated[
        list[str] | None, typer.Option("--ignore", metavar="RULES", help="Do not run these rules, repeatable.")
    ] = None,
    statistics: Annotated[
        bool, typer.Option("--statistics", help="Count the findings of each rule; list none (text).")
    ] = False,
    config: ConfigOption = None,
    no_config: Annotated[bool, typer.Option("--no-config", help="Read no policy file.")] = False,
    show_suppressed: Annotated[
        bool, typer.Option("--show-suppressed", help="List suppressed findings and the reasons.")
    ] = False,
    format_: FormatOption = Format.TEXT,
    color: ColorOption = Color.AUTO,
    output: OutputOption = None,
    quiet: QuietOption = False,
    exit_zero: ExitZeroOption = False,
) -> int:
    """Find CUDA mistakes in build files before anything is built.

    `lint` reads Dockerfiles, CMake, Cargo, Python builds, compose files and CI files. It runs nothing.

    A file beyond a limit is reported as not read, with exit code 4. The limits: 1 MiB for a build file (16 MiB for a
    requirements file), 20000 files and 256 MiB in all; 20 seconds of processor time for a file, 60 for a configured
    directory, 30 for a rule, 300 in all.
    """
    from cudacompat.app.inputs import policy_file as configs
    from cudacompat.app.inputs.fleet import load, targets_for
    from cudacompat.app.lint import lint
    from cudacompat.cli.output import emit
    from cudacompat.cli.verbose import note
    from cudacompat.domain.policy.resolve import policy_of, required
    from cudacompat.domain.rules.lint_selection import selection
    from cudacompat.domain.words.errors import UsageError

    if diff and format_ is not Format.TEXT and output is None:
        raise UsageError("--diff prints a patch; drop --format, or write the report to a file with --output")
    if statistics and format_ not in (Format.TEXT, Format.JSON):
        raise UsageError("--statistics counts in text; JSON has the numbers in every run; no other format has them")
    rules = selection(select or (), ignore or ())
    held_to = configs.load(
        {"require": gpu or None, "gpus-from": gpus_from or None}, os.environ, config, search=not no_config
    )
    note(f"policy file: {held_to.file or 'none'}")
    named, floor = required(held_to.given), held_to.driver_floor
    fleet = load(held_to.files("gpus-from"), quoted=held_to.quotes("gpus-from"))
    asked = gpu or named or fleet.gpus
    targets = (
        targets_for(gpu or (), named, fleet.gpus, driver=None, floor=floor, jit=None, environment=os.environ)
        if asked
        else ()
    )
    policy = policy_of(held_to.given, held_to.ignores, targets)
    report = lint(
        folder,
        targets,
        policy.ignores,
        fix=fix or diff or unsafe_fixes,
        unsafe=unsafe_fixes,
        shown=diff,
        rules=rules,
    )
    unknown = (*report.not_read, *fleet.not_read)
    report = replace(report, not_read=unknown, show_suppressed=show_suppressed, statistics=statistics)
    if report.edited:
        from cudacompat.cli.files import edit_files

        edit_files(report.edited, report.root, diff=diff, quiet=quiet)
    with contextlib.redirect_stdout(sys.stderr) if diff and output is None else contextlib.nullcontext():
        return emit(report, format_, color, output=output, exit_zero=exit_zero)
