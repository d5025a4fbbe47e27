"""The GPUs on the PCI bus that the driver does not list, with what the tables know of them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from cudacompat.domain.machine.facts import PciCard
from cudacompat.domain.machine.troubles import Cause
from cudacompat.domain.rules.machine.machine_facts import Machine
from cudacompat.domain.tables.kernel_modules import ModuleKind, kinds
from cudacompat.domain.words.capability import ComputeCapability
from cudacompat.domain.words.verdict import short_name

_ANOTHER_RULE = (Cause.GPU_LOST, Cause.GPU_RESET, Cause.GPU_UNREADABLE, Cause.NO_ANSWER, Cause.CRASHED)


@dataclass(frozen=True, slots=True)
class Card:
    """A card by its id: what the tables call it, its compute capability, and the kernel driver that holds it."""

    id: str
    name: str | None
    capability: ComputeCapability
    holder: str | None

    @property
    def label(self) -> str:
        """The card in words: `GTX 1080 (6.1)`."""
        return f"{self.name or self.id} ({self.capability})"


def unlisted(machine: Machine) -> tuple[Card, ...]:
    """Return the cards on the bus that are none of the GPUs that answer or are lost, by address where both have one,
    else by id; without cards that the tables do not know."""
    facts = machine.facts
    bus = facts.bus or tuple(PciCard(id_, None) for id_ in facts.pci_cards)
    places = {gpu.bus_id for gpu in machine.gpus if gpu.bus_id}
    lost = {trouble.gpu for trouble in machine.troubles(*_ANOTHER_RULE) if trouble.gpu}
    left = Counter(gpu.pci_id for gpu in machine.gpus)
    found = []
    for card in bus:
        if card.address is not None and (card.address in places or card.address in lost):
            continue
        if (card.address is None or not places) and left[card.id]:
            left[card.id] -= 1
            continue
        known = known_card(card.id, card.driver)
        if known is not None:
            found.append(known)
    return tuple(found)


def known_card(id_: str, holder: str | None = None) -> Card | None:
    """Return what the tables know of the card with this id; `None` where they do not know it."""
    from cudacompat.domain.tables.pci_ids import devices  # the largest table: check imports this module, too

    known = devices().get(id_.partition(":")[2].lower())
    if known is None:
        return None
    return Card(id_, short_name(known.name) if known.name else None, known.capability, holder=holder)


def module_kind(machine: Machine) -> ModuleKind | None:
    """Return the kind of the module that is loaded: as it says, else as the GPUs that it drives show."""
    if machine.module_kind is not None:
        return machine.module_kind
    only = [kinds(gpu.capability) for gpu in machine.gpus if len(kinds(gpu.capability)) == 1]
    return next(iter(only[0])) if only else None
