"""`gpus` and `toolkits`: the tables of GPUs, chips and compute capabilities, and of CUDA releases."""

from __future__ import annotations

import re

from cudacompat.domain.gpus.lookup import search
from cudacompat.domain.reports.lookup import GpusReport, ToolkitsReport


def gpus(query: str | None) -> GpusReport:
    """Return the GPUs that match the query (a name, PCI id, chip or compute capability), or all of them."""
    return GpusReport(query, search(query or ""))


def toolkits(query: str | None, gpu: str | None) -> ToolkitsReport:
    """Return the CUDA releases of that number (`12.8`, or `12` for all of its minors) that build machine code for the
    GPU or architecture; `UsageError` for a GPU that cannot be told."""
    from cudacompat.domain.gpus.lookup import resolve
    from cudacompat.domain.tables.toolkits import RELEASES

    named = (query or "").strip().lower().removeprefix("cuda").strip()
    wanted = re.fullmatch(r"(\d+)(?:\.(\d+))?(?:\.\d+)?", named)
    rows = RELEASES if not named else ()
    if wanted is not None:
        rows = tuple(
            row
            for row in RELEASES
            if row.version.major == int(wanted[1]) and (wanted[2] is None or row.version.minor == int(wanted[2]))
        )
    arch = None
    if gpu is not None:
        target = resolve(gpu)
        arch = f"{target.arch.number}{target.arch.suffix.value}" if target.arch else str(target.capability.number)
        rows = tuple(row for row in rows if arch in row.targets)
    return ToolkitsReport(query, arch, rows)
