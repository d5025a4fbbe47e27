"""`inspect`: what device code is there. (Not called inspect.py: that would shadow the standard library's.)"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from cudacompat.app.inputs.reading import ReadOptions, read
from cudacompat.domain.reports.listing import InspectReport


def inspect(
    paths: Sequence[str],
    *,
    kernels: bool = False,
    sizes: bool = False,
    on_file: Callable[[str], None] | None = None,
    options: ReadOptions | None = None,
) -> InspectReport:
    """Return what device code the paths hold; with the kernels' names if asked for."""
    return InspectReport(read(paths, options, kernels=kernels, on_file=on_file), kernels=kernels, sizes=sizes)
