"""`cudacompat check`."""

from __future__ import annotations

import os

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
    JitOption,
    OutputOption,
    PathsArgument,
    QuietOption,
    Require,
    RequireOption,
)


def command(
    paths: PathsArgument,
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
