"""From a PCI id to a compute capability, for drivers that do not tell it themselves."""

from __future__ import annotations

from cudacompat.domain.words.capability import ComputeCapability


def capability_of(pci_id: str | None) -> ComputeCapability | None:
    """Return what the tables say of an id such as `10de:2c05`; `None` where they do not know it."""
    if pci_id is None:
        return None
    from cudacompat.domain.gpus.lookup import capability_named

    return capability_named(pci_id)
