"""GPU names in NVIDIA's own words, by PCI device id and by compute capability.

By id: the table "Compatible GPUs" in the README of https://github.com/NVIDIA/open-gpu-kernel-modules (Turing
and newer); an id that several products share has several names. By compute capability:
https://developer.nvidia.com/cuda-gpus and https://developer.nvidia.com/cuda-legacy-gpus, which also know GPUs
without a PCI id of their own, such as Jetson's. Names there that the PCI ids contradict are left out: the
legacy page gives Quadro M620 5.2 (GM107 is 5.0), Quadro M3000M, M4000M and M5000M 5.0 (GM204 is 5.2), and one
capability to GeForce GT 705, GT 720, GT 730, 910M and GTX 750 Ti, whose names several chips share.
By hand, each with its source: systems, modules, and what drivers call them.
The tables are read at first use.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from cudacompat.domain.tables.generated import rows, table
from cudacompat.domain.words.capability import ComputeCapability


def readme_version() -> str:
    """Return the driver version of the README that the names by id are from."""
    version: str = table("gpu_names_by_id")["version"]
    return version


@cache
def names_by_id() -> Mapping[str, tuple[str, ...]]:
    """Return NVIDIA's names of each PCI device id (four hexadecimal digits in lower case)."""
    found: dict[str, tuple[str, ...]] = {}
    for row in rows("gpu_names_by_id"):
        for device_id in row["ids"]:
            found[device_id] = (*found.get(device_id, ()), row["name"])
    return MappingProxyType(found)


@cache
def capabilities_by_name() -> tuple[tuple[str, ComputeCapability], ...]:
    """Return (name, compute capability) as NVIDIA's pages list them, newest first."""
    listed = rows("gpu_names_by_capability")
    return tuple((row["name"], ComputeCapability.parse(row["capability"])) for row in listed)


@dataclass(frozen=True, slots=True)
class NamedSystem:
    """A system or module and its GPU's compute capability; `also` is what it shares with others ("DGX Station");
    `device_id` is set where the name is another one for that device."""

    name: str
    capability: ComputeCapability
    also: tuple[str, ...]
    device_id: str | None
    source: str


@cache
def named_systems() -> tuple[NamedSystem, ...]:
    """Return the names that are in no list of NVIDIA's, newest first."""
    return tuple(
        NamedSystem(
            row["name"],
            ComputeCapability.parse(row["capability"]),
            tuple(row.get("also", ())),
            device_id=row.get("device"),
            source=row["source"],
        )
        for row in rows("gpu_names_authored")
    )
