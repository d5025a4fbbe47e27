"""NVIDIA cards on the PCI bus, whether or not a driver serves them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from cudacompat.domain.machine.facts import PciCard
from cudacompat.places.roots import Roots

_NVIDIA = "0x10de"
_DISPLAY_CLASS = "0x03"  # VGA and 3D controllers; not the card's audio, USB and bridges


def bus(roots: Roots | None = None) -> Path:
    """Return the folder of the devices on the PCI bus, which only Linux has."""
    return (roots or Roots.real()).sys / "bus/pci/devices"


def cards(roots: Roots | None = None) -> tuple[PciCard, ...]:
    """Return NVIDIA's display cards in bus order, from Linux's sysfs; none where there is no sysfs.

    In a container this is the host's bus: a card here does not mean that the container was given it.
    """
    return tuple(_cards(bus(roots)))


def _cards(devices: Path) -> Iterator[PciCard]:
    try:
        folders = sorted(devices.iterdir())
    except OSError:
        return
    for folder in folders:
        try:
            if _word(folder / "vendor") != _NVIDIA or not _word(folder / "class").startswith(_DISPLAY_CLASS):
                continue
            device = int(_word(folder / "device"), 16)
        except (OSError, ValueError):
            continue
        link = folder / "driver"
        yield PciCard(f"10de:{device:04x}", link.resolve().name if link.is_symlink() else None, address_of(folder.name))


_ADDRESS = re.compile(r"(?:[0-9a-f]{4})?([0-9a-f]{4}:[0-9a-f]{2}:[0-9a-f]{2}\.[0-7])", re.IGNORECASE)


def address_of(text: str | None) -> str | None:
    """Return an address on the bus as sysfs writes it: `0000:01:00.0` of NVML's `00000000:01:00.0`. The first four
    digits of the long form are lost; they are zero but on machines with very many domains."""
    match = _ADDRESS.fullmatch(text or "")
    return match[1].lower() if match else None


def id_at(bus_id: str, roots: Roots | None = None) -> str | None:
    """Return the id of the NVIDIA device at a bus address such as `0000:01:00.0`; `None` where there is none."""
    folder = bus(roots) / bus_id.lower()
    try:
        if not bus_id or _word(folder / "vendor") != _NVIDIA:
            return None
        return f"10de:{int(_word(folder / 'device'), 16):04x}"
    except (OSError, ValueError):
        return None


def _word(path: Path) -> str:
    return path.read_text(encoding="ascii", errors="replace").strip().lower()
