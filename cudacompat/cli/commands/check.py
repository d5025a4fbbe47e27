"""`cudacompat check`."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from cudacompat.cli.options import (
    AnyOfOption,
    BaselineOption,
    Color,
    ColorOption,
    ConfigOption,
    DriverOption,
    ExitZeroOption,
    Format,
    FormatOption,
    GpuOption,
    GpusFromOption,
    HolesOption,
    JitOption,
    OutputOption,
    PathsArgument,
    PlatformOption,
    PythonOption,
    QuietOption,
    RequireOption,
)
from cudacompat.cli.reading import (
    JobsOption,
    MaxBytesReadOption,
    MaxMembersOption,
    MaxSecondsOption,
    NoCacheOption,
    fetching,
    options_of,
)
from cudacompat.domain.words.choices import Extra, PtxPolicy

if TYPE_CHECKING:
    from cudacompat.app.inputs.reading import ReadOptions
    from cudacompat.domain.judge.assembled import Proofs
    from cudacompat.domain.words.code import ReadResult
    from cudacompat.domain.words.verdict import Target


def command(
    paths: PathsArgument,
    gpu: GpuOption = None,
    gpus_from: GpusFromOption = None,
    driver: DriverOption = None,
    jit: JitOption = None,
    require: RequireOption = None,
    native: Annotated[
        list[str] | None,
        typer.Option("--native", metavar="SPEC", help="Require native code for this GPU (repeatable)."),
    ] = None,
    holes: HolesOption = None,
    assemble: Annotated[
        bool,
        typer.Option("--assemble", help="Have ptxas compile the PTX that a verdict rests on: proved, or its error."),
    ] = False,
    any_of: AnyOfOption = None,
    ptx: Annotated[
        PtxPolicy | None,
        typer.Option(
            "--ptx",
            help=(
                "Require PTX: none (forbid PTX), any (PTX for newer GPUs), highest (PTX for the highest required GPU)."
            ),
        ),
    ] = None,
    extra: Annotated[
        Extra | None, typer.Option("--extra", help="Severity of code for targets that no required GPU uses.")
    ] = None,
    coverage: Annotated[
        str | None,
        typer.Option("--coverage", metavar="N", help="Minimum share of kernels that must run, from 0 to 1."),
    ] = None,
    driver_floor: Annotated[
        str | None,
        typer.Option("--driver-floor", metavar="VER", help="Oldest driver that must be able to run the code."),
    ] = None,
    max_bytes: Annotated[
        str | None, typer.Option("--max-bytes", metavar="SIZE", help='Maximum file size, such as "100 MB".')
    ] = None,
    baseline: BaselineOption = None,
    write_baseline: Annotated[
        bool,
        typer.Option("--write-baseline", help="Write the baseline to the --baseline FILE (default: cudacompat.lock)."),
    ] = False,
    config: ConfigOption = None,
    no_config: Annotated[bool, typer.Option("--no-config", help="Read no policy file.")] = False,
    show_suppressed: Annotated[
        bool, typer.Option("--show-suppressed", help="List suppressed findings and the reasons.")
    ] = False,
    platform: PlatformOption = None,
    python: PythonOption = None,
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
    """Check whether each artifact runs on each GPU (the CI gate).

    `check` needs no GPU and no CUDA Toolkit.
    """
    from cudacompat.app.check import ArtifactJudge, judge_read, rests_on_texts
    from cudacompat.app.inputs import baseline_file as locks
    from cudacompat.app.inputs import policy_file as configs
    from cudacompat.app.inputs.fleet import load, targets_for
    from cudacompat.app.inputs.named import require_there
    from cudacompat.app.inputs.reading import cache_of, with_texts
    from cudacompat.app.inputs.source_names import in_words
    from cudacompat.cli.downloads import downloads
    from cudacompat.cli.output import emit
    from cudacompat.cli.progress import progress
    from cudacompat.cli.verbose import note
    from cudacompat.domain.policy.resolve import policy_of, required
    from cudacompat.domain.rules.artifact.other_platform import asked_wheels
    from cudacompat.domain.wheels.platforms import on_platform, platform_for_all, table_platform
    from cudacompat.domain.words.errors import UsageError
    from cudacompat.domain.words.versions import DriverRelease

    options = {
        "require": gpu or None,
        "gpus-from": gpus_from or None,
        "level": require.value if require else None,
        "native": native or None,
        "holes": holes.value if holes else None,
        "any-of": any_of or None,
        "ptx": ptx.value if ptx else None,
        "extra": extra.value if extra else None,
        "coverage": coverage,
        "driver-floor": driver_floor,
        "max-bytes": max_bytes,
        "baseline": baseline,
    }
    held_to = configs.load(options, os.environ, config, search=not no_config)
    note(f"policy file: {held_to.file or 'none'}")
    fleet = load(held_to.files("gpus-from"), quoted=held_to.quotes("gpus-from"))
    try:
        targets = targets_for(
            gpu or (),
            required(held_to.given),
            fleet.gpus,
            driver=DriverRelease.parse(driver) if driver else None,
            floor=held_to.driver_floor,
            jit=jit,
            environment=os.environ,
        )
    except UsageError:
        require_there(paths)  # a wrong path is named before a GPU that is missing
        raise
    targets = on_platform(targets, table_platform(platform) if platform is not None else None)
    policy = policy_of(held_to.given, held_to.ignores, targets)
    lock_file = held_to.text("baseline") or locks.FILE
    if write_baseline:
        from cudacompat.cli.written_apart import require_apart

        require_apart({"--baseline": lock_file, **({"--output": output} if output else {})}, paths)
        locks.refuse_to_overwrite(lock_file)
    compared = None
    if "baseline" in held_to.given and not write_baseline:
        compared = locks.load(lock_file, quoted=held_to.quotes("baseline"))
    reading = options_of(max_members, max_bytes_read, max_seconds, jobs=jobs, cache=not no_cache)
    if write_baseline or rests_on_texts(policy, compared):
        reading = with_texts(reading)
    with progress(quiet, paths) as on_file, downloads(quiet, on_file) as told:
        reading = fetching(reading, platform, python, told=told, likely=platform_for_all(targets))
        lists, others, texts = _lists_apart(paths, reading.limits.seconds)
        judge = None if assemble else ArtifactJudge(targets, policy, cache=cache_of(reading))
        reading = replace(reading, on_result=judge)
        found, proofs = _read(others, targets, on_file, options=reading, assemble=assemble)
    found = replace(found, not_read=(*found.not_read, *fleet.not_read))
    listed = None
    if lists:
        from cudacompat.app.wheels.lists import judge_lists
        from cudacompat.domain.words.wheel_tags import python_version

        own = python_version(python) if python is not None else None
        listed = judge_lists(lists, targets, policy, texts=texts, python=own)
    asked = asked_wheels(others, platform, python, targets=targets)
    report = judge_read(
        found,
        targets,
        policy,
        paths=paths,
        baseline=compared,
        listed=listed,
        proofs=proofs,
        asked=asked,
        judge=judge,
    )
    report = replace(
        in_words(report), given=tuple(held_to.given.values()), show_suppressed=show_suppressed, fleet=fleet.gpus
    )
    code = emit(report, format_, color, output=output, exit_zero=exit_zero)
    if write_baseline:
        _write_baseline(lock_file, *locks.text_of(found, paths), unread=len(found.not_read), quiet=quiet)
    return code


def _read(
    paths: Sequence[str],
    targets: Sequence[Target],
    on_file: Callable[[str], None] | None,
    *,
    options: ReadOptions,
    assemble: bool,
) -> tuple[ReadResult, Proofs | None]:
    """What the paths hold, and what an assembler makes of its PTX where that is asked for."""
    from cudacompat.app.check import read

    if not assemble:
        return read(paths, targets, on_file, options=options), None
    from cudacompat.app.inputs.assembling import assembling

    with assembling(targets, options.limits.seconds) as texts:
        found = read(paths, targets, on_file, options=texts.reading(options))
        return found, texts.proofs(found, on_file)


def _lists_apart(paths: Sequence[str], seconds: float) -> tuple[list[str], list[str], dict[str, str]]:
    """The paths that list packages, the others, and the text of the list that comes on standard input."""
    from cudacompat.domain.words.package_lists import may_list

    texts: dict[str, str] = {}
    if "-" in paths:
        from cudacompat.app.inputs import standard_input

        text = standard_input.text(seconds)
        if text is not None:
            from cudacompat.artifacts.requirements.plain_lists import is_list_by_text

            texts = {"-": text} if is_list_by_text(text) else {}
    if not texts and not any(map(may_list, paths)):
        return [], list(paths), {}
    from cudacompat.app.wheels.lists import lists_apart

    lists, others = lists_apart([path for path in paths if path not in texts])
    return [*lists, *texts], others, texts


def _write_baseline(file: str, text: str, artifacts: int, *, unread: int, quiet: bool) -> None:
    """Write the lock file and say so; not where something was not read: the next comparison would miss it."""
    from cudacompat.cli.output import save, say

    if unread:
        say(f"cudacompat: baseline not written: {unread} not read")
    elif not artifacts:
        say("cudacompat: baseline not written: no device code")
    else:
        save(file, text)
        say(f"cudacompat: wrote {file}: {artifacts} artifact{'s' if artifacts > 1 else ''}", quiet=quiet)
