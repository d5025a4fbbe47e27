"""`inspect`: what device code is there. (Not called inspect.py: that would shadow the standard library's.)"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from cudacompat.app.inputs.reading import ReadOptions, read
from cudacompat.artifacts.binaries.text_keeper import Wanted
from cudacompat.domain.reports.listing import InspectReport
from cudacompat.domain.words.code import ReadResult


def inspect(
    paths: Sequence[str],
    *,
    kernels: bool = False,
    sizes: bool = False,
    on_file: Callable[[str], None] | None = None,
    options: ReadOptions | None = None,
) -> InspectReport:
    """Return what device code the paths hold; with the kernels' names, and what they take, if asked for."""
    if kernels:
        options = replace(options or ReadOptions(jobs=1), wanted=Wanted(usage=True))
    found = read(paths, options, kernels=kernels, on_file=on_file)
    return InspectReport(found, kernels=kernels, sizes=sizes, names=_names(found) if kernels else {})


def _names(found: ReadResult) -> dict[str, str]:
    """The kernels' names as their source has them."""
    from cudacompat.host.programs.demangle import demangled

    entries = (entry for artifact in found.artifacts for module in artifact.modules for entry in module.entries)
    return demangled(name for entry in entries for name in entry.kernels or ())
