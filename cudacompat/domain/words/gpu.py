"""GPUs as products. Which there are is `cudacompat.domain.gpus.index`."""

from __future__ import annotations

from dataclasses import dataclass

from cudacompat.domain.words.capability import ComputeCapability


@dataclass(frozen=True, slots=True)
class Gpu:
    """One product on one chip: `pci_ids` as `10de:2c05`, empty where NVIDIA lists the name without an id."""

    name: str
    capability: ComputeCapability
    chip: str | None
    pci_ids: tuple[str, ...]
    source: str
