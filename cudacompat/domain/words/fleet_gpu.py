"""GPUs as the nodes of a fleet have them."""

from __future__ import annotations

from dataclasses import dataclass

from cudacompat.domain.words.capability import ComputeCapability
from cudacompat.domain.words.versions import DriverRelease


@dataclass(frozen=True, slots=True)
class FleetGpu:
    """One GPU of a fleet; `driver`, the `node` it is in and that node's `pool` and `platform` (`linux-aarch64`) where
    the document says them, `origin` the file."""

    id: str
    name: str | None
    capability: ComputeCapability
    driver: DriverRelease | None = None
    node: str | None = None
    pool: str | None = None
    origin: str | None = None
    platform: str | None = None
