"""The GPUs of this machine."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from cudacompat.domain.machine.facts import Found, GpuDevice, Missing
from cudacompat.domain.machine.troubles import Trouble
from cudacompat.host.gpus import libcuda, nvml, pci, smi
from cudacompat.host.surroundings.system import is_wsl
from cudacompat.places.roots import Roots


def gpus(roots: Roots | None = None) -> Found[tuple[GpuDevice, ...]] | Missing:
    """Return this machine's GPUs: from NVML, else nvidia-smi, else libcuda. Where NVML does not answer in time, nothing
    else is asked.

    Without a working driver there are none, and the last thing tried names the cards on the PCI bus.
    """
    tried: list[str] = []
    troubles: list[Trouble] = []
    for probe in (nvml.gpus, smi.gpus, libcuda.gpus):
        said = probe(roots)
        troubles += said.troubles
        if isinstance(said, Found):
            via = f"{said.found_via} (WSL)" if is_wsl(roots) else said.found_via
            return replace(said, found_via=via, troubles=tuple(troubles))
        tried += said.tried
        if isinstance(said, nvml.NoAnswer):
            tried.append(f"nvidia-smi and {libcuda.LIBRARY} (not asked: they wait for the same driver)")
            break
    return Missing("GPU", (*tried, f"the PCI bus ({_on_the_bus(roots)})"), tuple(troubles))


def _on_the_bus(roots: Roots | None) -> str:
    cards = pci.cards(roots)
    if not cards:
        return "it shows no NVIDIA GPU" if pci.bus(roots).is_dir() else "not visible here"
    seen = Counter(f"{card.id}, {f'driven by {card.driver}' if card.driver else 'no driver'}" for card in cards)
    return "; ".join(f"{number} x {card}" if number > 1 else f"card {card}" for card, number in seen.items())
