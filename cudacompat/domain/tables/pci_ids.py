"""NVIDIA's PCI device ids that are CUDA GPUs: chip, compute capability and name.

From the PCI ID Database (https://pci-ids.ucw.cz, GPL-2.0-or-later or 3-clause BSD, taken under the latter),
whose names carry the chip; the chip says the compute capability. The table is read at first use: most commands never
need it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any

from cudacompat.domain.tables.generated import table
from cudacompat.domain.words.capability import ComputeCapability


@dataclass(frozen=True, slots=True)
class PciDevice:
    """One device id, such as 2c05. `name` is the database's, `None` where it has none that is a product's;
    `inferred` says that the compute capability follows from the chip's series, not from a document; `stray` that the
    name is that of a product with another chip, so that the name alone does not mean this device. `version` is the
    database's."""

    device_id: str
    chip: str
    capability: ComputeCapability
    name: str | None
    inferred: bool
    version: str
    stray: bool = False

    @property
    def source(self) -> str:
        """Where the row is from."""
        inferred = "; compute capability inferred from the chip's series" if self.inferred else ""
        return f"pci.ids {self.version}{inferred}"


@cache
def devices() -> Mapping[str, PciDevice]:
    """Return all devices by their id: four hexadecimal digits in lower case, in ascending order."""
    found = table("pci_ids")
    return MappingProxyType({row["id"]: _device(row, found["version"]) for row in found["rows"]})


def _device(row: dict[str, Any], version: str) -> PciDevice:
    capability = ComputeCapability.parse(row["capability"])
    return PciDevice(
        row["id"],
        row["chip"],
        capability,
        name=row.get("name"),
        inferred=row.get("inferred", False),
        version=version,
        stray=row.get("stray", False),
    )
