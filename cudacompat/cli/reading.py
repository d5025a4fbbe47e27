"""The options of the commands that read device code: how much, by how many processes, and whether results are kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from cudacompat.app.inputs.named import Told
    from cudacompat.app.inputs.reading import ReadOptions

MaxMembersOption = Annotated[
    int | None,
    typer.Option(
        "--max-members",
        metavar="N",
        min=1,
        help="The most entries of archives to read in one PATH, nested ones included (default: 500000).",
    ),
]
MaxBytesReadOption = Annotated[
    str | None,
    typer.Option(
        "--max-bytes-read",
        metavar="SIZE",
        help="The most that archives and images in one PATH may inflate to (default: 256G, and for each file "
        "100 times its size, at least 1G).",
    ),
]
MaxSecondsOption = Annotated[
    float | None,
    typer.Option("--max-seconds", metavar="S", min=0.001, help="The most time to read one PATH (default: 900)."),
]
JobsOption = Annotated[
    int | None,
    typer.Option(
        "--jobs",
        metavar="N",
        min=1,
        max=256,
        help="Read files in N processes (default: as many as there are processors, 8 at most, where there is much "
        "to read).",
    ),
]


NoCacheOption = Annotated[
    bool,
    typer.Option("--no-cache", help="Read large files again, and do not keep what they hold for the next run."),
]


def options_of(
    members: int | None, size: str | None, seconds: float | None, jobs: int | None = None, *, cache: bool = False
) -> ReadOptions:
    """Return what these options ask for. `UsageError` for a size that is none."""
    from dataclasses import replace

    from cudacompat.app.inputs.reading import ReadOptions
    from cudacompat.domain.words.limits import Limits

    limits = Limits()
    if members is not None:
        limits = replace(limits, members=members)
    if size is not None:
        from cudacompat.cli.sizes import parse_size

        limits = replace(limits, bytes=parse_size(size), per_file=None)
    if seconds is not None:
        limits = replace(limits, seconds=seconds)
    return ReadOptions(limits, jobs, cache)


def fetching(
    options: ReadOptions, platform: str | None, python: str | None, told: Told, *, likely: str | None = None
) -> ReadOptions:
    """Return the options with what they ask for about packages and addresses. `UsageError` for a platform or a Python
    that is none. Where no platform is asked for, the `likely` one is taken before this machine's."""
    from dataclasses import replace

    from cudacompat.app.inputs.named import FetchOptions, wish_of
    from cudacompat.domain.words.wheel_tags import Platform

    wheels = Platform.parse(platform or likely, python)
    limits = options.limits
    images = wish_of(platform) if platform else None
    fetch = FetchOptions(wheels, limits.bytes, told, images=images, seconds=limits.seconds)
    return replace(options, fetch=fetch)
