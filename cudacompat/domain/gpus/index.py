"""The list of GPUs: the PCI database and NVIDIA's own lists made one, and the comparing of names.

Names are compared as people write them: without case, spaces, punctuation and vendor, "Laptop GPU" the same
as "Mobile". The tables behind (cudacompat.domain.tables.pci_ids, gpu_names) are parsed at first use.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from cudacompat.domain.tables.architectures import architecture
from cudacompat.domain.words.capability import ComputeCapability
from cudacompat.domain.words.gpu import Gpu

if TYPE_CHECKING:
    from cudacompat.domain.tables.pci_ids import PciDevice

_MARKS = re.compile(r"\((?:r|tm)\)|[®™]")
_WORD = re.compile(r"[a-z0-9]+")

# words that tell no two GPUs apart
_NOISE = frozenset({"nvidia", "corporation", "gpu", "graphics", "card", "generation", "with", "design"})
_SAME = {"laptop": "mobile", "notebook": "mobile"}
BRANDS = frozenset({"geforce", "tesla", "quadro", "rtx", "gtx", "gts", "gt"})
# what people leave out, a step at a time; not Quadro: an "RTX 6000" may be a Quadro or an RTX 6000 Ada
OMITTED = (frozenset[str](), frozenset({"geforce", "tesla"}), BRANDS - {"quadro"})


@dataclass(frozen=True, slots=True)
class IndexEntry:
    """A GPU with the words of its name and of the other ways to write it; `named` is False for devices that
    no product is known of. A `stray` one bears the name of a product with another chip: the name does not mean it."""

    gpu: Gpu
    names: tuple[tuple[str, ...], ...]
    named: bool
    stray: bool = False


@cache
def entries() -> tuple[IndexEntry, ...]:
    """Return every GPU once for each product and chip, named as NVIDIA names the device id where it does.

    A name on NVIDIA's pages is an entry of its own only where no device bears it.
    """
    from cudacompat.domain.tables.gpu_names import (
        capabilities_by_name,
        named_systems,
        names_by_id,
        readme_version,
    )
    from cudacompat.domain.tables.pci_ids import devices

    names_of = names_by_id()
    official = {_product(name): name for names in names_of.values() for name in names}
    groups: dict[tuple[str, str], list[PciDevice]] = {}
    spellings: dict[tuple[str, str], list[str]] = {}
    for device in devices().values():
        names = names_of.get(device.device_id, ())
        for name in names or (device.name or "",):
            group = (_product(name), device.chip)
            groups.setdefault(group, []).append(device)
            spellings.setdefault(group, []).extend(_spellings(name))
            # the database's name for an id that several products share fits none of them
            if device.name and len(names) < 2:
                spellings[group].extend(_spellings(device.name))

    bearers: dict[tuple[str, ComputeCapability], list[tuple[str, str]]] = {}
    for group, members in groups.items():
        bearers.setdefault((group[0], members[0].capability), []).append(group)
    elsewhere: list[IndexEntry] = []
    for name, capability in capabilities_by_name():
        found = bearers.get((_product(name.partition(" (")[0]), capability), ())  # "NVIDIA GB10 (DGX Spark)"
        for group in found:
            spellings[group].append(name)
        if not found:
            gpu = Gpu(name, capability, None, pci_ids=(), source="https://developer.nvidia.com/cuda-gpus")
            elsewhere.append(IndexEntry(gpu, (words_of(name),), named=True))
    for system in named_systems():
        spelled = (system.name, *system.also)
        bearing = [group for group, members in groups.items() if system.device_id in [d.device_id for d in members]]
        for group in bearing:
            spellings[group].extend(spelled)
        if not bearing:
            gpu = Gpu(system.name, system.capability, None, pci_ids=(), source=system.source)
            elsewhere.append(IndexEntry(gpu, tuple(words_of(text) for text in spelled), named=True))

    readme = f"README of NVIDIA's open kernel modules {readme_version()}; "
    listed = []
    for (product, chip), members in groups.items():
        gpu = Gpu(
            official.get(product) or spellings[product, chip][0] or f"{chip} (no product name known)",
            members[0].capability,
            chip,
            pci_ids=tuple(f"10de:{device.device_id}" for device in members),
            source=(readme if any(device.device_id in names_of for device in members) else "") + members[0].source,
        )
        words = tuple(dict.fromkeys(words_of(text) for text in spellings[product, chip]))
        stray = all(device.stray for device in members)
        listed.append(IndexEntry(gpu, words, named=bool(product), stray=stray))
    return (*listed, *elsewhere)


def ordered(ranked: Iterable[tuple[IndexEntry, int]]) -> tuple[Gpu, ...]:
    """Return the GPUs by rank, then the newest first, those with a product's name first, numbers as
    numbers."""

    def key(item: tuple[IndexEntry, int]) -> tuple[object, ...]:
        entry, rank = item
        gpu = entry.gpu
        return rank, -gpu.capability.number, not entry.named, _natural(gpu.name), gpu.chip or "", gpu.pci_ids

    return tuple(entry.gpu for entry, _ in sorted(ranked, key=key))


def words_of(text: str) -> tuple[str, ...]:
    """Return the words of a name that matter, in lower case."""
    words = _WORD.findall(_MARKS.sub(" ", text.lower()))
    return tuple(_SAME.get(word, word) for word in words if word not in _NOISE)


def key_of(words: Iterable[str], omitted: frozenset[str] = frozenset()) -> str:
    """Return the words run together, without those omitted: what equal names have in common."""
    return "".join(word for word in words if word not in omitted)


@cache
def by_key(step: int) -> dict[str, tuple[IndexEntry, ...]]:
    """Return the named entries by the key of each spelling, without the words that people omit at that
    step."""
    found: dict[str, tuple[IndexEntry, ...]] = {}
    for entry in entries():
        if entry.named:
            for key in {key_of(words, OMITTED[step]) for words in entry.names}:
                found[key] = (*found.get(key, ()), entry)
    return found


@cache
def _vocabulary() -> frozenset[str]:
    return frozenset(word for entry in entries() if entry.named for name in entry.names for word in name if word[1:])


def apart(text: str) -> str | None:
    """Return a name that was run together as words of the names, the fewest that there can be: `rtxproserver6000`,
    as schedulers write it; None where it is no such words, or one of them."""
    best: list[tuple[str, ...] | None] = [(), *[None] * len(text)]
    for end in range(1, len(text) + 1):
        found = [
            (*head, text[start:end])
            for start in range(end)
            if (head := best[start]) is not None and text[start:end] in _vocabulary()
        ]
        best[end] = min(found, key=len, default=None)
    words = best[-1]
    return " ".join(words) if words is not None and len(words) > 1 else None


def called(text: str) -> tuple[Gpu, ...]:
    """Return the GPUs of exactly this name: as it is, or else as it is often shortened."""
    key = key_of(words_of(text))
    for step in range(len(OMITTED)):
        found = by_key(step).get(key, ()) if key else ()
        if found:
            meant = [entry for entry in found if not entry.stray] or found
            return ordered((entry, 0) for entry in meant)
    return ()


def rank_of(entry: IndexEntry, text: str) -> int | None:
    """Return how well a name fits: 0 exactly, 1 with all words, 2 with words that contain them; `None` if
    not."""
    words = words_of(text)
    if not words or not entry.named:
        return None
    key = key_of(words)
    if any(key == key_of(own, omitted) for own in entry.names for omitted in OMITTED):
        return 0
    if any(set(words).issubset(own) for own in entry.names):
        return 1
    if min(map(len, words)) > 1 and any(_in_parts(words, own) for own in entry.names):
        return 2
    run_together = len(words) == 1 and len(key) > 4 and any(key in key_of(own) for own in entry.names)
    return 2 if run_together else None


def is_chip(gpu: Gpu, text: str) -> bool:
    """Whether the GPU has this chip (in lower case); GP104 is also the GP104B of the same design."""
    chip = (gpu.chip or "").lower()
    return text == chip or (len(chip) == 6 and text == chip.removesuffix("b"))


def is_architecture(capability: ComputeCapability, text: str) -> bool:
    """Whether its architecture has this name (in lower case) or the first word of it: `ada`."""
    row = architecture(capability)
    return row is not None and text in (row.name.lower(), row.name.lower().split()[0])


def _in_parts(words: Iterable[str], own: Iterable[str]) -> bool:
    return all(any(word in part for part in own) for word in words)


def _product(name: str) -> str:
    return key_of(words_of(name), OMITTED[1])


def _spellings(name: str) -> list[str]:
    """The name, and each that a slash joins in it: "RTX 5090 Max-Q / Mobile" is also "RTX 5090 Mobile"."""
    first, *others = name.split(" / ")
    if not others:
        return [name]
    stem = first.split()
    completed = [" ".join([*stem[: -len(other.split())], other]) for other in others]
    return [name, first, *completed, *others]


def _natural(name: str) -> list[tuple[bool, int, str]]:
    parts = re.findall(r"\d+|\D+", name.lower())
    return [(not part.isdecimal(), int(part) if part.isdecimal() else 0, part) for part in parts]
