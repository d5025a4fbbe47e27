"""`gpus`: the table of GPUs, chips and compute capabilities."""

from __future__ import annotations

from cudacompat.domain.gpus import search
from cudacompat.domain.report import GpusReport


def gpus(query: str | None) -> GpusReport:
    """Return the GPUs that match the query (a name, PCI id, chip or compute capability), or all of them."""
    return GpusReport(query, search(query or ""))
