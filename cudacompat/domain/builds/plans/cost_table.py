"""What targets cost in builds that were really made: bytes in the file that ships, seconds of compiling. The rows stand
with the engines.

Sizes were read from published binaries with `cudacompat inspect --sizes --format json` in November 2026. `base` is
the file less its device code: the host's half, which no list makes smaller. nvcc compresses machine code from CUDA 12.8
on where the build asks for it (ggml does); before, it lay in the file as it was, several times as large.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cudacompat.domain.words.versions import ToolkitVersion

if TYPE_CHECKING:
    from cudacompat.domain.builds.engine import Engine


@dataclass(frozen=True, slots=True)
class SizeRow:
    """One published binary: bytes of each image (`"sm_86"`, `"compute_80"`), all modules together, and of the rest.

    It stands for builds by CUDA `since` up to before `until` (open where `None`), and was built by `cuda` (as its PTX
    shows). `of` is the engine whose own binary it is; for others of its family it is an estimate.
    """

    of: str
    what: str
    cuda: str
    since: ToolkitVersion | None
    until: ToolkitVersion | None
    base: int
    images: Mapping[str, int]
    source: str


@dataclass(frozen=True, slots=True)
class TimeRow:
    """One build that was timed: seconds of one processor core spent in nvcc for one target, and how many sources."""

    what: str
    image: str
    core_seconds: int
    sources: int
    source: str


def size_row(engine: Engine, cuda: ToolkitVersion) -> SizeRow | None:
    """Return the sizes that stand for this engine built by this release; `None` where none were measured."""
    for row in engine.sizes:
        since, until = row.since, row.until
        if (since is None or cuda >= since) and (until is None or cuda < until):
            return row
    return None


def time_row(engine: Engine) -> TimeRow | None:
    """Return the build that was timed for this engine, the first of several; `None` where none was."""
    return next(iter(engine.times), None)
