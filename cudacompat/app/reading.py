"""How much of the paths that the user named is read at most, and by whom."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from cudacompat.artifacts.read import read_paths
from cudacompat.domain.words.code import ReadResult
from cudacompat.domain.words.limits import Limits


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """What the user asked for about reading."""

    limits: Limits = field(default_factory=Limits)


def read(
    paths: Sequence[str],
    options: ReadOptions | None = None,
    *,
    kernels: bool,
    on_file: Callable[[str], None] | None = None,
) -> ReadResult:
    """Return what the paths hold. `UsageError` for a path that does not exist."""
    options = options or ReadOptions()
    return read_paths(paths, kernels=kernels, on_file=on_file, limits=options.limits)
