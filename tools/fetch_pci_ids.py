"""Write tools/facts/pci_devices.json from the PCI ID Database: NVIDIA's devices that are CUDA GPUs.

    python tools/fetch_pci_ids.py [--from FILE]    without a file it is fetched from https://pci-ids.ucw.cz

The database names the chip; which compute capability a chip has, the table of architectures says. What has no chip of
that table is no CUDA GPU, and what comes after the chip and is no name in brackets is another function of the card
(audio, USB) or a bridge.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from cudacompat.domain.tables.architectures import ARCHITECTURES
from tools import fact_files

SOURCE = "https://pci-ids.ucw.cz/v2.2/pci.ids"
VENDOR = "10de"
# Their compute capability follows from the chip's series; no document names it with the chip.
INFERRED = {"GB112", "GR100", "GR102"}

_DEVICE = re.compile(r"\t([0-9a-f]{4})  (\S.*)")
# GP104BM is GP104B of a notebook, G92GL is G92 of a Quadro; "/ GN21-X11" is a board's number
_NAME = re.compile(r"([A-Z]+\d+[A-Za-z]*?)(?:GLM|GL|M|S)?(?: Engineering Sample)?(?: / [\w-]+)*(?: \[(.*)\])?")

_NO_GPU = re.compile(r"nForce|.*NVSwitch")  # chipsets and switches that bear a GPU's chip


def parsed(text: str, known: dict[str, str]) -> dict[str, Any]:
    """The facts in the database's text; `known` are compute capabilities by chip."""
    version = re.search(r"^#\s*Version: (\S+)", text, re.M)
    if version is None:
        raise SystemExit("this is no pci.ids: no line says its version")
    devices = {}
    for device, name in of_vendor(text):
        found = _NAME.fullmatch(name)
        chip = found and next((each for each in (found[1], found[1].rstrip("BbC")) if each in known), None)
        if found and chip and not _NO_GPU.match(found[2] or ""):
            inferred = {"inferred": True} if chip in INFERRED else {}
            devices[device] = {"chip": found[1], "cc": known[chip], "name": found[2], **inferred}
    return {"version": version[1], "devices": dict(sorted(devices.items()))}


def of_vendor(text: str) -> list[tuple[str, str]]:
    """NVIDIA's devices and what the database calls them."""
    section = re.search(rf"^{VENDOR}  .*\n((?:[\t#].*\n|\n)*)", text, re.M)
    if section is None:
        raise SystemExit("this is no pci.ids: it has no NVIDIA")
    return [(found[1], found[2]) for found in map(_DEVICE.fullmatch, section[1].splitlines()) if found]


def chips() -> dict[str, str]:
    """Compute capabilities by chip, as the table of architectures has them."""
    return {chip: str(row.capability) for row in ARCHITECTURES for chip in row.chips}


def main(arguments: list[str] | None = None) -> int:
    return fact_files.refreshed("pci_devices", SOURCE, lambda text: parsed(text, chips()), __doc__, arguments)


if __name__ == "__main__":
    sys.exit(main())
